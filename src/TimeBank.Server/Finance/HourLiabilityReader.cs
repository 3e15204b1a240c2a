using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>
/// Reads what the hours that people hold will ask for. The cost grows with the accounts times the years of the journal: a report for
/// planning, which nothing waits for.
/// </summary>
public sealed class HourLiabilityReader(GuaranteeReader guarantee, ILedgerReader ledger, IRegistry registry, DayRules rules)
{
    private const int AtOnce = 1_000;

    /// <param name="wider">The region asked for; all regions inside it that have a journal are read.</param>
    /// <param name="day">The figures are those at its end; today: those of now.</param>
    /// <exception cref="Grpc.Core.RpcException">ITEM_NOT_FOUND, TOTAL_TOO_LARGE.</exception>
    public async Task<HourLiability> ReadAsync(
        RegionCode wider, DateOnly day, HourPriceAsked asked, CancellationToken cancellation)
    {
        Policy policy = await rules.PolicyAsync(wider, day);
        (HourPrice Price, string Source)? price = await guarantee.PriceAsync(wider, asked, day);
        var all = new HourLiabilityTally(day, policy.Hours.SpendFromAge);
        var answer = new HourLiability
        {
            Date = day.ToContract(), SpendFromAge = policy.Hours.SpendFromAge,
            AlertBelowPercent = policy.Hours.GuaranteeFund.AlertBelowPercent,
        };
        if (price is var (hour, source))
            (answer.Price, answer.PriceMinutes, answer.PriceSource) = (hour.Price.ToContract(), hour.Per.Value, source);
        Int128 fund = 0;
        foreach (RegionCode region in (await ledger.RegionsAsync(cancellation)).Where(region => region.IsWithin(wider)))
        {
            long size = Math.Min(
                await ledger.IndexAtAsync(region, LedgerTime.From(ChinaTime.StartOf(day.AddDays(1))), cancellation),
                (await ledger.ReadHeadAsync(region, cancellation)).Size);
            var own = new HourLiabilityTally(day, policy.Hours.SpendFromAge);
            await AddAccountsAsync(own, region, day, size, cancellation);
            (Int128 has, Int128 owes) = size == 0 ? default : await guarantee.FundAsync(region, size, cancellation);
            (fund, Int128 free) = (fund + has - owes, has - owes);
            all.Add(own);
            var row = new RegionLiability
            {
                Region = ResourceName.OfRegion(region), Outstanding = Unit.Minutes.OfTotal(own.Outstanding), Fund = BalanceOf(free),
                EntryCount = size,
            };
            (row.Cost, row.BasisPoints, row.Verdict) = Judge(own.Outstanding, free);
            answer.Regions.Add(row);
        }
        (answer.Outstanding, answer.Fund) = (Unit.Minutes.OfTotal(all.Outstanding), BalanceOf(fund));
        (answer.Cost, answer.BasisPoints, answer.Verdict) = Judge(all.Outstanding, fund);
        answer.ByYear.Add(Years(all.ByYear));
        answer.Spendable.Add(Years(all.Spendable));
        return answer;

        (Amount? Cost, long BasisPoints, V1.CheckVerdict Verdict) Judge(Int128 minutes, Int128 free)
        {
            if (price is not var (one, _)) return (null, 0, V1.CheckVerdict.Nothing);
            var coverage = new GuaranteeCoverage(free, minutes, one, policy.Hours.GuaranteeFund);
            return (Unit.Fen.OfTotal(coverage.Cost), coverage.Check.BasisPoints, coverage.Check.Verdict.ToContract());
        }

        IEnumerable<HoursOfYear> Years(IReadOnlyDictionary<int, Int128> years)
        {
            Int128 through = 0;
            foreach ((int year, Int128 minutes) in years)
            {
                through += minutes;
                var row = new HoursOfYear { Year = year, Hours = Unit.Minutes.OfTotal(minutes), Through = Unit.Minutes.OfTotal(through) };
                (row.Cost, row.BasisPoints, _) = Judge(through, fund);
                yield return row;
            }
        }
    }

