using System.Security.Cryptography;

namespace TimeBank.Writer;

/// <summary>Gives 16 unpredictable bytes for each entry. They hide the entry in the tree of its region.</summary>
public interface ISaltSource
{
    byte[] Next();
}

/// <summary>
/// Salts from the operating system's random generator. It draws 256 at a time, since each system call costs as much as hashing an entry.
/// Thread-safe.
/// </summary>
public sealed class RandomSaltSource : ISaltSource
{
    private const int Size = 16;

    private readonly byte[] _drawn = new byte[256 * Size];
    private int _used = 256 * Size;

    public byte[] Next()
    {
        lock (_drawn)
        {
            if (_used == _drawn.Length)
            {
                RandomNumberGenerator.Fill(_drawn);
                _used = 0;
            }
            byte[] salt = _drawn[_used..(_used + Size)];
            // Forget the salt: no other entry may get it.
            _drawn.AsSpan(_used, Size).Clear();
            _used += Size;
            return salt;
        }
    }
}
