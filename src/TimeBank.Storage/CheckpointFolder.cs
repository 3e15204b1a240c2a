using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// The last signed checkpoint of each region as a file of a folder, which best lies on another disk than the database: what a restored database can't take along.
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
        ? [.. Directory.EnumerateFiles(Path, $"*{Extension}").Select(System.IO.Path.GetFileNameWithoutExtension).Where(name => RegionCode.TryParse(name!, out _)).Select(name => RegionCode.Parse(name!)).Order()]
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
