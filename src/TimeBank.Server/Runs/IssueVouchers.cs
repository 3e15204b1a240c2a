using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// Issues a programme's vouchers of a month, a page of elders at a time. A voucher's entry has an id made from programme, month and elder,
/// so only one run can issue it. If the writer refused an id before (say for want of money), the next attempt takes the next id of a
/// numbered row; if staff reversed the issue, the elder gets the next voucher of a row. The run submits a whole page at once, and the
/// region's writer stores it in few batches.
/// </summary>
/// <param name="first">The programme, and those that come before it for an elder, by id.</param>
/// <param name="day">The day that decides the run.</param>
internal sealed class IssueRun(
    Programme programme, IReadOnlyDictionary<Slug, Programme> first, VoucherRun run, RegionCode region, DateOnly day, Policy policy,
    ILedgerGrain writer, ILedgerReader ledger, IRegistry registry)
{
    private const int ElderPage = 500;

    /// <summary>The money that the vouchers still to be issued will bind.</summary>
    /// <param name="atMost">True for an upper bound: count every voucher as not issued yet, which saves asking the writer.</param>
    public async Task<Fen> NeededAsync(bool atMost, CancellationToken cancellation)
    {
        var needed = Fen.Zero;
        string? after = null;
        while (await ReadAsync(after, looksUp: !atMost, cancellation) is { } page) (needed, after) = (needed + page.Needed, page.Next);
        return needed;
    }

    /// <summary>Reads a page of elders and judges each; null after the last page.</summary>
    /// <param name="looksUp">True to ask the writer which vouchers are issued already.</param>
    public async Task<Page?> ReadAsync(string? after, bool looksUp, CancellationToken cancellation)
    {
        var query = new RegistryQuery(region, ElderState.Kind)
        {
            After = after is null ? null : new RegistryCursor("", after),
            Limit = ElderPage
        };
        IReadOnlyList<RegistryRow<ElderState>> rows = await registry.ListAsync<ElderState>(query, cancellation);
        if (rows.Count == 0) return null;
        Line[] lines = [.. rows.Select(Judge)];
        if (!looksUp) return new Page(lines, rows[^1].Key, programme);
        Func<int, EntryId>[] issueIds = [.. lines.Select(line => IssueIds(line.Elder))];
        IReadOnlyList<IssuedVoucher> vouchers = await IssuedVouchers.FindAsync(writer, ledger, region, issueIds, cancellation);
        return new Page([.. lines.Zip(vouchers, (line, voucher) => line with { Voucher = voucher })], rows[^1].Key, programme);
    }

    public async Task<RunPage> IssueAsync(Page page)
    {
        var tally = new RunTally();
        Outcome?[] outcomes = await Task.WhenAll(page.Lines.Select(OutcomeAsync));
        // A dry run binds no money, so count here what the vouchers before would have bound.
        long committed = run.CommittedFen, available = run.Command.IsDryRun ? await writer.AvailableAsync(programme.Id) : long.MaxValue;
        foreach ((Line line, Outcome? outcome) in page.Lines.Zip(outcomes))
        {
            bool wouldBeNew = run.Command.IsDryRun && outcome is { Refusal: null, Replayed: false } && !line.Voucher.IsIssued;
            long bound = wouldBeNew ? programme.Commitment(line.Amount).Value : 0;
            if (outcome is null) tally.Skip(line.Refusal!.Reason);
            else if (outcome.RequestDigest != Digest.Parse(run.Command.RequestDigest)) tally.Skip(Reason.AlreadyIssued);
            else if (outcome.Refusal is { Reason: Reason.InsufficientBalance }) tally.Skip(Reason.ProgrammeUnderfunded);
            else if (outcome.Refusal is { } refusal && refusal.IsTransient()) throw new StorageUnavailableException(
                refusal.Reason.ToString());
            else if (outcome.Refusal is { } other) tally.Skip(other.Reason);
            else if (bound > available - committed) tally.Skip(Reason.ProgrammeUnderfunded);
            else
            {
                committed += bound;
                tally.Change(programme.Unit, outcome.Entry!.Transfers[0].Posted);
            }
        }
        return tally.ToPage(page.Next, committed);
    }

    private Line Judge(RegistryRow<ElderState> row)
    {
        OpaqueId elder = OpaqueId.Parse(row.Key);
        Refusal? none =
            !row.IsReadable ? new Refusal(Reason.StateUnreadable)
            : run.Month.Year != day.Year || run.Month.Month != day.Month ? RunDays.NotCurrent(day)
            : row.State.Registered > day ? new Refusal(Reason.ElderNotEntitled)
            : null;
        Entitlement? answer = none is null
            ? ProgrammeRule.Judge(programme, row.State.ToRecord(row.Id).Facts(region), day, policy, first) : null;
        return new Line(
            elder, answer?.Amount ?? 0, none ?? answer!.Refusal, new IssuedVoucher(IssueIds(elder)(0), IsIssued: false, []));
    }

    private Func<int, EntryId> IssueIds(OpaqueId elder) => again => programme.IssueId(region, run.Month, elder, again);

    /// <summary>Issues an elder's voucher, or finds its earlier issue; null if the elder gets none.</summary>
    private async Task<Outcome?> OutcomeAsync(Line line)
    {
        foreach (EntryId reversed in line.Voucher.Reversed)
        {
            // A run that is called again gives its first answer. It does not issue again a voucher that staff reversed since.
            Outcome? own = await HappenedAsync(reversed);
            if (own?.RequestDigest == Digest.Parse(run.Command.RequestDigest)) return own with { Replayed = true };
        }
        // An issued voucher stays issued, even if the elder would get none today.
        if (line.Voucher.IsIssued) return await HappenedAsync(line.Voucher.Issue);
        if (line.Refusal is not null) return null;
        for (int attempt = 0; ; attempt++)
        {
            EntryId id = Attempt(line.Voucher.Issue, attempt);
            EntryHeader header = run.Command.Header(
                id, day, policy.Version.ToString(), ("elder", line.Elder.Text), ("programme", programme.Id.Text));
            VoucherTerms terms = programme.TermsOf(line.Elder, day, policy.Vouchers);
            Outcome outcome = await writer.DecideAsync(
                VoucherEntries.Issue(header, line.Voucher.Voucher, terms, line.Amount), run.Command.IsDryRun);
            if (outcome.Refusal is { Reason: Reason.RequestIdReused }
                && await writer.FindAsync(header.Id) is { Refusal: null } other) return other;
            bool wasRefusedBefore = outcome.Refusal is not null && (outcome.Replayed || outcome.Refusal.Reason == Reason.RequestIdReused);
            if (!wasRefusedBefore) return outcome;
        }
    }

    private async Task<Outcome?> HappenedAsync(EntryId issue) => (await writer.AttemptAsync(attempt => Attempt(issue, attempt))).Happened;

    private static EntryId Attempt(EntryId issue, int number) =>
        number == 0 ? issue : issue.Step(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>An elder, what the rules grant, and the voucher that is or would be the elder's.</summary>
    /// <param name="Amount">In the programme's unit; zero where refused.</param>
    internal sealed record Line(OpaqueId Elder, long Amount, Refusal? Refusal, IssuedVoucher Voucher);

    /// <summary>One page of elders.</summary>
    /// <param name="Next">The page's last elder: the argument for the next page.</param>
    internal sealed record Page(IReadOnlyList<Line> Lines, string Next, Programme Programme)
    {
        /// <summary>The money that the page's vouchers still to be issued will bind.</summary>
        public Fen Needed => Lines.Where(line => !line.Voucher.IsIssued && line.Refusal is null)
            .Aggregate(Fen.Zero, (sum, line) => sum + Programme.Commitment(line.Amount));
    }
}

/// <summary>Drives an issue run: asks the programme's grain for one page after the other.</summary>
internal static class IssuePages
{
    public static async IAsyncEnumerable<RunPage> PagesAsync(
        this IProgrammeGrain programme, VoucherRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? after = null; ;)
        {
            RunPage page = await programme.IssueAsync(run, after, cancellation);
            yield return page;
            if (page.Next is null) yield break;
            (run, after) = (run with { CommittedFen = page.CommittedFen }, page.Next);
        }
    }
}

