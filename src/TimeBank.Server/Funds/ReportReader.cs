using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using Programme = TimeBank.Ledger.Programme;

namespace TimeBank.Server;

/// <summary>
/// What became of money, summed from the journal. What providers were credited is split among a programme's funds by what each gave, all allotments so far
/// taken together; the funds' parts of any total make up the total to the fen, and no fund bears more than it gave.
/// </summary>
public sealed class ReportReader(ILedgerReader ledger)
{
    private const int FundsAtOnce = 1_000;

    /// <summary>A fund's report, but for the fund itself.</summary>
    public async Task<FundReport> FundAsync(RegionCode region, Slug fund, CancellationToken cancellation)
    {
        IReadOnlyList<Flow> flows = await FlowsAsync(region, Chart.FundAvailable(fund).Path, byCounter: true, cancellation);
        var report = new FundReport
        {
            Received = Unit.Fen.OfTotal(flows.NetCredit(EntryCode.ReceiveMoney)),
            Available = Unit.Fen.OfTotal(flows.NetCredit()),
        };
        foreach ((Slug programme, long allotted) in Allotted(flows))
        {
            Int128 redeemed = (await FiguresAsync(region, programme, cancellation)).Redeemed;
            long spent = Split(await FundersAsync(region, programme, cancellation), redeemed).FirstOrDefault(line => line.Fund == fund).Spent;
            report.Programmes.Add(new FundReportLine
            {
                Programme = ResourceName.Of(region, FundValues.Programmes, programme),
                Allotted = Unit.Fen.Of(allotted),
                Spent = Unit.Fen.Of(spent),
                Unspent = Unit.Fen.Of(allotted - spent),
            });
        }
        return report;
    }

    /// <summary>A programme's report, but for the programme itself.</summary>
    public async Task<ProgrammeReport> ProgrammeAsync(RegionCode region, Programme programme, CancellationToken cancellation)
    {
        IReadOnlyList<Flow> vouchers = await VouchersAsync(region, programme.Id, cancellation);
        IReadOnlyList<Flow> allotted = await FlowsAsync(region, Chart.ProgrammeAllotted(programme.Id).Path, byCounter: false, cancellation);
        MoneyFigures money = await FiguresAsync(region, programme.Id, cancellation);
        var report = new ProgrammeReport
        {
            VoucherCount = vouchers.Where(flow => flow.Code == EntryCode.IssueVoucher).Sum(flow => flow.IsReversal ? -flow.Legs : flow.Legs),
            Units = MoneyFigures.OfVouchers(vouchers).ToContract(programme.Unit),
            Money = money.ToContract(Unit.Fen),
            Allotted = Unit.Fen.OfTotal(allotted.NetCredit(EntryCode.AllotFunds) - allotted.NetDebit(EntryCode.ReturnFunds)),
            Available = Unit.Fen.OfTotal(allotted.NetCredit()),
        };
        report.Funds.Add(Split(await FundersAsync(region, programme.Id, cancellation), money.Redeemed).Select(line => new ProgrammeFundLine
        {
            Fund = ResourceName.Of(region, FundValues.Funds, line.Fund),
            Allotted = Unit.Fen.Of(line.Allotted),
            Spent = Unit.Fen.Of(line.Spent),
        }));
        return report;
    }

    private static IEnumerable<(Slug Fund, long Allotted, long Spent)> Split(IReadOnlyList<FunderShare> funders, Int128 spent)
    {
        if (funders.Count == 0) return [];
        // No more than was allotted, which is one account's.
        return funders.Zip(new FunderSplit(funders).Of(new Fen((long)spent)), (funder, part) => (funder.Fund, funder.Weight, part.Amount.Value));
    }

    private async Task<MoneyFigures> FiguresAsync(RegionCode region, Slug programme, CancellationToken cancellation)
    {
        // Money is committed only for unit vouchers; for money vouchers the vouchers' own accounts tell.
        IReadOnlyList<Flow> committed = await FlowsAsync(region, Chart.ProgrammeCommitted(programme).Path, byCounter: false, cancellation);
        return committed.Count == 0
            ? MoneyFigures.OfVouchers(await VouchersAsync(region, programme, cancellation))
            : MoneyFigures.OfCommitment(committed, await FlowsAsync(region, Chart.ProgrammeAllotted(programme).Path, byCounter: false, cancellation));
    }

    /// <summary>What each fund has given a programme, by fund name; those whose gifts were all taken back are left out.</summary>
    private async Task<IReadOnlyList<FunderShare>> FundersAsync(RegionCode region, Slug programme, CancellationToken cancellation)
    {
        var funders = new List<FunderShare>();
        long after = 0;
        while (await ledger.AccountsAsync(region, new AccountFilter("fund/"), after, FundsAtOnce, cancellation) is { Count: > 0 } accounts)
        {
            foreach (Account account in accounts)
            {
                long given = Allotted(await FlowsAsync(region, account.Path, byCounter: true, cancellation)).FirstOrDefault(line => line.Programme == programme).Fen;
                if (given > 0) funders.Add(new FunderShare(Slug.Parse(account.Path.Text.Split('/')[1]), given));
            }
            after = accounts[^1].Number;
        }
        return [.. funders.OrderBy(funder => funder.Fund.Text, StringComparer.Ordinal)];
    }

    /// <summary>What a fund's flows gave each programme, by programme name.</summary>
    private static IEnumerable<(Slug Programme, long Fen)> Allotted(IReadOnlyList<Flow> fund) => fund
        .Where(flow => flow.Counter is { } counter && counter.Text.StartsWith("programme/", StringComparison.Ordinal))
        .GroupBy(flow => Slug.Parse(flow.Counter!.Value.Text.Split('/')[1]))
        .OrderBy(programme => programme.Key.Text, StringComparer.Ordinal)
        .Select(programme => (programme.Key, (long)(programme.NetDebit(EntryCode.AllotFunds) - programme.NetCredit(EntryCode.ReturnFunds))));

    private ValueTask<IReadOnlyList<Flow>> VouchersAsync(RegionCode region, Slug programme, CancellationToken cancellation) =>
        ledger.FlowsAsync(region, new AccountFilter("voucher/", Group: programme.Text), byCounter: false, cancellation);

    private ValueTask<IReadOnlyList<Flow>> FlowsAsync(RegionCode region, AccountPath account, bool byCounter, CancellationToken cancellation) =>
        ledger.FlowsAsync(region, new AccountFilter(account.Text), byCounter, cancellation);
}
