using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IClearingGrain"/>
public sealed class ClearingGrain(
    [PersistentState("clearing", GrainStorageNames.TimeBank)] IPersistentState<ClearingState> state, ILedgerReader ledger,
        DayRules rules, BusinessClock clock, ILogger<ClearingGrain> log)
    : Grain, IClearingGrain
{
    private const int Page = 100, MaxRegions = 10_000;
    private const string To = "to", From = "from";

    /// <summary>Entries whose hours have left and not arrived, by index. Complete only after <see cref="LoadedAsync"/>.</summary>
    private readonly Dictionary<long, JournalEntry> _onTheirWay = [];

    /// <summary>Indexes of entries delivered since the last round, so that looking and loading do not list them as waiting again.</summary>
    private readonly HashSet<long> _arrived = [];

    /// <summary>Receivers that refuse at present, by grain key.</summary>
    private readonly Dictionary<string, Refusals> _refusals = [];

    private Task? _loading;
    private bool _looked;

    private ClearingState State => state.State;

    private RegionCode Region => RegionCode.Parse(this.GetPrimaryKeyString());

    private ILedgerGrain Writer => GrainFactory.Writer(Region);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        OutboxFigures.Forget(Region);
        return Task.CompletedTask;
    }

    public async Task<Reply<TransferredHours>> TransferAsync(Command command, OpaqueId from, GrainKey to, long minutes)
    {
        Refusal? refusal = await TransferRefusalAsync(from, to);
        Policy policy = await rules.PolicyAsync(Region, clock.Today);
        Outcome outcome = await Writer.DecideAsync(command, clock.Today, refusal, () => HourEntries.ClearOut(
            command.Header(clock.Today, policy.Version.ToString(), (To, to.ToString()), (From, from.Text)), from, to.Region,
            new Minutes(minutes)));
        if (outcome.Refusal is { } refused) return refused;
        // A dry run does not ask the other region: even if that refuses, the hours would have left.
        if (command.IsDryRun) return new TransferredHours(outcome.Entry!.Index, null);

        // The hours have left. The delivery below may fail; the next round tries again.
        JournalEntry left = outcome.Entry!;
        if (!_arrived.Contains(left.Index)) _onTheirWay[left.Index] = left;
        return new TransferredHours(left.Index, await ArriveAsync(left));
    }

    public async Task<long> OnTheirWayAsync(OpaqueId volunteer)
    {
        await LoadedAsync();
        IEnumerable<JournalEntry> own = _onTheirWay.Values.Where(left => left.Detail(From) == volunteer.Text);
        return own.Sum(left => left.Transfers[0].Posted);
    }

    public async Task<ImmutableArray<ClearingPosition>> PositionsAsync()
    {
        IReadOnlyList<Account> listed = await ClearingAccountsAsync();
        RegionCode[] others = [.. listed.Select(account => ClearingPath.Of(account.Path)?.Other).OfType<RegionCode>().Distinct().Order()];
        ImmutableArray<Account> accounts = await Writer.AccountsAsync([.. listed.Select(account => account.Path)]);
        return [
            .. others.Select(other => new ClearingPosition(
                other, accounts.Find(Chart.ClearingDueTo(other).Path)?.Balance ?? 0,
                    accounts.Find(Chart.ClearingDueFrom(other).Path)?.Balance ?? 0,
                    accounts.Find(Chart.ClearingSettled(other).Path)?.Balance ?? 0)),
        ];
    }

    private async Task<Refusal?> TransferRefusalAsync(OpaqueId from, GrainKey to)
    {
        if (to.Region == Region) return new Refusal(Reason.TransferSameRegion);
        var fromKey = new GrainKey(Region, from.Text);
        if (await GrainFactory.GetGrain<IVolunteerGrain>(fromKey).GetAsync() is not { } giver) return new Refusal(Reason.VolunteerNotFound);
        if (await GrainFactory.GetGrain<IVolunteerGrain>(to).GetAsync() is not { } receiver) return new Refusal(Reason.VolunteerNotFound);
        return giver.Home == to.ToString() || receiver.Home == fromKey.ToString() ? null : new Refusal(Reason.TransferNotSamePerson);
    }

    public async Task DeliverAsync()
    {
        await LoadedAsync();
        await LookAsync();
        IGrouping<string, JournalEntry>[] receivers = [.. _onTheirWay.Values.OrderBy(left => left.Index).GroupBy(left => left.Detail(To))];
        foreach (IGrouping<string, JournalEntry> receiver in receivers)
        {
            if (_refusals.TryGetValue(receiver.Key, out Refusals? before) && before.Rounds-- > 0) continue;
            bool all = true;
            foreach (JournalEntry left in receiver)
            {
                // A receiver that refuses one entry (a frozen account) refuses the next too.
                if (!(all = await ArriveAsync(left) is not null)) break;
            }
            if (all) _refusals.Remove(receiver.Key);
            else _refusals[receiver.Key] = before is null ? new Refusals() : before.Again();
        }
        // Forget the delivered entries. For those not read yet, the next LookAsync asks the other region, which says that they arrived.
        _arrived.Clear();
        OutboxFigures.Saw(Region, _onTheirWay.Count, _onTheirWay.Values.MinBy(left => left.Index)?.Time, clock);
        IEnumerable<JournalEntry> known =
            _onTheirWay.Values.Where(left => left.Index <= LookedAt(GrainKey.Parse(left.Detail(To)).Region.ToString()));
        long[] waiting = [.. known.Select(left => left.Index).Order()];
        if (!_looked && waiting.SequenceEqual(State.Waiting)) return;
        State.Waiting = [.. waiting];
        await SaveAsync();
        _looked = false;
    }

    private long LookedAt(string other) => State.LookedAt.GetValueOrDefault(other, -1);

    private Task LoadedAsync()
    {
        if (_loading is null or { IsFaulted: true } or { IsCanceled: true }) _loading = LoadAsync();
        return _loading;
    }

    /// <summary>Once an activation: loads the waiting entries, then reads the rest of the journal.</summary>
    private async Task LoadAsync()
    {
        foreach (long index in State.Waiting)
        {
            StoredEntry waiting = await ledger.EntryAsync(Region, index, CancellationToken.None)
                ?? throw new InvalidOperationException($"Entry {index} of {Region} isn't there.");
            if (!_arrived.Contains(index)) _onTheirWay[index] = waiting.Entry;
        }
        await LookAsync();
    }

    /// <summary>Reads from the journal the entries that left since the last look, and lists those that have not arrived.</summary>
    private async Task LookAsync()
    {
        foreach (Account account in await ClearingAccountsAsync())
        {
            if (ClearingPath.Of(account.Path) is not { IsDueTo: true } path) continue;
            string other = $"{path.Other}";
            IReadOnlyList<Posting> page;
            do
            {
                var after = new PostingCursor(LookedAt(other), int.MaxValue);
                page = await ledger.PostingsAsync(Region, account.Number, default, new LedgerTime(long.MaxValue), after, Page,
                    CancellationToken.None);
                foreach (JournalEntry left in page.Select(posting => posting.Entry))
                {
                    bool isNew = left.Code == EntryCode.ClearOut && !_arrived.Contains(left.Index) && !_onTheirWay.ContainsKey(left.Index);
                    // Check _arrived again after the await: an interleaved transfer may have delivered the entry.
                    if (isNew && !await HasArrivedAsync(left) && !_arrived.Contains(left.Index)) _onTheirWay[left.Index] = left;
                    State.LookedAt[other] = left.Index;
                    _looked = true;
                }
            }
            while (page.Count == Page);
        }
    }

    private async Task<bool> HasArrivedAsync(JournalEntry left)
    {
        ILedgerGrain writer = GrainFactory.Writer(GrainKey.Parse(left.Detail(To)).Region);
        return (await writer.AttemptAsync(attempt => VolunteerGrain.ArrivalId(left.Id, attempt))).Happened is not null;
    }

    /// <summary>Delivers an entry's hours; if they arrived before, the call changes nothing.</summary>
    /// <returns>The index of the entry there; null if the other region refuses or cannot be reached now.</returns>
    private async Task<long?> ArriveAsync(JournalEntry left)
    {
        EntryHeader header = left.Header;
        try
        {
            Reply<long> reply = await GrainFactory.GetGrain<IVolunteerGrain>(header.Details[To])
                .ArriveAsync(new HoursArrival(
                    left.Id, header.RequestDigest, header.Actor, header.OnBehalfOf, Region, OpaqueId.Parse(left.Detail(From)),
                    left.Transfers[0].Posted));
            if (reply.Refusal is not { } refusal)
            {
                _onTheirWay.Remove(left.Index);
                _arrived.Add(left.Index);
                return reply.Value;
            }
            // Log the first refusal only: every round may repeat it.
            if (_refusals.ContainsKey(left.Detail(To))) return null;
            log.LogWarning("The hours of entry {Index} of {Region} were refused where they go: {Reason}.", left.Index, Region,
                refusal.Reason);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            log.LogWarning(error, "The hours of entry {Index} of {Region} can't arrive now.", left.Index, Region);
        }
        return null;
    }

    private ValueTask<IReadOnlyList<Account>> ClearingAccountsAsync() =>
        ledger.AccountsByPathAsync(Region, new AccountFilter(ClearingPath.Prefix), "", MaxRegions, CancellationToken.None);

    private Task SaveAsync() => this.WriteAsync(state);

    /// <summary>Counts the rounds for which a receiver is skipped: one after the first refusal, then two, then three each time.</summary>
    private sealed class Refusals
    {
        private const int MaxRounds = 3;

        private int _last = 1;

        /// <summary>The rounds still to skip.</summary>
        public int Rounds { get; set; } = 1;

        public Refusals Again()
        {
            _last = Math.Min(_last + 1, MaxRounds);
            Rounds = _last;
            return this;
        }
    }
}