/// <summary>An elder's voucher of a month: issued, or the next to issue.</summary>
/// <param name="Issue">The id of the entry that issued the voucher or would issue it. The voucher's id is made from it.</param>
/// <param name="IsIssued">True if the voucher exists and its issue was not reversed.</param>
/// <param name="Reversed">The earlier issues of the row, all reversed.</param>
/// <param name="IsUsed">
/// True if something was taken from it and not all of it came back, or staff voided it: nobody need ask why it is not used.
/// </param>
public sealed record IssuedVoucher(EntryId Issue, bool IsIssued, ImmutableArray<EntryId> Reversed, bool IsUsed = false)
{
    public OpaqueId Voucher => OpaqueId.From(Issue);
}

/// <summary>
/// Finds each elder's voucher of a month. An account opens once, so a voucher whose issue was reversed cannot be issued again: the next
/// voucher of a numbered row replaces it. The vouchers' accounts say what happened, so no second record of an issue can disagree.
/// </summary>
public static class IssuedVouchers
{
    /// <param name="issueIds">For each elder, a function from a number to the id of that issue in the elder's row.</param>
    public static async Task<IReadOnlyList<IssuedVoucher>> FindAsync(
        ILedgerGrain writer, ILedgerReader ledger, RegionCode region,
        IReadOnlyList<Func<int, EntryId>> issueIds, CancellationToken cancellation)
    {
        IssuedVoucher[] found = [.. issueIds.Select(ids => new IssuedVoucher(ids(0), IsIssued: false, []))];
        List<int> open = [.. Enumerable.Range(0, found.Length)];
        for (int again = 1; open.Count > 0; again++)
        {
            Dictionary<int, Account> accounts = await AccountsAsync(writer, found, open);
            long[] empty = [.. accounts.Values.Where(account => account.Counters.DebitRoom == 0).Select(account => account.Number)];
            IReadOnlyDictionary<long, JournalEntry>? last =
                empty.Length == 0 ? null : await ledger.LastEntriesAsync(region, empty, cancellation);
            HashSet<long> used = await UsedAsync(ledger, region, accounts.Values, last, cancellation);
            List<int> reversed = [];
            foreach ((int at, Account account) in accounts)
            {
                if (last?.GetValueOrDefault(account.Number) is { } entry && VoucherFacts.IsIssueReversed(account, entry))
                {
                    reversed.Add(at);
                    found[at] = new IssuedVoucher(issueIds[at](again), IsIssued: false, found[at].Reversed.Add(found[at].Issue));
                }
                else
                {
                    found[at] = found[at] with { IsIssued = true, IsUsed = used.Contains(account.Number) };
                }
            }
            open = reversed;
        }
        return found;
    }

