using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What grains ask the region's writer for.</summary>
public static class LedgerCalls
{
    /// <summary>
    /// Writes a command's entry under its id, or remembers there what the rules refused; a known id gives what was decided then. A command
    /// that only asks
    /// gets the same outcome, and nothing is written or remembered.
    /// </summary>
    public static Task<Outcome> DecideAsync(this ILedgerGrain writer, Command command, DateOnly day, Refusal? refusal,
        Func<Proposal> propose) =>
        writer.DecideAsync(ProposalOf(command, day, refusal, propose), command.IsDryRun);

    /// <summary>Writes what a command asks for under an id of its own, such as an order's hold; or only tries it.</summary>
    public static async Task<Outcome> DecideAsync(this ILedgerGrain writer, Proposal proposal, bool dryRun) =>
        dryRun ? (await writer.DryRunAsync(proposal)).Outcome : await writer.SubmitAsync(proposal);

    /// <summary>
    /// Writes what nobody asked for and what is tried again and again, such as the end of a hold. It is tried first: a refusal is
    /// remembered under
    /// its id for ever, and a row of them would grow with every look.
    /// </summary>
    public static async Task<Outcome> SubmitIfAcceptedAsync(this ILedgerGrain writer, Proposal proposal, bool dryRun = false)
    {
        Outcome tried = await writer.DecideAsync(proposal, dryRun: true);
        return dryRun || tried.Refusal is not null ? tried : await writer.SubmitAsync(proposal);
    }

    /// <summary>What a command that only asks would come to, with the accounts as they would then be.</summary>
    public static async Task<DryRun> DryRunAsync(this ILedgerGrain writer, Command command, DateOnly day, Refusal? refusal,
        Func<Proposal> propose) =>
        await writer.DryRunAsync(ProposalOf(command, day, refusal, propose));

    /// <summary>
    /// The id of something that happens once but may be refused before, such as the hold of an order: of a row of ids the first that was
    /// not refused.
    /// </summary>
    /// <returns>That id's number, and its outcome where it happened.</returns>
    public static async Task<(int Attempt, Outcome? Happened)> AttemptAsync(this ILedgerGrain writer, Func<int, EntryId> id, int from = 0)
    {
        for (int attempt = from; ; attempt++)
        {
            if (await writer.FindAsync(id(attempt)) is not { } outcome) return (attempt, null);
            if (outcome.Refusal is null) return (attempt, outcome);
        }
    }

    /// <summary>The hours of a person as the writer has them.</summary>
    public static async Task<HoursBalance> HoursAsync(this ILedgerGrain writer, OpaqueId person)
    {
        ImmutableArray<Account> accounts = await writer.AccountsAsync([.. HoursBalance.Paths(person)]);
        return HoursBalance.Of(person, path => accounts.Find(path));
    }

    /// <summary>Whether a refusal says nothing of the command itself: the same one may succeed later, so it isn't remembered.</summary>
    public static bool IsTransient(this Refusal refusal) =>
        refusal.Reason is Reason.QueueFull or Reason.StoreUnavailable or Reason.InternalError
        or Reason.JournalRolledBack or Reason.SignedByOtherKeys or Reason.ClockDoubtful;

    private static Proposal ProposalOf(Command command, DateOnly day, Refusal? refusal, Func<Proposal> propose) =>
        refusal is null ? propose() : Entries.Refuse(command.Header(day, ""), EntryCode.Note, refusal);
}
