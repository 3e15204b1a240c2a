using System.CommandLine;

namespace TimeBank.Cli;

/// <summary>The options of every word that writes a file: <c>--out</c> (<c>-o</c>), and <c>--force</c> to overwrite another file.</summary>
internal sealed class FileOption
{
    private readonly Option<string> _out;
    private readonly Option<bool> _force;

    public FileOption(CommandFactory make, string chinese, string english, bool required = false)
    {
        _out = make.Option("--out", chinese, english, required);
        _out.Aliases.Add("-o");
        _force = new Option<bool>("--force") { Description = make.Language["覆盖内容不同的旧文件", "overwrite another file"] };
    }

    public IEnumerable<Option> All => [_out, _force];

    /// <summary>The file; null where none was named.</summary>
    /// <param name="otherwise">The name where none was given; null: no file.</param>
    public OutFile? Read(ParseResult parsed, string? otherwise = null) =>
        (parsed.GetValue(_out) is { Length: > 0 } path ? path : otherwise) is { } name ? new OutFile(name, parsed.GetValue(_force)) : null;
}

/// <summary>A file that a word writes, for its owner alone. Another file of that name stays, unless the person says otherwise.</summary>
internal sealed record OutFile(string Path, bool Overwrite)
{
    /// <summary>Writes the file. One that has these bytes already stays as it is.</summary>
    /// <exception cref="UsageException">Another file is there, or the file can't be written.</exception>
    public Task SaveAsync(byte[] bytes) => TryAsync(async () =>
    {
        if (File.Exists(Path) && (await File.ReadAllBytesAsync(Path)).AsSpan().SequenceEqual(bytes)) return;
        await WriteAsync(stream => stream.WriteAsync(bytes).AsTask());
    });

    /// <summary>Writes what is too long for memory.</summary>
    /// <exception cref="UsageException">A file is there, or it can't be written.</exception>
    public Task SaveAsync(Func<Stream, Task> write) => TryAsync(() => WriteAsync(write));

    private string Part => $"{Path}.part";

    /// <summary>Writes beside the file and moves it into place, so that an interruption leaves nothing half written.</summary>
    private async Task WriteAsync(Func<Stream, Task> write)
    {
        if (File.Exists(Path) && !Overwrite) throw new UsageException(
            $"{Path} 已存在且内容不同；确定要覆盖请加 --force。", $"{Path} exists and is another file; --force overwrites it.");
        var made = new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var stream = new FileStream(Part, made)) await write(stream);
        File.Move(Part, Path, Overwrite);
    }

    private async Task TryAsync(Func<Task> save)
    {
        try
        {
            await save();
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"写不了文件 {Path}：{error.Message}", $"Can't write {Path}: {error.Message}");
        }
        finally
        {
            if (File.Exists(Part)) File.Delete(Part);
        }
    }
}
