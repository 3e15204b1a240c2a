using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Storage;

/// <summary>
/// Keeps the last signed checkpoint of each region as a file in a folder, best on another disk than the database. Restoring the database
/// does not restore these files.
/// </summary>
/// <param name="ownerOnly">True: only the owner can use files and folders made here. False for a folder that servers share: its operator
/// has set its rights.</param>
public sealed class CheckpointFolder(string path, bool ownerOnly = false) : ISignedHeads
{
    private const string Extension = ".checkpoint";
    private readonly Lock _turn = new();

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string? Read(RegionCode region) => Call(() => File.Exists(FileOf(region)) ? File.ReadAllText(FileOf(region)) : null);

    public void Write(RegionCode region, SignedNote note) => Call(() =>
    {
        // The servers of a cluster share the folder, so each draft has its own name.
        string file = FileOf(region), draft = $"{file}.{System.IO.Path.GetRandomFileName()}";
        if (File.Exists(file) && SizeOf(File.ReadAllText(file)) > SizeOf(note.ToString())) return false;
        if (ownerOnly) OwnerOnly.CreateFolder(Path);
        else Directory.CreateDirectory(Path);
        try
        {
            // Write a draft, sync it and move it into place: after a crash the file is the old or the new one.
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
            // If the move failed, remove the draft: drafts would fill a full disk further.
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

    /// <summary>An unreadable note may be replaced: the guard has refused it before anything was signed.</summary>
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

/// <summary>
/// Files and folders that only their owner can read: journals tell who did what, and grain states have names and birth dates.
/// </summary>
public static class OwnerOnly
{
    private const UnixFileMode ReadAndWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder if it is missing. An existing folder keeps its rights.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, ReadAndWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file exclusively for this process; creates it if the mode says so.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = ReadAndWrite;
        return new FileStream(path, options);
    }

    /// <summary>True where users other than the owner have any right to the file.</summary>
    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    /// <summary>Removes all rights of other users to the file.</summary>
    /// <exception cref="UnauthorizedAccessException">The file belongs to another account.</exception>
    public static void Close(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, File.GetUnixFileMode(path) & ~Others);
    }
}
