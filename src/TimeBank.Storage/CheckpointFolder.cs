using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// The last signed checkpoint of each region as a file of a folder, which best lies on another disk than the database: what a restored
/// database can't take along.
/// </summary>
/// <param name="ownerOnly">Whether what is made here is its owner's alone. A folder that servers share is theirs who gave it.</param>
public sealed class CheckpointFolder(string path, bool ownerOnly = false) : ISignedHeads
{
    private const string Extension = ".checkpoint";
    private readonly Lock _turn = new();

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string? Read(RegionCode region) => Call(() => File.Exists(FileOf(region)) ? File.ReadAllText(FileOf(region)) : null);

    public void Write(RegionCode region, SignedNote note) => Call(() =>
    {
        // Servers of a cluster share the folder, so a draft has a name of its own.
        string file = FileOf(region), draft = $"{file}.{System.IO.Path.GetRandomFileName()}";
        if (File.Exists(file) && SizeOf(File.ReadAllText(file)) > SizeOf(note.ToString())) return false;
        if (ownerOnly) OwnerOnly.CreateFolder(Path);
        else Directory.CreateDirectory(Path);
        try
        {
            // Written beside its place, synced and moved, so that a crash leaves the one or the other.
            using (FileStream stream = NewFile(draft))
            using (var text = new StreamWriter(stream))
            {
                text.Write(note.ToString());
                text.Flush();
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, file, overwrite: true);
        }
        finally
        {
            // Where it wasn't moved: a full disk would be filled with drafts.
            File.Delete(draft);
        }
        return true;
    });

    public IReadOnlyList<RegionCode> Regions() => Call<IReadOnlyList<RegionCode>>(() => Directory.Exists(Path)
        ? [.. Directory.EnumerateFiles(Path, $"*{Extension}").Select(System.IO.Path.GetFileNameWithoutExtension)
        .Where(name => RegionCode.TryParse(name!, out _)).Select(name => RegionCode.Parse(name!)).Order()]
        : []);

    private FileStream NewFile(string draft) => ownerOnly
        ? OwnerOnly.Open(draft, FileMode.CreateNew, FileAccess.Write)
        : new FileStream(draft, FileMode.CreateNew, FileAccess.Write);

    private string FileOf(RegionCode region) => System.IO.Path.Combine(Path, $"{region}{Extension}");

    /// <summary>What can't be read gives way: the guard has refused it before anything was signed.</summary>
    private static long SizeOf(string note)
    {
        try
        {
            return Checkpoint.Parse(SignedNote.Parse(note).Text).Size;
        }
        catch (FormatException)
        {
            return -1;
        }
    }

    private T Call<T>(Func<T> call)
    {
        try
        {
            lock (_turn) return call();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnavailableException($"The checkpoints of {Path} can't be used: {fault.Message}", fault);
        }
    }
}

/// <summary>Files and folders that their owner alone may read: journals say who did what, and grains keep names and birth dates.</summary>
public static class OwnerOnly
{
    private const UnixFileMode ReadAndWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder where it is missing; one that is there keeps its rights.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, ReadAndWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file for this process alone, making it where the mode says so.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = ReadAndWrite;
        return new FileStream(path, options);
    }

    /// <summary>Whether others than its owner may do anything with a file.</summary>
    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    /// <summary>Takes from others what they may do with a file.</summary>
    /// <exception cref="UnauthorizedAccessException">It belongs to another account.</exception>
    public static void Close(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
    }
}
