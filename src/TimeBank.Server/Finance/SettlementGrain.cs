using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A settlement batch: what providers are paid together; key: region/id. The grain is the authority for the batch's state. The ledger has
/// the money: held while the batch is prepared, on the batch's account once it is approved, and out of our bank account once the bank has
/// paid.
/// </summary>
[Alias("timebank.settlement")]
public interface ISettlementGrain : IGrainWithStringKey
{
    /// <summary>Stores a batch whose money is held. The region's desk alone calls this; a repeated call changes nothing.</summary>
    [Alias("create")]
    Task CreateAsync(SettlementRecord batch);

    /// <summary>The batch; null if there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<SettlementRecord?> GetAsync();

    /// <summary>Hands the batch to a second person.</summary>
    [Alias("submit")]
    Task<Reply<SettlementRecord>> SubmitAsync(Command command);

    /// <summary>Approves the batch and posts its money. Refused to whoever prepared or submitted it.</summary>
    [Alias("approve")]
    Task<Reply<SettlementRecord>> ApproveAsync(Command command);

    /// <summary>Gives the batch up before its approval and releases its money.</summary>
    [Alias("withdraw")]
    Task<Reply<SettlementRecord>> WithdrawAsync(Command command);

    /// <summary>
    /// Records the bank's word on a payment. <i>Paid</i> is refused where no file was made, which would have withheld the payment, and
    /// somebody complains about what it pays.
    /// </summary>
    [Alias("record")]
    Task<Reply<SettlementRecord>> RecordAsync(Command command, int payment, PaymentOutcome outcome);

    /// <summary>
    /// Takes back the last word on a payment, which somebody recorded by hand. Refused to who recorded it. The caller has looked that no
    /// line of the bank says it.
    /// </summary>
    [Alias("revoke")]
    Task<Reply<SettlementRecord>> RevokeAsync(Command command, int payment);

    /// <summary>Makes the file of an approved batch's payments, or gives the file that was made already.</summary>
    [Alias("export")]
    Task<Reply<ExportedFile>> ExportAsync(Command command, PaymentFileOrder order);

    /// <summary>Asks to withdraw a file that was never sent; the memo says why.</summary>
    [Alias("withdraw-export")]
    Task<Reply<SettlementRecord>> WithdrawExportAsync(Command command);

    /// <summary>Withdraws the file: the batch is approved again. Refused to whoever asked for it.</summary>
    [Alias("confirm-withdraw-export")]
    Task<Reply<SettlementRecord>> ConfirmWithdrawExportAsync(Command command);

    /// <summary>
    /// Records what the bank's statement says of several payments, each under an id of its own, with one write of the batch. What can't be
    /// recorded now is left, and may be asked for again.
    /// </summary>
    /// <returns>For each word why it was left; <see cref="Reason.None"/> where it is recorded, now or earlier.</returns>
    [Alias("record-many")]
    Task<Reply<WordsTaken>> RecordManyAsync(Command run, ImmutableArray<BankWord> words);
}

/// <summary>What the bank's statement says of one payment.</summary>
/// <param name="Id">The id of the entry, in hexadecimal: made from the line, whoever records it.</param>
/// <param name="Digest">What an entry under this id is compared by.</param>
[GenerateSerializer, Immutable, Alias("timebank.bank-word")]
public sealed record BankWord(
    [property: Id(0)] int Payment, [property: Id(1)] PaymentOutcome Outcome, [property: Id(2)] string Id, [property: Id(3)] string Digest);

/// <summary>What became of the bank's words, one for one.</summary>
[GenerateSerializer, Immutable, Alias("timebank.words-taken")]
public sealed record WordsTaken([property: Id(0)] ImmutableArray<Reason> Left);

