using System.Diagnostics;

namespace TimeBank.Ledger;

/// <summary>
/// The ledger's one rule book, shared by the writer, the simulator and the tests: pure, and in this order of precedence.
/// <list type="number">
/// <item>The id: known with the same command gives the stored outcome, with another one <see cref="Reason.RequestIdReused"/>.</item>
/// <item>A refusal that the domain's rules gave already.</item>
/// <item>Shape: amounts, units, sizes. Never stored, since a retry can't differ.</item>
/// <item>Existence: the hold or entry that is named, then accounts in the order of the transfers, debit first; each must be of its
/// unit.</item>
/// <item>State: of the hold or entry, then of the accounts (closed before frozen).</item>
/// <item>Limits, transfer by transfer, each seeing those before it; debit account first, and the bound of the counters last.</item>
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
