using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;
using Opening = TimeBank.V1.Opening;

namespace TimeBank.Server;

/// <summary>The day that a provider is shown for, with that day's service list.</summary>
internal readonly record struct ProviderDay(RegionCode Region, DateOnly Today, Catalogue Catalogue);

/// <summary>Providers in the contract's types.</summary>
internal static class ProviderContract
{
    /// <param name="payable">What it is owed for services and of prepaid fees, in fen; null if the caller may not see it.</param>
    /// <param name="seesFile">False for elders, who see what it offers.</param>
    public static Provider ToContract(
        this ProviderRecord record, ProviderDay day, (long Services, long Prepaid)? payable, bool seesFile)
    {
        StandingRecord? decided = record.DecisionOn(day.Today);
        AccreditationSpan[] spans = [.. record.AllAccreditations.Select(one => one.ToSpan()).Where(span => span.First <= span.Last)];
        var provider = new Provider
        {
            Name = ResourceName.Of(day.Region, VoucherContract.Providers, record.Id),
            DisplayName = record.DisplayName,
            ServiceTypes = { record.TypesFrom(day.Today) },
            Accreditation = spans.Length == 0 ? null : (spans.Min(span => span.First), spans.Max(span => span.Last)).ToContract(),
            Accreditations = { record.AllAccreditations.Select((one, at) => one.ToContract(record.NumberAt(at), seesFile)) },
            Standing = (decided?.Standing ?? Ledger.Standing.Good).ToContract(),
            StandingPeriod = decided is null ? null : (decided.First, decided.Last ?? DateOnly.MaxValue).ToContract(),
            StandingNote = decided?.Note ?? "",
            Payable = payable is var (services, _) ? Unit.Fen.Of(services) : null,
            PrepaidPayable = payable is var (_, prepaid) ? Unit.Fen.Of(prepaid) : null,
            Prices = { record.PricesFrom(day) },
            Opening = record.Opening?.ToContract(),
            CreditCode = record.CreditCode ?? "",
        };
        if (!seesFile) return provider;
        provider.Decisions.Add(record.Standings.Select((decision, at) => decision.ToContract(at + 1)));
        provider.StaffUnnamed = record.StaffSpans.IsEmpty;
        if (record.Staff is { } staff) provider.Staff.Add(staff.Select(one => one.ToContract(staff, day.Today)));
        return provider;
    }

    /// <summary>What anybody may read of it; null where nothing is published.</summary>
    public static PublishedProvider? ToPublished(this ProviderRecord record, ProviderDay day)
    {
        StandingRecord? decided = record.DecisionOn(day.Today);
        Ledger.Standing standing = decided?.Standing ?? Ledger.Standing.Good;
        bool isBarred = standing == Ledger.Standing.BlackListed;
        IReadOnlyList<V1.ServiceType> types = [.. record.TypesFrom(day.Today)];
        // Whose accreditations are over gives nothing any more; the black list names it all the same.
        if (standing == Ledger.Standing.Suspended || (types.Count == 0 && !isBarred)) return null;
        var published = new PublishedProvider
        {
            DisplayName = record.DisplayName,
            ServiceTypes = { types },
            Standing = standing.ToContract(),
            StandingPeriod = decided is null ? null : (decided.First, decided.Last ?? DateOnly.MaxValue).ToContract(),
            StandingNote = decided?.Note ?? "",
            AppealOpen = decided?.Appeal is { IsUpheld: null },
            Accreditations =
            {
                record.AllAccreditations.Select((one, at) => (One: one, Number: record.NumberAt(at)))
                    .Where(of => of.One.First <= of.One.Last && of.One.Last >= day.Today)
                    .Select(of => of.One.ToContract(of.Number, seesFile: false)),
            },
        };
        if (isBarred) return published;
        published.Opening = record.Opening?.ToContract();
        published.Prices.Add(record.PricesFrom(day).Select(price => price.ToPublished(day.Catalogue)));
        return published;
    }

    private static PublishedItemPrice ToPublished(this ItemPrice price, Catalogue catalogue) =>
        catalogue.Find(Slug.Parse(price.Item)) is not { } item ? new PublishedItemPrice { Price = price } : new PublishedItemPrice
        {
            Price = price, NameZh = item.Name.Chinese, NameEn = item.Name.English, Ceiling = item.CeilingPrice.ToContract(),
        };

    /// <summary>When and where it serves, for the filters of lists.</summary>
    public static ProviderOffer ToOffer(this ProviderRecord record) => record.Opening is not { } opening ? new ProviderOffer([], [], [])
        : new ProviderOffer(
            [.. opening.Hours.Select(OpeningSpan.Parse)], opening.ClosedDays, [.. opening.Areas.Select(RegionCode.Parse)]);

