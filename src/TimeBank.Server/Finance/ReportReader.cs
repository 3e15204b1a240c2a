using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.V1;
using Programme = TimeBank.Ledger.Programme;

namespace TimeBank.Server;

/// <summary>One giver's money in a programme, in fen.</summary>
/// <param name="Fund">The fund's name; empty for imported money.</param>
/// <param name="Allotted">What it gave; of imported money what was brought in, less what was taken out.</param>
/// <param name="Returned">What went back to it.</param>
/// <param name="Spent">What it bears of what providers were credited and estates were paid.</param>
public sealed record GiverShare(string Fund, long Allotted, long Returned, long Spent)
{
    public long Given => Allotted - Returned;

    public long Unspent => Given - Spent;
}

/// <summary>
/// Reports on funds and programmes, in fen, summed from the journal as of one moment. The funds that gave a programme its money bear what
/// providers were credited (<see cref="BorneShares"/>): the parts add up to the total to the fen, no fund bears more than it gave, and a
/// part once borne stays so. Imported money names no fund and bears its part like a fund.
/// </summary>
public sealed class ReportReader(ILedgerReader ledger, DayRules rules)
{
    private const int EntriesAtOnce = 1_000;

    /// <summary>The entries that give a programme money, or take it back.</summary>
    private static readonly EntryCode[] Giving = [EntryCode.AllotFunds, EntryCode.ReturnFunds, EntryCode.ImportBalance];

    /// <summary>A fund's report; the caller fills in the fund itself.</summary>
    public async Task<FundReport> FundAsync(RegionCode region, Slug fund, CancellationToken cancellation)
    {
        Moment moment = await Moment.NowAsync(ledger, region, cancellation);
        IReadOnlyList<Flow> flows = await FlowsAsync(region, Chart.FundAvailable(fund).Path, byCounter: true, [moment.Size], cancellation);
        IReadOnlyList<Flow> owed = await FlowsAsync(region, Chart.FundOwed(fund).Path, byCounter: false, [moment.Size], cancellation);
        ILookup<string, Flow> byProgramme = flows.ToLookup(flow => SlugOf(flow.Counter, "programme"));
        var report = new FundReport
        {
            Received = Unit.Fen.OfTotal(byProgramme[""].NetCredit()),
            Available = Unit.Fen.OfTotal(flows.NetCredit()),
            Owed = Unit.Fen.OfTotal(owed.NetDebit()),
            EntryCount = moment.Size,
            Time = moment.Time,
        };
        foreach (IGrouping<string, Flow> given in byProgramme.OrderBy(given => given.Key, StringComparer.Ordinal))
        {
            if (given.Key.Length == 0) continue;
            Int128 allotted = given.NetDebit();
            ProgrammeMoney money = await MoneyAsync(region, Slug.Parse(given.Key), moment, cancellation);
            long spent = money.Shares.FirstOrDefault(share => share.Fund == fund.Text)?.Spent ?? 0;
            report.Programmes.Add(new FundReportLine
            {
                Programme = ResourceName.Of(region, FundContract.Programmes, given.Key),
                Allotted = Unit.Fen.OfTotal(allotted),
                Spent = Unit.Fen.Of(spent),
                Unspent = Unit.Fen.OfTotal(allotted - spent),
            });
        }
        return report;
    }

    /// <summary>What a fund received between two moments: all but what it gave to programmes and what they gave back.</summary>
    public async Task<Int128> ReceivedAsync(
        RegionCode region, Slug fund, Moment before, Moment after, CancellationToken cancellation)
    {
        if (before.Size == after.Size) return 0;
        IReadOnlyList<long> sizes = before.Size == 0 ? [after.Size] : [before.Size, after.Size];
        IReadOnlyList<Flow> flows = await FlowsAsync(region, Chart.FundAvailable(fund).Path, byCounter: true, sizes, cancellation);
        return flows.Where(flow => flow.Stretch == sizes.Count - 1 && SlugOf(flow.Counter, "programme").Length == 0).NetCredit();
    }

