using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>For finance and auditors: closing months.</summary>
public sealed class PeriodApi(
    IGrainFactory grains, IRegistry registry, FiveLegs legs, BankCases cases, PageTokens tokens, BusinessClock clock)
    : PeriodService.PeriodServiceBase
{
    private const int MaxNote = 200, MaxOwner = 100;

    public override Task<BooksPeriod> PreparePeriodClose(PreparePeriodCloseRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, null, (period, command) => period.PrepareAsync(command));

    public override Task<BooksPeriod> ApprovePeriodClose(ApprovePeriodCloseRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, null, (period, command) => period.ApproveAsync(command));

    public override Task<BooksPeriod> WithdrawPeriodClose(WithdrawPeriodCloseRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, request.Note, (period, command) => period.WithdrawAsync(command));

    public override Task<BooksPeriod> ReopenPeriod(ReopenPeriodRequest request, ServerCallContext context) => StepAsync(
        context, request, request.RequestId, request.Name, request.Note, (period, command) => period.ReopenAsync(command));

    public override async Task<DailyReport> GetDailyReport(GetDailyReportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        (DateOnly first, DateOnly last) = Days(read, request.FirstDate, request.LastDate);
        read.Check();
        DayReport report = await legs.ReportAsync(region, first, last, context.CancellationToken);
        DailyReport answer = report.ToContract();
        foreach ((LegLine line, ReportLine shown) in report.Lines.Zip(answer.Lines).Where(pair => !pair.First.IsEqual))
        {
            shown.AgeDays = Math.Max(0, clock.Today.DayNumber - (line.Day ?? last).DayNumber);
            if (line.BankLine is { } open)
            {
                shown.Owner = (await cases.Of(open.Account, open.Number).GetAsync())?.Owner ?? "";
                continue;
            }
            shown.Difference = ResourceName.Of(region, PeriodContract.Differences, line.Id);
            if (await Difference(region, $"{line.Id}").GetAsync() is not { } known) continue;
            (shown.Owner, shown.Note) = (known.Owner, known.History[^1].Note);
        }
        return answer;
    }

    public override async Task<LegDifference> AssignDifference(AssignDifferenceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", PeriodContract.Differences);
        (DateOnly first, DateOnly last) = Days(read, request.FirstDate, request.LastDate);
        string owner = read.Text(request.Owner, "owner", MaxOwner, required: true);
        string note = read.Text(request.Note, "note", MaxNote);
        read.Check();
        return (await Difference(name.Region, name.Id).AssignAsync(context.Command(request, id, memo: note), first, last, owner))
            .OrThrow().ToContract(name);
    }

    public override async Task<LegDifference> GetDifference(GetDifferenceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", PeriodContract.Differences);
        read.Check();
        return (await Difference(name.Region, name.Id).GetAsync())?.ToContract(name) ?? throw Problem.Of(Reason.DifferenceNotFound);
    }

    public override async Task<BooksPeriod> GetPeriod(GetPeriodRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = PeriodContract.Named(read, request.Name, "name");
        read.Check();
        return (await Grain(name).GetAsync()).ToContract(name.Region);
    }

    public override async Task<ListPeriodsResponse> ListPeriods(ListPeriodsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<PeriodGrainState>> page, string next) = await registry.PageAsync<PeriodGrainState>(
            new RegistryQuery(region, PeriodGrainState.Kind), pageSize, tokens, context, request, request.PageToken);
        var response = new ListPeriodsResponse
        {
            NextPageToken = next, Unreadable = { page.Unreadable(region, PeriodContract.Periods) },
        };
        response.Periods.Add(page.Readable().Select(row => row.State.Period).OfType<PeriodRecord>()
            .Select(period => (period with { Statement = "" }).ToContract(region)));
        return response;
    }

    private async Task<BooksPeriod> StepAsync(
        ServerCallContext context, Google.Protobuf.IMessage request, string requestId, string period, string? note,
        Func<IPeriodGrain, Command, Task<Reply<PeriodRecord>>> step)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        ResourceName name = PeriodContract.Named(read, period, "name");
        string memo = note is null ? "" : read.Text(note, "note", MaxNote, required: true);
        read.Check();
        AccessInterceptor.RequireKnown(name.Region);
        return (await step(Grain(name), context.Command(request, id, memo: memo))).OrThrow().ToContract(name.Region);
    }

    private (DateOnly First, DateOnly Last) Days(RequestReader read, Date? from, Date? to)
    {
        DateOnly first = read.PastDay(from, "first_date", clock.Today);
        DateOnly last = to is null ? first : read.PastDay(to, "last_date", clock.Today);
        if (last < first) read.Refuse("last_date", "PERIOD_BACKWARDS");
        return (first, last);
    }

    private IDifferenceGrain Difference(RegionCode region, string id) => grains.GetGrain<IDifferenceGrain>(region, id);

    private IPeriodGrain Grain(ResourceName name) => grains.GetGrain<IPeriodGrain>(name.GrainKey);
}

