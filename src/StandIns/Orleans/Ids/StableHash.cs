using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Orleans;

/// <summary>xxHash32 with seed 0, its canonical bytes read as a little-endian number: the same on every machine and run, so that it may be stored.</summary>
public static class StableHash
{
    private const uint Prime1 = 2654435761, Prime2 = 2246822519, Prime3 = 3266489917, Prime4 = 668265263, Prime5 = 374761393;

    public static uint ComputeHash(string data) => ComputeHash(MemoryMarshal.AsBytes(data.AsSpan()));

    public static uint ComputeHash(ReadOnlySpan<byte> data)
    {
        unchecked
        {
            uint length = (uint)data.Length;
            uint hash = Prime5;
            if (data.Length >= 16)
            {
                Span<uint> lanes = [Prime1 + Prime2, Prime2, 0, 0 - Prime1];
                for (; data.Length >= 16; data = data[16..])
                {
                    for (int lane = 0; lane < 4; lane++)
                        lanes[lane] = BitOperations.RotateLeft(lanes[lane] + Word(data[(4 * lane)..]) * Prime2, 13) * Prime1;
                }

                hash = BitOperations.RotateLeft(lanes[0], 1) + BitOperations.RotateLeft(lanes[1], 7)
                    + BitOperations.RotateLeft(lanes[2], 12) + BitOperations.RotateLeft(lanes[3], 18);
            }

            hash += length;
            for (; data.Length >= 4; data = data[4..]) hash = BitOperations.RotateLeft(hash + Word(data) * Prime3, 17) * Prime4;
            foreach (byte one in data) hash = BitOperations.RotateLeft(hash + one * Prime5, 11) * Prime1;
            hash = (hash ^ (hash >> 15)) * Prime2;
            hash = (hash ^ (hash >> 13)) * Prime3;
            return BinaryPrimitives.ReverseEndianness(hash ^ (hash >> 16));
        }
    }

    private static uint Word(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt32LittleEndian(data);
}
