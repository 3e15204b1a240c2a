using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TimeBank.Cli;

namespace TimeBank.Demo;

/// <summary>
/// All random choices of the month, from its seed alone. Each draw depends on its name only and not on earlier draws.
/// </summary>
internal sealed class Dice(long seed)
{
    public Draw For(string what) => new(Hash("draw", what));

    /// <summary>The request id of a step. A step of a month has the same id for ever, so replaying does no harm.</summary>
    public Guid RequestId(string step)
    {
        Span<byte> bytes = Hash("request", step).AsSpan(0, 16);
        // UUID version 8: the maker chooses the bits.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private byte[] Hash(string kind, string what) => SHA256.HashData(Encoding.UTF8.GetBytes($"timebank month/{seed}/{kind}/{what}"));
}

/// <summary>A stream of random numbers. The key alone decides them, on every machine and in every version.</summary>
internal sealed class Draw(byte[] key)
{
    private const int BytesOfNumber = 8;
    private byte[] _block = [];
    private int _at, _blocks;

    /// <summary>A number between two numbers, both included.</summary>
    public int Int(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ulong span = (ulong)(to - (long)from + 1);
        return (int)(from + (long)(ulong)((UInt128)Next() * span >> 64));
    }

    public bool Chance(int percent) => Int(0, 99) < percent;

    public T Pick<T>(IReadOnlyList<T> among) => among[Int(0, among.Count - 1)];

    /// <summary>Draws some items of a list, or all if it has fewer, in the order drawn.</summary>
    public List<T> Sample<T>(IEnumerable<T> among, int count)
    {
        List<T> left = [.. among], drawn = [];
        while (drawn.Count < count && left.Count > 0)
        {
            int at = Int(0, left.Count - 1);
            drawn.Add(left[at]);
            left.RemoveAt(at);
        }
        return drawn;
    }

    private ulong Next()
    {
        if (_at == _block.Length)
        {
            byte[] input = [.. key, 0, 0, 0, 0];
            BinaryPrimitives.WriteInt32BigEndian(input.AsSpan(key.Length), _blocks++);
            _block = SHA256.HashData(input);
            _at = 0;
        }
        ulong number = BinaryPrimitives.ReadUInt64BigEndian(_block.AsSpan(_at));
        _at += BytesOfNumber;
        return number;
    }
}

/// <summary>The days of the played month, numbered from 1 October 2026. November follows as 32, 33 …</summary>
internal static class Calendar
{
    public const int Days = 31;

    private static readonly DateTimeOffset First = new(2026, 10, 1, 0, 0, 0, TimeText.ChinaOffset);

    public static DateTimeOffset At(int day, int hour, int minute) => First.AddDays(day - 1).AddHours(hour).AddMinutes(minute);

    public static DateOnly Date(int day) => DateOnly.FromDateTime(First.DateTime).AddDays(day - 1);

    public static Google.Type.Date Month(int day) => new() { Year = Date(day).Year, Month = Date(day).Month };
}
