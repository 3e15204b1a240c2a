using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The state of a settlement batch. The numbers and names are stored and never change.</summary>
public enum SettlementState
{
    None = 0,

    /// <summary>Prepared: the money is held. Until the approval a maker may withdraw the batch.</summary>
    Draft = 1,

    /// <summary>Handed to a second person.</summary>
    Submitted = 2,

    /// <summary>Approved by a second person: the money has left the providers' payables.</summary>
    Approved = 3,

    /// <summary>A file of its payments was made for the bank.</summary>
    Exported = 4,

    /// <summary>Every payment was paid, rejected or returned.</summary>
    Closed = 5,

    /// <summary>Given up before its approval: the money is the providers' again.</summary>
    Withdrawn = 6,
}

/// <summary>The state of one payment. The numbers and names are stored and never change.</summary>
public enum PaymentState
{
    None = 0,

    /// <summary>In a batch that nobody approved yet.</summary>
    Prepared = 1,

    /// <summary>Approved; the bank has said nothing yet.</summary>
    Approved = 2,

    /// <summary>The bank has paid it.</summary>
    Paid = 3,

    /// <summary>The bank refused it before it paid.</summary>
    Rejected = 4,

    /// <summary>The bank paid it, and the money came back.</summary>
    Returned = 5,

    /// <summary>Its batch was withdrawn.</summary>
    Withdrawn = 6,
}

/// <summary>What a provider is owed at the moment of a settlement, in fen.</summary>
/// <param name="Payable">The payable's balance less what other batches hold of it.</param>
/// <param name="SetAside">What of it is not paid now: disputed redemptions, and what is held back.</param>
/// <param name="Owed">Money that the provider owes for refunds after earlier settlements.</param>
public readonly record struct ProviderClaim(OpaqueId Provider, Fen Payable, Fen SetAside, Fen Owed)
{
    /// <summary>The part of the payable that the batch takes: all of it but what is set aside.</summary>
    public Fen Taken => Payable > SetAside ? Payable - SetAside : Fen.Zero;

    /// <summary>The part of <see cref="Taken"/> that pays off the provider's debt.</summary>
    public Fen Netted => Fen.Min(Owed, Taken);

    /// <summary>The money that goes to the provider's bank.</summary>
    public Fen Paid => Taken - Netted;
}

/// <summary>
/// A programme may hold back a share of what a provider has earned in it since the last batch, until its work is judged (Changzhou: 5 %).
/// It stays on the payable.
/// </summary>
public static class HoldbackRule
{
    /// <param name="earned">Redemptions less refunds, in fen; below zero where more was refunded.</param>
    public static Fen HeldBack(long earned, int percent) => new((long)(Int128.Max(earned, 0) * percent / 100));

    /// <summary>
    /// The part of what was held back that is of one redemption or bill, rounded up: while it is disputed, none of it is released.
    /// </summary>
    /// <param name="own">What it brought of <paramref name="earned"/>, in fen.</param>
    public static Fen Share(Fen heldBack, long own, long earned) => own <= 0 ? Fen.Zero
        : own >= earned ? heldBack : new((long)(((Int128)heldBack.Value * own + earned - 1) / earned));
}

/// <summary>Why a person has to follow up what a provider owes.</summary>
public enum ClaimReason
{
    /// <summary>It owes more than the policy lets stand.</summary>
    OverLimit,

    /// <summary>It is blacklisted, or its accreditation is over: nothing that it earns will pay the debt.</summary>
    ProviderGone,
}

/// <summary>When a debt that a settlement would take off is a claim.</summary>
public static class ClaimRule
{
    /// <param name="provider">Null where the registry doesn't know it.</param>
    public static ClaimReason? Judge(Fen owed, ProviderFacts? provider, Fen above, DateOnly today) =>
        owed <= Fen.Zero ? null
        : provider is null || provider.StandingOn(today) == Standing.BlackListed || today > provider.AccreditedUntil
            ? ClaimReason.ProviderGone
        : owed > above ? ClaimReason.OverLimit : null;
}

/// <summary>Which steps a settlement batch and its payments may take.</summary>
public static class SettlementRule
{
    /// <summary>Refuses the first person as the second one, and every batch that was not submitted.</summary>
    public static Refusal? Approve(SettlementState state, string preparedBy, string submittedBy, string actor) =>
        state != SettlementState.Submitted ? WrongState(state)
        : actor == preparedBy || actor == submittedBy ? new Refusal(Reason.MakerIsChecker) : null;

    public static Refusal? Submit(SettlementState state) => state == SettlementState.Draft ? null : WrongState(state);

    public static Refusal? Withdraw(SettlementState state) =>
        state is SettlementState.Draft or SettlementState.Submitted ? null : WrongState(state);

    public static Refusal? Export(SettlementState state) => state == SettlementState.Approved ? null : WrongState(state);

    /// <summary>A file may be withdrawn that nobody has answered.</summary>
    public static Refusal? WithdrawExport(SettlementState state, bool isAnswered) =>
        state != SettlementState.Exported ? WrongState(state) : isAnswered ? new Refusal(Reason.ExportAnswered) : null;

