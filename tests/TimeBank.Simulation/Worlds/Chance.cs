namespace TimeBank.Simulation;

/// <summary>All randomness of a world, from one seed: SplitMix64, the same on every machine and in every version of .NET.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        unchecked
        {
            ulong mixed = _state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>A whole number between the bounds, both included.</summary>
    public long Between(long least, long most) => least + (long)(Next() % (ulong)(most - least + 1));

    public bool Permille(int chances) => Below(1_000) < chances;

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    public byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count; at++) bytes[at] = (byte)(Next() & 0xFF);
        return bytes;
    }
}
