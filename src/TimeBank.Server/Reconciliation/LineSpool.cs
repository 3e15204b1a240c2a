using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>The folder of files that are being imported. Each has no name any more while it is read, so a crash leaves none.</summary>
public sealed class ImportFolder(string data)
{
    private readonly string _path = Path.Combine(data, "imports");

    /// <summary>A new file that nobody else can open, and that is gone when it is closed.</summary>
    public FileStream Create()
    {
        OwnerOnly.CreateFolder(_path);
        string file = Path.Combine(_path, Path.GetRandomFileName());
        FileStream stream = OwnerOnly.Open(file, FileMode.CreateNew, FileAccess.ReadWrite);
        File.Delete(file);
        return stream;
    }
}

/// <summary>New lines of a file, sealed, on their way into the book: a million of them are more than memory should hold.</summary>
internal sealed class LineSpool(FileStream file) : IDisposable
{
    private readonly BinaryWriter _writer = new(file);

    public void Add(StoredBankLine line)
    {
        _writer.Write(line.Number);
        _writer.Write(line.Statement);
        _writer.Write(line.Day.DayNumber);
        _writer.Write(line.SignedFen);
        _writer.Write(line.Fingerprint.AsSpan());
        _writer.Write(line.Occurrence);
        _writer.Write(line.BankReference is not null);
        if (line.BankReference is { } reference) _writer.Write(reference);
        _writer.Write(line.Content.Length);
        _writer.Write(line.Content.AsSpan());
    }

    public IEnumerable<StoredBankLine> Read()
    {
        _writer.Flush();
        file.Position = 0;
        var reader = new BinaryReader(file);
        long end = file.Length;
        while (file.Position < end)
        {
            yield return new StoredBankLine(
                reader.ReadInt64(), reader.ReadInt64(), DateOnly.FromDayNumber(reader.ReadInt32()), reader.ReadInt64(),
                ImmutableArray.Create(reader.ReadBytes(EntryId.Size)), reader.ReadInt32(),
                reader.ReadBoolean() ? reader.ReadString() : null,
                ImmutableArray.Create(reader.ReadBytes(reader.ReadInt32())));
        }
    }

    public void Dispose() => _writer.Dispose();
}
