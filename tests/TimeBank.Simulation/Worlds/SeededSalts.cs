using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>Salts from the world's seed.</summary>
internal sealed class SeededSalts(World world) : ISaltSource
{
    public byte[] Next()
    {
        world.RequireOwnThread("The source of salts");
        return world.Chance.Bytes(16);
    }
}
