using System.Collections.Immutable;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>For everybody, without a token: the figures of a region's finished months and years.</summary>
public sealed class StatisticsApi(PublicStatisticsReader months, ProofReader proofs, DayRules rules, BusinessClock clock)
    : StatisticsService.StatisticsServiceBase
{
    private const int FirstYear = 2000, LastYear = 2199, MonthsOfYear = 12;

    /// <summary>By then no server's clock is still within the month, so that no entry is recorded in it any more.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromHours(1);

    public override async Task<PublicStatistics> GetPublicStatistics(GetPublicStatisticsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        (DateOnly first, int count) = Period(read, request.Period);
        read.Check();
        DateOnly next = first.AddMonths(count);
        if (clock.Now < ChinaTime.StartOf(next) + Settling) throw Problem.Of(Reason.StatisticsPeriodNotOver, ("day", $"{next:O}"));

        CancellationToken cancellation = context.CancellationToken;
        var finished = new List<FinishedMonth>();
        for (int at = 0; at < count; at++) finished.Add(await months.MonthAsync(region, first.AddMonths(at), cancellation));
        (SignedNote note, Checkpoint head) = await proofs.SignedAsync(region, cancellation) ?? throw Problem.Of(Reason.NotSignedYet);
        if (head.Size < finished[^1].End.Size) throw Problem.Of(Reason.NotSignedYet);

        PublicFigures figures = count == 1 ? finished[0].Figures : PublicFigures.OfYear([.. finished.Select(month => month.Figures)]);
        PublicStatistics answer = ToContract(figures, finished, await rules.CatalogueAsync(region, next.AddDays(-1)));
        (answer.Region, answer.Period) = (ResourceName.OfRegion(region), request.Period);
        if (RegionDirectory.BuiltIn.Find(region) is { } named) (answer.RegionNameZh, answer.RegionNameEn) = (named.Chinese, named.English);
        answer.Checkpoint = new SignedCheckpoint
        {
            Region = answer.Region, Origin = head.Origin, TreeSize = head.Size, Root = ByteString.CopyFrom(head.Root.ToArray()),
            Note = note.ToString(), VerifierKeys = { proofs.VerifierKeys(region) },
        };
        return answer;
    }

    private static (DateOnly First, int Months) Period(RequestReader read, Date? period)
    {
        bool isYear = period is { Month: 0, Day: 0, Year: >= FirstYear and <= LastYear };
        DateOnly first = isYear ? new DateOnly(period!.Year, 1, 1) : read.Month(period, "period");
        if (first != default && first.Year is < FirstYear or > LastYear)
            read.Refuse("period", "OUT_OF_RANGE", ("min", $"{FirstYear}"), ("max", $"{LastYear}"));
        return (first, isYear ? MonthsOfYear : 1);
    }

    private static PublicStatistics ToContract(PublicFigures figures, IReadOnlyList<FinishedMonth> months, Catalogue list)
    {
        FinishedMonth last = months[^1];
        var answer = new PublicStatistics
        {
            FirstEntry = months[0].From,
            EntryCount = last.End.Size,
            Time = last.End.Time,
            Threshold = months.Max(month => month.Threshold),
            EldersRegistered = last.Elders,
            VolunteersEnrolled = last.Volunteers,
            HoursServed = ToContract(figures.HoursServed, Unit.Minutes),
            HoursDonated = ToContract(figures.HoursDonated, Unit.Minutes),
            Vouchers = ToContract(figures, column => column.Total),
            ItemsHidden = figures.ByItem is null,
            Providers = months.SelectMany(month => month.Providers).Distinct().Count(),
            PaidToProviders = Unit.Fen.OfTotal(Sum(months.Select(month => month.Paid))),
            PrepaidToProviders = Unit.Fen.OfTotal(Sum(months.Select(month => month.Prepaid))),
        };
        if (figures.Volunteers is { } volunteers) answer.VolunteersServed = volunteers;
        if (figures.EldersServed is { } elders) answer.EldersServed = elders;
        IEnumerable<string> units = new[] { figures.Issued, figures.Redeemed, figures.Unused }
            .SelectMany(column => column.ByUnit?.Keys ?? []).Distinct().Order(StringComparer.Ordinal);
        answer.VouchersByUnit.Add(units.Select(unit => new PublicUnitRow
        {
            Unit = unit,
            Vouchers = ToContract(figures, column => column.ByUnit is { } rows ? rows.GetValueOrDefault(unit) : null),
        }));
        answer.ServicesByItem.Add((figures.ByItem ?? []).Select(row => new PublicItemRow
        {
            Item = row.Item.Text, Unit = row.Unit.Code, Redeemed = ToContract(row.Redeemed, Unit.Fen),
            NameZh = list.Find(row.Item)?.Name.Chinese ?? "", NameEn = list.Find(row.Item)?.Name.English ?? "",
        }));
        answer.Received.Add(months.SelectMany(month => month.Received).GroupBy(row => row.Key).OrderBy(rows => rows.Key)
            .Select(rows => new PublicFundRow
            {
                Kind = rows.Key.ToContract(), Received = Unit.Fen.OfTotal(Sum(rows.Select(row => row.Value))),
            }));
        return answer;
    }

    private static PublicVouchers ToContract(PublicFigures figures, Func<PublicColumn, Figure?> of) => new()
    {
        Issued = ToContract(of(figures.Issued), Unit.Fen), Redeemed = ToContract(of(figures.Redeemed), Unit.Fen),
        Unused = ToContract(of(figures.Unused), Unit.Fen),
    };

    private static PublicFigure? ToContract(Figure? figure, Unit unit) =>
        figure is { } known ? new PublicFigure { Count = known.Count, Sum = unit.Of(known.Total) } : null;

    private static Int128 Sum(IEnumerable<Int128> amounts) => amounts.Aggregate(Int128.Zero, (sum, more) => sum + more);
}
