using TimeBank.Ledger;

namespace TimeBank.Server.Tests;

/// <content>Donations by card, as the payment service tells of them.</content>
internal sealed partial class StoredHistory
{
    private const string DonationId = "D0NAT10N0001";

    private static readonly DateTimeOffset Paid = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);

    /// <summary>What an earlier build knew nothing of; played after the rest.</summary>
    public async Task PlayDonationsAsync()
    {
        await MovedAsync("txn_1", "charge", "charge", "ch_1", 10_000, 380);
        await MovedAsync("txn_2", "refund", "refund", "re_1", -2_500, 0);
        // Spent meanwhile: the fund owes a part of what is taken back, and what comes back pays it first.
        await MovedAsync("txn_3", "adjustment", "dispute", "dp_1", -7_500, 1_500, spent: 5_000);
        await MovedAsync("txn_4", "adjustment", "dispute_reversal", "dp_1", 7_500, -1_500, owed: 5_000);
        await MovedAsync("txn_5", "payout", "payout", "po_1", -7_120, 0);
        await MovedAsync("txn_6", "reserve_transaction", "risk_reserved_funds", "", -100, 0);
        await _grains.GetGrain<IStripeCursorGrain>(Here).MoveAsync(Paid);
        await _grains.GetGrain<IStripeEventGrain>($"{Here}/evt_1").ReceiveAsync(
            new StripeNotice("evt_1", "charge.succeeded", "charge", "ch_1", Paid, "", ""));
    }

    private async Task MovedAsync(
        string id, string type, string category, string source, long gross, long fee, long spent = 0, long owed = 0)
    {
        var movement = new CardMovement(id, type, category, source, gross, fee, Paid);
        CardUse use = CardRule.Judge(movement, isOfDispute: source.StartsWith("dp_", StringComparison.Ordinal));
        string donation = use.Side == CardSide.Fund ? DonationId : "";
        var header = new EntryHeader(
            movement.EntryId(), movement.Digest(), CardMovement.Actor, "", ChinaTime.DateOf(Paid), "2026-01", "",
            EntryDetails.Of(DonationEntries.Details(movement, donation)));
        Proposal proposal = DonationEntries.Book(
            header, movement, use, use.Side == CardSide.Fund ? Slug.Parse("campaign") : null, new FundStanding(7_500 - spent, owed));
        Outcome outcome = await _grains.GetGrain<ILedgerGrain>(Here).SubmitAsync(proposal);
        if (outcome.Refusal is not null) throw new InvalidOperationException($"{id}: {outcome.Refusal}");
    }
}
