using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IClearingGrain"/>
public sealed class ClearingGrain(
    [PersistentState("clearing", GrainStorageNames.TimeBank)] IPersistentState<ClearingState> state, ILedgerReader journal, BusinessClock clock, ILogger<ClearingGrain> log)
    : Grain, IClearingGrain
{
    private const int Page = 100, MaxRegions = 10_000;
    private const string To = "to";

    private ClearingState State => state.State;

    private RegionCode Region => RegionCode.Parse(this.GetPrimaryKeyString());

    private ILedgerGrain Ledger => GrainFactory.GetGrain<ILedgerGrain>(Region.ToString());

    public async Task<Reply<TransferredHoursMessage>> TransferAsync(TransferHoursMessage transfer)
    {
        Refusal? refusal = await TransferRefusalAsync(transfer);
        Policy policy = await GrainFactory.PolicyAsync(Region, clock.Today);
        Outcome outcome = await Ledger.DecideAsync(transfer.Command, clock.Today, refusal, () => HourEntries.ClearOut(
            transfer.Command.Header(clock.Today, policy.Version.ToString(), (To, transfer.To), ("from", transfer.From)),
            OpaqueId.Parse(transfer.From), RegionOf(transfer.To), new Minutes(transfer.Minutes)));
        if (outcome.Refusal is { } refused) return refused;
        // Whether they would arrive at once isn't asked: where they don't, they have left all the same.
        if (transfer.Command.ValidateOnly) return new TransferredHoursMessage(outcome.Entry!.Index, null);

        // The hours have left. What follows may fail, and whoever looks next goes on with it.
        await DeliverAsync();
        return new TransferredHoursMessage(outcome.Entry!.Index, await ArriveAsync(outcome.Entry));
    }

    public async Task<PositionsMessage> PositionsAsync()
    {
        await DeliverAsync();
        IReadOnlyList<Account> listed = await ClearingAccountsAsync();
        RegionCode[] others = [.. listed.Select(account => RegionCode.Parse(account.Path.Text.Split('/')[1])).Distinct().Order()];
        AccountsMessage accounts = await Ledger.AccountsAsync(new AccountPathsMessage([.. listed.Select(account => account.Path.Text)]));
        return new PositionsMessage([
            .. others.Select(other => new PositionMessage(
                other.ToString(), accounts.Find(Chart.ClearingDueTo(other).Path)?.Balance ?? 0, accounts.Find(Chart.ClearingDueFrom(other).Path)?.Balance ?? 0)),
        ]);
    }

    private async Task<Refusal?> TransferRefusalAsync(TransferHoursMessage transfer)
    {
        if (RegionOf(transfer.To) == Region) return new Refusal(Reason.TransferSameRegion);
        string fromKey = $"{Region}/{transfer.From}";
        if (await GrainFactory.GetGrain<IVolunteerGrain>(fromKey).GetAsync() is not { } from) return new Refusal(Reason.VolunteerNotFound);
        if (await GrainFactory.GetGrain<IVolunteerGrain>(transfer.To).GetAsync() is not { } to) return new Refusal(Reason.VolunteerNotFound);
        return from.Home == transfer.To || to.Home == fromKey ? null : new Refusal(Reason.TransferNotSamePerson);
    }

    /// <summary>Delivers what has left and not yet arrived, as far as the other regions take it.</summary>
    private async Task DeliverAsync()
    {
        bool changed = false;
        foreach (long index in State.Waiting.ToArray())
        {
            StoredEntry waiting = await journal.EntryAsync(Region, index, CancellationToken.None) ?? throw new InvalidOperationException($"Entry {index} of {Region} isn't there.");
            if (await ArriveAsync(waiting.Entry) is not null) changed |= State.Waiting.Remove(index);
        }
        foreach (Account account in (await ClearingAccountsAsync()).Where(account => account.Path.Text.EndsWith("/due-to", StringComparison.Ordinal)))
        {
            string other = account.Path.Text.Split('/')[1];
            IReadOnlyList<Posting> page;
            do
            {
                var after = new PostingCursor(State.LookedAt.GetValueOrDefault(other, -1), int.MaxValue);
                page = await journal.PostingsAsync(Region, account.Number, default, new LedgerTime(long.MaxValue), after, Page, CancellationToken.None);
                foreach (Posting posting in page)
                {
                    if (posting.Entry.Code == EntryCode.ClearOut && await ArriveAsync(posting.Entry) is null) State.Waiting.Add(posting.Entry.Index);
                    State.LookedAt[other] = posting.Entry.Index;
                    changed = true;
                }
            }
            while (page.Count == Page);
        }
        if (changed) await SaveAsync();
    }

    /// <summary>Has the hours of an entry arrive, now or before.</summary>
    /// <returns>The index of the entry there; null where the other region doesn't take them now.</returns>
    private async Task<long?> ArriveAsync(JournalEntry left)
    {
        EntryHeader header = left.Header;
        try
        {
            Reply<EntryMessage> reply = await GrainFactory.GetGrain<IVolunteerGrain>(header.Details[To]).ArriveAsync(new HoursArrivalMessage(
                left.Id.ToString(), header.Command.ToString(), header.Actor, header.OnBehalfOf, Region.ToString(), left.Detail("from"), left.Transfers[0].Posted));
            if (reply.Refusal is not { } refusal) return reply.Value!.Index;
            log.LogWarning("The hours of entry {Index} of {Region} were refused where they go: {Reason}.", left.Index, Region, refusal.Reason);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            log.LogWarning(error, "The hours of entry {Index} of {Region} can't arrive now.", left.Index, Region);
        }
        return null;
    }

    private ValueTask<IReadOnlyList<Account>> ClearingAccountsAsync() =>
        journal.AccountsAsync(Region, new AccountFilter("clearing/"), 0, MaxRegions, CancellationToken.None);

    private static RegionCode RegionOf(string key) => RegionCode.Parse(key.Split('/')[0]);

    private Task SaveAsync() => this.WriteAsync(state);
}
