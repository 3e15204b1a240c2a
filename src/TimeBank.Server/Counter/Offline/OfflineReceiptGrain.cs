using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// One signed receipt of a terminal, with what became of it; key: region/device-counter for the one that the chain goes on from, and
/// region/device-counter-digest for another one of the same counter and for one that waits. Receipts are evidence: none is ever deleted.
/// </summary>
[Alias("timebank.offline-receipt-grain")]
public interface IOfflineReceiptGrain : IGrainWithStringKey
{
    /// <summary>Keeps a receipt. The first one under a key stays.</summary>
    /// <returns>What is kept: this one, or the one before it.</returns>
    [Alias("keep")]
    Task<OfflineReceiptRecord> KeepAsync(OfflineReceiptRecord receipt);

    /// <summary>Writes down what became of it. An answer that is final stays.</summary>
    [Alias("answer")]
    Task<OfflineReceiptRecord> AnswerAsync(OfflineVerdict verdict);

    /// <summary>Closes an exception. The first closing stays.</summary>
    [Alias("close")]
    Task<Reply<OfflineReceiptRecord>> CloseAsync(Command command, OfflineClosing closing);

    /// <summary>Null: nothing is kept under this key.</summary>
    [Alias("get")]
    Task<OfflineReceiptRecord?> GetAsync();
}

/// <summary>What became of a receipt. The names are stored.</summary>
public enum OfflineStage
{
    /// <summary>Kept, and not decided yet: a crash came in between.</summary>
    [JsonStringEnumMemberName("received")]
    Received = 0,

    [JsonStringEnumMemberName("accepted")]
    Accepted = 1,

    [JsonStringEnumMemberName("exception")]
    Exception = 2,

    [JsonStringEnumMemberName("waiting")]
    Waiting = 3,

    /// <summary>It waited, and the one under the counter's own key has the answer.</summary>
    [JsonStringEnumMemberName("settled")]
    Settled = 4,

    /// <summary>No receipt of this device. Never stored.</summary>
    [JsonStringEnumMemberName("invalid")]
    Invalid = 5,

    /// <summary>An exception that finance closed.</summary>
    [JsonStringEnumMemberName("closed")]
    Closed = 6,
}

/// <summary>How finance closed an exception.</summary>
/// <param name="Redemption">The index of the redemption that paid the claim, as text; empty where the provider bears it.</param>
[GenerateSerializer, Immutable, Alias("timebank.offline-closing")]
public sealed record OfflineClosing(
    [property: Id(0), JsonPropertyName("redemption")] string Redemption,
    [property: Id(1), JsonPropertyName("note")] string Note,
    [property: Id(2), JsonPropertyName("by")] string By,
    [property: Id(3), JsonPropertyName("at")] DateTimeOffset At);

/// <summary>A decision on a receipt.</summary>
/// <param name="Reason">The reason's number; 0 if accepted.</param>
/// <param name="Entry">The index of the redemption's entry; null unless accepted.</param>
/// <param name="Paid">What the voucher paid in it, in its unit.</param>
/// <param name="OtherEntry">The index of the redemption that came first; null where it is not known or there is none.</param>
/// <param name="OtherReceipt">The key of that redemption's receipt; empty where it was made with a network.</param>
[GenerateSerializer, Immutable, Alias("timebank.offline-verdict")]
public sealed record OfflineVerdict(
    [property: Id(0), JsonPropertyName("stage")] OfflineStage Stage,
    [property: Id(1), JsonPropertyName("reason")] int Reason = 0,
    [property: Id(2), JsonPropertyName("detail")] string Detail = "",
    [property: Id(3), JsonPropertyName("entry")] long? Entry = null,
    [property: Id(4), JsonPropertyName("paid")] long Paid = 0,
    [property: Id(5), JsonPropertyName("unit")] string Unit = "",
    [property: Id(6), JsonPropertyName("otherEntry")] long? OtherEntry = null,
    [property: Id(7), JsonPropertyName("otherReceipt")] string OtherReceipt = "")
{
    public static OfflineVerdict Of(OfflineStage stage, Refusal refusal) => new(stage, (int)refusal.Reason, refusal.Detail);

    /// <summary>The reason with its values; null where it was accepted.</summary>
    [JsonIgnore]
    public Refusal? Refusal => Reason == 0 ? null : new Refusal((Reason)Reason, Detail);

    [JsonIgnore]
    public bool IsFinal => Stage is OfflineStage.Accepted or OfflineStage.Exception or OfflineStage.Settled or OfflineStage.Closed;
}