    /// <summary>A programme's report; the caller fills in the programme itself.</summary>
    public async Task<ProgrammeReport> ProgrammeAsync(RegionCode region, Programme programme, CancellationToken cancellation)
    {
        Moment moment = await Moment.NowAsync(ledger, region, cancellation);
        IReadOnlyList<Flow> vouchers = await VouchersAsync(region, programme.Id, [moment.Size], cancellation);
        ProgrammeMoney money = await MoneyAsync(region, programme.Id, moment, cancellation);
        var report = new ProgrammeReport
        {
            VoucherCount = vouchers.Where(flow => flow.Code == EntryCode.IssueVoucher)
                .Sum(flow => flow.IsReversal ? -flow.Legs : flow.Legs),
            Units = MoneyFigures.OfVouchers(vouchers).ToContract(programme.Unit),
            Money = money.Figures.ToContract(Unit.Fen),
            Allotted = Unit.Fen.OfTotal(money.Allotted.Where(flow => Giving.Contains(flow.Code)).NetCredit()),
            Available = Unit.Fen.OfTotal(money.Allotted.NetCredit()),
            EntryCount = moment.Size,
            Time = moment.Time,
        };
        DateOnly? due = report.Available.Value > 0 ? await ReturnDueAsync(region, programme.Id, moment, cancellation) : null;
        report.ReturnDueDate = due?.ToContract();
        report.Funds.Add(money.Shares.Where(share => share.Given > 0).Select(share => new ProgrammeFundLine
        {
            Fund = share.Fund.Length > 0 ? ResourceName.Of(region, FundContract.Funds, share.Fund) : "",
            Allotted = Unit.Fen.Of(share.Given),
            Spent = Unit.Fen.Of(share.Spent),
        }));
        return report;
    }

    /// <summary>What each giver gave a programme by a moment, and the part that it bears, by the fund's name.</summary>
    public async Task<IReadOnlyList<GiverShare>> SharesAsync(
        RegionCode region, Slug programme, Moment moment, CancellationToken cancellation) =>
        (await MoneyAsync(region, programme, moment, cancellation)).Shares;

    /// <summary>A programme's money that was not spent, and the funds that it is of.</summary>
    public async Task<UnspentFunds> UnspentAsync(RegionCode region, Slug programme, CancellationToken cancellation)
    {
        Moment moment = await Moment.NowAsync(ledger, region, cancellation);
        ProgrammeMoney money = await MoneyAsync(region, programme, moment, cancellation);
        // The casts are safe: both amounts are balances of accounts.
        return new UnspentFunds(
            new Fen((long)money.Allotted.NetCredit()), new Fen((long)money.Figures.Remaining),
            [
                .. money.Shares.Where(share => share.Fund.Length > 0 && share.Given > share.Spent)
                    .Select(share => new FunderPart(Slug.Parse(share.Fund), new Fen(share.Given - share.Spent))),
            ]);
    }

    /// <summary>
    /// The last day to return what has expired since the last return, or come back for an expired voucher; null where nothing has.
    /// </summary>
    private async Task<DateOnly?> ReturnDueAsync(RegionCode region, Slug programme, Moment moment, CancellationToken cancellation)
    {
        ImmutableArray<AccountFilter> money = [new AccountFilter(Chart.ProgrammeAllotted(programme).Path.Text)];
        var returns = new EntryFilter(EntryCode.ReturnFunds, Until: moment.End, Reversed: false) { Touching = money };
        IReadOnlyList<LinkedEntry> last = await ledger.EntriesAsync(region, returns, long.MaxValue, 1, cancellation);
        long after = last.Count > 0 ? last[0].Entry.Index : -1;
        DateOnly? first = null;
        foreach (EntryCode code in (EntryCode[])
            [EntryCode.ExpireVoucher, EntryCode.RefundRedemption, EntryCode.RefundBill, EntryCode.Reverse])
        {
            var freeing = new EntryFilter(code, Until: moment.End, Reversed: false) { Touching = money };
            if (await FirstExpiredAsync(region, programme, freeing, after, cancellation) is { } day && !(first <= day)) first = day;
        }
        return first is { } expired
            ? expired.AddDays((await rules.PolicyAsync(region, expired)).Vouchers.ReturnUnusedDays) : null;
    }

    /// <summary>The day of the first entry above an index that freed money of expired vouchers; null where none did.</summary>
    private async Task<DateOnly?> FirstExpiredAsync(
        RegionCode region, Slug programme, EntryFilter filter, long after, CancellationToken cancellation)
    {
        IReadOnlyList<LinkedEntry> page;
        do
        {
            page = await ledger.EarliestEntriesAsync(region, filter, after, EntriesAtOnce, cancellation);
            // A refund of a voucher that goes on frees nothing; most touch the programme with a price's rest alone.
            if (page.FirstOrDefault(linked => VoucherRule.Frees(linked.Entry, programme)) is { } first)
                return first.Entry.Header.EffectiveDate;
            if (page.Count > 0) after = page[^1].Entry.Index;
        }
        while (page.Count == EntriesAtOnce);
        return null;
    }

