using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>How a file of payments is written. The names are stored and never change.</summary>
public enum PaymentFileFormat
{
    [JsonStringEnumMemberName("pain001")]
    Pain001 = 1,
    [JsonStringEnumMemberName("sheetCsv")]
    SheetCsv = 2,
    [JsonStringEnumMemberName("sheetXlsx")]
    SheetXlsx = 3,
    [JsonStringEnumMemberName("sheetCsvGb18030")]
    SheetCsvGb18030 = 4,
}

/// <summary>Why an approved payment isn't in the file. The names are stored and never change.</summary>
public enum WithheldReason
{
    /// <summary>The provider is to be paid to another account than was approved, or to none.</summary>
    [JsonStringEnumMemberName("payeeChanged")]
    PayeeChanged = 1,
    [JsonStringEnumMemberName("providerBlackListed")]
    ProviderBlackListed = 2,

    /// <summary>A complaint about what it pays is open; the next batch pays the rest.</summary>
    [JsonStringEnumMemberName("disputed")]
    Disputed = 3,
}

/// <summary>The file that a maker asks for.</summary>
/// <param name="Bank">The slug of our account that pays.</param>
/// <param name="Profile">The sheet's profile; empty: the account's own one. Always empty for pain.001.</param>
/// <param name="Day">The day on which the bank is to pay; null: today, or that of the file that was made already.</param>
[GenerateSerializer, Immutable, Alias("timebank.payment-file-order")]
public sealed record PaymentFileOrder(
    [property: Id(0)] string Bank,
    [property: Id(1)] PaymentFileFormat Format,
    [property: Id(2)] string Profile,
    [property: Id(3)] DateOnly? Day)
{
    /// <summary>True where a file that was made already is the one that is asked for.</summary>
    public bool Fits(SettlementExport made) => made.Bank == Bank && made.Format == Format
        && (Profile.Length == 0 || made.Profile == Profile) && (Day is null || made.Day == Day);
}

/// <summary>
/// A batch's file of payments: all that it was made of, but for the providers' accounts, whose versions the payments have. So the same file
/// can be made again, byte for byte.
/// </summary>
/// <param name="Number">From 1: how many files the batch has had.</param>
/// <param name="As">The id of the command that made it, in hexadecimal.</param>
/// <param name="Debtor">Our account, as it was described then.</param>
/// <param name="Sha256">Of the file, in hexadecimal.</param>
/// <param name="Payments">The numbers of the payments in it.</param>
/// <param name="WithdrawalBy">Who asked to withdraw it; empty: nobody.</param>
/// <param name="ConfirmedBy">Who confirmed that; empty: nobody.</param>
[GenerateSerializer, Immutable, Alias("timebank.settlement-export")]
public sealed record SettlementExport(
    [property: Id(0), JsonPropertyName("number")] int Number,
    [property: Id(1), JsonPropertyName("as")] string As,
    [property: Id(2), JsonPropertyName("bank")] string Bank,
    [property: Id(3), JsonPropertyName("debtor")] BankDetails Debtor,
    [property: Id(4), JsonPropertyName("format")] PaymentFileFormat Format,
    [property: Id(5), JsonPropertyName("profile")] string Profile,
    [property: Id(6), JsonPropertyName("day")] DateOnly Day,
    [property: Id(7), JsonPropertyName("by")] string By,
    [property: Id(8), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(9), JsonPropertyName("sha256")] string Sha256,
    [property: Id(10), JsonPropertyName("payments")] ImmutableArray<int> Payments,
    [property: Id(11), JsonPropertyName("withheld")] ImmutableArray<WithheldPayment> Withheld,
    [property: Id(12), JsonPropertyName("withdrawalBy")] string WithdrawalBy = "",
    [property: Id(13), JsonPropertyName("withdrawalAt")] DateTimeOffset? WithdrawalAt = null,
    [property: Id(14), JsonPropertyName("withdrawalNote")] string WithdrawalNote = "",
    [property: Id(15), JsonPropertyName("confirmedBy")] string ConfirmedBy = "",
    [property: Id(16), JsonPropertyName("confirmedAt")] DateTimeOffset? ConfirmedAt = null)
{
    /// <summary>The id of the message to the bank. Another one for each file, while the payments keep theirs.</summary>
    public string MessageId(string batch) => $"{batch}-F{Number}";
}

