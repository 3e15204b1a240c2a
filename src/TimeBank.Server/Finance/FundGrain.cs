using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>Money of one source; key: region/source. Its amounts stand in the ledger.</summary>
[Alias("timebank.fund")]
public interface IFundGrain : IGrainWithStringKey
{
    [Alias("create")]
    Task<Reply<FundRecord>> CreateAsync(Command command, FundRecord fund);

    /// <summary>The fund; null where none was opened.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<FundRecord?> GetAsync();

    [Alias("receive")]
    Task<Outcome> ReceiveAsync(Command command, string bankAccount, long fen, DateOnly received);
}

/// <summary>A fund as it was opened. Its money stands in the ledger.</summary>
/// <param name="Id">The source: a slug that staff chose.</param>
/// <param name="Purpose">What donors gave it for; empty if not restricted.</param>
[GenerateSerializer, Immutable, Alias("timebank.fund-record")]
public sealed record FundRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("kind")] FundKind Kind,
    [property: Id(2), JsonPropertyName("displayName")] string DisplayName,
    [property: Id(3), JsonPropertyName("purpose")] string Purpose);

/// <summary>A fund's profile.</summary>
public sealed class FundState : WorkflowState
{
    /// <summary>Under this name lists find the states of funds.</summary>
    public const string Kind = "fund";

    /// <summary>Null until it is opened.</summary>
    [JsonPropertyName("fund")]
    public FundRecord? Fund { get; set; }
}

/// <inheritdoc cref="IFundGrain"/>
public sealed class FundGrain([PersistentState(FundState.Kind, GrainStorageNames.TimeBank)] IPersistentState<FundState> state,
    DayRules rules, BusinessClock clock)
    : WorkflowGrain<FundState>(state, clock), IFundGrain
{
    private Slug Id => Slug.Parse(LocalKey);

    public async Task<Reply<FundRecord>> CreateAsync(Command command, FundRecord fund)
    {
        Refusal? refusal = await OnceAsync(
            command,
            () => State.Fund is null ? null : Refusal.Of(Reason.FundExists, ("id", LocalKey)),
            () => State.Fund ??= fund);
        return refusal is null ? State.Fund! : refusal;
    }

    public Task<FundRecord?> GetAsync() => Task.FromResult(State.Fund);

    public async Task<Outcome> ReceiveAsync(Command command, string bankAccount, long fen, DateOnly received)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Outcome outcome = await Writer.DecideAsync(
            command, Today,
            State.Fund is null ? new Refusal(Reason.FundNotFound) : null,
            () => MoneyEntries.Receive(command.Header(received, policy.Version.ToString()),
            Slug.Parse(bankAccount), Id, new Fen(fen)));
        return outcome;
    }
}
