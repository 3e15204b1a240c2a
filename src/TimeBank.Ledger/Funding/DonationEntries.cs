using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// A movement of the card payment service's balance (Stripe: a balance transaction), in fen. Positive amounts come in.
/// </summary>
/// <param name="Id">The service's id; it makes the entry's id, so that a movement is booked once.</param>
/// <param name="Type">The service's type, such as <c>charge</c>.</param>
/// <param name="Category">The service's reporting category, such as <c>dispute_reversal</c>; may be empty.</param>
/// <param name="Source">The id of the charge, refund, dispute or payout that it is of; may be empty.</param>
/// <param name="Gross">What the donor, or the bank, sees of it.</param>
/// <param name="Fee">What the service keeps; negative where it gives a fee back.</param>
/// <param name="Created">The time that the service gave it.</param>
public sealed record CardMovement(string Id, string Type, string Category, string Source, long Gross, long Fee, DateTimeOffset Created)
{
    /// <summary>The party that the entries name as their actor.</summary>
    public const string Actor = "stripe";

    public long Net => Gross - Fee;

    /// <summary>The id of the entry that books the movement.</summary>
    /// <param name="attempt">How many earlier attempts the ledger refused.</param>
    public EntryId EntryId(int attempt = 0)
    {
        var first = Ledger.EntryId.Of(Actor, Guid.Empty, $"transaction/{Id}");
        return attempt == 0 ? first : first.Step($"again/{attempt}");
    }

    /// <summary>What an entry of the movement is compared by: all that never changes. What the entry takes from which account isn't in
    /// it.</summary>
    public Digest Digest() => Proofs.Digest.Of(System.Text.Encoding.UTF8.GetBytes(
        string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{Id}\n{Type}\n{Source}\n{Gross}\n{Fee}\n{Created.ToUnixTimeSeconds()}")));
}

/// <summary>The account that stands against the card payment service's balance.</summary>
public enum CardSide
{
    None = 0,

    /// <summary>The fund of the donation; what it can't give back, it owes.</summary>
    Fund = 1,

    /// <summary>Money on its way to the bank, or back.</summary>
    InTransit = 2,

    /// <summary>The service's own charges.</summary>
    Fees = 3,

    /// <summary>Nothing explains it yet.</summary>
    Suspense = 4,
}

/// <summary>How a movement is booked.</summary>
public readonly record struct CardUse(EntryCode Code, CardSide Side)
{
    /// <summary>What nothing explains.</summary>
    public static CardUse Unexplained => new(EntryCode.StripeAdjustment, CardSide.Suspense);
}

/// <summary>
/// How the types of Stripe's balance transactions are booked. Source: the list of types in Stripe's reference of balance transactions. A
/// type that isn't here is booked to suspense, so that the books have the service's balance all the same.
/// </summary>
public static class CardRule
{
    private static readonly CardUse Refund = new(EntryCode.RefundDonation, CardSide.Fund),
        Reinstate = new(EntryCode.ReinstateDonation, CardSide.Fund), Payout = new(EntryCode.StripePayout, CardSide.InTransit);

    /// <param name="isOfDispute">Whether the movement's source is a dispute.</param>
    public static CardUse Judge(CardMovement movement, bool isOfDispute) => movement.Type switch
    {
        "charge" or "payment" => new(EntryCode.ReceiveDonation, CardSide.Fund),
        "refund" or "payment_refund" or "payment_reversal" => Refund,
        "refund_failure" or "payment_failure_refund" => Reinstate,
        "adjustment" when isOfDispute => movement.Gross < 0 ? new(EntryCode.DisputeDonation, CardSide.Fund) : Reinstate,
        "payout" or "payout_cancel" or "payout_failure" => Payout,
        "stripe_fee" or "stripe_fx_fee" or "tax_fee" or "network_cost" => new(EntryCode.StripeAdjustment, CardSide.Fees),
        _ => CardUse.Unexplained,
    };
}

/// <summary>What a fund can give back, and what it owes.</summary>
public readonly record struct FundStanding(long Available, long Owed);

/// <summary>Entries of donations by card, and of everything else that moves the card payment service's balance.</summary>
public static class DonationEntries
{
    private const string Transaction = "transaction", Type = "type", Category = "category", Source = "source", Donation = "donation";

    /// <summary>What an entry says of its movement. The keys are stored.</summary>
    /// <param name="donation">The donation's id; empty where it is of none.</param>
    public static (string Key, string Value)[] Details(CardMovement movement, string donation)
    {
        (string Key, string Value)[] all =
        [
            (Category, movement.Category), (Donation, donation), (Source, movement.Source), (Transaction, movement.Id),
            (Type, movement.Type),
        ];
        return [.. all.Where(detail => detail.Value.Length > 0)];
    }

    /// <summary>
    /// Books a movement: gross, fee and net, each a leg, in one entry. A fund that has spent what is taken back owes the rest, and what it
    /// receives pays what it owes first.
    /// </summary>
    /// <param name="fund">The donation's fund; null where the other side is no fund.</param>
    /// <param name="standing">The fund's, as the writer has it. If it changes meanwhile, the writer refuses the entry.</param>
    public static Proposal Book(EntryHeader header, CardMovement movement, CardUse use, Slug? fund, FundStanding standing)
    {
        var legs = new List<(AccountSpec Account, long Debit)> { (Chart.StripeBalance(), movement.Net) };
        if (use.Side == CardSide.Fees)
        {
            legs.Add((Chart.Fees(), movement.Fee - movement.Gross));
        }
        else
        {
            legs.Add((Chart.Fees(), movement.Fee));
            legs.AddRange(Counter(use.Side, fund, movement.Gross, standing));
        }
        return Entries.Post(header, use.Code, [.. Matched(legs)]);
    }

    private static IEnumerable<(AccountSpec Account, long Debit)> Counter(CardSide side, Slug? fund, long gross, FundStanding standing)
    {
        switch (side)
        {
            case CardSide.Fund:
                Slug source = fund ?? throw new ArgumentNullException(nameof(fund), "A donation has a fund.");
                long ofOwed = gross > 0 ? -Math.Min(gross, standing.Owed) : -gross - Math.Min(-gross, Math.Max(0, standing.Available));
                return [(Chart.FundAvailable(source), -gross - ofOwed), (Chart.FundOwed(source), ofOwed)];
            case CardSide.InTransit:
                return [(Chart.StripeInTransit(), -gross)];
            case CardSide.Suspense:
                return [(Chart.StripeSuspense(), -gross)];
            case CardSide.Fees:
            case CardSide.None:
                break;
        }
        throw new ArgumentOutOfRangeException(nameof(side), side, "No account stands against it.");
    }

    /// <summary>Transfers that debit and credit each account by its leg. The legs' sum is zero.</summary>
    private static IEnumerable<ProposedTransfer> Matched(IReadOnlyList<(AccountSpec Account, long Debit)> legs)
    {
        var credits = new Queue<(AccountSpec Account, long Left)>(
            legs.Where(leg => leg.Debit < 0).Select(leg => (leg.Account, -leg.Debit)));
        foreach ((AccountSpec debit, long amount) in legs.Where(leg => leg.Debit > 0))
        {
            for (long left = amount; left > 0;)
            {
                (AccountSpec credit, long room) = credits.Dequeue();
                long part = Math.Min(left, room);
                yield return new ProposedTransfer(debit, credit, part);
                left -= part;
                // The rest of this credit comes before the next one.
                if (part < room) credits = new Queue<(AccountSpec, long)>([(credit, room - part), .. credits]);
            }
        }
    }
}