    /// <summary>
    /// The refusal to reverse an entry whose money the programme has spent. The account may still hold money of other funds. Null: the
    /// entry may be reversed.
    /// </summary>
    public async Task<Refusal?> SpentAsync(RegionCode region, JournalEntry original, CancellationToken cancellation)
    {
        if (!Giving.Contains(original.Code)) return null;
        Moment moment = await Moment.NowAsync(ledger, region, cancellation);
        foreach (StoredTransfer gift in await ledger.TransfersAsync(region, [original.Index], cancellation))
        {
            if (SlugOf(gift.Credit, "programme") is not { Length: > 0 } programme) continue;
            ProgrammeMoney money = await MoneyAsync(region, Slug.Parse(programme), moment, cancellation);
            GiverShare giver = money.Shares.First(share => share.Fund == SlugOf(gift.Debit, "fund"));
            // Compare with this giver's unspent money: the account's balance includes the others'.
            long unspent = Math.Max(0, giver.Given - giver.Spent), needed = gift.Transfer.Posted;
            if (needed <= unspent) continue;
            return Refusal.Of(
                Reason.InsufficientBalance,
                ("giver", gift.Debit.Text), ("receiver", gift.Credit.Text),
                ("available", $"{unspent}"), ("needed", $"{needed}"), ("unit", Unit.Fen.Code));
        }
        return null;
    }

    /// <summary>A programme's money.</summary>
    /// <param name="Allotted">All flows of the allotment account.</param>
    /// <param name="Shares">One for each giver, by the fund's name.</param>
    private sealed record ProgrammeMoney(MoneyFigures Figures, IReadOnlyList<Flow> Allotted, IReadOnlyList<GiverShare> Shares);

    /// <summary>The gifts of one entry; a negative amount takes money back.</summary>
    /// <param name="Code">The event; for a reversal, the event that was reversed.</param>
    private sealed record Gifts(long Index, EntryCode Code, IReadOnlyList<(string Fund, long Fen)> Lines);

    private async Task<ProgrammeMoney> MoneyAsync(RegionCode region, Slug programme, Moment moment, CancellationToken cancellation)
    {
        AccountPath account = Chart.ProgrammeAllotted(programme).Path;
        IReadOnlyList<Flow> allotted = await FlowsAsync(region, account, byCounter: false, [moment.Size], cancellation);
        IEnumerable<EntryCode> codes = Giving.Intersect(allotted.Select(flow => flow.Code));
        List<Gifts> gifts = await GiftsAsync(region, account, codes, moment, cancellation);
        string[] givers = [.. gifts.SelectMany(gift => gift.Lines).Select(line => line.Fund).Distinct().Order(StringComparer.Ordinal)];
        // A single giver bears everything, whenever it was spent: no need to divide the journal into stretches.
        IReadOnlyList<Gifts> dividing = givers.Length > 1 ? gifts : [];
        long[] sizes = [.. dividing.Select(gift => gift.Index), moment.Size];
        MoneyFigures[] stretches = await FiguresAsync(region, programme, sizes, cancellation);
        var shares = new BorneShares(givers.Length);
        Int128 spent = 0;
        foreach ((int at, Gifts gift) in gifts.Index())
        {
            // The cast is safe: no more is spent than was given, and the gifts fit one account's counter.
            if (at < dividing.Count) shares.Spend((long)(spent += stretches[at].Spent));
            shares.Give(gift.Lines.Select(line => (Array.IndexOf(givers, line.Fund), line.Fen)));
        }
        shares.Spend((long)(spent + stretches[^1].Spent));
        long[] borne = shares.Borne();
        return new ProgrammeMoney(
            stretches.Aggregate((sum, more) => sum + more), allotted,
            [.. givers.Select((fund, at) => ShareOf(fund, shares.Given[at], borne[at]))]);
        GiverShare ShareOf(string fund, long given, long spent)
        {
            long returned = -gifts.Where(gift => gift.Code == EntryCode.ReturnFunds).SelectMany(gift => gift.Lines)
                .Where(line => line.Fund == fund).Sum(line => line.Fen);
            return new GiverShare(fund, given + returned, returned, spent);
        }
    }

