using System.Text;

namespace TimeBank.Ledger;

/// <summary>A key that signs notes.</summary>
public sealed class NoteSigner(VerifierKey key, Ed25519Sign sign)
{
    public VerifierKey Key => key;

    /// <param name="text">The note's text.</param>
    /// <param name="time">What a cosignature names; a log's own signature has no time.</param>
    public NoteSignature Sign(string text, DateTimeOffset time) => new(key.Name, key.Id, key.Type switch
    {
        SignatureType.Ed25519 => sign(Encoding.UTF8.GetBytes(text)),
        SignatureType.Cosignature => Cosignature.Make(text, (ulong)time.ToUnixTimeSeconds(), sign),
    });
}
