using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Writes what is due for a person, then reads the person's hours: due holds are given back, and issued hours of earlier months end. Each
/// such entry has an id made from what it ends, so retries, crashes and simultaneous reads write it once. If nothing is due, this costs
/// little more than the read.
/// </summary>
public sealed class DueHours(IGrainFactory grains, ILedgerReader ledger, DayRules rules, BusinessClock clock)
{
    /// <summary>The key of the detail that names the run which wrote an entry. Stored.</summary>
    internal const string RunDetail = "run";

    private const string System = "system";
    private const int MaxDueHolds = 100_000;

    private DateOnly Month => new(clock.Today.Year, clock.Today.Month, 1);

    /// <summary>A person's hours now. Ended hours are not available, even if their entry can't be written now.</summary>
    public async Task<HoursBalance> HoursAsync(RegionCode region, OpaqueId person)
    {
        ILedgerGrain writer = grains.Writer(region);
        HoursBalance hours = await writer.HoursAsync(person);
        if (hours.Held > Minutes.Zero && await GiveBackAsync(region, writer, person)) hours = await writer.HoursAsync(person);
        if (hours.Available.Issued == Minutes.Zero) return hours;
        (Reply<long> ended, Minutes stuck) = await EndAsync(region, person, null);
        if (ended.Value > 0) hours = await writer.HoursAsync(person);
        Minutes issued = hours.Available.Issued - Minutes.Min(stuck, hours.Available.Issued);
        return hours with { Available = hours.Available with { Issued = issued } };
    }

    /// <summary>Ends the rest of a person's hours issued for earlier months.</summary>
    /// <param name="run">The run that asks for it; null if the hours end by a read or a round.</param>
    /// <returns>The minutes ended, or the refusal.</returns>
    public async Task<Reply<long>> EndHoursAsync(RegionCode region, OpaqueId person, Command? run) =>
        (await EndAsync(region, person, run)).Ended;

    /// <summary>Asks the orders of due holds to look at themselves: an order then expires its hold.</summary>
    /// <param name="wanted">True for the holds to look at.</param>
    /// <returns>The indexes of holds that stay open. Most wait for staff to end a dispute about the order.</returns>
    public async Task<ImmutableArray<long>> LookAtDueHoldsAsync(RegionCode region, Func<JournalEntry, bool> wanted)
    {
        LedgerTime now = LedgerTime.From(clock.Now);
        IReadOnlyList<JournalEntry> due = await ledger.DueHoldsAsync(region, now, MaxDueHolds, CancellationToken.None);
        var open = ImmutableArray.CreateBuilder<long>();
        foreach (JournalEntry hold in due.Where(wanted))
        {
            if (OrderDetails.OrderOf(hold) is not { } order) open.Add(hold.Index);
            else if (await grains.GetGrain<IServiceOrderGrain>(region, order).GetAsync() is { EndEntry: null }) open.Add(hold.Index);
        }
        return open.ToImmutable();
    }

    /// <returns>True if the person had due holds.</returns>
    private async Task<bool> GiveBackAsync(RegionCode region, ILedgerGrain writer, OpaqueId person)
    {
        ImmutableArray<Account> accounts = await writer.AccountsAsync([.. HoursBalance.Paths(person)]);
        HashSet<long> own = [.. accounts.Select(account => account.Number)];
        bool found = false;
        await LookAtDueHoldsAsync(region, hold =>
        {
            bool isOwn = hold.Transfers.Any(transfer => own.Contains(transfer.Debit));
            found |= isOwn;
            return isOwn;
        });
        return found;
    }

    private async Task<(Reply<long> Ended, Minutes Stuck)> EndAsync(RegionCode region, OpaqueId person, Command? run)
    {
        ILedgerGrain writer = grains.Writer(region);
        AccountPath path = Chart.PersonHours(person, HoursOrigin.Issued).Path;
        long sum = 0;
        while (true)
        {
            ImmutableArray<Account> accounts = await writer.AccountsAsync([path]);
            if (accounts.Find(path) is not { Counters.DebitRoom: > 0 } issued) return (sum, Minutes.Zero);
            // Entries before this month no longer change, so reading them from the store and not from the writer is safe.
            DateOnly month = Month;
            LedgerTime began = LedgerTime.From(ChinaTime.StartOf(month));
            Counters before = await ledger.CountersBeforeAsync(region, issued.Number, began, CancellationToken.None);
            Minutes late = issued.Counters.CreditsPosted > before.CreditsPosted ? await LateAsync(region, issued, month) : Minutes.Zero;
            Minutes left = EndedHours.Of(before, late, issued.Counters);
            if (left == Minutes.Zero) return (sum, Minutes.Zero);

            // The id contains the debits so far. Two runs that see the same debits end the hours once. Ending is a debit itself, so a later
            // look gets another id.
            string look = $"{person} end-hours {month:yyyy-MM} {issued.Counters.DebitsPosted}";
            EntryId Look(int attempt) => EntryId.Of("elder", Guid.Empty, $"{look} {attempt}");
            (int attempt, Outcome? outcome) = await writer.AttemptAsync(Look);
            if (outcome is null)
            {
                EntryHeader header = await HeaderAsync(region, Look(attempt), run);
                outcome = await writer.SubmitIfAcceptedAsync(HourEntries.Expire(header, person, left), run is { IsDryRun: true });
            }
            // An order may have held some of the hours in the meantime: look again.
            if (outcome.Refusal?.Reason == Reason.InsufficientBalance) continue;
            if (outcome.Refusal is { } refusal) return (refusal, left);
            sum += outcome.Entry!.Transfers[0].Posted;
            if (run is { IsDryRun: true }) return (sum, Minutes.Zero);
        }
    }

    /// <summary>
    /// Minutes of earlier months that were credited after a month began: by a reversal, or by a run that had begun before.
    /// </summary>
    private async Task<Minutes> LateAsync(RegionCode region, Account issued, DateOnly month)
    {
        const int page = 1_000;
        (LedgerTime from, LedgerTime until) = (LedgerTime.From(ChinaTime.StartOf(month)), new LedgerTime(long.MaxValue));
        bool IsLate(JournalEntry entry) =>
            entry.Kind == EntryKind.Reverse || (entry.Code == EntryCode.IssueHours && entry.Header.EventDate() < month);
        long sum = 0;
        for (PostingCursor after = PostingCursor.Start; ;)
        {
            IReadOnlyList<Posting> postings =
                await ledger.PostingsAsync(region, issued.Number, from, until, after, page, CancellationToken.None);
            sum += postings.Where(posting => !posting.IsDebit && IsLate(posting.Entry)).Sum(posting => posting.Amount);
            if (postings.Count < page) return new Minutes(sum);
            after = postings[^1].Cursor;
        }
    }

    /// <summary>
    /// The run's id is in the details and not in the digest, so neither another run of the month nor a read or round conflicts.
    /// </summary>
    private async Task<EntryHeader> HeaderAsync(RegionCode region, EntryId id, Command? run)
    {
        string policy = (await rules.PolicyAsync(region, clock.Today)).Version.ToString();
        Digest digest = Digest.Of(id.ToArray());
        return run is null
            ? new EntryHeader(id, digest, System, "", clock.Today, policy, "", EntryHeader.NoDetails)
            : run.Header(id, clock.Today, policy, (RunDetail, run.Id.ToString())) with { RequestDigest = digest };
    }
}
