using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The bank account that a provider is paid to; key: region/provider. One person proposes an account, another approves it, and it is in
/// force from a later day on.
/// </summary>
[Alias("timebank.payee")]
public interface IPayeeGrain : IGrainWithStringKey
{
    [Alias("propose")]
    Task<Reply<PayeeChangeView>> ProposeAsync(Command command, BankDetails account);

    /// <summary>Approves what another person has proposed.</summary>
    [Alias("approve")]
    Task<Reply<PayeeChangeView>> ApproveAsync(Command command, PayeeApproval approval);

    /// <summary>Withdraws a change that isn't in force yet.</summary>
    [Alias("withdraw")]
    Task<Reply<PayeeChangeView>> WithdrawAsync(Command command, OpaqueId change);

    /// <summary>All changes, newest first, with masked numbers.</summary>
    [Alias("changes")]
    Task<ImmutableArray<PayeeChangeView>> ChangesAsync();

    /// <summary>
    /// The account to pay to on a day, in full; null if there is none. For payment files alone: its answer goes into no log, no journal and
    /// no other answer.
    /// </summary>
    [Alias("in-force")]
    Task<PayeeInForce?> InForceAsync(DateOnly day);

    /// <summary>
    /// The account of a version, also after another one took its place; null where there is none or it was erased. For payment files alone,
    /// as <see cref="InForceAsync"/>.
    /// </summary>
    [Alias("of-version")]
    Task<PayeeInForce?> OfVersionAsync(string version);
}

/// <summary>A bank account in full.</summary>
[GenerateSerializer, Immutable, Alias("timebank.bank-details")]
public sealed record BankDetails(
    [property: Id(0), JsonPropertyName("holder")] string Holder,
    [property: Id(1), JsonPropertyName("number")] string Number,
    [property: Id(2), JsonPropertyName("bankName")] string BankName,
    [property: Id(3), JsonPropertyName("bankCode")] string BankCode)
{
    /// <summary>Of an account whose data were erased.</summary>
    [JsonIgnore]
    public static BankDetails Erased { get; } = new("", "", "", "");

    /// <summary>The same with the last four digits of the number alone.</summary>
    public BankDetails Masked() => this == Erased ? this : this with { Number = BankAccountNumber.Mask(Number) };

    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(BankDetails);
}

/// <summary>What a checker approves.</summary>
/// <param name="Change">The id of the change.</param>
/// <param name="Number">The account number as the checker reads it; null: it is not compared.</param>
[GenerateSerializer, Immutable, Alias("timebank.payee-approval")]
public sealed record PayeeApproval([property: Id(0)] OpaqueId Change, [property: Id(1)] string? Number)
{
    public override string ToString() => $"{nameof(PayeeApproval)} {Change}";
}

/// <summary>The account that a provider is paid to on a day.</summary>
/// <param name="Change">The id of the change that brought it.</param>
/// <param name="Version">
/// Names this account and no other, and says nothing about it: a batch may keep it beside its payments, in the journal too.
/// </param>
/// <param name="From">The first day on which it is in force.</param>
[GenerateSerializer, Immutable, Alias("timebank.payee-in-force")]
public sealed record PayeeInForce(
    [property: Id(0)] BankDetails Account,
    [property: Id(1)] OpaqueId Change,
    [property: Id(2)] string Version,
    [property: Id(3)] DateOnly From)
{
    public override string ToString() => $"{nameof(PayeeInForce)} {Version}";
}

/// <summary>How far a change is on a day.</summary>
public enum PayeeStage
{
    [JsonStringEnumMemberName("proposed")]
    Proposed = 1,
    [JsonStringEnumMemberName("approved")]
    Approved = 2,
    [JsonStringEnumMemberName("inForce")]
    InForce = 3,
    [JsonStringEnumMemberName("replaced")]
    Replaced = 4,
    [JsonStringEnumMemberName("withdrawn")]
    Withdrawn = 5,
}

/// <summary>A change of the account, as the grain answers it.</summary>
/// <param name="Account">With a masked number.</param>
[GenerateSerializer, Immutable, Alias("timebank.payee-change")]
public sealed record PayeeChangeView(
    [property: Id(0)] OpaqueId Id,
    [property: Id(1)] BankDetails Account,
    [property: Id(2)] PayeeStage Stage,
    [property: Id(3)] string ProposedBy,
    [property: Id(4)] DateTimeOffset ProposedAt,
    [property: Id(5)] string ApprovedBy,
    [property: Id(6)] DateTimeOffset? ApprovedAt,
    [property: Id(7)] DateOnly? InForceFrom,
    [property: Id(8)] string WithdrawnBy,
    [property: Id(9)] DateTimeOffset? WithdrawnAt);