    /// <summary>The numbers of the accounts that were used. What was taken back by refunds counts for nothing.</summary>
    /// <param name="last">The last entries of the empty ones.</param>
    private static async Task<HashSet<long>> UsedAsync(
        ILedgerReader ledger, RegionCode region, IEnumerable<Account> vouchers, IReadOnlyDictionary<long, JournalEntry>? last,
        CancellationToken cancellation)
    {
        var used = new HashSet<long>();
        var taken = new List<Account>();
        foreach (Account account in vouchers)
        {
            JournalEntry? end = last?.GetValueOrDefault(account.Number);
            if (end is not null && VoucherFacts.Of(account, end).End == VoucherEnd.Voided) used.Add(account.Number);
            else if (account.Counters.DebitsPosted
                > (end?.Code == EntryCode.ExpireVoucher ? end.Transfers.First(transfer => transfer.Debit == account.Number).Posted : 0))
                taken.Add(account);
        }
        if (taken.Count == 0) return used;
        var issued = (await ledger.TransfersAsync(region, [.. taken.Select(account => account.Opened).Order()], cancellation))
            .GroupBy(transfer => transfer.Credit).ToDictionary(to => to.Key, to => to.Sum(transfer => transfer.Transfer.Posted));
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        foreach (Account account in taken)
        {
            // Of nearly all vouchers nothing came back. Only of the others is the history read.
            if (account.Counters.CreditsPosted == issued[account.Path] || MoneyFigures.OfVouchers(await ledger.FlowsAsync(
                region, new AccountFilter(account.Path.Text), byCounter: false, [head.Size], cancellation)).Spent > 0)
                used.Add(account.Number);
        }
        return used;
    }

    private static async Task<Dictionary<int, Account>> AccountsAsync(ILedgerGrain writer, IssuedVoucher[] vouchers, List<int> open)
    {
        ImmutableArray<AccountPath> paths = [.. open.Select(at => Chart.VoucherPath(vouchers[at].Voucher))];
        var byPath = (await writer.AccountsAsync(paths)).ToDictionary(account => account.Path);
        var found = new Dictionary<int, Account>();
        foreach (int at in open)
        {
            if (byPath.TryGetValue(Chart.VoucherPath(vouchers[at].Voucher), out Account? account)) found[at] = account;
        }
        return found;
    }
}
