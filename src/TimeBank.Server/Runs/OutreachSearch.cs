using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Asks every rule for one page of a region's elders, and looks at what was issued to them. It changes nothing.</summary>
public sealed class OutreachSearch(IGrainFactory grains, IRegistry registry, ILedgerReader ledger, DayRules rules)
{
    public const int ElderPage = 100;

    /// <param name="day">The day that decides.</param>
    /// <param name="after">The last elder of the page before; null for the first page.</param>
    public async Task<OutreachPage> PageAsync(RegionCode region, DateOnly day, string? after, CancellationToken cancellation)
    {
        var query = new RegistryQuery(region, ElderState.Kind)
        {
            After = after is null ? null : new RegistryCursor("", after), Limit = ElderPage,
        };
        IReadOnlyList<RegistryRow<ElderState>> rows = await registry.ListAsync<ElderState>(query, cancellation);
        Person[] people = [.. rows.Readable().Where(row => row.State.Registered <= day).Select(row =>
            new Person(row.Key, row.State.Registered, row.State.ToRecord(row.Id).Facts(region)))];
        var page = new SearchDay(day, FirstOf(day), FirstOf(day).AddMonths(1), await rules.PolicyAsync(region, day),
            await rules.PolicyAsync(region, FirstOf(day).AddMonths(1)));
        (IReadOnlyDictionary<Slug, Programme> programmes, ImmutableArray<string> damaged) =
            await registry.ProgrammesAsync(region, cancellation);
        List<FindingRecord> found = [];
        foreach (Programme programme in programmes.Values.OrderBy(programme => programme.Id.Text, StringComparer.Ordinal))
            found.AddRange(await OfProgrammeAsync(region, page, programme, programmes, people, cancellation));
        found.AddRange(await OfHoursAsync(region, page, people));
        return new OutreachPage(
            [.. found.OrderBy(one => one.Elder, StringComparer.Ordinal)], rows.Count,
            // A programme that can't be read is left out once, not once a page.
            rows.Count(row => !row.IsReadable) + (after is null ? damaged.Length : 0),
            rows.Count < ElderPage ? null : rows[^1].Key);
    }

    private async Task<IEnumerable<FindingRecord>> OfProgrammeAsync(
        RegionCode region, SearchDay page, Programme programme, IReadOnlyDictionary<Slug, Programme> all, Person[] people,
        CancellationToken cancellation)
    {
        VouchersPolicy numbers = page.Policy.Vouchers;
        var months = new List<IReadOnlyList<IssuedVoucher>>();
        for (int back = 0; back <= numbers.NoUseAlertMonths; back++)
        {
            DateOnly month = page.Month.AddMonths(-back);
            months.Add(await IssuedVouchers.FindAsync(grains.Writer(region), ledger, region,
                [.. people.Select(person => (Func<int, EntryId>)(again =>
                    programme.IssueId(region, month, OpaqueId.Parse(person.Id), again)))], cancellation));
        }
        return people.Index().SelectMany(one =>
        {
            Person person = one.Item;
            Entitlement now = ProgrammeRule.Judge(programme, person.Facts, page.Day, page.Policy, all),
                next = ProgrammeRule.Judge(programme, person.Facts, page.Next, page.NextPolicy, all);
            DateOnly approved = !now.IsGranted ? page.Day : FindingRule.ApprovedOn(person.Facts, person.Registered, page.Day,
                (facts, day) => ProgrammeRule.Judge(programme, facts, day, page.Policy, all).IsGranted);
            // What never expires isn't lost, and the oldest of it is spent first: a month's voucher says nothing about use.
            bool isKept = programme.Scheme == ProgrammeScheme.PersistentSubsidy;
            ImmutableArray<IssuedMonth> issued =
                [.. months.Select(month => new IssuedMonth(month[one.Index].IsIssued, isKept || month[one.Index].IsUsed))];
            return FindingRule.Of(page.Day, now, next, approved, issued, numbers, WorkingCalendar.BuiltIn)
                .Select(finding => FindingRecord.Of(person.Id, programme.Id.Text, finding, issued[0].IsIssued));
        });
    }

