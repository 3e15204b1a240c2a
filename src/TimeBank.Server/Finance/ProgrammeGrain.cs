using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IProgrammeGrain"/>
public sealed class ProgrammeGrain(
    [PersistentState(ProgrammeState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ProgrammeState> state, ILedgerReader ledger,
        IRegistry registry, ReportReader reports, DayRules rules, BusinessClock clock)
    : WorkflowGrain<ProgrammeState>(state, clock), IProgrammeGrain
{
    private const int AllotmentsAtOnce = 1_000;

    /// <summary>The page after the last issued one, read ahead for the next call. A call for any other page drops it.</summary>
    private (EntryId Run, string After, Task<IssueRun.Page?> Page)? _ahead;

    /// <summary>The last run and its day. One day judges all pages of a run.</summary>
    private (Command Run, DateOnly Day)? _judged;

    private Slug Id => Slug.Parse(LocalKey);

    public async Task<Reply<ProgrammeRecord>> CreateAsync(Command command, ProgrammeRecord programme)
    {
        ProgrammeRecord asked = programme;
        Catalogue catalogue = await rules.CatalogueAsync(Region, Today);
        bool isFirstMissing = false;
        foreach (string first in programme.Further?.YieldsTo ?? [])
            isFirstMissing |= await GrainFactory.GetGrain<IProgrammeGrain>(Region, Slug.Parse(first)).GetAsync() is null;
        Refusal? Decide() =>
            State.Programme is not null ? Refusal.Of(Reason.ProgrammeExists, ("id", LocalKey))
            : isFirstMissing ? new Refusal(Reason.ProgrammeNotFound)
            : !catalogue.Items.Any(item => item.Unit.Code == asked.Unit && asked.ServiceTypes.Contains(item.Type))
                ? Refusal.Of(Reason.ItemNotFound, ("counted_in", asked.Unit))
            : null;
        Refusal? refusal = await OnceAsync(command, Decide, () => State.Programme ??= asked);
        return refusal is null ? State.Programme! : refusal;
    }

    public Task<ProgrammeRecord?> GetAsync() => Task.FromResult(State.Programme);

    public async Task<Outcome> AllotAsync(Command command, ImmutableArray<AllotmentLine> lines, long? totalFen, bool servesPurpose)
    {
        Refusal? refusal = State.Programme is null ? new Refusal(Reason.ProgrammeNotFound) : null;
        Policy policy = await rules.PolicyAsync(Region, Today);
        var purposes = new List<string>();
        foreach (AllotmentLine line in lines)
        {
            FundRecord? fund = await GrainFactory.GetGrain<IFundGrain>(Region, line.Fund).GetAsync();
            refusal ??= fund is null ? new Refusal(Reason.FundNotFound)
                : fund.Conditions?.ToConditions().RefusalOf(fund.DisplayName, State.Programme!.ToProgramme(), policy) is { } broken ? broken
                // A purpose is a text: only a person can say that the programme serves it.
                : fund.BoundTo.Length > 0 && !servesPurpose
                    ? Refusal.Of(Reason.FundPurposeBound, ("fund", fund.DisplayName), ("purpose", fund.BoundTo))
                : null;
            purposes.Add(fund?.BoundTo ?? "");
        }
        AllotmentDetails details = await SplitAsync(command, lines, totalFen);
        // A fund's part may be zero, and the ledger refuses a transfer of nothing.
        Proposal Propose() => MoneyEntries.Allot(
            command.Header(Today, policy.Version.ToString(), details.Write(purposes)), Id,
                details.Lines.Where(line => line.Amount > Fen.Zero).Select(line => (line.Fund, line.Amount)));
        return await Writer.DecideAsync(command, Today, refusal, Propose);
    }

    public async Task<Outcome> BeginIssueAsync(VoucherRun run, CancellationToken cancellation)
    {
        _judged = null;
        if (await Writer.FindAsync(run.Command.Id) is not null) return await BeginAsync(run, null);
        if (State.Programme is null) return await BeginAsync(run, new Refusal(Reason.ProgrammeNotFound));
        if (run.Month != Month) return await BeginAsync(run, RunDays.NotCurrent(Today));
        DateOnly today = Today;
        IssueRun issue = await IssueAsync(run, today);
        long available = await Writer.AvailableAsync(Id);
        Fen needed = await issue.NeededAsync(atMost: true, cancellation);
        // Not enough for all elders may be enough for those without a voucher yet.
        if (needed.Value > available) needed = await issue.NeededAsync(atMost: false, cancellation);
        if (needed.Value > available)
        {
            return await BeginAsync(run, Refusal.Of(
                Reason.ProgrammeUnderfunded,
                ("available", available.ToString(CultureInfo.InvariantCulture)),
                ("needed", needed.Value.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code)));
        }
        // Answer a failure to note the day directly: the writer must not remember it as the run's own refusal.
        if (await Writer.NoteDayAsync(run.Command, today) is { } notNoted)
        {
            return new Outcome(run.Command.Id, Digest.Parse(run.Command.RequestDigest), notNoted, null, Replayed: false);
        }
        return await BeginAsync(run, null);
    }

    public async Task<RunPage> IssueAsync(VoucherRun run, string? after, CancellationToken cancellation)
    {
        var ahead = _ahead;
        _ahead = null;
        if (_judged?.Run != run.Command) _judged = (run.Command, await Writer.DayOfAsync(run.Command, run.Month, Today));
        IssueRun issue = await IssueAsync(run, _judged.Value.Day);
        bool isAhead = ahead is { } next && next.Run == run.Command.Id && next.After == after;
        Task<IssueRun.Page?> read = isAhead ? ahead!.Value.Page : issue.ReadAsync(after, looksUp: true, cancellation);
        if (await read is not { } page) return RunTally.Nothing;
        cancellation.ThrowIfCancellationRequested();
        // Read the next page while the writer stores this one.
        _ahead = (run.Command.Id, page.Next, issue.ReadAsync(page.Next, looksUp: true, CancellationToken.None));
        return await issue.IssueAsync(page);
    }

    public async Task<Outcome> ReturnAsync(Command run)
    {
        EntryId id = ReturnDetails.EntryId(run, Id);
        if (await Writer.FindAsync(id) is { } known) return known;
        if (State.Programme is null) return await RefuseAsync(run, id, new Refusal(Reason.ProgrammeNotFound));
        if (await ledger.NotExpiredAsync(Region, Id, Today) is { } notExpired) return await RefuseAsync(run, id, notExpired);
        // Only this grain issues from the programme's money. Whatever else takes some meanwhile makes the ledger refuse the entry.
        UnspentFunds unspent = await reports.UnspentAsync(Region, Id, CancellationToken.None);
        if (ReturnRule.Judge(unspent) is { } nothing) return await RefuseAsync(run, id, nothing);
        ReturnDetails details = ReturnDetails.Of(unspent);
        Policy policy = await rules.PolicyAsync(Region, Today);
        EntryHeader header = run.Header(id, Today, policy.Version.ToString(), details.Write());
        return await Writer.DecideAsync(
            MoneyEntries.Return(header, Id, details.Lines.Select(line => (line.Fund, line.Amount))), run.IsDryRun);
    }

    private Task<Outcome> RefuseAsync(Command run, EntryId id, Refusal refusal) =>
        Writer.DecideAsync(Entries.Refuse(run.Header(id, Today, ""), EntryCode.Note, refusal), run.IsDryRun);

    private DateOnly Month => new(Today.Year, Today.Month, 1);

    private async Task<IssueRun> IssueAsync(VoucherRun run, DateOnly day)
    {
        Programme programme = State.Programme!.ToProgramme();
        return new IssueRun(
            programme, await GrainFactory.WithFirstAsync(Region, programme), run, Region, day, await rules.PolicyAsync(Region, day), Writer,
            ledger, registry);
    }

    private Task<Outcome> BeginAsync(VoucherRun run, Refusal? refusal) =>
        Writer.DecideAsync(run.Command, Today, refusal, () => Entries.Note(run.Command.Header(Today, "")));

    /// <summary>
    /// Each fund's part. A split by shares continues from the total that the same split divided before, so that all its allotments together
    /// are exact to the fen.
    /// </summary>
    private async Task<AllotmentDetails> SplitAsync(Command command, ImmutableArray<AllotmentLine> lines, long? totalFen)
    {
        if (totalFen is not { } total)
        {
            FunderPart[] amounts = [.. lines.Select(line => new FunderPart(Slug.Parse(line.Fund), new Fen(line.Number)))];
            return new AllotmentDetails([.. amounts], "", amounts.Aggregate(Fen.Zero, (sum, line) => sum + line.Amount));
        }
        FunderShare[] shares = [.. lines.Select(line => new FunderShare(Slug.Parse(line.Fund), line.Number))];
        string split = AllotmentDetails.SplitOf(shares);
        return new AllotmentDetails(new FunderSplit(shares).OfEntry(await SplitBeforeAsync(split), new Fen(total)), split, new Fen(total));
    }

    /// <summary>
    /// The total of all allotments by the same split, reversed ones left out. Read from the journal: a counter of its own could differ.
    /// </summary>
    private async Task<Fen> SplitBeforeAsync(string split)
    {
        var filter = new EntryFilter(EntryCode.AllotFunds,
            Reversed: false)
        { Touching = [new AccountFilter(Chart.ProgrammeAllotted(Id).Path.Text)] };
        var sum = Fen.Zero;
        for (long before = long.MaxValue; ;)
        {
            IReadOnlyList<LinkedEntry> page = await ledger.EntriesAsync(Region, filter, before, AllotmentsAtOnce, CancellationToken.None);
            sum = page.Select(linked => AllotmentDetails.Of(linked.Entry)).Where(details => details.Split == split)
                .Aggregate(sum, (total, details) => total + details.Total);
            if (page.Count < AllotmentsAtOnce) return sum;
            before = page[^1].Entry.Index;
        }
    }
}
