using System.Security.Cryptography;

namespace TimeBank.Grains;

/// <summary>Salts from the operating system's randomness.</summary>
public sealed class RandomSaltSource : ISaltSource
{
    private const int Size = 16;

    public byte[] Next() => RandomNumberGenerator.GetBytes(Size);
}