    /// <summary>
    /// A programme's gifts, in the journal's order. A gift reversed by the moment is followed by a negative gift at the reversal's index.
    /// </summary>
    /// <param name="account">The programme's allotment account.</param>
    private async Task<List<Gifts>> GiftsAsync(
        RegionCode region, AccountPath account, IEnumerable<EntryCode> codes, Moment moment, CancellationToken cancellation)
    {
        var gifts = new List<Gifts>();
        foreach (EntryCode code in codes)
        {
            var filter = new EntryFilter(code, Until: moment.End) { Touching = [new AccountFilter(account.Text)] };
            IReadOnlyList<LinkedEntry> page = [];
            do
            {
                long after = page.Count > 0 ? page[^1].Entry.Index : -1;
                page = await ledger.EarliestEntriesAsync(region, filter, after, EntriesAtOnce, cancellation);
                long[] indexes = [.. page.Select(linked => linked.Entry.Index)];
                var transfers = (await ledger.TransfersAsync(region, indexes, cancellation)).ToLookup(transfer => transfer.Index);
                foreach (LinkedEntry linked in page)
                {
                    (string Fund, long Fen)[] lines = [.. transfers[linked.Entry.Index].Select(transfer => LineOf(transfer, account))];
                    gifts.Add(new Gifts(linked.Entry.Index, code, lines));
                    if (linked.ReversedBy is not { } reversal || reversal >= moment.Size) continue;
                    gifts.Add(new Gifts(reversal, code, [.. lines.Select(line => (line.Fund, -line.Fen))]));
                }
            }
            while (page.Count == EntriesAtOnce);
        }
        gifts.Sort((left, right) => left.Index.CompareTo(right.Index));
        return gifts;
    }

    private static (string Fund, long Fen) LineOf(StoredTransfer transfer, AccountPath account) => transfer.Credit == account
        ? (SlugOf(transfer.Debit, "fund"), transfer.Transfer.Posted)
        : (SlugOf(transfer.Credit, "fund"), -transfer.Transfer.Posted);

    /// <summary>A programme's figures in each stretch of the journal; each stretch ends at one of the sizes.</summary>
    private async Task<MoneyFigures[]> FiguresAsync(RegionCode region, Slug programme, long[] sizes, CancellationToken cancellation)
    {
        AccountPath commitments = Chart.ProgrammeCommitted(programme).Path, allotments = Chart.ProgrammeAllotted(programme).Path;
        // Only unit vouchers commit money. The figures of money vouchers come from the vouchers' own accounts.
        IReadOnlyList<Flow> committed = await FlowsAsync(region, commitments, byCounter: false, sizes, cancellation);
        if (committed.Count == 0)
        {
            IReadOnlyList<Flow> vouchers = await VouchersAsync(region, programme, sizes, cancellation);
            return [.. sizes.Select((_, stretch) => MoneyFigures.OfVouchers(Of(vouchers, stretch)))];
        }
        IReadOnlyList<Flow> allotted = await FlowsAsync(region, allotments, byCounter: false, sizes, cancellation);
        return [.. sizes.Select((_, stretch) => MoneyFigures.OfCommitment(Of(committed, stretch), Of(allotted, stretch)))];
    }

    private static IReadOnlyList<Flow> Of(IReadOnlyList<Flow> flows, int stretch) => [.. flows.Where(flow => flow.Stretch == stretch)];

    /// <summary>The name in a path such as <c>fund/lottery/available</c>; empty for a path of another kind.</summary>
    private static string SlugOf(AccountPath? path, string kind) =>
        path?.Text.Split('/') is [var first, var name, ..] && first == kind ? name : "";

    private ValueTask<IReadOnlyList<Flow>> VouchersAsync(
        RegionCode region, Slug programme, IReadOnlyList<long> sizes, CancellationToken cancellation) =>
        ledger.FlowsAsync(region, new AccountFilter("voucher/", Group: programme.Text), byCounter: false, sizes, cancellation);

    private ValueTask<IReadOnlyList<Flow>> FlowsAsync(
        RegionCode region, AccountPath account, bool byCounter, IReadOnlyList<long> sizes, CancellationToken cancellation) =>
        ledger.FlowsAsync(region, new AccountFilter(account.Text), byCounter, sizes, cancellation);
}
