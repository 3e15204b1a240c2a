using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Account = TimeBank.Ledger.Account;
using CountryPart = TimeBank.Ledger.CountryPart;
using FundKind = TimeBank.Ledger.FundKind;

namespace TimeBank.Server;

/// <summary>What a funding report is asked for.</summary>
/// <param name="Moment">Cuts the period.</param>
/// <param name="Quotas">The programmes whose costs the central budget shares, with the fen up to which it does.</param>
public sealed record FundingQuestion(
    RegionCode Region, (DateOnly First, DateOnly Last) Days, Moment Moment, CountryPart Part,
    IReadOnlyList<(Slug Programme, Fen Quota)> Quotas, HourPriceAsked Price);

/// <summary>
/// Budget against spend by fund and programme, and the shares that the papers ask for. Every amount is a difference of two moments of the
/// journal, so it is the same whenever it is asked for.
/// </summary>
public sealed class FundingReader(
    ReportReader reports, GuaranteeReader guarantee, ILedgerReader ledger, IRegistry registry, DayRules rules, BusinessClock clock)
{
    private const int AtOnce = 500;

    /// <exception cref="Grpc.Core.RpcException">PROGRAMME_NOT_FOUND, ITEM_NOT_FOUND, TOTAL_TOO_LARGE.</exception>
    public async Task<FundingReport> ReadAsync(FundingQuestion asked, CancellationToken cancellation)
    {
        RegionCode region = asked.Region;
        (Moment before, Moment after) = await EndsAsync(asked, cancellation);
        DateOnly day = asked.Days.Last < clock.Today ? asked.Days.Last : clock.Today;
        Policy policy = await rules.PolicyAsync(region, day);
        Dictionary<string, FundKind> kinds = await KindsAsync(region, cancellation);
        IReadOnlyList<AccountPath> paths = await ProgrammePathsAsync(region, after, cancellation);
        var lines = new List<Line>();
        foreach (string[] path in paths.Select(path => path.Text.Split('/')).Where(path => path[2] == "allotted"))
        {
            lines.AddRange(await LinesAsync(region, Slug.Parse(path[1]), before, after, cancellation));
        }
        var report = new FundingReport
        {
            Period = asked.Days.ToContract(),
            Lottery = await LotteryAsync(region, policy, lines, kinds, before, after, cancellation),
            Guarantee = await GuaranteeAsync(asked, policy, day, after, cancellation),
            PolicyVersion = policy.Version.ToString(),
            FirstEntryCount = before.Size,
            EntryCount = after.Size,
            Time = after.Time,
        };
        report.Lines.Add(lines
            .OrderBy(line => line.Fund, StringComparer.Ordinal).ThenBy(line => line.Programme.Text, StringComparer.Ordinal)
            .Select(line => line.ToContract(region, kinds.GetValueOrDefault(line.Fund), paths)));
        report.CostShares.Add(asked.Quotas.Select(quota => CostShareOf(asked, policy, lines, paths, quota)));
        return report;
    }

    /// <summary>The moments before the period's first day and after its last one.</summary>
    private async Task<(Moment Before, Moment After)> EndsAsync(FundingQuestion asked, CancellationToken cancellation)
    {
        async Task<Moment> AtAsync(LedgerTime time)
        {
            if (time.Microseconds >= asked.Moment.End.Microseconds) return asked.Moment;
            long size = await ledger.IndexAtAsync(asked.Region, time, cancellation);
            return (await Moment.AtAsync(ledger, asked.Region, size, cancellation))!.Value;
        }

        (LedgerTime from, LedgerTime until) = StatementReader.Times(asked.Days);
        return (await AtAsync(from), await AtAsync(until));
    }

    private async Task<IEnumerable<Line>> LinesAsync(
        RegionCode region, Slug programme, Moment before, Moment after, CancellationToken cancellation)
    {
        var carried = (await reports.SharesAsync(region, programme, before, cancellation)).ToDictionary(share => share.Fund);
        return (await reports.SharesAsync(region, programme, after, cancellation)).Select(share =>
        {
            GiverShare? old = carried.GetValueOrDefault(share.Fund);
            return new Line(
                share.Fund, programme, old?.Unspent ?? 0, share.Allotted - (old?.Allotted ?? 0), share.Returned - (old?.Returned ?? 0),
                share.Spent - (old?.Spent ?? 0));
        });
    }

    /// <summary>What lottery funds received in the period, and what they gave to programmes of it or of earlier money.</summary>
    private async Task<LotteryCheck> LotteryAsync(RegionCode region, Policy policy, List<Line> lines, Dictionary<string, FundKind> kinds,
        Moment before, Moment after, CancellationToken cancellation)
    {
        var check = new LotteryCheck();
        (Int128 used, Int128 received) = (0, 0);
        foreach (string fund in kinds.Where(fund => fund.Value == FundKind.Lottery).Select(fund => fund.Key).Order(StringComparer.Ordinal))
        {
            Int128 came = await reports.ReceivedAsync(region, Slug.Parse(fund), before, after, cancellation),
                went = lines.Where(line => line.Fund == fund).Aggregate(Int128.Zero, (sum, line) => sum + line.Allotted - line.Returned);
            (used, received) = (used + went, received + came);
            check.Funds.Add(new LotteryFundLine
            {
                Fund = ResourceName.Of(region, FundContract.Funds, fund), Used = Unit.Fen.OfTotal(went), Received = Unit.Fen.OfTotal(came),
            });
        }
        ShareCheck share = LotteryRule.Judge(region, policy.Funding, used, received);
        (check.Used, check.Received) = (Unit.Fen.OfTotal(share.Part), Unit.Fen.OfTotal(share.Whole));
        (check.BasisPoints, check.MinPercent, check.Verdict) = (share.BasisPoints, share.MinPercent, share.Verdict.ToContract());
        return check;
    }

    private static Int128 SpentOf(IEnumerable<Line> lines) => lines.Aggregate(Int128.Zero, (sum, line) => sum + line.Spent);

    private static CostShareLine CostShareOf(
        FundingQuestion asked, Policy policy, List<Line> lines, IReadOnlyList<AccountPath> paths, (Slug Programme, Fen Quota) quota)
    {
        if (!paths.Contains(Chart.ProgrammeAllotted(quota.Programme).Path)) throw Problem.Of(Reason.ProgrammeNotFound);
        Int128 spent = SpentOf(lines.Where(line => line.Programme == quota.Programme));
        var share = new CostShare(spent, quota.Quota.Value, CostShare.PercentOf(asked.Part, policy.Funding));
        return new CostShareLine
        {
            Programme = ResourceName.Of(asked.Region, FundContract.Programmes, quota.Programme),
            Spent = Unit.Fen.OfTotal(share.Spent),
            Quota = quota.Quota.ToContract(),
            CentralPercent = share.CentralPercent,
            Central = Unit.Fen.OfTotal(share.Central),
            Local = Unit.Fen.OfTotal(share.Local),
            BeyondQuota = Unit.Fen.OfTotal(share.Beyond),
        };
    }

    private async Task<GuaranteeCheck> GuaranteeAsync(
        FundingQuestion asked, Policy policy, DateOnly day, Moment moment, CancellationToken cancellation)
    {
        AccountPath available = Chart.FundAvailable(GuaranteeReader.Fund).Path, owed = Chart.FundOwed(GuaranteeReader.Fund).Path;
        (Int128 has, Int128 owes) = await guarantee.FundAsync(asked.Region, moment.Size, cancellation);
        Int128 minutes = (await ledger.FlowsAsync(
            asked.Region, new AccountFilter("person/", Unit: Unit.Minutes), byCounter: false, [moment.Size], cancellation)).NetCredit();
        GuaranteeFundPolicy numbers = policy.Hours.GuaranteeFund;
        var check = new GuaranteeCheck
        {
            Fund = ResourceName.Of(asked.Region, FundContract.Funds, GuaranteeReader.Fund),
            Available = Unit.Fen.OfTotal(has),
            Owed = Unit.Fen.OfTotal(owes),
            Outstanding = Unit.Minutes.OfTotal(minutes),
            AlertBelowPercent = numbers.AlertBelowPercent,
            Verdict = V1.CheckVerdict.Nothing,
            Target = numbers.Target.ToContract(),
            Accounts =
            {
                ((string[])[available.Text, owed.Text, "person/*/hours/earned", "person/*/hours/issued", "person/*/hours/gifted"])
                    .Select(path => ResourceName.Of(asked.Region, "accounts", path)),
            },
        };
        if (await guarantee.PriceAsync(asked.Region, asked.Price, day) is not var (price, source)) return check;
        var coverage = new GuaranteeCoverage(has - owes, minutes, price, numbers);
        (check.Price, check.PriceMinutes, check.PriceSource) = (price.Price.ToContract(), price.Per.Value, source);
        check.Cost = Unit.Fen.OfTotal(coverage.Cost);
        (check.BasisPoints, check.Verdict) = (coverage.Check.BasisPoints, coverage.Check.Verdict.ToContract());
        return check;
    }

    private async Task<Dictionary<string, FundKind>> KindsAsync(RegionCode region, CancellationToken cancellation)
    {
        var kinds = new Dictionary<string, FundKind>();
        RegistryQuery query = new RegistryQuery(region, FundState.Kind) { Limit = AtOnce };
        IReadOnlyList<RegistryRow<FundState>> page;
        do
        {
            page = await registry.ListAsync<FundState>(query, cancellation);
            foreach (FundRecord fund in page.Readable().Select(row => row.State.Fund).OfType<FundRecord>()) kinds[fund.Id] = fund.Kind;
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
        return kinds;
    }

    /// <summary>The accounts that programmes had at a moment, such as <c>programme/meals/allotted</c>.</summary>
    private async Task<IReadOnlyList<AccountPath>> ProgrammePathsAsync(RegionCode region, Moment moment, CancellationToken cancellation)
    {
        var paths = new List<AccountPath>();
        IReadOnlyList<Account> page;
        do
        {
            string after = paths.Count > 0 ? paths[^1].Text : "";
            page = await ledger.AccountsAsOfAsync(region, new AccountFilter("programme/"), moment.Size, after, AtOnce, cancellation);
            paths.AddRange(page.Select(account => account.Path));
        }
        while (page.Count == AtOnce);
        return paths;
    }

    /// <summary>One fund's money in one programme over the period, in fen.</summary>
    private sealed record Line(string Fund, Slug Programme, Int128 Carried, Int128 Allotted, Int128 Returned, Int128 Spent)
    {
        public FundingLine ToContract(RegionCode region, FundKind kind, IReadOnlyList<AccountPath> paths) => new()
        {
            Fund = Fund.Length > 0 ? ResourceName.Of(region, FundContract.Funds, Fund) : "",
            Kind = kind.ToContract(),
            Programme = ResourceName.Of(region, FundContract.Programmes, Programme),
            Carried = Unit.Fen.OfTotal(Carried),
            Allotted = Unit.Fen.OfTotal(Allotted),
            Returned = Unit.Fen.OfTotal(Returned),
            Spent = Unit.Fen.OfTotal(Spent),
            Unspent = Unit.Fen.OfTotal(Carried + Allotted - Returned - Spent),
            Accounts =
            {
                ((string[])[
                    Fund.Length > 0 ? Chart.FundAvailable(Slug.Parse(Fund)).Path.Text : Chart.OpeningBalances(Unit.Fen).Path.Text,
                    .. paths.Select(path => path.Text).Where(path => path.StartsWith($"programme/{Programme}/", StringComparison.Ordinal)),
                ]).Select(path => ResourceName.Of(region, "accounts", path)),
            },
        };
    }
}
