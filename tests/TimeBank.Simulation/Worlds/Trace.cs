using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Simulation;

/// <summary>
/// The events of a world, as lines. The trace always hashes them, so that two runs can be compared, and writes them out for a reader.
/// </summary>
internal sealed class Trace(TextWriter? reader) : IDisposable
{
    // A lock, because an event on a forbidden thread must be traced too.
    private readonly Lock _lock = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Write(string line)
    {
        lock (_lock)
        {
            _hash.AppendData(Encoding.UTF8.GetBytes(line));
            _hash.AppendData("\n"u8);
            reader?.WriteLine(line);
        }
    }

    public string Digest() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
