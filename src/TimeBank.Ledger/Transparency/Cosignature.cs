using System.Buffers.Binary;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>What a witness signs: that it saw a checkpoint at a time, and none that contradicts it. Source: c2sp.org/tlog-cosignature, version 1.</summary>
public static class Cosignature
{
    private const int TimeBytes = sizeof(ulong), SignatureBytes = 64;

    /// <summary>The time that a cosignature names, in seconds since 1970; null where it is none.</summary>
    public static ulong? TimeOf(ReadOnlySpan<byte> signature) => signature.Length == TimeBytes + SignatureBytes ? BinaryPrimitives.ReadUInt64BigEndian(signature) : null;

    internal static byte[] Make(string text, ulong time, Ed25519Sign sign)
    {
        byte[] signature = new byte[TimeBytes + SignatureBytes];
        BinaryPrimitives.WriteUInt64BigEndian(signature, time);
        sign(Message(text, time)).CopyTo(signature, TimeBytes);
        return signature;
    }

    internal static bool Verifies(ReadOnlySpan<byte> publicKey, string text, ReadOnlySpan<byte> signature, Ed25519Check check) =>
        TimeOf(signature) is { } time && check(publicKey, Message(text, time), signature[TimeBytes..]);

    private static byte[] Message(string text, ulong time) => Encoding.UTF8.GetBytes($"cosignature/v1\ntime {time}\n{text}");
}