    /// <summary>Reads the accounts of all persons a page at a time, each page once for every year's end.</summary>
    private async Task AddAccountsAsync(
        HourLiabilityTally liability, RegionCode region, DateOnly day, long size, CancellationToken cancellation)
    {
        if (size == 0) return;
        (int Year, long Size)[] ends = await EndsAsync(region, day, size, cancellation);
        Dictionary<string, DateOnly> born = await BornAsync(region, cancellation);
        var filter = new AccountFilter("person/", Unit: Unit.Minutes);
        string after = "";
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsAsOfAsync(region, filter, size, after, AtOnce, cancellation);
            var credited = new Dictionary<int, Dictionary<AccountPath, long>>();
            // The accounts of an earlier year are among those of the moment, in the same order: its first thousand reach at least as far.
            foreach ((int year, long end) in ends.SkipLast(page.Any(Holds) ? 1 : ends.Length))
            {
                credited[year] = (await ledger.AccountsAsOfAsync(region, filter, end, after, AtOnce, cancellation))
                    .ToDictionary(account => account.Path, account => account.Counters.CreditsPosted);
            }
            foreach (Account account in page.Where(Holds))
            {
                DateOnly birth = born.GetValueOrDefault(account.Path.Text.Split('/')[1]);
                liability.Add(
                    [
                        .. ends.SkipLast(1).Select(end => (end.Year, credited[end.Year].GetValueOrDefault(account.Path))),
                        (ends[^1].Year, account.Counters.CreditsPosted),
                    ],
                    account.Counters.DebitsPosted, birth == default ? null : birth);
            }
            if (page.Count > 0) after = page[^1].Path.Text;
        }
        while (page.Count == AtOnce);

        static bool Holds(Account account) => account.Counters.CreditsPosted > account.Counters.DebitsPosted;
    }

    /// <summary>The journal's size at the end of each year since its first entry; of the day's year at the moment.</summary>
    private async Task<(int Year, long Size)[]> EndsAsync(RegionCode region, DateOnly day, long size, CancellationToken cancellation)
    {
        StoredEntry first = (await ledger.EntryAsync(region, 0, cancellation))!;
        var ends = new List<(int, long)>();
        for (int year = ChinaTime.DateOf(first.Entry.Time.ToDateTimeOffset()).Year; year < day.Year; year++)
        {
            LedgerTime end = LedgerTime.From(ChinaTime.StartOf(new DateOnly(year + 1, 1, 1)));
            ends.Add((year, await ledger.IndexAtAsync(region, end, cancellation)));
        }
        return [.. ends, (day.Year, size)];
    }

    /// <summary>When the holders were born: volunteers and elders, by id. Of somebody who is both, the two agree.</summary>
    private async Task<Dictionary<string, DateOnly>> BornAsync(RegionCode region, CancellationToken cancellation)
    {
        var born = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        await AddAsync<VolunteerState>(VolunteerState.Kind, state => state.BirthDate);
        await AddAsync<ElderState>(ElderState.Kind, state => state.BirthDate);
        return born;

        async Task AddAsync<T>(string kind, Func<T, DateOnly> birthOf)
            where T : class
        {
            var query = new RegistryQuery(region, kind) { Limit = AtOnce };
            IReadOnlyList<RegistryRow<T>> page;
            do
            {
                page = await registry.ListAsync<T>(query, cancellation);
                // A damaged row leaves the year unknown, which the report shows; it must not fail.
                foreach (RegistryRow<T> row in page.Readable()) born[row.Key] = birthOf(row.State);
                if (page.Count > 0) query = query with { After = page[^1].Cursor };
            }
            while (page.Count == AtOnce);
        }
    }

    private static Balance BalanceOf(Int128 credit) =>
        new CounterTotals(0, Int128.Max(0, -credit), 0, Int128.Max(0, credit)).ToBalance(Unit.Fen);
}