/// <summary>A receipt as it is kept.</summary>
/// <param name="Digest">SHA-256 of the signed bytes.</param>
/// <param name="Signed">The signed bytes, in base64.</param>
/// <param name="Voucher">The voucher that the code names; empty where it can't be read.</param>
/// <param name="AtStake">Price less insurance, in fen.</param>
/// <param name="ClaimedAt">By the device's clock.</param>
/// <param name="SubmittedBy">Who sent it.</param>
[GenerateSerializer, Immutable, Alias("timebank.offline-receipt")]
public sealed record OfflineReceiptRecord(
    [property: Id(0), JsonPropertyName("device")] string Device,
    [property: Id(1), JsonPropertyName("provider")] string Provider,
    [property: Id(2), JsonPropertyName("counter")] long Counter,
    [property: Id(3), JsonPropertyName("digest")] string Digest,
    [property: Id(4), JsonPropertyName("signed")] string Signed,
    [property: Id(5), JsonPropertyName("voucher")] string Voucher,
    [property: Id(6), JsonPropertyName("atStakeFen")] long AtStake,
    [property: Id(7), JsonPropertyName("claimedAt")] DateTimeOffset ClaimedAt,
    [property: Id(8), JsonPropertyName("receivedAt")] DateTimeOffset ReceivedAt,
    [property: Id(9), JsonPropertyName("submittedBy")] string SubmittedBy,
    [property: Id(10), JsonPropertyName("verdict")] OfflineVerdict Verdict,
    [property: Id(11), JsonPropertyName("closing"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    OfflineClosing? Closing = null);

/// <summary>The stored state of a receipt's grain.</summary>
public sealed class OfflineReceiptState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps receipts and lists find them. Stored: never change it.</summary>
    public const string Kind = "offline-receipt";

    /// <summary>The paths in the state's JSON at which lists look.</summary>
    public const string StagePath = "receipt.verdict.stage", ProviderPath = "receipt.provider", VoucherPath = "receipt.voucher",
        PaidByPath = "receipt.closing.redemption";

    [JsonPropertyName("receipt")]
    public OfflineReceiptRecord? Receipt { get; set; }
}

/// <inheritdoc cref="IOfflineReceiptGrain"/>
public sealed class OfflineReceiptGrain(
    [PersistentState(OfflineReceiptState.Kind, GrainStorageNames.TimeBank)] IPersistentState<OfflineReceiptState> state,
    BusinessClock clock)
    : WorkflowGrain<OfflineReceiptState>(state, clock), IOfflineReceiptGrain
{
    public async Task<OfflineReceiptRecord> KeepAsync(OfflineReceiptRecord receipt)
    {
        if (State.Receipt is not null) return State.Receipt;
        State.Receipt = receipt;
        await SaveAsync();
        return receipt;
    }

    public async Task<OfflineReceiptRecord> AnswerAsync(OfflineVerdict verdict)
    {
        OfflineReceiptRecord kept = State.Receipt ?? throw new InvalidOperationException("No receipt is kept here.");
        if (kept.Verdict.IsFinal) return kept;
        State.Receipt = kept with { Verdict = verdict };
        await SaveAsync();
        return State.Receipt;
    }

    public async Task<Reply<OfflineReceiptRecord>> CloseAsync(Command command, OfflineClosing closing)
    {
        async Task<Reply<OfflineReceiptRecord>> Close() => await OnceAsync(
            command,
            () => State.Receipt switch
            {
                null => new Refusal(Reason.OfflineExceptionNotFound),
                { Verdict.Stage: OfflineStage.Exception } => null,
                _ => new Refusal(Reason.OfflineExceptionNotOpen),
            },
            () =>
            {
                OfflineReceiptRecord open = State.Receipt!;
                State.Receipt = open with { Verdict = open.Verdict with { Stage = OfflineStage.Closed }, Closing = closing };
            }) is { } refusal ? refusal : State.Receipt!;
        return command.IsDryRun ? await DryRunAsync(Close) : await Close();
    }

    public Task<OfflineReceiptRecord?> GetAsync() => Task.FromResult(State.Receipt);
}
