using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The requests that grains send to their region's writer.</summary>
public static class LedgerCalls
{
    /// <summary>
    /// Has the writer store a command's entry, or the rules' refusal, under the command's id. A known id gives the first outcome. A dry run
    /// gets the same outcome, and the writer stores nothing.
    /// </summary>
    /// <param name="day">The effective date of a stored refusal.</param>
    /// <param name="refusal">The rules' refusal; null to write the proposal.</param>
    public static Task<Outcome> DecideAsync(this ILedgerGrain writer, Command command, DateOnly day, Refusal? refusal,
        Func<Proposal> propose) =>
        writer.DecideAsync(ProposalOf(command, day, refusal, propose), command.IsDryRun);

    /// <summary>Has the writer store an entry under its own id, such as an order's hold; or asks it for a dry run.</summary>
    public static async Task<Outcome> DecideAsync(this ILedgerGrain writer, Proposal proposal, bool dryRun) =>
        dryRun ? (await writer.DryRunAsync(proposal)).Outcome : await writer.SubmitAsync(proposal);

    /// <summary>
    /// Writes an entry that no caller asked for and that is tried again at every look, such as the end of a hold. A dry run goes first: the
    /// writer would remember a refusal for ever, and each look would add another.
    /// </summary>
    public static async Task<Outcome> SubmitIfAcceptedAsync(this ILedgerGrain writer, Proposal proposal, bool dryRun = false)
    {
        Outcome tried = await writer.DecideAsync(proposal, dryRun: true);
        return dryRun || tried.Refusal is not null ? tried : await writer.SubmitAsync(proposal);
    }

    /// <summary>The outcome that a command would have, with the accounts as they would be. Nothing is stored.</summary>
    public static async Task<DryRun> DryRunAsync(this ILedgerGrain writer, Command command, DateOnly day, Refusal? refusal,
        Func<Proposal> propose) =>
        await writer.DryRunAsync(ProposalOf(command, day, refusal, propose));

    /// <summary>
    /// Some operations succeed once but may be refused first, such as an order's hold. Their attempts have numbered ids; this finds the
    /// first id that was not refused.
    /// </summary>
    /// <returns>The attempt's number, and its outcome if it succeeded; null if it was not tried yet.</returns>
    public static async Task<(int Attempt, Outcome? Happened)> AttemptAsync(this ILedgerGrain writer, Func<int, EntryId> id, int from = 0)
    {
        for (int attempt = from; ; attempt++)
        {
            if (await writer.FindAsync(id(attempt)) is not { } outcome) return (attempt, null);
            if (outcome.Refusal is null) return (attempt, outcome);
        }
    }

    /// <summary>A person's hours as the writer has them; due settlements may be missing, see <see cref="DueHours"/>.</summary>
    public static async Task<HoursBalance> HoursAsync(this ILedgerGrain writer, OpaqueId person)
    {
        ImmutableArray<Account> accounts = await writer.AccountsAsync([.. HoursBalance.Paths(person)]);
        return HoursBalance.Of(person, path => accounts.Find(path));
    }

    /// <summary>
    /// True for refusals caused by the server's state (full queue, store away, doubted clock). The writer does not remember them: the same
    /// command may succeed later.
    /// </summary>
    public static bool IsTransient(this Refusal refusal) =>
        refusal.Reason is Reason.QueueFull or Reason.StoreUnavailable or Reason.InternalError
        or Reason.JournalRolledBack or Reason.SignedByOtherKeys or Reason.ClockDoubtful;

    private static Proposal ProposalOf(Command command, DateOnly day, Refusal? refusal, Func<Proposal> propose) =>
        refusal is null ? propose() : Entries.Refuse(command.Header(day, ""), EntryCode.Note, refusal);
}
