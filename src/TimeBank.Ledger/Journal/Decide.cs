using System.Diagnostics;

namespace TimeBank.Ledger;

/// <summary>
/// The ledger's one rule book: the writer, the simulator and the tests share it. Pure. The first rule that refuses wins, in this order:
/// <list type="number">
/// <item>The id. A known id with the same command returns its stored outcome; with another command,
/// <see cref="Reason.RequestIdReused"/>.</item>
/// <item>The refusal that the domain's rules gave before the proposal came here.</item>
/// <item>Shape: amounts, units, sizes. Such a refusal is not stored: a retry of the same command gets the same answer anyway.</item>
/// <item>Existence: the hold or entry that the proposal names; then the accounts in the order of the transfers, debit first, each in its
/// unit.</item>
/// <item>State: of the hold or entry; then of the accounts, closed before frozen.</item>
/// <item>Limits: transfer by transfer, each on the balances that the ones before it left. The debit account's limit comes first, the bound
/// of the counters last. At the end, whether a close of days ends on the day that it says.</item>
/// </list>
/// </summary>
public static class Decide
{
    public static Decision Entry(ILedgerView view, Proposal proposal, LedgerTime clock)
    {
        EntryHeader header = proposal.Header;
        if (view.Outcome(header.Id) is { } known)
        {
            return Unstored(known.RequestDigest == header.RequestDigest
                ? known with { Replayed = true }
                : Outcome.Refused(proposal, new Refusal(Reason.RequestIdReused)));
        }
        if (proposal.Refused is { } refused) return Refuse(proposal, refused);
        if (Shape.Check(proposal) is { } misshapen) return Unstored(Outcome.Refused(proposal, misshapen));

        if (proposal.Kind == EntryKind.Note) return new Decision(Outcome.Noted(proposal), [], [], Stores: true);

        LedgerTime time = view.LastTime.Next(clock);
        var draft = new EntryDraft(view, proposal, time);
        Refusal? refusal = proposal.Kind switch
        {
            EntryKind.Post => draft.Locate() ?? draft.Move(holds: false),
            EntryKind.Hold => draft.Locate() ?? draft.Move(holds: true),
            EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold => draft.EndHold(),
            EntryKind.Reverse => draft.Reverse(),
            EntryKind.ChangeAccounts => draft.ChangeAccounts(),
            EntryKind.Note => throw new UnreachableException(),
        };
        return refusal is null ? draft.Finish() : Refuse(proposal, refusal);
    }

    private static Decision Refuse(Proposal proposal, Refusal refusal) => new(Outcome.Refused(proposal, refusal), [], [], Stores: true);

    private static Decision Unstored(Outcome outcome) => new(outcome, [], [], Stores: false);
}
