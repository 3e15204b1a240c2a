using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Opening = TimeBank.V1.Opening;

namespace TimeBank.Server;

/// <content>What a provider's file has besides its standing, and what is published of it.</content>
public sealed partial class ProviderApi
{
    private const int MaxPrices = 200, MaxSpans = 42, MaxClosedDays = 366, MaxAreas = 100;

    public override async Task<Provider> GrantAccreditation(GrantAccreditationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        V1.ServiceType type = read.Choice(request.ServiceType, "service_type");
        DateOnly? first = read.DayOrNull(request.FirstDay, "first_day");
        DateOnly last = read.Day(request.LastDay, "last_day");
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        Command command = context.Command(request, id, memo: note);
        await CheckDaysAsync(read, name.Region, command, ("first_day", first), ("last_day", last));
        if (last < first) read.Refuse("last_day", "PERIOD_BACKWARDS");
        read.Check();
        return await ToContractAsync(context, name.Region, (await Grain(name)
            .GrantAccreditationAsync(command, type.ToDomain(), first ?? clock.Today, last)).OrThrow());
    }

    public override async Task<Provider> ChangeAccreditation(ChangeAccreditationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        int number = (int)read.Whole(request.Number, "number", 1, int.MaxValue);
        DateOnly last = read.Day(request.LastDay, "last_day");
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        Command command = context.Command(request, id, memo: note);
        await CheckDaysAsync(read, name.Region, command, ("last_day", last));
        return await ToContractAsync(context, name.Region,
            (await Grain(name).ChangeAccreditationAsync(command, number, last)).OrThrow());
    }

    public override async Task<Provider> NameProviderStaff(NameProviderStaffRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        string person = Person(read, request.Person);
        IReadOnlyList<V1.ProviderRight> rights = read.Choices(request.Rights, "rights");
        read.Check();
        bool isProvider = !context.Caller().Has(Role.Administrator);
        return await ToContractAsync(context, name.Region, (await Grain(name).NameStaffAsync(
            context.Command(request, id), person, [.. rights.Select(right => right.ToDomain()).Order()], isProvider)).OrThrow());
    }

    public override async Task<Provider> EndProviderStaff(EndProviderStaffRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        string person = Person(read, request.Person);
        DateOnly? last = read.DayOrNull(request.LastDay, "last_day");
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        read.Check();
        Command command = context.Command(request, id, memo: note);
        await CheckDaysAsync(read, name.Region, command, ("last_day", last));
        return await ToContractAsync(context, name.Region, (await Grain(name).EndStaffAsync(command, person, last)).OrThrow());
    }

    public override async Task<Provider> PublishPrices(PublishPricesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        DateOnly? first = read.DayOrNull(request.FirstDay, "first_day");
        if (request.Prices.Count == 0) read.Refuse("prices", "REQUIRED");
        if (request.Prices.Count > MaxPrices) read.Refuse("prices", "TOO_MANY", ("max", $"{MaxPrices}"));
        var prices = ImmutableArray.CreateBuilder<PriceRecord>();
        foreach ((int at, NewPrice price) in request.Prices.Take(MaxPrices).Index())
        {
            var item = read.Slug(price.Item, $"prices[{at}].item");
            long? fen = price.Price is null ? null : read.Amount(price.Price, $"prices[{at}].price", Unit.Fen);
            if (prices.Any(other => other.Item == item.Text)) read.Refuse($"prices[{at}].item", "REPEATED");
            prices.Add(new PriceRecord(item.Text ?? "", fen, first ?? clock.Today));
        }
        read.Check();
        Command command = context.Command(request, id);
        await CheckDaysAsync(read, name.Region, command, ("first_day", first));
        return await ToContractAsync(context, name.Region,
            (await Grain(name).PublishPricesAsync(command, prices.ToImmutable())).OrThrow());
    }

    public override async Task<Provider> SetOpening(SetOpeningRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        if (request.Opening is null) read.Refuse("opening", "REQUIRED");
        Opening opening = request.Opening ?? new Opening();
        ImmutableArray<OpeningSpan> spans = Spans(read, opening);
        if (opening.ClosedDays.Count > MaxClosedDays) read.Refuse("opening.closed_days", "TOO_MANY", ("max", $"{MaxClosedDays}"));
        ImmutableArray<DateOnly> closed =
            [.. opening.ClosedDays.Take(MaxClosedDays).Select((day, at) => read.Day(day, $"opening.closed_days[{at}]"))];
        if (opening.Areas.Count > MaxAreas) read.Refuse("opening.areas", "TOO_MANY", ("max", $"{MaxAreas}"));
        var areas = new SortedSet<RegionCode>();
        foreach ((int at, string text) in opening.Areas.Take(MaxAreas).Index())
        {
            string field = $"opening.areas[{at}]";
            if (read.AreaOrNull(text, field) is not { } area)
            {
                if (text.Length == 0) read.Refuse(field, "REQUIRED");
            }
            else if (name != default && !ProviderOffer.MayServe(area, name.Region)) read.Refuse(field, "AREA_NOT_NEAR");
            else if (!areas.Add(area)) read.Refuse(field, "REPEATED");
        }
        read.Check();
        Command command = context.Command(request, id);
        await CheckDaysAsync(
            read, name.Region, command, [.. closed.Select((day, at) => ($"opening.closed_days[{at}]", (DateOnly?)day))]);
        var record = new OpeningRecord(
            [.. spans.OrderBy(span => (span.Weekday, span.Opens)).Select(span => span.ToString())], [.. closed.Distinct().Order()],
            [.. areas.Select(area => area.ToString())], opening.HomeService);
        return await ToContractAsync(context, name.Region, (await Grain(name).SetOpeningAsync(command, record)).OrThrow());
    }

