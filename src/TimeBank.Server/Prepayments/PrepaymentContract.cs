using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Prepaid fees in the contract's types.</summary>
internal static class PrepaymentContract
{
    public const string Prepayments = "prepayments";

    public static Prepayment ToContract(this PrepaymentView view, RegionCode region)
    {
        Prepayment prepayment = view.Record.ToContract(region, view.Sums);
        prepayment.Draws.Add(view.Record.Draws.Select(draw => new V1.PrepaymentDraw
        {
            Month = MonthOf(draw.Month), Amount = Unit.Fen.Of(draw.Fen),
            Entry = ResourceName.Of(region, VoucherContract.Entries, draw.Entry),
        }));
        prepayment.History.Add(view.Record.History.Select(step => new PrepaymentEvent
        {
            Step = step.Step.ToContract(),
            By = step.By,
            OnBehalfOf = step.OnBehalfOf.Length > 0 ? ResourceName.Of(region, VoucherContract.Elders, step.OnBehalfOf) : "",
            Time = Timestamp.FromDateTimeOffset(step.At),
            Note = step.Note,
        }));
        return prepayment;
    }

    /// <summary>Without history and draws.</summary>
    public static Prepayment ToContract(this PrepaymentRecord record, RegionCode region, CustodySums sums)
    {
        Int128 back = record.End?.BackFen ?? 0;
        return new Prepayment
        {
            Name = ResourceName.Of(region, Prepayments, record.Id),
            Provider = ResourceName.Of(region, VoucherContract.Providers, record.Provider),
            Elder = ResourceName.Of(region, VoucherContract.Elders, record.Elder),
            ServiceType = record.Service.ToContract(),
            Purpose = record.Purpose,
            MonthlyAmount = Unit.Fen.Of(record.MonthlyFen),
            MonthlyBedFee = Unit.Fen.Of(record.BedFen),
            FirstMonth = MonthOf(record.First),
            Months = record.Months,
            Deposit = Unit.Fen.Of(record.DepositFen),
            State = record.State.ToContract(),
            Disputed = record.IsDisputed,
            PaidIn = Unit.Fen.OfTotal(sums.Fees + sums.Deposit + record.DrawnFen + back),
            Drawn = Unit.Fen.OfTotal(record.DrawnFen),
            FeesLeft = Unit.Fen.Of(sums.Fees),
            DepositLeft = Unit.Fen.Of(sums.Deposit),
            RefundDue = Unit.Fen.Of(sums.Refund),
            Refunded = Unit.Fen.OfTotal(back - sums.Refund),
            LastDay = record.End?.LastDay.ToContract(),
            RefundApprovedBy = record.End?.ApprovedBy ?? "",
        };
    }

    public static PrepaymentLine ToContract(this LinkedEntry linked, RegionCode region, CustodyMovement moved)
    {
        JournalEntry entry = linked.Entry;
        return new PrepaymentLine
        {
            Entry = ResourceName.Of(region, VoucherContract.Entries, entry.Index),
            Date = entry.Header.EventDate().ToContract(),
            Code = entry.Code.ToContract(),
            Amount = moved.Amount.ToContract(),
            Deposit = moved.Deposit.ToContract(),
            BankReference = entry.Code is EntryCode.ReceivePrepayment or EntryCode.RefundPrepayment ? entry.Header.Memo : "",
            Reverses = entry is { Kind: Ledger.EntryKind.Reverse, Of: { } original }
                ? ResourceName.Of(region, VoucherContract.Entries, original) : "",
            Reversed = linked.ReversedBy is not null,
            BankLine = entry.Code == EntryCode.ClearSuspense ? LineNamed(region, BankItem.LineOf(entry.Detail("line"))) : "",
        };
    }

    public static V1.ProviderCustody ToContract(this Ledger.ProviderCustody custody, RegionCode region, PrepaymentPolicy policy) => new()
    {
        Provider = ResourceName.Of(region, VoucherContract.Providers, custody.Provider),
        Held = Unit.Fen.OfTotal(custody.Held),
        RefundsDue = Unit.Fen.OfTotal(custody.Refunds),
        Elders = custody.Elders,
        OldestMonth = MonthOf(custody.Oldest),
        AboveLimit = custody.IsAbove(policy),
        Outlived = custody.Outlived,
    };

    private static string LineNamed(RegionCode region, (Slug Account, long Number) line) => FormattableString.Invariant(
        $"{ResourceName.Of(region, BankAccountApi.BankAccounts, line.Account.Text)}/lines/{line.Number}");

    private static Date MonthOf(DateOnly first) => new() { Year = first.Year, Month = first.Month };
}
