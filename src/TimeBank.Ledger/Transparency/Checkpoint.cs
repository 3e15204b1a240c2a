using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>The head of a journal's tree, as it is signed: <c>origin, size, root</c>, a line each. Source: c2sp.org/tlog-checkpoint.</summary>
/// <param name="Origin">Whose tree it is, such as <c>timebank.example/430211</c>.</param>
/// <param name="Size">How many entries the tree has.</param>
/// <param name="Extensions">What another log may add, as lines with their newlines; ours adds nothing.</param>
public sealed record Checkpoint(string Origin, long Size, Digest Root, string Extensions = "")
{
    /// <summary>The text of the note.</summary>
    public string Text => $"{Origin}\n{Size.ToString(CultureInfo.InvariantCulture)}\n{Convert.ToBase64String(Root.ToArray())}\n{Extensions}";

    /// <exception cref="FormatException">The text of a note is no checkpoint; the message says why.</exception>
    public static Checkpoint Parse(string text)
    {
        if (!text.EndsWith('\n') || text[..^1].Split('\n') is not [var origin, var size, var root, .. var extensions]) throw new FormatException("A checkpoint has at least three lines: origin, size and root.");
        if (origin.Length == 0 || extensions.Contains("")) throw new FormatException("A line of the checkpoint is empty.");
        return new Checkpoint(origin, Canonical.Number(size, "checkpoint's tree size"), Canonical.Hash(root, "checkpoint's root"), string.Concat(extensions.Select(line => $"{line}\n")));
    }

    /// <summary>Signed by some keys of the log.</summary>
    public SignedNote Sign(IEnumerable<NoteSigner> signers, DateTimeOffset time) => new(Text, [.. signers.Select(signer => signer.Sign(Text, time))]);
}