    private static StandingRecord? DecisionOn(this ProviderRecord record, DateOnly today) =>
        record.ToFacts().SpanOn(today) is { } span ? record.Standings.Last(standing => standing.ToSpan() == span) : null;

    private static IEnumerable<V1.ServiceType> TypesFrom(this ProviderRecord record, DateOnly today) => record.AllAccreditations
        .Where(one => one.First <= one.Last && one.Last >= today).Select(one => one.Type.ToContract()).Distinct();

    /// <summary>Its prices in force on a day, and those that take effect later.</summary>
    public static IEnumerable<ItemPrice> PricesFrom(this ProviderRecord record, ProviderDay day)
    {
        if (record.Prices is not { } prices) yield break;
        ProviderFacts facts = record.ToFacts();
        foreach (string item in prices.Select(price => price.Item).Distinct().Order(StringComparer.Ordinal))
        {
            // The one in force today, and those to come; of two of one day the later one counts.
            IEnumerable<IGrouping<DateOnly, PriceRecord>> byDay =
                prices.Where(price => price.Item == item).GroupBy(price => price.First).OrderBy(group => group.Key);
            DateOnly[] days = [.. byDay.Select(group => group.Key)];
            foreach (DateOnly first in days.Where(one => one > day.Today || one == days.LastOrDefault(other => other <= day.Today)))
            {
                var slug = Slug.Parse(item);
                Fen? price = facts.PriceOf(slug, first);
                if (price is null && first <= day.Today) continue;
                Fen? most = price is { } fen && day.Catalogue.Find(slug) is { } listed ? Fen.Min(fen, listed.CeilingPrice) : price;
                yield return new ItemPrice
                {
                    Item = item, FirstDay = first.ToContract(), Price = price?.ToContract(), AtMost = most?.ToContract(),
                };
            }
        }
    }

    private static Accreditation ToContract(this AccreditationRecord one, int number, bool seesFile)
    {
        var accreditation = new Accreditation
        {
            Number = number, ServiceType = one.Type.ToContract(), Period = (one.First, one.Last).ToContract(),
        };
        if (!seesFile) return accreditation;
        (accreditation.Note, accreditation.GrantedBy) = (one.Note, one.By);
        accreditation.GrantTime = one.At is { } granted ? Timestamp.FromDateTimeOffset(granted) : null;
        accreditation.Changes.Add(one.Changes.Select(change => new AccreditationChange
        {
            PreviousLastDay = change.Before.ToContract(), LastDay = change.Last.ToContract(), Note = change.Note, ChangedBy = change.By,
            ChangeTime = Timestamp.FromDateTimeOffset(change.At),
        }));
        return accreditation;
    }

    private static ProviderStaff ToContract(this StaffRecord one, IEnumerable<StaffRecord> all, DateOnly today) => new()
    {
        Person = one.Person,
        Rights = { one.Rights.Select(ChoiceContract.ToContract) },
        Active = !(one.Last < today) && ReferenceEquals(one, all.Last(other => other.Person == one.Person)),
        NamedBy = one.By,
        NameTime = Timestamp.FromDateTimeOffset(one.At),
        LastDay = one.Last?.ToContract(),
        EndedBy = one.EndedBy,
        EndNote = one.EndNote,
    };

    private static Opening ToContract(this OpeningRecord opening) => new()
    {
        Hours =
        {
            opening.Hours.Select(OpeningSpan.Parse).Select(span => new OpeningHours
            {
                Weekday = span.Weekday, Opens = OpeningSpan.TimeText(span.Opens), Closes = OpeningSpan.TimeText(span.Closes),
            }),
        },
        ClosedDays = { opening.ClosedDays.Select(day => day.ToContract()) },
        Areas = { opening.Areas },
        HomeService = opening.HomeService,
    };

    private static StandingDecision ToContract(this StandingRecord decided, int number) => new()
    {
        Number = number,
        Standing = decided.Standing.ToContract(),
        Period = (decided.First, decided.Last ?? DateOnly.MaxValue).ToContract(),
        Note = decided.Note,
        DecidedBy = decided.By ?? "",
        Appeal = decided.Appeal is not { } appeal ? null : new StandingAppeal
        {
            By = appeal.By,
            Time = Timestamp.FromDateTimeOffset(appeal.At),
            Note = appeal.Note,
            State = appeal.IsUpheld switch
            {
                null => AppealState.Open,
                true => AppealState.Upheld,
                false => AppealState.Rejected,
            },
            AnsweredBy = appeal.AnsweredBy,
            AnswerTime = appeal.AnsweredAt is { } answered ? Timestamp.FromDateTimeOffset(answered) : null,
            Answer = appeal.Answer,
        },
    };
}
