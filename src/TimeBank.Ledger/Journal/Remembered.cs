using System.Buffers.Binary;
using System.Text;

namespace TimeBank.Ledger;

/// <summary>
/// The refusals and notes that a journal remembers. They are no entries and move no tree, so the next entry says in its bytes what they are: from then on nobody changes,
/// removes or adds one without breaking the tree.
/// </summary>
/// <param name="Count">How many there are, ever.</param>
/// <param name="Chain">The hashes of those since the last entry, each over the one before it; null where there are none.</param>
public sealed record Remembered(long Count, Digest? Chain)
{
    public static readonly Remembered None = new(0, null);

    /// <summary>After one more.</summary>
    public Remembered With(Outcome outcome) => With(Hash(outcome.Id, outcome.Command, outcome.Refusal));

    /// <summary>After one more, by its hash.</summary>
    public Remembered With(Digest outcome)
    {
        Span<byte> both = stackalloc byte[2 * Digest.Size];
        both.Clear();
        Chain?.CopyTo(both);
        outcome.CopyTo(both[Digest.Size..]);
        return new Remembered(Count + 1, Digest.Of(both));
    }

    /// <summary>After an entry, which has sealed what there was.</summary>
    public Remembered Sealed() => Chain is null ? this : this with { Chain = null };

    public override string ToString() => Chain is null ? $"{Count}" : $"{Count}, chained to {Chain}";

    /// <summary>The hash of one: SHA-256 of its id, its command's hash, its reason as four bytes, big end first and 0 for a note, and the refusal's detail as UTF-8.</summary>
    public static Digest Hash(EntryId id, Digest command, Refusal? refusal)
    {
        byte[] detail = Encoding.UTF8.GetBytes(refusal?.Detail ?? "");
        byte[] bytes = new byte[EntryId.Size + Digest.Size + sizeof(int) + detail.Length];
        id.ToArray().CopyTo(bytes, 0);
        command.CopyTo(bytes.AsSpan(EntryId.Size));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(EntryId.Size + Digest.Size), (int)(refusal?.Reason ?? Reason.None));
        detail.CopyTo(bytes, bytes.Length - detail.Length);
        return Digest.Of(bytes);
    }
}
