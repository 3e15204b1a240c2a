using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>An agreement on prepaid fees. The ledger has its money; amounts here are in fen.</summary>
/// <param name="Purpose">What for, in words without anything personal.</param>
/// <param name="BedFen">The part of the monthly fee that is for the bed.</param>
/// <param name="First">The first day of the first month.</param>
/// <param name="Draws">What the provider drew, a month each, in order.</param>
/// <param name="End">Null until it ended.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-record")]
public sealed record PrepaymentRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("state")] PrepaymentState State,
    [property: Id(2), JsonPropertyName("provider")] string Provider,
    [property: Id(3), JsonPropertyName("elder")] string Elder,
    [property: Id(4), JsonPropertyName("service")] ServiceType Service,
    [property: Id(5), JsonPropertyName("purpose")] string Purpose,
    [property: Id(6), JsonPropertyName("monthlyFen")] long MonthlyFen,
    [property: Id(7), JsonPropertyName("bedFen")] long BedFen,
    [property: Id(8), JsonPropertyName("first")] DateOnly First,
    [property: Id(9), JsonPropertyName("months")] int Months,
    [property: Id(10), JsonPropertyName("depositFen")] long DepositFen,
    [property: Id(11), JsonPropertyName("disputed")] bool IsDisputed,
    [property: Id(12), JsonPropertyName("draws")] ImmutableArray<PrepaymentDrawRecord> Draws,
    [property: Id(13), JsonPropertyName("history")] ImmutableArray<PrepaymentStepRecord> History,
    [property: Id(14), JsonPropertyName("end")] PrepaymentEndRecord? End = null)
{
    [JsonIgnore]
    public PrepaymentPlan Plan => new(Service, new Fen(MonthlyFen), new Fen(BedFen), First, Months, new Fen(DepositFen));

    [JsonIgnore]
    public Custody Custody => new(OpaqueId.Parse(Id), OpaqueId.Parse(Provider), OpaqueId.Parse(Elder), First, Plan.Last);

    /// <summary>What was drawn, in fen.</summary>
    [JsonIgnore]
    public Int128 DrawnFen => Draws.Aggregate(Int128.Zero, (sum, draw) => sum + draw.Fen);
}

/// <summary>A month that the provider drew.</summary>
/// <param name="Entry">The index of its entry.</param>
/// <param name="Run">The digest of the request that drew it, by which a repeated run knows its own.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-draw")]
public sealed record PrepaymentDrawRecord(
    [property: Id(0), JsonPropertyName("month")] DateOnly Month,
    [property: Id(1), JsonPropertyName("fen")] long Fen,
    [property: Id(2), JsonPropertyName("entry")] long Entry,
    [property: Id(3), JsonPropertyName("run")] string Run);

/// <summary>Something that a person did about an agreement.</summary>
/// <param name="OnBehalfOf">The id of the elder for whom counter staff did it; else empty.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-step")]
public sealed record PrepaymentStepRecord(
    [property: Id(0), JsonPropertyName("step")] PrepaymentStep Step,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("onBehalfOf")] string OnBehalfOf,
    [property: Id(3), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(4), JsonPropertyName("note")] string Note);

