using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A provider, which gives services for vouchers; key: region/id. The grain is the authority for accreditation, service types and standing.
/// </summary>
[Alias("timebank.provider")]
public interface IProviderGrain : IGrainWithStringKey
{
    [Alias("register")]
    Task<Reply<ProviderRecord>> RegisterAsync(Command command, ProviderRecord provider);

    /// <summary>The provider; null if not registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProviderRecord?> GetAsync();

    [Alias("set-standing")]
    Task<Reply<ProviderRecord>> SetStandingAsync(Command command, StandingRecord standing);

    /// <summary>The provider appeals against a decision on its standing; the command's memo says why.</summary>
    /// <param name="decision">The decision's number, from 1.</param>
    [Alias("appeal")]
    Task<Reply<ProviderRecord>> AppealAsync(Command command, int decision);

    /// <summary>Answers an appeal; the command's memo says why. One that is upheld ends the decision yesterday.</summary>
    [Alias("answer-appeal")]
    Task<Reply<ProviderRecord>> AnswerAppealAsync(Command command, int decision, bool isUpheld);

    /// <summary>Accredits for one type in one period; the command's memo says why.</summary>
    [Alias("grant-accreditation")]
    Task<Reply<ProviderRecord>> GrantAccreditationAsync(Command command, ServiceType type, DateOnly first, DateOnly last);

    /// <summary>Gives an accreditation another last day; the command's memo says why.</summary>
    /// <param name="number">From 1.</param>
    [Alias("change-accreditation")]
    Task<Reply<ProviderRecord>> ChangeAccreditationAsync(Command command, int number, DateOnly last);

    /// <param name="isProvider">True: the provider's own staff names the person, and not the administrator.</param>
    [Alias("name-staff")]
    Task<Reply<ProviderRecord>> NameStaffAsync(Command command, string person, ImmutableArray<ProviderRight> rights, bool isProvider);

    /// <summary>Ends what a person may do; the command's memo says why.</summary>
    /// <param name="last">The last day; null: at once.</param>
    [Alias("end-staff")]
    Task<Reply<ProviderRecord>> EndStaffAsync(Command command, string person, DateOnly? last);

    [Alias("publish-prices")]
    Task<Reply<ProviderRecord>> PublishPricesAsync(Command command, ImmutableArray<PriceRecord> prices);

    [Alias("set-opening")]
    Task<Reply<ProviderRecord>> SetOpeningAsync(Command command, OpeningRecord opening);
}

