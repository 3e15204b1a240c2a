using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Number of identity, telephone and address of a volunteer or an elder, in full; what nobody said is empty.</summary>
/// <param name="IdentityNumber">As <see cref="Ledger.IdentityNumber"/> writes it: one person's numbers are equal.</param>
/// <param name="Telephone">As <see cref="TelephoneNumber"/> writes it.</param>
[GenerateSerializer, Immutable, Alias("timebank.person-details")]
public sealed record PersonDetails(
    [property: Id(0), JsonPropertyName("identityNumber")] string IdentityNumber,
    [property: Id(1), JsonPropertyName("telephone")] string Telephone,
    [property: Id(2), JsonPropertyName("address")] string Address)
{
    [JsonIgnore]
    public static PersonDetails None { get; } = new("", "", "");

    /// <summary>These, and of what is empty here the earlier ones.</summary>
    public PersonDetails Over(PersonDetails before) => new(
        IdentityNumber.Length > 0 ? IdentityNumber : before.IdentityNumber, Telephone.Length > 0 ? Telephone : before.Telephone,
        Address.Length > 0 ? Address : before.Address);

    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(PersonDetails);
}

/// <summary>A person's details as the person's grain stores them.</summary>
/// <param name="Key">The wrapped data key; without it they are gone.</param>
/// <param name="Details">Sealed.</param>
/// <param name="SetAs">The command that set them.</param>
public sealed record SealedDetails(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("details")] string Details,
    [property: JsonPropertyName("setAs")] string SetAs);

/// <summary>Seals and opens one person's details.</summary>
internal readonly record struct DetailsVault(Vault Vault, VaultParty Party)
{
    private const string Field = "details";

    public PersonDetails? Open(SealedDetails? known) =>
        known is null ? null : JsonSerializer.Deserialize<PersonDetails>(Vault.Open(known.Key, Party, Field, known.Details));

    /// <summary>What is to be stored: the known ones with what a command says of them.</summary>
    /// <param name="details">Null: it says nothing.</param>
    public SealedDetails? Seal(SealedDetails? known, Command command, PersonDetails? details)
    {
        if (details is null) return known;
        string key = known is null ? Vault.NewKey(Party) : Vault.Rewrap(known.Key, Party);
        string text = JsonSerializer.Serialize(details.Over(Open(known) ?? PersonDetails.None));
        return new SealedDetails(key, Vault.Seal(key, Party, Field, text), command.Id.ToString());
    }

    /// <summary>
    /// Whether a command that was carried out said other details. Its digest is made without them: who has the journal would find a number
    /// by trying. Once another command has changed them, nobody can tell.
    /// </summary>
    public bool IsAnother(SealedDetails? known, Command command, PersonDetails? details, WorkflowState state) =>
        details is not null && state.HasDone(command, out _)
            && (known is null || (known.SetAs == command.Id.ToString() && Open(known) is { } set && details.Over(set) != set));
}

/// <summary>
/// Whose a number of identity is; key: region/keyed hash of the number, another for elders than for volunteers, since one person may be
/// both. Everything that gives somebody the number goes through this grain, one after the other, so that of two at once one gets it.
/// </summary>
[Alias("timebank.identity-number")]
public interface IIdentityNumberGrain : IGrainWithStringKey
{
    /// <param name="older">The number's hashes by older master keys; so in the next two.</param>
    [Alias("register-elder")]
    Task<Reply<ElderRecord>> RegisterElderAsync(Command command, string displayName, DateOnly birthDate, Difficulties difficulties,
        PersonDetails details, ImmutableArray<string> older);

    [Alias("enrol-volunteer")]
    Task<Reply<VolunteerRecord>> EnrolVolunteerAsync(Command command, string displayName, DateOnly birthDate, string home,
        PersonDetails details, ImmutableArray<string> older);

    /// <param name="person"><c>elders/{id}</c> or <c>volunteers/{id}</c>.</param>
    [Alias("set-details")]
    Task<Reply<PersonDetails>> SetDetailsAsync(Command command, string person, PersonDetails details, ImmutableArray<string> older);

    /// <summary>
    /// Who had it last, as <c>elders/{id}</c> or <c>volunteers/{id}</c>; empty: nobody. Whether they have it still, or were registered at
    /// all, is the person's own to say.
    /// </summary>
    [Alias("person"), Orleans.Concurrency.AlwaysInterleave]
    Task<string> PersonAsync();
}

/// <summary>The stored state of a number of identity.</summary>
public sealed class IdentityNumberState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps numbers. Stored: never change it.</summary>
    public const string Kind = "identity-number";

    [JsonPropertyName("person")]
    public string Person { get; set; } = "";
}

/// <inheritdoc cref="IIdentityNumberGrain"/>
public sealed class IdentityNumberGrain(
    [PersistentState(IdentityNumberState.Kind, GrainStorageNames.TimeBank)] IPersistentState<IdentityNumberState> state,
    BusinessClock clock)
    : WorkflowGrain<IdentityNumberState>(state, clock), IIdentityNumberGrain
{
    public Task<Reply<ElderRecord>> RegisterElderAsync(Command command, string displayName, DateOnly birthDate, Difficulties difficulties,
        PersonDetails details, ImmutableArray<string> older) => GiveAsync(
            PersonCalls.Elders + command.NewId, details, older, () => GrainFactory.Elder(Region, command.NewId.Text)
                .RegisterAsync(command, displayName, birthDate, difficulties, details));

    public Task<Reply<VolunteerRecord>> EnrolVolunteerAsync(Command command, string displayName, DateOnly birthDate, string home,
        PersonDetails details, ImmutableArray<string> older) => GiveAsync(
            PersonCalls.Volunteers + command.NewId, details, older, () => GrainFactory.Volunteer(Region, command.NewId.Text)
                .EnrolAsync(command, displayName, birthDate, home, details));

    public Task<Reply<PersonDetails>> SetDetailsAsync(
        Command command, string person, PersonDetails details, ImmutableArray<string> older) => GiveAsync(
            person, details, older, () => GrainFactory.SetDetailsAsync(Region, person, command, details));

    public Task<string> PersonAsync() => Task.FromResult(Stored.Person);

    /// <summary>
    /// Names the person before they are written: a crash in between leaves a name without a person, or of one who has another number, and
    /// that keeps nobody from the number. The refusal is not remembered under the command's id: another number, which the digest doesn't
    /// cover, is another request.
    /// </summary>
    private async Task<Reply<T>> GiveAsync<T>(string person, PersonDetails details, ImmutableArray<string> older, Func<Task<Reply<T>>> give)
        where T : notnull
    {
        string[] before = await Task.WhenAll(older.Select(hash => GrainFactory.GetGrain<IIdentityNumberGrain>(Region, hash).PersonAsync()));
        foreach (string other in before.Append(State.Person).Where(other => other.Length > 0 && other != person).Distinct())
        {
            if ((await GrainFactory.DetailsAsync(Region, other))?.IdentityNumber == details.IdentityNumber)
                return Refusal.Of(Reason.IdentityNumberRegistered, ("person", PersonContract.PersonOf(Region, other)));
        }
        if (State.Person != person)
        {
            State.Person = person;
            await SaveAsync();
        }
        return await give();
    }
}
