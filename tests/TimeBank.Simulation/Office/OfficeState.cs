using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>What the office keeps beside the ledger, as settlement and period grains do. It is replaced as a whole.</summary>
internal sealed record OfficeState
{
    /// <summary>The answer of each step that is done, by its id.</summary>
    public ImmutableDictionary<EntryId, OfficeAnswer> Done { get; init; } = ImmutableDictionary<EntryId, OfficeAnswer>.Empty;

    public ImmutableSortedDictionary<string, OfficeBatch> Batches { get; init; } =
        ImmutableSortedDictionary.Create<string, OfficeBatch>(StringComparer.Ordinal);

    /// <summary>
    /// The step that was decided, and whose entry the ledger may have already: stored before the entry is asked for. Whoever comes next
    /// finishes it.
    /// </summary>
    public OfficeStep? Pending { get; init; }

    /// <summary>The batch that this step prepares; else null.</summary>
    public OfficeBatch? Drafted { get; init; }

    public ImmutableSortedDictionary<string, OfficeMonth> Months { get; init; } =
        ImmutableSortedDictionary.Create<string, OfficeMonth>(StringComparer.Ordinal);
}

/// <summary>A settlement batch.</summary>
/// <param name="Prepared">The step that prepared it; its id is the hold's.</param>
/// <param name="AskedBy">Who asked to withdraw the file; else empty.</param>
internal sealed record OfficeBatch(
    string Id, SettlementState State, OfficeStep Prepared, ImmutableArray<OfficePayment> Payments, string SubmittedBy = "",
    string AskedBy = "")
{
    public bool IsAnswered => Payments.Any(payment => payment.IsAnswered);

    public OfficeBatch With(OfficePayment payment) => this with
    {
        Payments = [.. Payments.Select(one => one.Number == payment.Number ? payment : one)],
    };
}

/// <summary>A payment of a batch.</summary>
/// <param name="Room">What the provider was owed, less what was held.</param>
/// <param name="Aside">The part that is disputed.</param>
/// <param name="Owed">What the provider owed.</param>
/// <param name="Fen">The money that goes to the bank.</param>
/// <param name="GivesBack">It was withheld, and its entry may not be written yet.</param>
/// <param name="IsAnswered">The bank has said something.</param>
internal sealed record OfficePayment(
    int Number, string Provider, long Room, long Aside, long Owed, long Fen, PaymentState State = PaymentState.Prepared,
    bool GivesBack = false, bool IsAnswered = false);

/// <summary>A month of the books.</summary>
/// <param name="ClosedBefore">The last closed day before the month was closed.</param>
internal sealed record OfficeMonth(PeriodState State, string PreparedBy, DateOnly? ClosedBefore);

/// <summary>What somebody asks the office to do.</summary>
internal sealed record OfficeStep(EntryId Id, OfficeStepKind Kind, string Actor, DateOnly Day)
{
    public string Batch { get; init; } = "";

    public int Payment { get; init; }

    /// <summary>The bank's word on the payment, and how much the bank moved.</summary>
    public (PaymentState State, long Fen) Word { get; init; }

    /// <summary>The providers to pay.</summary>
    public ImmutableArray<string> Providers { get; init; } = [];

    /// <summary>A redemption: to refund it, or to set its amount aside.</summary>
    public RedeemedAt? Redemption { get; init; }

    public Month Month { get; init; }

    /// <summary>The last closed day when the step was decided.</summary>
    public DateOnly? Closed { get; init; }

    public override string ToString() =>
        $"{Kind} {Batch} {(Payment == 0 ? "" : $"{Payment} {Word.State} ")}by {Actor}, {Id.ToString()[..8]}";
}

/// <summary>A redemption that the ledger took.</summary>
internal sealed record RedeemedAt(EntryId Id, string Provider, long Fen);

/// <summary>The office's answer.</summary>
/// <param name="Refused">Null where the step is done.</param>
/// <param name="File">The payments of an export.</param>
internal sealed record OfficeAnswer(Reason? Refused, ImmutableArray<OfficePayment> File = default)
{
    public static OfficeAnswer Done { get; } = new((Reason?)null);

    public override string ToString() => Refused is { } reason ? $"{reason}" : File.IsDefault ? "done" : $"a file of {File.Length}";
}

/// <summary>The steps of the office.</summary>
internal enum OfficeStepKind
{
    Prepare,
    Submit,
    Approve,
    Withdraw,
    Export,
    AskToWithdrawExport,
    WithdrawExport,

    /// <summary>A person records the bank's word.</summary>
    Record,

    /// <summary>A line of the bank's statement says it.</summary>
    RecordLine,

    Refund,
    CloseMonth,
    SignMonth,
    WithdrawMonth,
    ReopenMonth,
}