/// <summary>A change as the grain stores it.</summary>
public sealed class PayeeChangeRecord
{
    [JsonPropertyName("id")]
    public string Id { get; set; } = "";

    /// <summary>The account, sealed; empty where it was erased.</summary>
    [JsonPropertyName("account")]
    public string Account { get; set; } = "";

    [JsonPropertyName("proposedBy")]
    public string ProposedBy { get; set; } = "";

    [JsonPropertyName("proposedAt")]
    public DateTimeOffset ProposedAt { get; set; }

    /// <summary>Null until a second person approves.</summary>
    [JsonPropertyName("approvedBy")]
    public string? ApprovedBy { get; set; }

    [JsonPropertyName("approvedAt")]
    public DateTimeOffset? ApprovedAt { get; set; }

    /// <summary>The first day on which it is in force; null until it is approved.</summary>
    [JsonPropertyName("inForceFrom")]
    public DateOnly? InForceFrom { get; set; }

    [JsonPropertyName("withdrawnBy")]
    public string? WithdrawnBy { get; set; }

    [JsonPropertyName("withdrawnAt")]
    public DateTimeOffset? WithdrawnAt { get; set; }

    [JsonIgnore]
    public bool IsWithdrawn => WithdrawnBy is not null;

    [JsonIgnore]
    public bool IsOpen => ApprovedBy is null && !IsWithdrawn;
}

/// <summary>The stored state of a payee's grain.</summary>
public sealed class PayeeState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps payees. Stored: never change it.</summary>
    public const string Kind = "payee";

    /// <summary>The wrapped key of the sealed accounts; null before the first proposal, and where they were erased.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; set; }

    /// <summary>Every change, in the order of their proposals. At most one is open, so it is the order of their approvals too.</summary>
    [JsonPropertyName("changes")]
    public List<PayeeChangeRecord> Changes { get; set; } = [];
}