    /// <summary>Refuses the first person as the second one, and a file that nobody asked to withdraw.</summary>
    public static Refusal? ConfirmWithdrawExport(SettlementState state, bool isAnswered, string askedBy, string actor) =>
        state != SettlementState.Exported ? WrongState(state)
        : askedBy.Length == 0 ? new Refusal(Reason.ExportNotWithdrawn)
        : askedBy == actor ? new Refusal(Reason.MakerIsChecker)
        : isAnswered ? new Refusal(Reason.ExportAnswered) : null;

    /// <summary>
    /// The bank's word on a payment: an approved one was paid or rejected, a paid one came back. A returned payment is final: its money is
    /// the provider's again, once.
    /// </summary>
    public static Refusal? Record(PaymentState state, PaymentState outcome) => (state, outcome) switch
    {
        (PaymentState.Approved, PaymentState.Paid or PaymentState.Rejected) => null,
        (PaymentState.Paid, PaymentState.Returned) => null,
        _ => Refusal.Of(Reason.PaymentWrongState, ("state", $"PAYMENT_STATE_{state.ToString().ToUpperInvariant()}")),
    };

    public static Refusal WrongState(SettlementState state) =>
        Refusal.Of(Reason.SettlementWrongState, ("state", $"SETTLEMENT_STATE_{state.ToString().ToUpperInvariant()}"));
}

/// <summary>Entries of a settlement: from a provider's payable to the batch, and from there to the bank or back.</summary>
public static class SettlementEntries
{
    /// <summary>
    /// Holds the money of a batch: each provider's payment, and the part of the payable that pays off the provider's debt. A held amount
    /// can't be settled twice, and no refund can take it away.
    /// </summary>
    public static Proposal Prepare(
        EntryHeader header, OpaqueId batch, IEnumerable<ProviderClaim> claims, PayableKind pays = PayableKind.Services)
    {
        AccountSpec settlement = Chart.Settlement(batch, pays);
        ImmutableArray<ProposedTransfer> transfers =
            [.. claims.SelectMany(claim => Legs(claim, Chart.Payable(claim.Provider, pays), settlement))];
        return new Proposal(header, EntryKind.Hold, EntryCode.PrepareSettlement) { Transfers = transfers };
    }

    /// <summary>Posts the hold of an approved batch as a whole.</summary>
    public static Proposal Approve(EntryHeader header, EntryId prepared) =>
        new(header, EntryKind.PostHold, EntryCode.ApproveSettlement) { Of = prepared };

    /// <summary>Releases the hold of a batch that was given up.</summary>
    public static Proposal Withdraw(EntryHeader header, EntryId prepared) =>
        new(header, EntryKind.VoidHold, EntryCode.WithdrawSettlement) { Of = prepared };

    /// <summary>The bank has paid.</summary>
    public static Proposal Pay(
        EntryHeader header, OpaqueId batch, Slug bank, Fen amount, PayableKind pays = PayableKind.Services) => Entries.Post(
            header, EntryCode.PayProvider, new ProposedTransfer(Chart.Settlement(batch, pays), Chart.Bank(bank), amount.Value));

    /// <summary>The bank has refused a payment: the provider is owed the money again.</summary>
    public static Proposal Reject(
        EntryHeader header, OpaqueId batch, OpaqueId provider, Fen amount, PayableKind pays = PayableKind.Services) => Entries.Post(
            header, EntryCode.RejectPayment,
            new ProposedTransfer(Chart.Settlement(batch, pays), Chart.Payable(provider, pays), amount.Value));

    /// <summary>A paid payment came back: the provider is owed the money again.</summary>
    public static Proposal Return(
        EntryHeader header, Slug bank, OpaqueId provider, Fen amount, PayableKind pays = PayableKind.Services) => Entries.Post(
            header, EntryCode.ReturnPayment, new ProposedTransfer(Chart.Bank(bank), Chart.Payable(provider, pays), amount.Value));

    /// <summary>
    /// Lets a refund of a settled redemption find its money: the provider owes what the payable lacks. The refund's own entry follows.
    /// Between the two the provider is owed and owes the same amount more, so a crash there changes nothing for anybody.
    /// </summary>
    public static Proposal Owe(EntryHeader header, OpaqueId provider, Fen shortfall) =>
        Entries.Post(header, EntryCode.OweProvider,
            new ProposedTransfer(Chart.ProviderOwed(provider), Chart.ProviderPayable(provider), shortfall.Value));

    private static IEnumerable<ProposedTransfer> Legs(ProviderClaim claim, AccountSpec payable, AccountSpec settlement)
    {
        if (claim.Paid > Fen.Zero) yield return new ProposedTransfer(payable, settlement, claim.Paid.Value);
        if (claim.Netted > Fen.Zero)
            yield return new ProposedTransfer(payable, Chart.ProviderOwed(claim.Provider), claim.Netted.Value);
    }
}
