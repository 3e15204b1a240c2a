using System.Security.Cryptography;

namespace TimeBank.Writer;

/// <summary>Gives the 16 unpredictable bytes that hide an entry in the tree of its region.</summary>
public interface ISaltSource
{
    byte[] Next();
}

/// <summary>
/// Salts from the operating system's randomness, drawn some at a time: each call to it costs as much as an entry's hash. For any thread.
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
            // A salt is given once.
            _drawn.AsSpan(_used, Size).Clear();
            _used += Size;
            return salt;
        }
    }
}
