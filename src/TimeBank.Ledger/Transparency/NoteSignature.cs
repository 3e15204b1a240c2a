using System.Buffers.Binary;

namespace TimeBank.Ledger;

/// <summary>A signature line of a note: the name and id of the key, and what it made.</summary>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    private const string Mark = "\u2014 ";
    private const int IdBytes = sizeof(uint);

    /// <summary>The line without its newline.</summary>
    public override string ToString()
    {
        byte[] bytes = new byte[IdBytes + Bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Bytes.Span.CopyTo(bytes.AsSpan(IdBytes));
        return $"{Mark}{Name} {Convert.ToBase64String(bytes)}";
    }

    internal bool IsBy(VerifierKey key) => Name == key.Name && KeyId == key.Id;

    /// <exception cref="FormatException">The line is no signature.</exception>
    internal static NoteSignature Parse(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal) || line[Mark.Length..].Split(' ') is not [var name, var encoded]) throw new FormatException("A signature line is not '\u2014 name base64'.");
        byte[] bytes = Canonical.Base64(encoded, "signature");
        if (bytes.Length <= IdBytes) throw new FormatException("A signature line has no signature after its key id.");
        return new NoteSignature(Canonical.KeyName(name), BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(IdBytes));
    }
}
