using System.Collections.Immutable;
using System.Globalization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The netting of one month between the regions inside a wider one; key: region/yyyy-MM. The regions' journals have the hours; this grain
/// has the statement, and who answers for it.
/// </summary>
[Alias("timebank.netting")]
public interface INettingGrain : IGrainWithStringKey
{
    /// <summary>The netting; null where nobody has proposed it.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<NettingRecord?> GetAsync();

    /// <summary>Makes the statement, for another person to approve.</summary>
    [Alias("propose")]
    Task<Reply<NettingRecord>> ProposeAsync(Command command);

    /// <summary>Approves the statement and writes each region's entry. Where one is refused, the next approval goes on.</summary>
    [Alias("approve")]
    Task<Reply<NettingRecord>> ApproveAsync(Command command);

    /// <summary>Takes a proposal back that nobody has approved.</summary>
    [Alias("withdraw")]
    Task<Reply<NettingRecord>> WithdrawAsync(Command command);

    /// <summary>Writes what an approved netting lacks, and leaves the province's desk to others if nothing is open here.</summary>
    [Alias("finish")]
    Task FinishAsync();
}

/// <summary>
/// Lets one netting at a time be open in a province; key: the province's code. Two open ones could name the same hours, since a city's
/// regions are also the province's. It asks no other grain, so whoever waits for it never waits for long.
/// </summary>
[Alias("timebank.netting-desk")]
public interface INettingDeskGrain : IGrainWithStringKey
{
    /// <summary>The key of the netting that has the desk; empty if none has.</summary>
    [Alias("holder")]
    Task<string> HolderAsync();

    /// <summary>Gives the desk to a netting if it is free.</summary>
    /// <returns>The key of the netting that has the desk now.</returns>
    [Alias("take")]
    Task<string> TakeAsync(string netting);

    /// <summary>Frees the desk if this netting has it.</summary>
    [Alias("leave")]
    Task LeaveAsync(string netting);
}