/// <inheritdoc cref="IPayeeGrain"/>
public sealed class PayeeGrain([PersistentState(PayeeState.Kind, GrainStorageNames.TimeBank)] IPersistentState<PayeeState> state,
    BusinessClock clock, DayRules rules, Vault vault)
    : WorkflowGrain<PayeeState>(state, clock), IPayeeGrain
{
    private VaultParty Party => new(Region, $"providers/{LocalKey}");

    public Task<Reply<PayeeChangeView>> ProposeAsync(Command command, BankDetails account) =>
        command.IsDryRun ? DryRunAsync(() => ProposeOnceAsync(command, account)) : ProposeOnceAsync(command, account);

    public Task<Reply<PayeeChangeView>> ApproveAsync(Command command, PayeeApproval approval) =>
        command.IsDryRun ? DryRunAsync(() => ApproveOnceAsync(command, approval)) : ApproveOnceAsync(command, approval);

    public Task<Reply<PayeeChangeView>> WithdrawAsync(Command command, OpaqueId change) =>
        command.IsDryRun ? DryRunAsync(() => WithdrawOnceAsync(command, change.Text)) : WithdrawOnceAsync(command, change.Text);

    public Task<ImmutableArray<PayeeChangeView>> ChangesAsync() =>
        Task.FromResult<ImmutableArray<PayeeChangeView>>([.. Enumerable.Reverse(State.Changes).Select(View)]);

    public Task<PayeeInForce?> InForceAsync(DateOnly day) => Task.FromResult(InFull(InForceOn(day)));

    public Task<PayeeInForce?> OfVersionAsync(string version) => Task.FromResult(InFull(
        State.Changes.FirstOrDefault(change => change.InForceFrom is not null && Version(change) == version)));

    private async Task<Reply<PayeeChangeView>> ProposeOnceAsync(Command command, BankDetails account)
    {
        string id = command.NewId.Text;
        // The command's digest is made without the account.
        if (Find(id) is { } made && Open(made) != account) return Reason.RequestIdReused;
        bool isRegistered = await GrainFactory.GetGrain<IProviderGrain>(this.GetPrimaryKeyString()).GetAsync() is not null;
        // Sealed before anything is written, since it may fail.
        string key = State.Key is null ? vault.NewKey(Party) : vault.Rewrap(State.Key, Party);
        string sealedAccount = vault.Seal(key, Party, Field(id), JsonSerializer.Serialize(account));
        Refusal? refusal = await OnceAsync(
            command,
            () => !isRegistered ? new Refusal(Reason.ProviderNotFound)
                : State.Changes.Any(change => change.IsOpen) ? new Refusal(Reason.PayeeChangePending)
                : State.Changes.LastOrDefault(change => !change.IsWithdrawn) is { } last && Open(last) == account
                    ? new Refusal(Reason.PayeeNotChanged)
                : null,
            () =>
            {
                State.Key = key;
                State.Changes.Add(
                    new PayeeChangeRecord { Id = id, Account = sealedAccount, ProposedBy = command.Actor, ProposedAt = Now });
            });
        return Answer(refusal, id);
    }

    private async Task<Reply<PayeeChangeView>> ApproveOnceAsync(Command command, PayeeApproval approval)
    {
        PayeeChangeRecord? change = Find(approval.Change.Text);
        bool differs = change is not null && approval.Number is { } number && Open(change).Number != number;
        if (differs && State.Done.ContainsKey(command.Id.ToString())) return Reason.RequestIdReused;
        int wait = (await rules.PolicyAsync(Region, Today)).Settlement.PayeeWaitDays;
        Refusal? refusal = await OnceAsync(
            command,
            () => change switch
            {
                null => new Refusal(Reason.PayeeChangeNotFound),
                { IsWithdrawn: true } => new Refusal(Reason.PayeeChangeWithdrawn),
                { ApprovedBy: not null } => new Refusal(Reason.PayeeChangeAlreadyApproved),
                _ when change.ProposedBy == command.Actor => new Refusal(Reason.MakerIsChecker),
                _ when differs => new Refusal(Reason.PayeeNumberDiffers),
                _ => null,
            },
            () => (change!.ApprovedBy, change.ApprovedAt, change.InForceFrom) = (command.Actor, Now, Today.AddDays(wait)));
        return Answer(refusal, approval.Change.Text);
    }

    private async Task<Reply<PayeeChangeView>> WithdrawOnceAsync(Command command, string id)
    {
        PayeeChangeRecord? change = Find(id);
        Refusal? refusal = await OnceAsync(
            command,
            () => change switch
            {
                null => new Refusal(Reason.PayeeChangeNotFound),
                { IsWithdrawn: true } => new Refusal(Reason.PayeeChangeWithdrawn),
                _ when change.InForceFrom <= Today => new Refusal(Reason.PayeeChangeInForce),
                _ => null,
            },
            () => (change!.WithdrawnBy, change.WithdrawnAt) = (command.Actor, Now));
        return Answer(refusal, id);
    }

    private Reply<PayeeChangeView> Answer(Refusal? refusal, string id) => refusal is null ? View(Find(id)!) : refusal;

    private PayeeChangeRecord? Find(string id) => State.Changes.FirstOrDefault(change => change.Id == id);

    private PayeeChangeRecord? InForceOn(DateOnly day) =>
        State.Changes.LastOrDefault(change => change.InForceFrom <= day && !change.IsWithdrawn);

    private PayeeInForce? InFull(PayeeChangeRecord? change) =>
        change is not null && Open(change) is var account && account != BankDetails.Erased
            ? new PayeeInForce(account, OpaqueId.Parse(change.Id), Version(change), change.InForceFrom!.Value) : null;

    private PayeeChangeView View(PayeeChangeRecord change) => new(
        OpaqueId.Parse(change.Id), Open(change).Masked(), StageOf(change), change.ProposedBy, change.ProposedAt,
        change.ApprovedBy ?? "", change.ApprovedAt, change.InForceFrom, change.WithdrawnBy ?? "", change.WithdrawnAt);

    private PayeeStage StageOf(PayeeChangeRecord change) =>
        change.IsWithdrawn ? PayeeStage.Withdrawn
        : change.InForceFrom is not { } first ? PayeeStage.Proposed
        : first > Today ? PayeeStage.Approved
        : change == InForceOn(Today) ? PayeeStage.InForce
        : PayeeStage.Replaced;

    private BankDetails Open(PayeeChangeRecord change) => State.Key is null || change.Account.Length == 0
        ? BankDetails.Erased
        : JsonSerializer.Deserialize<BankDetails>(vault.Open(State.Key, Party, Field(change.Id), change.Account))!;

    /// <summary>Each change has a field of its own, so that a proposed account can't be put in an approved one's place.</summary>
    private static string Field(string change) => $"payee/{change}";

    /// <summary>
    /// A hash over the sealed account. It follows from nothing that could be guessed, and stays when the data key is wrapped anew.
    /// </summary>
    private string Version(PayeeChangeRecord change) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"timebank payee 1\n{Party}\n{change.Id}\n{change.Account}")));
}
