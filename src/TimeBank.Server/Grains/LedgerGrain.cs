using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>The one writer of a region's journal; key: the region's code. It decides order, double entry, limits and ids.</summary>
[Alias("timebank.ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Decides a proposal and answers once the outcome is durable. A retry with the same id gets the same outcome.</summary>
    [Alias("submit")]
    Task<Outcome> SubmitAsync(Proposal proposal);

    /// <summary>The outcome that a proposal would have. Stores nothing.</summary>
    [Alias("try")]
    Task<DryRun> DryRunAsync(Proposal proposal);

    /// <summary>The outcome stored under an id; null where the id is unknown.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    [Alias("find")]
    Task<Outcome?> FindAsync(EntryId id);

    /// <summary>Accounts as the writer has them. Accounts that don't exist are left out.</summary>
    /// <exception cref="StorageUnavailableException">The writer can't tell now.</exception>
    [Alias("accounts")]
    Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths);
}

/// <summary>The grain around a region's <see cref="LedgerWriter"/>. Its calls interleave, so that the writer can batch them.</summary>
[Reentrant]
public sealed class LedgerGrain(ILedgerStore store, BusinessClock clock, ISaltSource salts, IOptions<LedgerOptions> options,
    ILogger<LedgerGrain> log, IJournalWatch? watch = null)
    : Grain, ILedgerGrain
{
    private LedgerWriter? _writer;

    private LedgerWriter Writer =>
        _writer ??= new LedgerWriter(RegionCode.Parse(this.GetPrimaryKeyString()), store, clock, salts, options.Value, log, watch);

    /// <summary>Waits until the writer has stored and answered every accepted call, before the silo stops.</summary>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        _writer?.Idle.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public async Task<Outcome> SubmitAsync(Proposal proposal)
    {
        using Activity? span = GrainTraces.Begin(nameof(LedgerGrain));
        return await Writer.SubmitAsync(proposal);
    }

    public Task<DryRun> DryRunAsync(Proposal proposal) => Writer.DryRunAsync(proposal);

    public Task<Outcome?> FindAsync(EntryId id) => Writer.FindAsync(id);

    public async Task<ImmutableArray<Account>> AccountsAsync(ImmutableArray<AccountPath> paths) =>
        [.. await Writer.AccountsAsync([.. paths])];
}

/// <summary>A region's writer, and questions to it.</summary>
public static class RegionGrains
{
    public static ILedgerGrain Writer(this IGrainFactory grains, RegionCode region) =>
        grains.GetGrain<ILedgerGrain>(new GrainKey(region, ""));

    /// <summary>True if the writer knows the command's outcome. Then no rule about today's date may refuse the retry.</summary>
    public static async Task<bool> IsKnownAsync(this IGrainFactory grains, RegionCode region, Command command) =>
        await grains.Writer(region).FindAsync(command.Id) is not null;

    /// <summary>What each account may still pay out, for accounts that never go into debit; zero for an unopened one.</summary>
    public static async Task<IReadOnlyList<long>> AvailableAsync(this IGrainFactory grains, RegionCode region,
        IReadOnlyList<AccountPath> paths)
    {
        if (paths.Count == 0) return [];
        ImmutableArray<Account> accounts = await grains.Writer(region).AccountsAsync([.. paths]);
        var rooms = accounts.ToDictionary(account => account.Path, account => account.Counters.DebitRoom);
        return [.. paths.Select(path => rooms.GetValueOrDefault(path))];
    }
}

/// <summary>Reads single accounts from the region's writer.</summary>
public static class LedgerReads
{
    /// <summary>The account at a path; null if it was never opened.</summary>
    public static Account? Find(this ImmutableArray<Account> accounts, AccountPath path)
    {
        foreach (Account account in accounts)
        {
            if (account.Path == path) return account;
        }
        return null;
    }

    /// <summary>The account at a path; null if it was never opened.</summary>
    public static async Task<Account?> AccountAsync(this ILedgerGrain writer, AccountPath path) =>
        (await writer.AccountsAsync([path])).Find(path);

    /// <summary>
    /// What the provider's payable lacks to give money back: it was settled meanwhile. Zero also where the refund is refused for another
    /// reason, such as a frozen account: nobody owes for what isn't taken back.
    /// </summary>
    public static async Task<Fen> ShortfallAsync(this ILedgerGrain writer, OpaqueId provider, Fen credited, Proposal refund)
    {
        long room = (await writer.AccountAsync(Chart.ProviderPayable(provider).Path))?.Counters.DebitRoom ?? 0;
        return credited.Value > room && (await writer.DryRunAsync(refund)).Outcome.Refusal is { Reason: Reason.InsufficientBalance }
            ? new Fen(credited.Value - room) : Fen.Zero;
    }

    /// <summary>The fen that a programme can still spend on new vouchers.</summary>
    public static async Task<long> AvailableAsync(this ILedgerGrain writer, Slug programme) =>
        (await writer.AccountAsync(Chart.ProgrammeAllotted(programme).Path))?.Counters.DebitRoom ?? 0;
}

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

    /// <summary>
    /// Decides again from what is so now, each time an account that the decision was made from has moved before the writer's turn
    /// (<see cref="Proposal.MadeFrom"/>).
    /// </summary>
    /// <returns>The outcome; <see cref="Reason.AccountMoved"/> after many tries.</returns>
    public static async Task<Outcome> UnmovedAsync(Func<Task<Outcome>> decide)
    {
        const int most = 20;
        for (int tries = 1; ; tries++)
        {
            Outcome outcome = await decide();
            if (outcome.Refusal is not { Reason: Reason.AccountMoved } || tries == most) return outcome;
        }
    }

    /// <summary>
    /// Writes that a provider owes what its payable lacks for a refund (<see cref="LedgerReads.ShortfallAsync"/>). Each debt has an id of
    /// its own: where the payable was settled again before the refund came, more is lacking.
    /// </summary>
    /// <param name="header">Of the debt's entry; its id is made from the command's.</param>
    public static async Task<Outcome> OweAsync(this ILedgerGrain writer, Command command, EntryHeader header, OpaqueId provider,
        Fen shortfall)
    {
        EntryId Id(int number) => command.Id.Step(number == 0 ? "owe" : string.Create(CultureInfo.InvariantCulture, $"owe {number}"));
        int number = 0;
        while (await writer.FindAsync(Id(number)) is not null) number++;
        return await writer.SubmitAsync(SettlementEntries.Owe(header with { Id = Id(number) }, provider, shortfall));
    }

    /// <summary>A person's hours as the writer has them; due settlements may be missing, see <see cref="DueHours"/>.</summary>
    public static async Task<HoursBalance> HoursAsync(this ILedgerGrain writer, OpaqueId person)
    {
        ImmutableArray<Account> accounts = await writer.AccountsAsync([.. HoursBalance.Paths(person)]);
        return HoursBalance.Of(person, path => accounts.Find(path));
    }

    /// <summary>
    /// True for refusals caused by the server's state (full queue, store away, doubted clock, a busy account). The writer does not remember
    /// them: the same command may succeed later.
    /// </summary>
    public static bool IsTransient(this Refusal refusal) =>
        refusal.Reason is Reason.QueueFull or Reason.StoreUnavailable or Reason.InternalError
        or Reason.JournalRolledBack or Reason.SignedByOtherKeys or Reason.ClockDoubtful
        or Reason.AccountMoved;

    private static Proposal ProposalOf(Command command, DateOnly day, Refusal? refusal, Func<Proposal> propose) =>
        refusal is null ? propose() : Entries.Refuse(command.Header(day, ""), EntryCode.Note, refusal);
}
