using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Reads a person's hours after what is due for them has been settled: holds whose order is long over are given back, and issued hours of
/// earlier months end. Each is an
/// entry whose id follows from what it settles, so that a crash, a retry and two who look at once are one effect. Where nothing is due it
/// costs what reading the hours costs.
/// </summary>
public sealed class HourSettlement(IGrainFactory grains, ILedgerReader ledger, DayRules rules, BusinessClock clock)
{
    /// <summary>The detail of an entry that names the run which wrote it.</summary>
    internal const string RunDetail = "run";

    private const string System = "system";
    private const int MaxDueHolds = 100_000;

    private DateOnly Month => new(clock.Today.Year, clock.Today.Month, 1);

    /// <summary>
    /// The hours of a person as they are now. What has ended is not available, also where its entry can't be written now.
    /// </summary>
    public async Task<HoursBalance> HoursAsync(RegionCode region, OpaqueId person)
    {
        ILedgerGrain writer = grains.GetGrain<ILedgerGrain>(region.ToString());
        HoursBalance hours = await writer.HoursAsync(person);
        if (hours.Held > Minutes.Zero && await GiveBackAsync(region, writer, person)) hours = await writer.HoursAsync(person);
        if (hours.Available.Issued == Minutes.Zero) return hours;
        (Reply<long> ended, Minutes stuck) = await EndAsync(region, person, null);
        if (ended.Value > 0) hours = await writer.HoursAsync(person);
        Minutes issued = hours.Available.Issued - Minutes.Min(stuck, hours.Available.Issued);
        return hours with { Available = hours.Available with { Issued = issued } };
    }

    /// <summary>Ends what is left of a person's issued hours of earlier months.</summary>
    /// <param name="run">The run that asks for it; null where nobody did and they end by themselves.</param>
    public async Task<Reply<long>> EndHoursAsync(RegionCode region, OpaqueId person, Command? run) =>
        (await EndAsync(region, person, run)).Ended;

    /// <summary>Has the orders look whose holds are due.</summary>
    /// <param name="wanted">Which holds.</param>
    /// <returns>The holds that are open after all: staff have still to end the dispute about their order.</returns>
    public async Task<ImmutableArray<long>> LookAtDueHoldsAsync(RegionCode region, Func<JournalEntry, bool> wanted)
    {
        LedgerTime now = LedgerTime.From(clock.Now);
        IReadOnlyList<JournalEntry> due = await ledger.DueHoldsAsync(region, now, MaxDueHolds, CancellationToken.None);
        var open = ImmutableArray.CreateBuilder<long>();
        foreach (JournalEntry hold in due.Where(wanted))
        {
            if (OrderDetails.OrderOf(hold) is not { } order) open.Add(hold.Index);
            else if (await grains.GetGrain<IServiceOrderGrain>($"{region}/{order}").GetAsync() is { EndEntry: null }) open.Add(hold.Index);
        }
        return open.ToImmutable();
    }

    /// <summary>Gives back what due holds hold of a person's hours.</summary>
    /// <returns>Whether there were any.</returns>
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
        ILedgerGrain writer = grains.GetGrain<ILedgerGrain>(region.ToString());
        AccountPath path = Chart.PersonHours(person, HoursOrigin.Issued).Path;
        long sum = 0;
        while (true)
        {
            ImmutableArray<Account> accounts = await writer.AccountsAsync([path]);
            if (accounts.Find(path) is not { Counters.DebitRoom: > 0 } issued) return (sum, Minutes.Zero);
            // What lies before this month no longer changes, so it may be read beside the writer.
            DateOnly month = Month;
            LedgerTime began = LedgerTime.From(ChinaTime.StartOf(month));
            Counters before = await ledger.CountersBeforeAsync(region, issued.Number, began, CancellationToken.None);
            Minutes late = issued.Counters.CreditsPosted > before.CreditsPosted ? await LateAsync(region, issued, month) : Minutes.Zero;
            Minutes left = EndedHours.Of(before, late, issued.Counters);
            if (left == Minutes.Zero) return (sum, Minutes.Zero);

            // The debits so far name this look: two runs that see the same end the hours once, and hours given back later are ended by
            // the next.
            string look = $"{person} end-hours {month:yyyy-MM} {issued.Counters.DebitsPosted}";
            EntryId Look(int attempt) => EntryId.Of("elder", Guid.Empty, $"{look} {attempt}");
            (int attempt, Outcome? outcome) = await writer.AttemptAsync(Look);
            if (outcome is null)
            {
                EntryHeader header = await HeaderAsync(region, Look(attempt), run);
                outcome = await writer.SubmitIfAcceptedAsync(HourEntries.Expire(header, person, left), run is { IsDryRun: true });
            }
            // An order may have held some of them since they were looked at: look again.
            if (outcome.Refusal?.Reason == Reason.InsufficientBalance) continue;
            if (outcome.Refusal is { } refusal) return (refusal, left);
            sum += outcome.Entry!.Transfers[0].Posted;
            if (run is { IsDryRun: true }) return (sum, Minutes.Zero);
        }
    }

    /// <summary>
    /// Hours of earlier months that came to the account since a month began: given back by a reversal, or issued by a run that had begun
    /// before.
    /// </summary>
    private async Task<Minutes> LateAsync(RegionCode region, Account issued, DateOnly month)
    {
        const int page = 1_000;
        (LedgerTime from, LedgerTime until) = (LedgerTime.From(ChinaTime.StartOf(month)), new LedgerTime(long.MaxValue));
        bool IsLate(JournalEntry entry) =>
            entry.Kind == EntryKind.Reverse || (entry.Code == EntryCode.IssueHours && entry.Header.EffectiveDate < month);
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
    /// The run stands in the details and not in the digest: another run of the month is no conflict, and neither is none.
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