/// <summary>A settlement batch as it stands. Times are UTC, amounts fen.</summary>
/// <param name="Id">Made from the id of the command that prepared it.</param>
/// <param name="Prepared">The index of the entry that holds the money; −1 in the answer of a dry run.</param>
/// <param name="PreparedAs">That entry's id, in hexadecimal.</param>
/// <param name="SubmittedBy">Empty until the batch was submitted.</param>
/// <param name="ApprovedBy">Empty until the batch was approved.</param>
/// <param name="Approved">The index of the entry that posted the money.</param>
/// <param name="Note">The reason of a withdrawal; else empty.</param>
/// <param name="LeftOut">The number of providers with money owed who did not fit into the batch.</param>
/// <param name="Export">The file of payments; null: none, or it was withdrawn.</param>
/// <param name="FormerExports">Files that were withdrawn, oldest first; null: none.</param>
/// <param name="Barred">Blacklisted providers with money owed, who were left out of the batch; null: none.</param>
/// <param name="WithdrawnBy">A maker, or the checker who sent it back; null: nobody, or a build that did not keep it.</param>
/// <param name="Aside">Providers whose money was set aside as a whole, so that they have no payment in it; null: none.</param>
/// <param name="KnownComplaints">
/// The complaints about what it pays that were open when it was submitted: these, and later ones about a payment that pays off a debt, keep
/// it from approval. Null until then, and where an older build submitted it.
/// </param>
[GenerateSerializer, Immutable, Alias("timebank.settlement-record")]
public sealed record SettlementRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("state")] SettlementState State,
    [property: Id(2), JsonPropertyName("day")] DateOnly Day,
    [property: Id(3), JsonPropertyName("preparedBy")] string PreparedBy,
    [property: Id(4), JsonPropertyName("prepared")] long Prepared,
    [property: Id(5), JsonPropertyName("preparedAs")] string PreparedAs,
    [property: Id(6), JsonPropertyName("payments")] ImmutableArray<PaymentRecord> Payments,
    [property: Id(7), JsonPropertyName("submittedBy")] string SubmittedBy = "",
    [property: Id(8), JsonPropertyName("approvedBy")] string ApprovedBy = "",
    [property: Id(9), JsonPropertyName("approved")] long? Approved = null,
    [property: Id(10), JsonPropertyName("approvedAt")] DateTimeOffset? ApprovedAt = null,
    [property: Id(11), JsonPropertyName("note")] string Note = "",
    [property: Id(12), JsonPropertyName("leftOut")] int LeftOut = 0,
    [property: Id(13), JsonPropertyName("export")] SettlementExport? Export = null,
    [property: Id(14), JsonPropertyName("formerExports")] ImmutableArray<SettlementExport>? FormerExports = null,
    [property: Id(15), JsonPropertyName("barred"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<string>? Barred = null,
    [property: Id(16), JsonPropertyName("withdrawnBy"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? WithdrawnBy = null,
    [property: Id(17), JsonPropertyName("aside"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<AsideProvider>? Aside = null,
    [property: Id(18), JsonPropertyName("knownComplaints"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    ImmutableArray<string>? KnownComplaints = null,
    [property: Id(19), JsonPropertyName("pays"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    PayableKind? PaysOther = null)
{
    [JsonIgnore]
    public PayableKind Pays => PaysOther ?? PayableKind.Services;
}

/// <summary>A provider who gets no payment, since all that it is owed is set aside.</summary>
[GenerateSerializer, Immutable, Alias("timebank.aside-provider")]
public sealed record AsideProvider(
    [property: Id(0), JsonPropertyName("provider")] string Provider,
    [property: Id(1), JsonPropertyName("setAside")] ImmutableArray<CarriedAmount> SetAside)
{
    /// <summary>No more than the provider is owed, where its debt has taken a part of what is disputed.</summary>
    public static AsideProvider Of(string provider, ImmutableArray<CarriedAmount> setAside, long due)
    {
        var capped = ImmutableArray.CreateBuilder<CarriedAmount>();
        foreach (CarriedAmount amount in setAside)
        {
            capped.Add(amount with { Fen = Math.Min(amount.Fen, due) });
            due -= capped[^1].Fen;
        }
        return new AsideProvider(provider, capped.ToImmutable());
    }
}

/// <summary>A payment to one provider in a batch.</summary>
/// <param name="Number">From 1, in the order of the providers' ids.</param>
/// <param name="FromSize">How many entries of the journal earlier batches have settled for the provider: this payment begins there.</param>
/// <param name="ToSize">How many entries are settled with this payment.</param>
/// <param name="Carried">Amounts that earlier batches left unpaid: withdrawn payments and redemptions set aside.</param>
/// <param name="SetAside">Disputed redemptions that stay unpaid.</param>
/// <param name="NettedFen">The part that pays off the provider's debt.</param>
/// <param name="AmountFen">The money that goes to the provider's bank. Zero where the debt took all of it.</param>
/// <param name="Payee">
/// The version of the account that the provider is paid to, fixed by the approval; null before it, of a payment without money, and in
/// batches that were approved by builds that knew no payees.
/// </param>
/// <param name="HeldBackFen">The part that stays owed until an officer releases it.</param>
[GenerateSerializer, Immutable, Alias("timebank.payment-record")]
public sealed record PaymentRecord(
    [property: Id(0), JsonPropertyName("number")] int Number,
    [property: Id(1), JsonPropertyName("provider")] string Provider,
    [property: Id(2), JsonPropertyName("fromSize")] long FromSize,
    [property: Id(3), JsonPropertyName("toSize")] long ToSize,
    [property: Id(4), JsonPropertyName("carried")] ImmutableArray<CarriedAmount> Carried,
    [property: Id(5), JsonPropertyName("setAside")] ImmutableArray<CarriedAmount> SetAside,
    [property: Id(6), JsonPropertyName("nettedFen")] long NettedFen,
    [property: Id(7), JsonPropertyName("amountFen")] long AmountFen,
    [property: Id(8), JsonPropertyName("state")] PaymentState State,
    [property: Id(9), JsonPropertyName("outcomes")] ImmutableArray<PaymentOutcome> Outcomes,
    [property: Id(10), JsonPropertyName("payee")] string? Payee = null,
    [property: Id(11), JsonPropertyName("heldBackFen")] long HeldBackFen = 0);

/// <summary>Money that is still owed although an earlier batch has counted its postings.</summary>
/// <param name="Source">
/// The batch that was withdrawn (<c>settlements/{id}</c>), the redemption that was set aside (<c>entries/{index}</c>), or the batch that
/// held it back (<c>settlements/{id}/holdback</c>).
/// </param>
/// <param name="Payment">The number of that batch's payment to the provider; 0 of a redemption, and of older builds.</param>
/// <param name="Complaint">The id of the open complaint by which the redemption was set aside; null: none, a maker did so.</param>
[GenerateSerializer, Immutable, Alias("timebank.carried-amount")]
public sealed record CarriedAmount(
    [property: Id(0), JsonPropertyName("source")] string Source,
    [property: Id(1), JsonPropertyName("fen")] long Fen,
    [property: Id(2), JsonPropertyName("payment"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Payment = 0,
    [property: Id(3), JsonPropertyName("complaint"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Complaint = null);

/// <summary>The bank's word on a payment.</summary>
/// <param name="State">Paid, rejected or returned.</param>
/// <param name="Day">The bank's date.</param>
/// <param name="Bank">The slug of our bank account.</param>
/// <param name="Reference">The bank's reference; may be empty.</param>
/// <param name="Entry">The index of its entry.</param>
/// <param name="Effective">The first open day, on which it counts where the bank's day was closed; else null.</param>
[GenerateSerializer, Immutable, Alias("timebank.payment-outcome")]
public sealed record PaymentOutcome(
    [property: Id(0), JsonPropertyName("state")] PaymentState State,
    [property: Id(1), JsonPropertyName("day")] DateOnly Day,
    [property: Id(2), JsonPropertyName("bank")] string Bank,
    [property: Id(3), JsonPropertyName("reference")] string Reference,
    [property: Id(4), JsonPropertyName("entry")] long Entry = -1,
    [property: Id(5), JsonPropertyName("effective"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    DateOnly? Effective = null);

/// <summary>The stored state of a batch.</summary>
public sealed class SettlementGrainState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps batches and lists find them. Stored: never change it.</summary>
    public const string Kind = "settlement";

    /// <summary>The path in the state's JSON at which lists look for a batch's state.</summary>
    public const string StatePath = "batch.state";

    [JsonPropertyName("batch")]
    public SettlementRecord? Batch { get; set; }

    /// <summary>The steps of <see cref="Planned"/>; the number of the payment follows the last one. Stored: never change them.</summary>
    public const string ApproveStep = "approve", WithdrawStep = "withdraw", RevokeStep = "revoke/";

    /// <summary>The approval or withdrawal under way; null: none.</summary>
    [JsonPropertyName("planned")]
    public PlannedCommand? Planned { get; set; }

    /// <summary>
    /// Words of the bank that were taken and whose entries may be missing; null: none. Stored before the entries: a payment whose entry was
    /// written and whose state was lost would else take the same word again under another id.
    /// </summary>
    [JsonPropertyName("words")]
    public ImmutableArray<PlannedWord>? Words { get; set; }
}

/// <inheritdoc cref="ISettlementGrain"/>
public sealed partial class SettlementGrain(
    [PersistentState(SettlementGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<SettlementGrainState> state,
    ILedgerReader ledger, IRegistry registry, DayRules rules, BusinessClock clock)
    : WorkflowGrain<SettlementGrainState>(state, clock), ISettlementGrain
{
    private SettlementRecord Batch => State.Batch!;

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    public async Task CreateAsync(SettlementRecord batch)
    {
        if (State.Batch is not null) return;
        State.Batch = batch;
        await SaveAsync();
    }

    public Task<SettlementRecord?> GetAsync() => Task.FromResult(Stored.Batch);

    public Task<Reply<SettlementRecord>> SubmitAsync(Command command) => StepAsync(command, async () =>
    {
        // A retry, and what is refused, must not fail by a complaint that can't be read.
        ImmutableArray<string> known = State.HasDone(command, out _) || SettlementRule.Submit(Batch.State) is not null ? []
            : [.. (await DisputesAsync()).SelectMany(one => one.Dispute.Complaints).Distinct()];
        return await OnceAsync(
            command, () => SettlementRule.Submit(Batch.State),
            () => State.Batch = Batch with
            {
                State = SettlementState.Submitted,
                SubmittedBy = command.Actor,
                KnownComplaints = known,
            });
    });

    public Task<Reply<SettlementRecord>> ApproveAsync(Command command) => StepAsync(command, () => ApproveOnceAsync(command));

    public Task<Reply<SettlementRecord>> WithdrawAsync(Command command) => StepAsync(command, () => WithdrawOnceAsync(command));

    private async Task<Refusal?> ApproveOnceAsync(Command command)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        (ImmutableArray<PaymentRecord> payees, Refusal? notPayable) = await WithPayeesAsync();
        Refusal? refusal = SettlementRule.Approve(Batch.State, Batch.PreparedBy, Batch.SubmittedBy, command.Actor) ?? notPayable
            ?? await DisputedAsync();
        await PlanAsync(command, refusal, SettlementGrainState.ApproveStep);
        return await OnceAsync(
            command, () => refusal,
            () => SettlementEntries.Approve(command.Header(Today, policy.Version.ToString(), Details), EntryId.Parse(Batch.PreparedAs)),
            outcome =>
            {
                State.Planned = null;
                State.Batch = Batch with
                {
                    State = IsOver(Each(payees, PaymentState.Approved)) ? SettlementState.Closed : SettlementState.Approved,
                    ApprovedBy = command.Actor,
                    ApprovedAt = Now,
                    Approved = outcome.Entry?.Index,
                    Payments = Each(payees, PaymentState.Approved),
                };
            });
    }

    /// <summary>
    /// Refuses a batch that was submitted although it pays what an open complaint is about: sent back, the next one sets it aside.
    /// </summary>
    private Task<Refusal?> DisputedAsync() => DisputedAsync(Reason.PaymentsDisputed, one => one.Dispute.Stops(Batch, one.Payment));

    private async Task<Refusal?> DisputedAsync(Reason reason, Func<(int Payment, DisputedEntry Dispute), bool> which)
    {
        string[] complaints = [.. (await DisputesAsync()).Where(which).Select(one => one.Dispute.Complaint).Take(MaxNamed)];
        return complaints.Length == 0 ? null : Refusal.Of(reason, ("complaints", string.Join(", ", complaints)));
    }

    private async Task<IReadOnlyList<(int Payment, DisputedEntry Dispute)>> DisputesAsync() =>
        await new PaidEntries(Region, ledger, GrainFactory, new HeldBackEarnings(Region, ledger, registry))
            .InBatchAsync(Batch, await registry.DisputesAsync(Region));

    private async Task<Refusal?> WithdrawOnceAsync(Command command)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = SettlementRule.Withdraw(Batch.State);
        await PlanAsync(command, refusal, SettlementGrainState.WithdrawStep);
        return await OnceAsync(
            command, () => refusal,
            () => SettlementEntries.Withdraw(command.Header(Today, policy.Version.ToString(), Details), EntryId.Parse(Batch.PreparedAs)),
            _ =>
            {
                State.Planned = null;
                State.Batch = Batch with
                {
                    State = SettlementState.Withdrawn,
                    Note = command.Memo,
                    WithdrawnBy = command.Actor,
                    Payments = Each(Batch.Payments, PaymentState.Withdrawn),
                };
            });
    }

    private async Task PlanAsync(Command command, Refusal? refusal, string step)
    {
        if (refusal is not null || State.HasDone(command, out _)) return;
        State.Planned = PlannedCommand.Of(step, command);
        await SaveAsync();
    }

    /// <summary>Carries out an approval or a withdrawal that a crash has cut short.</summary>
    /// <returns>The refusal where the writer can't be reached: nothing else may happen to the batch before.</returns>
    private async Task<Refusal?> FinishPlannedAsync(Command command)
    {
        if (IsDryRun || State.Planned is not { } planned || planned.ToCommand().Id == command.Id) return null;
        Refusal? refusal = planned.Step switch
        {
            SettlementGrainState.ApproveStep => await ApproveOnceAsync(planned.ToCommand()),
            SettlementGrainState.WithdrawStep => await WithdrawOnceAsync(planned.ToCommand()),
            var revoke => await RevokeOnceAsync(planned.ToCommand(), int.Parse(
                revoke[SettlementGrainState.RevokeStep.Length..], System.Globalization.CultureInfo.InvariantCulture)),
        };
        if (refusal is { } outage && outage.IsTransient()) return outage;
        State.Planned = null;
        return null;
    }

    private (string Key, string Value)[] Details => [("batch", LocalKey)];

    /// <summary>True where the bank has nothing more to say before it returns a payment.</summary>
    private static bool IsOver(ImmutableArray<PaymentRecord> payments) => payments.All(one => one.State != PaymentState.Approved);

    /// <summary>A payment that the provider's debt took whole needs no bank.</summary>
    private static ImmutableArray<PaymentRecord> Each(ImmutableArray<PaymentRecord> payments, PaymentState next) =>
    [
        .. payments.Select(payment => payment with
        {
            State = next == PaymentState.Approved && payment.AmountFen == 0 ? PaymentState.Paid : next,
        }),
    ];

    private Task<Reply<SettlementRecord>> StepAsync(Command command, Func<Task<Refusal?>> step) =>
        StepAsync<SettlementRecord>(command, async () => await step() is { } refusal ? refusal : Batch);

    private async Task<Reply<T>> StepAsync<T>(Command command, Func<Task<Reply<T>>> step)
        where T : notnull
    {
        if (Stored.Batch is null) return Reason.SettlementNotFound;
        if (command.IsDryRun) return await DryRunAsync(step);
        Refusal? unfinished = await FinishPlannedAsync(command) ?? await FinishWordsAsync() ?? await GiveBackAsync(command);
        return unfinished is not null ? unfinished : await step();
    }
}
