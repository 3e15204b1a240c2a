using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Cli.Play;

/// <summary>Everything random in the month, from its seed alone: each draw by the name of what it is for, whatever was drawn before.</summary>
internal sealed class Dice(long seed)
{
    public Draw For(string what) => new(Hash("draw", what));

    /// <summary>The request id of a step; the same step of the same month has the same id for ever, so that replaying is harmless.</summary>
    public Guid RequestId(string step)
    {
        Span<byte> bytes = Hash("request", step).AsSpan(0, 16);
        // A UUID of version 8: its bits are the maker's own.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private byte[] Hash(string kind, string what) => SHA256.HashData(Encoding.UTF8.GetBytes($"timebank month/{seed}/{kind}/{what}"));
}