    public override async Task<ListPublishedProvidersResponse> ListPublishedProviders(
        ListPublishedProvidersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        V1.Standing? standing = read.ChoiceOrNull(request.Standing, "standing");
        if (standing == V1.Standing.Suspended) read.Refuse("standing", "UNKNOWN_VALUE");
        V1.ServiceType? type = read.ChoiceOrNull(request.ServiceType, "service_type");
        RegionCode? area = read.AreaOrNull(request.Area, "area");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        string? after = tokens.Read(context, request, request.PageToken);
        var today = new ProviderDay(region, clock.Today, await rules.CatalogueAsync(region, clock.Today));
        List<ProviderRecord> page = await PageAsync(
            QueryOf(region, type, pageSize),
            provider => provider.ToPublished(today) is { } published && (standing is null || published.Standing == standing)
                && (type is null || published.ServiceTypes.Contains(type.Value) || published.Standing == V1.Standing.BlackListed)
                && (area is not { } division || provider.ToOffer().Serves(division, region))
                && (!request.Serving || provider.ToFacts().Serves(type?.ToDomain(), clock.Today)),
            after, pageSize + 1, [], context.CancellationToken);
        return new ListPublishedProvidersResponse
        {
            Providers = { page.Take(pageSize).Select(provider => provider.ToPublished(today)) },
            NextPageToken = page.Count > pageSize ? tokens.Write(context, request, page[pageSize - 1].Id) : "",
            Divisions =
            {
                RegionDirectory.BuiltIn.All.Where(one => ProviderOffer.MayServe(one.Code, region)).Select(
                    one => new Division { Code = one.Code.ToString(), NameZh = one.Chinese, NameEn = one.English }),
            },
        };
    }

    /// <summary>Refuses days in the past. A retry isn't checked: its days were in time when the command was first sent.</summary>
    private async Task CheckDaysAsync(
        RequestReader read, RegionCode region, Command command, params (string Field, DateOnly? Day)[] days)
    {
        if (await grains.IsKnownAsync(region, command)) return;
        foreach ((string field, _) in days.Where(one => one.Day < clock.Today)) read.Refuse(field, "IN_PAST");
        read.Check();
    }

    private static string Person(RequestReader read, string text)
    {
        if (text.Length == 0) read.Refuse("person", "REQUIRED");
        else if (!CallerClaims.IsSubject(text)) read.Refuse("person", "NOT_A_PERSON");
        return text;
    }

    private static ImmutableArray<OpeningSpan> Spans(RequestReader read, Opening opening)
    {
        if (opening.Hours.Count > MaxSpans) read.Refuse("opening.hours", "TOO_MANY", ("max", $"{MaxSpans}"));
        var spans = ImmutableArray.CreateBuilder<OpeningSpan>();
        foreach ((int at, OpeningHours hours) in opening.Hours.Take(MaxSpans).Index())
        {
            string field = $"opening.hours[{at}]";
            int weekday = (int)read.Whole(hours.Weekday, $"{field}.weekday", 1, 7);
            bool isOpens = OpeningSpan.TryTime(hours.Opens, out int opens), isCloses = OpeningSpan.TryTime(hours.Closes, out int closes);
            if (!isOpens) read.Refuse($"{field}.opens", "NOT_A_CLOCK_TIME");
            if (!isCloses) read.Refuse($"{field}.closes", "NOT_A_CLOCK_TIME");
            if (!isOpens || !isCloses) continue;
            var span = new OpeningSpan(weekday, opens, closes);
            if (closes <= opens) read.Refuse($"{field}.closes", "TIMES_BACKWARDS");
            else if (spans.Any(span.Overlaps)) read.Refuse(field, "TIMES_OVERLAP");
            spans.Add(span);
        }
        return spans.ToImmutable();
    }

    private IProviderGrain Grain(ResourceName name) => grains.GetGrain<IProviderGrain>(name.GrainKey);
}