/// <inheritdoc cref="INettingGrain"/>
public sealed class NettingGrain(
    [PersistentState(NettingGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<NettingGrainState> state,
    ILedgerReader ledger, DayRules rules, BusinessClock clock)
    : WorkflowGrain<NettingGrainState>(state, clock), INettingGrain
{
    private const int MaxAccounts = 10_000;

    private string Name => Key.ToString();

    private Month Month => Month.Parse(LocalKey);

    private NettingState Stage => State.Netting?.State ?? NettingState.None;

    private INettingDeskGrain Desk => GrainFactory.GetGrain<INettingDeskGrain>(Region.Province.ToString());

    public Task<NettingRecord?> GetAsync() => Task.FromResult(Stored.Netting);

    public Task<Reply<NettingRecord>> ProposeAsync(Command command) => StepAsync(command, async () =>
    {
        // A retry takes no desk and makes no other statement.
        if (State.HasDone(command, out Refusal? reused)) return reused;
        Refusal? refused = NettingRule.Propose(Stage, Month, Today) ?? await TakeDeskAsync();
        NettingRecord? proposed = refused is null ? await StatementAsync(command) : null;
        if (proposed?.Books.Any(books =>
            EntryOf(proposed, books, command.Header(Today, ""))?.Transfers.Length > Shape.MaxTransfers) == true)
        {
            refused = new Refusal(Reason.TooManyTransfers);
        }
        refused = await OnceAsync(command, () => refused, () => State.Netting = proposed);
        if (refused is not null) await LeaveDeskAsync();
        return refused;
    });

    public Task<Reply<NettingRecord>> ApproveAsync(Command command) => StepAsync(command, async () =>
    {
        Refusal? refused = await OnceAsync(
            command,
            () => NettingRule.Approve(Stage, State.Netting?.ProposedBy ?? "", command.Actor),
            () =>
            {
                if (Stage == NettingState.Approved) return;
                State.Approval = PlannedCommand.Of("approve", command);
                State.Netting = State.Netting! with { State = NettingState.Approved, ApprovedBy = command.Actor, ApprovedAt = Now };
            });
        refused ??= await PostAsync();
        await LeaveDeskAsync();
        return refused;
    });

    public Task<Reply<NettingRecord>> WithdrawAsync(Command command) => StepAsync(command, async () =>
    {
        Refusal? refused = await OnceAsync(
            command,
            () => NettingRule.Withdraw(Stage),
            () => State.Netting = State.Netting! with { State = NettingState.Withdrawn, WithdrawnBy = command.Actor });
        if (refused is null) await LeaveDeskAsync();
        return refused;
    });

    public async Task FinishAsync()
    {
        await PostAsync();
        await LeaveDeskAsync();
    }

    private async Task<Reply<NettingRecord>> StepAsync(Command command, Func<Task<Refusal?>> step)
    {
        async Task<Reply<NettingRecord>> AnswerAsync() => await step() is { } refusal ? refusal : State.Netting!;
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();
    }

    /// <summary>Has every region write its entry, in the order of their codes.</summary>
    /// <returns>The refusal of the region that stopped it; null if all are written.</returns>
    private async Task<Refusal?> PostAsync()
    {
        // Also a retry comes here, since a crash may have kept entries from the state, or the desk from others.
        if (Stage != NettingState.Approved) return null;
        Command approval = State.Approval!.ToCommand();
        for (int index = 0; index < State.Netting!.Books.Length; index++)
        {
            NettingBooks books = State.Netting.Books[index];
            if (books.Entry is not null || !books.Moves) continue;
            var region = RegionCode.Parse(books.Region);
            ILedgerGrain writer = GrainFactory.Writer(region);
            EntryId IdOf(int number) => approval.Id.Step($"netting {Name} of {region} {number}");
            // The id says whether a crash kept an entry from this state. The writer remembers a refusal, so attempts are numbered.
            (int attempt, Outcome? outcome) = await writer.AttemptAsync(IdOf);
            if (outcome is null)
            {
                Policy policy = await rules.PolicyAsync(region, Today);
                EntryHeader header = approval.Header(
                    IdOf(attempt), Today, policy.Version.ToString(), ("entryCount", Written(books.ToSize)), ("netting", Name));
                outcome = await writer.SubmitIfAcceptedAsync(EntryOf(State.Netting, books, header)!, IsDryRun);
            }
            if (outcome.Refusal is { } refusal) return refusal;
            if (IsDryRun) continue;
            State.Netting = State.Netting with { Books = State.Netting.Books.SetItem(index, books with { Entry = outcome.Entry!.Index }) };
            await SaveAsync();
        }
        State.Netting = State.Netting with { State = NettingState.Posted };
        await SaveAsync();
        return null;
    }

    private static Proposal? EntryOf(NettingRecord netting, NettingBooks books, EntryHeader header) => HourEntries.Net(
        header, RegionCode.Parse(books.Region), [.. netting.Pairs.Select(pair => pair.ToPair())],
        [.. netting.Settlements.Select(paid => paid.ToSettlement())]);

    /// <summary>Reads what each journal had of other regions when the month ended, less what nettings have closed until now.</summary>
    private async Task<NettingRecord> StatementAsync(Command command)
    {
        var time = LedgerTime.From(ChinaTime.StartOf(Month.Last.AddDays(1)));
        var read = new List<(RegionCode Region, long From, long To)>();
        var left = new SortedDictionary<(RegionCode From, RegionCode To), (long Left, long Arrived)>();
        foreach (RegionCode region in (await ledger.RegionsAsync(CancellationToken.None)).Where(region => region.IsWithin(Region)).Order())
        {
            long size = await ledger.IndexAtAsync(region, time, CancellationToken.None);
            IReadOnlyList<Account> then = await ledger.AccountsAsOfAsync(
                region, new AccountFilter(ClearingPath.Prefix), size, "", MaxAccounts, CancellationToken.None);
            ImmutableArray<Account> now =
                await GrainFactory.Writer(region).AccountsAsync([Chart.ClearingNet().Path, .. then.Select(account => account.Path)]);
            foreach (Account account in then)
            {
                if (ClearingPath.Of(account.Path) is not { } path || !path.Other.IsWithin(Region)) continue;
                Counters closed = now.Find(account.Path)!.Counters;
                // Only nettings take from these accounts, so what they took may be of a later month: never less than nothing is left.
                if (path.IsDueTo)
                {
                    long owed = Math.Max(0, account.Counters.CreditsPosted - closed.DebitsPosted);
                    left[(region, path.Other)] = (owed, left.GetValueOrDefault((region, path.Other)).Arrived);
                }
                else if (path.IsDueFrom)
                {
                    long due = Math.Max(0, account.Counters.DebitsPosted - closed.CreditsPosted);
                    left[(path.Other, region)] = (left.GetValueOrDefault((path.Other, region)).Left, due);
                }
            }
            if (then.Count > 0) read.Add((region, await NettedUpToAsync(region, now), size));
        }
        NettingPair[] pairs = [.. left.Where(pair => pair.Value != default)
            .Select(pair => new NettingPair(pair.Key.From, pair.Key.To, pair.Value.Left, pair.Value.Arrived))];
        ImmutableArray<NetPosition> positions = HourNetting.Positions(pairs);
        var net = positions.ToDictionary(position => position.Region);
        return new NettingRecord(
            LocalKey, NettingState.Proposed, command.Actor, Now, "", null, "",
            [.. read.Select(books => new NettingBooks(
                $"{books.Region}", books.From, books.To, net.GetValueOrDefault(books.Region).Owes, net.GetValueOrDefault(books.Region).Owed,
                null))],
            [.. pairs.Select(NettedPair.Of)],
            [.. HourNetting.Settle(positions).Select(NettedSettlement.Of)]);
    }

    /// <summary>How many entries of the region's journal the last netting has looked at.</summary>
    private async Task<long> NettedUpToAsync(RegionCode region, ImmutableArray<Account> now)
    {
        if (now.Find(Chart.ClearingNet().Path) is not { } net) return 0;
        IReadOnlyDictionary<long, JournalEntry> last = await ledger.LastEntriesAsync(region, [net.Number], CancellationToken.None);
        return last.TryGetValue(net.Number, out JournalEntry? entry)
            ? long.Parse(entry.Detail("entryCount"), CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Takes the province's desk. Another netting that has it may be over, or stand still after a crash: ask it once.</summary>
    private async Task<Refusal?> TakeDeskAsync()
    {
        string holder = IsDryRun ? await Desk.HolderAsync() : await Desk.TakeAsync(Name);
        if (holder == Name || holder.Length == 0) return null;
        INettingGrain other = GrainFactory.GetGrain<INettingGrain>(holder);
        if (!IsDryRun)
        {
            await other.FinishAsync();
            if (await Desk.TakeAsync(Name) == Name) return null;
        }
        else if ((await other.GetAsync())?.State is not (NettingState.Proposed or NettingState.Approved))
        {
            return null;
        }
        return Refusal.Of(Reason.NettingOpen, ("netting", holder));
    }

    private async Task LeaveDeskAsync()
    {
        if (!IsDryRun && Stage is not (NettingState.Proposed or NettingState.Approved)) await Desk.LeaveAsync(Name);
    }

    private static string Written(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <inheritdoc cref="INettingDeskGrain"/>
public sealed class NettingDeskGrain(
    [PersistentState(NettingDeskState.Kind, GrainStorageNames.TimeBank)] IPersistentState<NettingDeskState> state)
    : Grain, INettingDeskGrain
{
    public Task<string> HolderAsync() => Task.FromResult(state.State.Holder);

    public async Task<string> TakeAsync(string netting)
    {
        if (state.State.Holder.Length == 0) await HoldAsync(netting);
        return state.State.Holder;
    }

    public async Task LeaveAsync(string netting)
    {
        if (state.State.Holder == netting) await HoldAsync("");
    }

    private Task HoldAsync(string netting)
    {
        state.State.Holder = netting;
        return this.WriteAsync(state);
    }
}