/// <summary>An approved payment that isn't in the file.</summary>
[GenerateSerializer, Immutable, Alias("timebank.withheld-payment")]
public sealed record WithheldPayment(
    [property: Id(0), JsonPropertyName("number")] int Number,
    [property: Id(1), JsonPropertyName("reason")] WithheldReason Reason);

/// <summary>A file of payments, and the batch that it is of.</summary>
/// <param name="Bytes">Empty in the answer of a dry run.</param>
/// <param name="IsAgain">True where an earlier command made the file.</param>
[GenerateSerializer, Immutable, Alias("timebank.exported-file")]
public sealed record ExportedFile(
    [property: Id(0)] SettlementRecord Batch, [property: Id(1)] byte[] Bytes, [property: Id(2)] bool IsAgain)
{
    /// <summary>Nothing of the file: it has the providers' accounts.</summary>
    public override string ToString() => $"{nameof(ExportedFile)} {Batch.Id}";
}

/// <summary>Writes the file of an export.</summary>
internal static class PaymentFiles
{
    /// <param name="payees">The accounts of the payments in the file, in their order.</param>
    /// <returns>The file, or a refusal that names a payment and a field of it.</returns>
    public static async Task<(byte[] Bytes, Refusal? Refusal)> WriteAsync(
        SettlementRecord batch, SettlementExport export, IReadOnlyList<BankDetails> payees)
    {
        PaymentRecord[] payments = [.. export.Payments.Select(number => batch.Payments.Single(payment => payment.Number == number))];
        var order = new PaymentOrder(
            export.MessageId(batch.Id), export.Day, ToAccount(export.Debtor),
            [.. payments.Zip(payees, (payment, payee) => Of(SettlementContract.EndToEndId(batch.Id, payment.Number), payment, payee))],
            export.At);
        PaymentFile file = export.Format switch
        {
            PaymentFileFormat.Pain001 => Pain001.Write(order),
            PaymentFileFormat.SheetCsv => PaymentSheet.Csv(order, SheetProfile.Find(export.Profile)!, SheetEncoding.Utf8),
            PaymentFileFormat.SheetCsvGb18030 => PaymentSheet.Csv(order, SheetProfile.Find(export.Profile)!, SheetEncoding.Gb18030),
            PaymentFileFormat.SheetXlsx => await PaymentSheet.XlsxAsync(order, SheetProfile.Find(export.Profile)!),
        };
        return file.IsMade ? (file.Bytes.ToArray(), null) : ([], Wrong(file.Errors, payments));
    }

    private static Payment Of(string endToEndId, PaymentRecord payment, BankDetails payee) =>
        new(endToEndId, new Fen(payment.AmountFen), ToAccount(payee), $"养老服务券结算 {endToEndId}");

    private static PaymentAccount ToAccount(BankDetails account) =>
        new(account.Holder, account.Number, account.BankName, account.BankCode);

    /// <summary>The first error, with the number of the payment in the batch and not its place in the file.</summary>
    private static Refusal Wrong(ImmutableArray<PaymentError> errors, PaymentRecord[] payments)
    {
        string field = errors[0].Field;
        string[] parts = field.Split('[', ']');
        return parts.Length == 3 && int.TryParse(parts[1], out int at)
            ? Refusal.Of(Reason.PaymentFileInvalid, ("payment", $"{payments[at].Number}"), ("field", parts[2].TrimStart('.')),
                ("rule", $"{errors[0].Rule}"))
            : Refusal.Of(Reason.PaymentFileInvalid, ("field", field), ("rule", $"{errors[0].Rule}"));
    }
}
