using System.Security.Cryptography;
using System.Text;

namespace TimeBank.Simulation;

/// <summary>
/// What happened in a world, as lines: hashed always, so that two runs can be compared, and written where somebody reads along.
/// </summary>
internal sealed class Trace(TextWriter? reader) : IDisposable
{
    // What runs on a thread where it mustn't is still to be reported.
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