/// <summary>Months in the contract's types.</summary>
internal static class PeriodContract
{
    public const string Periods = "periods", Differences = "differences";

    /// <summary>Reads <c>regions/{region}/periods/{yyyy-MM}</c>, or the same of another collection of months.</summary>
    public static ResourceName Named(RequestReader read, string text, string field, string collection = Periods)
    {
        if (text.Length == 0)
        {
            read.Refuse(field, "REQUIRED");
            return default;
        }
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == collection
            && Month.TryParse(name.Value.Id, out _)) return name.Value;
        read.Refuse(field, "NOT_A_NAME", ("pattern", $"regions/430211/{collection}/2026-11"));
        return default;
    }

    public static BooksPeriod ToContract(this PeriodRecord period, RegionCode region)
    {
        Month month = Month.Parse(period.Month);
        return new BooksPeriod
        {
            Name = ResourceName.Of(region, Periods, period.Month),
            State = period.State.ToContract(),
            FirstDate = month.First.ToContract(),
            LastDate = month.Last.ToContract(),
            PreparedBy = period.PreparedBy,
            PrepareTime = Time(period.PreparedAt),
            ApprovedBy = period.ApprovedBy,
            ApproveTime = Time(period.ApprovedAt),
            Entry = Entry(region, period.Entry),
            Statement = period.Statement,
            Reopenings =
            {
                period.Reopenings.Select(reopening => new Reopening
                {
                    Actor = reopening.By, Time = Time(reopening.At), Note = reopening.Note, Entry = Entry(region, reopening.Entry),
                    Signed = reopening.WasSigned,
                }),
            },
        };
    }

    public static DailyReport ToContract(this DayReport report) => new()
    {
        FirstDate = report.First.ToContract(),
        LastDate = report.Last.ToContract(),
        FromEntryCount = report.FromIndex,
        ToEntryCount = report.Size,
        Lines =
        {
            report.Lines.Select(line => new ReportLine
            {
                Leg = line.Leg.ToContract(), Account = line.Account, Unit = line.Unit.Code, Left = Sum(line.Left, line.Unit),
                Right = Sum(line.Right, line.Unit), Ties = line.IsEqual,
                Gap = line.Gap.ToContract(), Subject = line.Subject,
            }),
        },
    };

    public static LegDifference ToContract(this DifferenceRecord difference, ResourceName name) => new()
    {
        Name = ResourceName.Of(name.Region, Differences, name.Id),
        Leg = difference.Leg.ToContract(),
        Account = difference.Account,
        Unit = difference.Unit,
        Gap = difference.Gap.ToContract(),
        Subject = difference.Entry,
        Owner = difference.Owner,
        History = { difference.History.Select(step => step.ToContract()) },
    };

    private static long Sum(Int128 sum, Unit unit) => Int128.Abs(sum) > long.MaxValue
        ? throw Problem.Of(Reason.TotalTooLarge, ("unit", unit.Code)) : (long)sum;

    private static Timestamp? Time(DateTimeOffset? time) => time is { } at ? Timestamp.FromDateTimeOffset(at) : null;

    private static string Entry(RegionCode region, long index) =>
        index < 0 ? "" : ResourceName.Of(region, SettlementContract.Entries, index.ToString(CultureInfo.InvariantCulture));
}