    /// <summary>
    /// Hours have no use to look at: they are spent by orders, and end with their month. No rule says by when they are due.
    /// </summary>
    private async Task<IEnumerable<FindingRecord>> OfHoursAsync(RegionCode region, SearchDay page, Person[] people)
    {
        IEnumerable<FindingRecord>[] found = await Task.WhenAll(people.Select(async person =>
        {
            Entitlement now = IssuedHoursRule.Judge(person.Facts, page.Day, page.Policy),
                next = IssuedHoursRule.Judge(person.Facts, page.Next, page.NextPolicy);
            IElderGrain grain = grains.GetGrain<IElderGrain>(region, person.Id);
            IssuedMonth[] issued = await Task.WhenAll(new[] { page.Month, page.Month.AddMonths(-1) }.Select(async month =>
                new IssuedMonth((await grain.EntitledHoursAsync(month)).OrThrow().Issued, IsUsed: true)));
            DateOnly approved = !now.IsGranted ? page.Day : FindingRule.ApprovedOn(person.Facts, person.Registered, page.Day,
                (facts, day) => IssuedHoursRule.Judge(facts, day, page.Policy).IsGranted);
            return FindingRule.Of(page.Day, now, next, approved, [.. issued], page.Policy.Vouchers, WorkingCalendar.BuiltIn)
                .Select(finding => FindingRecord.Of(person.Id, "", finding with { Due = null, NoDue = null }, issued[0].IsIssued));
        }));
        return found.SelectMany(one => one);
    }

    private static DateOnly FirstOf(DateOnly day) => new(day.Year, day.Month, 1);

    private sealed record Person(string Id, DateOnly Registered, ElderFacts Facts);

    /// <param name="Next">The first day of the next month; <paramref name="NextPolicy"/> is that day's, as far as it is approved.</param>
    private sealed record SearchDay(DateOnly Day, DateOnly Month, DateOnly Next, Policy Policy, Policy NextPolicy);
}

/// <summary>What was found among one page of elders.</summary>
/// <param name="Elders">How many were looked at, with those whose state can't be read.</param>
/// <param name="Unreadable">How many elders, and on the first page programmes, were left out since they can't be read.</param>
/// <param name="Next">The argument for the next page; null after the last.</param>
[GenerateSerializer, Immutable, Alias("timebank.outreach-page")]
public sealed record OutreachPage(
    [property: Id(0), JsonPropertyName("findings")] ImmutableArray<FindingRecord> Findings,
    [property: Id(1), JsonPropertyName("elders")] int Elders,
    [property: Id(2), JsonPropertyName("unreadable")] int Unreadable,
    [property: Id(3), JsonPropertyName("next")] string? Next);

/// <summary>A finding as it is stored: the rule's answer, as it was on the day of the run.</summary>
/// <param name="Elder">The elder's id.</param>
/// <param name="Programme">The programme's id; empty for the month's hours.</param>
/// <param name="Instead">The id of the programme that comes first, or may; else empty.</param>
/// <param name="UnknownYear">The year without a calendar, where that is why no due date is known; else zero.</param>
/// <param name="Issued">Whether the amount of the run's month was issued by its day; null in what older builds found.</param>
[GenerateSerializer, Immutable, Alias("timebank.finding")]
public sealed record FindingRecord(
    [property: Id(0), JsonPropertyName("elder")] string Elder,
    [property: Id(1), JsonPropertyName("programme")] string Programme,
    [property: Id(2), JsonPropertyName("kind")] FindingKind Kind,
    [property: Id(3), JsonPropertyName("rule")] EntitlementRule Rule,
    [property: Id(4), JsonPropertyName("unit")] string Unit,
    [property: Id(5), JsonPropertyName("amount")] long Amount,
    [property: Id(6), JsonPropertyName("reason")] EntitlementReason Reason,
    [property: Id(7), JsonPropertyName("policy")] string Policy,
    [property: Id(8), JsonPropertyName("benefits")] Benefits Benefits,
    [property: Id(9), JsonPropertyName("instead")] string Instead,
    [property: Id(10), JsonPropertyName("assessedUntil")] DateOnly? AssessedUntil,
    [property: Id(11), JsonPropertyName("from")] DateOnly From,
    [property: Id(12), JsonPropertyName("due")] DateOnly? Due,
    [property: Id(13), JsonPropertyName("unknownYear")] int UnknownYear,
    [property: Id(14), JsonPropertyName("issued"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Issued = null)
{
    public static FindingRecord Of(string elder, string programme, EntitlementFinding finding, bool issued)
    {
        Entitlement answer = finding.Answer;
        return new FindingRecord(
            elder, programme, finding.Kind, answer.Rule, answer.Unit.Code, answer.Amount, answer.Reason, answer.Policy.ToString(),
            answer.Benefits, answer.Instead?.Text ?? "", answer.AssessedUntil, finding.From, finding.Due,
            finding.NoDue is { } unknown ? int.Parse(unknown.Values.First().Value, CultureInfo.InvariantCulture) : 0, issued);
    }

    public Entitlement ToEntitlement() => new(
        Rule, TimeBank.Ledger.Unit.Parse(Unit), Amount, Reason, PolicyVersion.Parse(Policy))
    {
        Benefits = Benefits, Instead = Instead.Length == 0 ? null : Slug.Parse(Instead), AssessedUntil = AssessedUntil,
    };
}
