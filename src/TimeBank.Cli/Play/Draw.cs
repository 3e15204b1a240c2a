using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TimeBank.Cli.Play;

/// <summary>A stream of random numbers that its key alone decides, on every machine and in every version.</summary>
internal sealed class Draw(byte[] key)
{
    private const int BytesOfNumber = 8;
    private byte[] _block = [];
    private int _at, _blocks;

    /// <summary>A number from one to another, both included.</summary>
    public int Int(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ulong span = (ulong)(to - (long)from + 1);
        return (int)(from + (long)(ulong)((UInt128)Next() * span >> 64));
    }

    public bool Chance(int percent) => Int(0, 99) < percent;

    public T Pick<T>(IReadOnlyList<T> among) => among[Int(0, among.Count - 1)];

    /// <summary>So many of a list, or all where it has fewer, in the order drawn.</summary>
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
