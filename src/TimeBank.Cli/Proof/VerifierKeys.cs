using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Cli;

/// <summary>Verifier keys from the command line: the keys themselves, or files with one a line.</summary>
internal static class VerifierKeys
{
    /// <exception cref="UsageException">One of them is no key of the type.</exception>
    public static IReadOnlyList<VerifierKey> Read(IEnumerable<string> texts, SignatureType type) => [.. texts.SelectMany(Lines).Select(line => Parse(line, type))];

    private static IEnumerable<string> Lines(string text) => File.Exists(text)
        ? Encoding.UTF8.GetString(ProofFile.Read(text)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : [text];

    private static VerifierKey Parse(string text, SignatureType type)
    {
        try
        {
            var key = VerifierKey.Parse(text);
            return key.Type == type ? key : throw new FormatException($"The key of {key.Name} is of another type than 0x{(byte)type:x2}.");
        }
        catch (FormatException error)
        {
            throw new UsageException($"公钥不对（应为 名称+编号+公钥）：{error.Message}", $"Not a verifier key (name+id+key): {error.Message}");
        }
    }
}