/// <summary>A provider as registered, with every decision on its standing.</summary>
/// <param name="ServiceTypes">Every type that it was ever accredited for; lists look for them here.</param>
/// <param name="AccreditedFrom">As registered, as is the next one.</param>
/// <param name="Accreditations">Null: they are still those of the registration, with one period for all types.</param>
/// <param name="Staff">Null: it has named nobody.</param>
/// <param name="Prices">Null: it has published none.</param>
/// <param name="Opening">Null: it has not said.</param>
/// <param name="Forgotten">How many of its oldest accreditations made room for new ones; null: none.</param>
/// <param name="CreditCode">The unified social credit code; null: it was not said.</param>
[GenerateSerializer, Immutable, Alias("timebank.provider-record")]
public sealed record ProviderRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(2), JsonPropertyName("serviceTypes")] ImmutableArray<ServiceType> ServiceTypes,
    [property: Id(3), JsonPropertyName("accreditedFrom")] DateOnly AccreditedFrom,
    [property: Id(4), JsonPropertyName("accreditedUntil")] DateOnly AccreditedUntil,
    [property: Id(5), JsonPropertyName("standings")] ImmutableArray<StandingRecord> Standings,
    [property: Id(6), JsonPropertyName("accreditations"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<AccreditationRecord>? Accreditations = null,
    [property: Id(7), JsonPropertyName("staff"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<StaffRecord>? Staff = null,
    [property: Id(8), JsonPropertyName("prices"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<PriceRecord>? Prices = null,
    [property: Id(9), JsonPropertyName("opening"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    OpeningRecord? Opening = null,
    [property: Id(10), JsonPropertyName("forgotten"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    int? Forgotten = null,
    [property: Id(11), JsonPropertyName("creditCode"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? CreditCode = null)
{
    [JsonIgnore]
    public int ForgottenAccreditations => Forgotten ?? 0;

    /// <summary>The number of an accreditation, from 1. It stays when earlier ones are forgotten.</summary>
    public int NumberAt(int place) => ForgottenAccreditations + place + 1;

    /// <summary>Every accreditation; of a provider without a history those of its registration.</summary>
    [JsonIgnore]
    public ImmutableArray<AccreditationRecord> AllAccreditations => Accreditations
        ?? [.. ServiceTypes.Select(type => new AccreditationRecord(type, AccreditedFrom, AccreditedUntil, "", "", null, []))];

    [JsonIgnore]
    public ImmutableArray<StaffSpan> StaffSpans =>
        Staff is not { } staff ? [] : [.. staff.Select(one => new StaffSpan(one.Person, one.Rights, one.Last))];

    /// <summary>The facts that the rules judge a provider by.</summary>
    public ProviderFacts ToFacts() => new(
        [.. AllAccreditations.Select(one => one.ToSpan())],
        Standings.IsEmpty ? [] : [.. Standings.Select(standing => standing.ToSpan())])
    {
        Staff = StaffSpans,
        Prices = Prices is not { } prices ? [] : [.. prices.Select(price => price.ToPrice())],
    };
}

/// <summary>An accreditation for one type of service.</summary>
/// <param name="Last">The last day as it is now.</param>
/// <param name="By">Who granted it; empty: it came with the registration.</param>
/// <param name="At">Null as <paramref name="By"/> is empty.</param>
[GenerateSerializer, Immutable, Alias("timebank.accreditation")]
public sealed record AccreditationRecord(
    [property: Id(0), JsonPropertyName("type")] ServiceType Type,
    [property: Id(1), JsonPropertyName("first")] DateOnly First,
    [property: Id(2), JsonPropertyName("last")] DateOnly Last,
    [property: Id(3), JsonPropertyName("note")] string Note,
    [property: Id(4), JsonPropertyName("by")] string By,
    [property: Id(5), JsonPropertyName("at")] DateTimeOffset? At,
    [property: Id(6), JsonPropertyName("changes")] ImmutableArray<AccreditationChangeRecord> Changes)
{
    public AccreditationSpan ToSpan() => new(Type, First, Last);
}

/// <summary>A new last day of an accreditation.</summary>
[GenerateSerializer, Immutable, Alias("timebank.accreditation-change")]
public sealed record AccreditationChangeRecord(
    [property: Id(0), JsonPropertyName("before")] DateOnly Before,
    [property: Id(1), JsonPropertyName("last")] DateOnly Last,
    [property: Id(2), JsonPropertyName("note")] string Note,
    [property: Id(3), JsonPropertyName("by")] string By,
    [property: Id(4), JsonPropertyName("at")] DateTimeOffset At);

/// <summary>A naming of a person who acts for a provider; of several the last one counts.</summary>
/// <param name="Last">The last day; null until further notice.</param>
/// <param name="EndedBy">Empty while nobody ended it, as is the note.</param>
[GenerateSerializer, Immutable, Alias("timebank.provider-staff")]
public sealed record StaffRecord(
    [property: Id(0), JsonPropertyName("person")] string Person,
    [property: Id(1), JsonPropertyName("rights")] ImmutableArray<ProviderRight> Rights,
    [property: Id(2), JsonPropertyName("by")] string By,
    [property: Id(3), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(4), JsonPropertyName("last")] DateOnly? Last = null,
    [property: Id(5), JsonPropertyName("endedBy")] string EndedBy = "",
    [property: Id(6), JsonPropertyName("endNote")] string EndNote = "");

/// <summary>A price that a provider published.</summary>
/// <param name="Fen">For one of the item; null: none from that day on.</param>
[GenerateSerializer, Immutable, Alias("timebank.provider-price")]
public sealed record PriceRecord(
    [property: Id(0), JsonPropertyName("item")] string Item,
    [property: Id(1), JsonPropertyName("fen")] long? Fen,
    [property: Id(2), JsonPropertyName("first")] DateOnly First,
    [property: Id(3), JsonPropertyName("by")] string By = "")
{
    public PublishedPrice ToPrice() => new(Slug.Parse(Item), Fen is { } fen ? new Fen(fen) : null, First);
}

/// <summary>When and where a provider serves.</summary>
/// <param name="Hours">In the order of the week.</param>
/// <param name="Areas">GB/T 2260 codes; empty: the own region.</param>
/// <param name="By">Who said so last.</param>
[GenerateSerializer, Immutable, Alias("timebank.provider-opening")]
public sealed record OpeningRecord(
    [property: Id(0), JsonPropertyName("hours")] ImmutableArray<string> Hours,
    [property: Id(1), JsonPropertyName("closedDays")] ImmutableArray<DateOnly> ClosedDays,
    [property: Id(2), JsonPropertyName("areas")] ImmutableArray<string> Areas,
    [property: Id(3), JsonPropertyName("homeService")] bool HomeService,
    [property: Id(4), JsonPropertyName("by")] string By = "");

/// <summary>A decision of the authorities on a provider's standing.</summary>
/// <param name="Last">The last day; null until further notice.</param>
/// <param name="Note">The authorities' reason.</param>
/// <param name="By">Who decided; null: a build that did not keep it.</param>
/// <param name="Appeal">The provider's appeal; null: none.</param>
[GenerateSerializer, Immutable, Alias("timebank.standing")]
public sealed record StandingRecord(
    [property: Id(0), JsonPropertyName("standing")] Standing Standing,
    [property: Id(1), JsonPropertyName("first")] DateOnly First,
    [property: Id(2), JsonPropertyName("last")] DateOnly? Last,
    [property: Id(3), JsonPropertyName("note")] string Note,
    [property: Id(4), JsonPropertyName("by"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By = null,
    [property: Id(5), JsonPropertyName("appeal"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    AppealRecord? Appeal = null)
{
    public StandingSpan ToSpan() => new(Standing, First, Last, Appeal?.IsUpheld == true);
}

/// <summary>An appeal of a provider against a decision on its standing.</summary>
/// <param name="IsUpheld">Null until it was answered.</param>
/// <param name="AnsweredBy">Empty until then, as is the answer.</param>
[GenerateSerializer, Immutable, Alias("timebank.appeal")]
public sealed record AppealRecord(
    [property: Id(0), JsonPropertyName("by")] string By,
    [property: Id(1), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(2), JsonPropertyName("note")] string Note,
    [property: Id(3), JsonPropertyName("upheld")] bool? IsUpheld = null,
    [property: Id(4), JsonPropertyName("answeredBy")] string AnsweredBy = "",
    [property: Id(5), JsonPropertyName("answeredAt")] DateTimeOffset? AnsweredAt = null,
    [property: Id(6), JsonPropertyName("answer")] string Answer = "");

/// <summary>The stored state of a provider's grain.</summary>
public sealed class ProviderState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps providers and lists find them. Stored: never change it.</summary>
    public const string Kind = "provider";

    /// <summary>The path in the state's JSON at which lists look for a service type.</summary>
    public const string ServiceTypesPath = "provider.serviceTypes";

    /// <summary>Null until the provider is registered.</summary>
    [JsonPropertyName("provider")]
    public ProviderRecord? Provider { get; set; }
}

/// <inheritdoc cref="IProviderGrain"/>
public sealed partial class ProviderGrain(
    [PersistentState(ProviderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ProviderState> state, BusinessClock clock,
    DayRules rules)
    : WorkflowGrain<ProviderState>(state, clock), IProviderGrain
{
    public async Task<Reply<ProviderRecord>> RegisterAsync(Command command, ProviderRecord provider)
    {
        return command.IsDryRun ? await DryRunAsync(Answer) : await Answer();

        // No rule to ask: the grain's key is made from the command's id, so no other command can have taken it.
        async Task<Reply<ProviderRecord>> Answer() =>
            await OnceAsync(command, () => null, () => State.Provider = provider) is { } refusal ? refusal : State.Provider!;
    }

    // It interleaves, so it must not see the copy of a dry run.
    public Task<ProviderRecord?> GetAsync() => Task.FromResult(Stored.Provider);

    public Task<Reply<ProviderRecord>> SetStandingAsync(Command command, StandingRecord standing) => StepAsync(command, () => OnceAsync(
        command,
        () => null,
        () => State.Provider = State.Provider! with { Standings = State.Provider.Standings.Add(standing with { By = command.Actor }) }));

    public Task<Reply<ProviderRecord>> AppealAsync(Command command, int decision) => StepAsync(command, () => OnceAsync(
        command,
        () => AppealRule.Appeal(Find(decision)?.ToSpan(), Find(decision)?.Appeal is not null, Today),
        () => Change(Find(decision)! with { Appeal = new AppealRecord(command.Actor, Now, command.Memo) }, decision)));

    public Task<Reply<ProviderRecord>> AnswerAppealAsync(Command command, int decision, bool isUpheld) =>
        StepAsync(command, () => OnceAsync(
            command,
            () => AppealRule.Answer(Find(decision)?.Appeal is { IsUpheld: null }, Find(decision)?.By ?? "", command.Actor),
            () =>
            {
                StandingRecord decided = Find(decision)!;
                AppealRecord answered = decided.Appeal! with
                {
                    IsUpheld = isUpheld,
                    AnsweredBy = command.Actor,
                    AnsweredAt = Now,
                    Answer = command.Memo,
                };
                // A decision that was over already isn't made longer.
                DateOnly? last = isUpheld && !(decided.Last < Today) ? Today.AddDays(-1) : decided.Last;
                Change(decided with { Appeal = answered, Last = last }, decision);
            }));

    private StandingRecord? Find(int decision) =>
        decision >= 1 && decision <= State.Provider!.Standings.Length ? State.Provider.Standings[decision - 1] : null;

    private void Change(StandingRecord standing, int decision) =>
        State.Provider = State.Provider! with { Standings = State.Provider.Standings.SetItem(decision - 1, standing) };

    private async Task<Reply<ProviderRecord>> StepAsync(Command command, Func<Task<Refusal?>> step)
    {
        if (State.Provider is null) return Reason.ProviderNotFound;
        return command.IsDryRun ? await DryRunAsync(Answer) : await Answer();

        async Task<Reply<ProviderRecord>> Answer() => await step() is { } refusal ? refusal : State.Provider!;
    }
}
