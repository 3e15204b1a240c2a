using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// One of our own bank accounts; key: region/slug, the slug of the ledger's account <c>bank/{slug}</c>. The grain knows what the bank calls
/// it; the ledger has its money.
/// </summary>
[Alias("timebank.bank-account")]
public interface IBankAccountGrain : IGrainWithStringKey
{
    /// <summary>Describes the account from now on. What was there before stays in the history.</summary>
    [Alias("set")]
    Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account);

    /// <summary>The account as it is described now; null if nobody has described it.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<BankAccountRecord?> GetAsync();

    /// <summary>All that it was described as, newest first.</summary>
    [Alias("history"), AlwaysInterleave]
    Task<ImmutableArray<BankAccountRecord>> HistoryAsync();
}

/// <summary>What an administrator says of an account.</summary>
/// <param name="StatementProfile">Names the profile by which its statements are read; empty: none.</param>
/// <param name="SheetProfile">Names the profile by which sheets for batch transfers are written; empty: none.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-account-description")]
public sealed record BankAccountDescription(
    [property: Id(0), JsonPropertyName("account")] BankDetails Account,
    [property: Id(1), JsonPropertyName("statementProfile")] string StatementProfile,
    [property: Id(2), JsonPropertyName("sheetProfile")] string SheetProfile);

/// <summary>One of our bank accounts, and who described it so.</summary>
/// <param name="Slug">As in the ledger's <c>bank/{slug}</c>.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-account-record")]
public sealed record BankAccountRecord(
    [property: Id(0), JsonPropertyName("slug")] string Slug,
    [property: Id(1), JsonPropertyName("description")] BankAccountDescription Description,
    [property: Id(2), JsonPropertyName("setBy")] string SetBy,
    [property: Id(3), JsonPropertyName("setAt")] DateTimeOffset SetAt)
{
    [JsonIgnore]
    public BankDetails Account => Description.Account;

    [JsonIgnore]
    public string StatementProfile => Description.StatementProfile;

    [JsonIgnore]
    public string SheetProfile => Description.SheetProfile;
}

/// <summary>The stored state of a bank account's grain.</summary>
public sealed class BankAccountState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps bank accounts and lists find them. Stored: never change it.</summary>
    public const string Kind = "bank-account";

    /// <summary>All that the account was described as, oldest first.</summary>
    [JsonPropertyName("history")]
    public List<BankAccountRecord> History { get; set; } = [];
}

/// <inheritdoc cref="IBankAccountGrain"/>
public sealed class BankAccountGrain(
    [PersistentState(BankAccountState.Kind, GrainStorageNames.TimeBank)] IPersistentState<BankAccountState> state, BusinessClock clock)
    : WorkflowGrain<BankAccountState>(state, clock), IBankAccountGrain
{
    public Task<Reply<BankAccountRecord>> SetAsync(Command command, BankAccountDescription account) =>
        command.IsDryRun ? DryRunAsync(() => SetOnceAsync(command, account)) : SetOnceAsync(command, account);

    public Task<BankAccountRecord?> GetAsync() => Task.FromResult(Stored.History.LastOrDefault());

    public Task<ImmutableArray<BankAccountRecord>> HistoryAsync() =>
        Task.FromResult<ImmutableArray<BankAccountRecord>>([.. Enumerable.Reverse(Stored.History)]);

    private async Task<Reply<BankAccountRecord>> SetOnceAsync(Command command, BankAccountDescription account)
    {
        Refusal? refusal = await OnceAsync(command, () => null, () =>
        {
            // The same words again are no change, and leave no trace in the history.
            if (State.History.LastOrDefault()?.Description != account)
                State.History.Add(new BankAccountRecord(LocalKey, account, command.Actor, Now));
        });
        return refusal is null ? State.History[^1] : refusal;
    }
}
