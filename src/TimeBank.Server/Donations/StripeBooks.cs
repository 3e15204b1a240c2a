using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Books movements of the payment service's balance, each once: the entry's id is made from the movement's. Events and runs both book, in
/// any order and as often as they like.
/// </summary>
public sealed class StripeBooks(IGrainFactory grains, StripeGateway gateway, DayRules rules, BusinessClock clock)
{
    /// <summary>Somebody else may use the fund between the look at it and the entry.</summary>
    private const int Tries = 8;

    private ILedgerGrain Writer => grains.Writer(gateway.Region);

    /// <exception cref="StorageUnavailableException">Nothing can be written now.</exception>
    /// <exception cref="PaymentServiceException">The movement's payment can't be looked up.</exception>
    public async Task<CardBooking> BookAsync(CardTransaction found, bool dryRun = false)
    {
        CardMovement movement = found.Movement;
        (int attempt, Outcome? happened) = await Writer.AttemptAsync(movement.EntryId);
        if (happened is not null)
        {
            CardBooking known = CardBooking.Known with { Donation = DonationOf(happened) };
            return happened.RequestDigest == movement.Digest() ? known
                : known with { Warnings = [Warn(movement, Reason.TransactionChanged)] };
        }
        if (found.Currency != StripeGateway.Currency)
        {
            string currency = found.Currency.ToUpperInvariant();
            return CardBooking.Never with { Warnings = [Warn(movement, Reason.TransactionOtherCurrency, ("currency", currency))] };
        }
        if (movement is { Gross: 0, Fee: 0 }) return CardBooking.Never;

        CardUse use = CardRule.Judge(movement, found.IsOfDispute);
        var warnings = new List<CardWarning>();
        Owner? owner = use.Side == CardSide.Fund ? await OwnerAsync(found) : null;
        if (use == CardUse.Unexplained) warnings.Add(Warn(movement, Reason.TransactionTypeUnknown, ("type", movement.Type)));
        if (use.Side == CardSide.Fund && owner is null)
        {
            use = CardUse.Unexplained;
            warnings.Add(Warn(movement, Reason.TransactionWithoutFund));
        }
        return await BookAsync(movement, use, owner, attempt, dryRun, warnings);
    }

    private static OpaqueId? DonationOf(Outcome booked) =>
        OpaqueId.TryParse(booked.Entry?.Header.Details.GetValueOrDefault("donation"), out OpaqueId donation) ? donation : null;

    private async Task<CardBooking> BookAsync(
        CardMovement movement, CardUse use, Owner? owner, int attempt, bool dryRun, List<CardWarning> warnings)
    {
        Policy policy = await rules.PolicyAsync(gateway.Region, clock.Today);
        Refusal refusal;
        int tries = 0;
        do
        {
            FundStanding standing = owner is null ? default : await StandingAsync(owner.Fund);
            // The row of attempts is looked at again: a try that was lost against another use of the fund is remembered under its id.
            (attempt, Outcome? happened) = await Writer.AttemptAsync(movement.EntryId, attempt);
            if (happened is not null) return CardBooking.Known;
            var header = new EntryHeader(
                movement.EntryId(attempt), movement.Digest(), CardMovement.Actor, "", ChinaTime.DateOf(movement.Created),
                policy.Version.ToString(), "", EntryDetails.Of(DonationEntries.Details(movement, owner?.Donation ?? "")));
            Proposal proposal = DonationEntries.Book(header, movement, use, owner?.Fund, standing);
            Outcome outcome = await Writer.SubmitIfAcceptedAsync(proposal, dryRun);
            if (outcome.Refusal is null)
            {
                if (outcome.Replayed) return CardBooking.Known;
                if (owner is not null && movement.Gross < 0 && -movement.Gross > standing.Available)
                {
                    warnings.Add(Warn(movement, Reason.FundOwes) with { Fen = -movement.Gross - Math.Max(0, standing.Available) });
                }
                return new CardBooking(CardBookingKind.Booked, owner?.DonationId, [.. warnings]);
            }
            refusal = outcome.Refusal;
            if (refusal.IsTransient()) throw new StorageUnavailableException($"{refusal.Reason}");
        }
        while (refusal.Reason is Reason.InsufficientBalance or Reason.LimitReached && ++tries < Tries);
        return CardBooking.Later with
        {
            Warnings = [Warn(movement, Reason.TransactionNotBooked, ("because", ReasonCatalogue.Name(refusal.Reason)))],
        };
    }

    /// <summary>The fund that the payment says it is for; null where it is none of this region's donation funds.</summary>
    private async Task<Owner?> OwnerAsync(CardTransaction found)
    {
        if (found.ChargeId.Length == 0) return null;
        CardCharge charge = found.Charge ?? await gateway.ChargeAsync(found.ChargeId);
        if (charge.Region != gateway.Region.ToString() || !Slug.TryParse(charge.Fund, out Slug fund)) return null;
        FundRecord? record = await grains.GetGrain<IFundGrain>(gateway.Region, fund).GetAsync();
        if (record?.Kind != FundKind.Donation) return null;
        return new Owner(fund, EntryId.TryParse(charge.Operation, out EntryId operation) ? OpaqueId.From(operation) : null);
    }

    private async Task<FundStanding> StandingAsync(Slug fund)
    {
        AccountPath available = Chart.FundAvailable(fund).Path, owed = Chart.FundOwed(fund).Path;
        ImmutableArray<Account> accounts = await Writer.AccountsAsync([available, owed]);
        return new FundStanding(accounts.Find(available)?.Counters.DebitRoom ?? 0, accounts.Find(owed)?.Counters.CreditRoom ?? 0);
    }

    private static CardWarning Warn(CardMovement movement, Reason reason, params ReadOnlySpan<(string Key, string Value)> values) =>
        new(Refusal.Of(reason, values), movement.Id, reason == Reason.TransactionOtherCurrency ? null : Math.Abs(movement.Gross));

    private sealed record Owner(Slug Fund, OpaqueId? DonationId)
    {
        public string Donation => DonationId?.Text ?? "";
    }
}

/// <summary>What became of a movement.</summary>
/// <param name="Donation">The donation that it is of; null where it is of none, and where nobody knows.</param>
public sealed record CardBooking(CardBookingKind Kind, OpaqueId? Donation, ImmutableArray<CardWarning> Warnings)
{
    internal static CardBooking Known { get; } = new(CardBookingKind.Known, null, []);

    /// <summary>It moves nothing of the books.</summary>
    internal static CardBooking Never { get; } = new(CardBookingKind.Never, null, []);

    internal static CardBooking Later { get; } = new(CardBookingKind.Later, null, []);
}

public enum CardBookingKind
{
    None = 0,

    /// <summary>Booked now.</summary>
    Booked = 1,

    /// <summary>Booked before.</summary>
    Known = 2,

    /// <summary>Nothing of it belongs into the books.</summary>
    Never = 3,

    /// <summary>The ledger refuses it for the present, as where an account is frozen.</summary>
    Later = 4,
}

/// <summary>Something that people should look at.</summary>
/// <param name="Subject">The payment service's id of what it is about; may be empty.</param>
/// <param name="Fen">The amount in question; null where there is none in yuan.</param>
public sealed record CardWarning(Refusal About, string Subject, long? Fen);