/// <summary>How an agreement ended.</summary>
/// <param name="LastDay">The last day of service.</param>
/// <param name="BackFen">What had not been earned, with the deposit: it waits to be paid back, or was.</param>
/// <param name="ApprovedBy">Who approved the refund; null: nobody.</param>
/// <param name="ApprovedAfter">The entry of the last payment before the approval, which covers the next one; null: there was none.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-end")]
public sealed record PrepaymentEndRecord(
    [property: Id(0), JsonPropertyName("lastDay")] DateOnly LastDay,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("backFen")] long BackFen,
    [property: Id(3), JsonPropertyName("approvedBy")] string? ApprovedBy = null,
    [property: Id(4), JsonPropertyName("approvedAfter"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    long? ApprovedAfter = null)
{
    /// <summary>Who approved the next payment; null: nobody. A payment that was reversed has used its approval up.</summary>
    /// <param name="paid">The entry of the last payment, reversed or not; null: there was none.</param>
    public string? ApproverAfter(long? paid) => paid == ApprovedAfter ? ApprovedBy : null;
}

/// <summary>What an agreement has in custody, in fen.</summary>
[GenerateSerializer, Immutable, Alias("timebank.custody-sums")]
public sealed record CustodySums([property: Id(0)] long Fees, [property: Id(1)] long Deposit, [property: Id(2)] long Refund)
{
    /// <summary>The accounts whose sums these are, in their order.</summary>
    public static IReadOnlyList<AccountPath> Paths(OpaqueId agreement) =>
        [.. new[] { CustodyPart.Fees, CustodyPart.Deposit, CustodyPart.Refund }.Select(part => Chart.CustodyPath(agreement, part))];
}

/// <summary>An agreement as its grain answers it.</summary>
/// <param name="Entry">The entry of the command; null: none.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-view")]
public sealed record PrepaymentView(
    [property: Id(0)] PrepaymentRecord Record, [property: Id(1)] CustodySums Sums, [property: Id(2)] long? Entry = null);

/// <summary>Reads what an agreement's stored state doesn't say of its refund.</summary>
internal static class PrepaymentReads
{
    /// <summary>The index of the last payment of a refund, reversed or not; null: there was none.</summary>
    public static async Task<long?> LastRefundAsync(this ILedgerReader ledger, RegionCode region, OpaqueId agreement)
    {
        var filter = new EntryFilter(EntryCode.RefundPrepayment, Kind: EntryKind.Post)
        {
            Touching = [new AccountFilter(Chart.CustodyPath(agreement, CustodyPart.Refund).Text)],
        };
        IReadOnlyList<LinkedEntry> last = await ledger.EntriesAsync(region, filter, long.MaxValue, 1, CancellationToken.None);
        return last.Count > 0 ? last[0].Entry.Index : null;
    }

    /// <summary>The agreement as it is now: what is due again after a reversed payment, nobody has approved.</summary>
    public static async Task<PrepaymentRecord> ShownAsync(
        this ILedgerReader ledger, RegionCode region, PrepaymentRecord agreement, CustodySums sums) =>
        sums.Refund > 0 && agreement.End is { ApprovedBy: not null } end
            && end.ApproverAfter(await ledger.LastRefundAsync(region, OpaqueId.Parse(agreement.Id))) is null
            ? agreement with { End = end with { ApprovedBy = null } } : agreement;
}

/// <summary>A movement at one of our bank accounts, as finance records it; the command's memo is the bank's reference.</summary>
/// <param name="Day">The bank's value date.</param>
/// <param name="AllowRepeat">It is another movement, although the account has one of this reference.</param>
[GenerateSerializer, Immutable, Alias("timebank.prepayment-bank")]
public sealed record PrepaymentBank([property: Id(0)] string Account, [property: Id(1)] DateOnly Day, [property: Id(2)] bool AllowRepeat);

/// <summary>The stored state of an agreement.</summary>
public sealed class PrepaymentGrainState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps agreements and lists find them. Stored: never change it.</summary>
    public const string Kind = "prepayment";

    /// <summary>The paths in the state's JSON by which lists look for agreements.</summary>
    public const string StatePath = "prepayment.state", PartiesKey = "parties";

    [JsonPropertyName("prepayment")]
    public PrepaymentRecord? Prepayment { get; set; }

    /// <summary>An end whose entry may be written and whose state may be missing.</summary>
    [JsonPropertyName("planned"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PlannedCommand? Planned { get; set; }

    /// <summary>Whose it is, without the region. Derived, for lists.</summary>
    [JsonPropertyName(PartiesKey)]
    public ImmutableArray<string> Parties => Prepayment is null
        ? [] : [$"{VoucherContract.Elders}/{Prepayment.Elder}", $"{VoucherContract.Providers}/{Prepayment.Provider}"];
}
