using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using SpreadCheetah;
using SpreadCheetah.Styling;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>In which encoding a CSV sheet is written.</summary>
public enum SheetEncoding
{
    /// <summary>UTF-8 with a byte order mark, by which spreadsheets know it.</summary>
    Utf8,

    /// <summary>What Chinese banks' older uploads take. It has all of Unicode.</summary>
    Gb18030,
}

/// <summary>
/// Payment orders as the sheets that a bank's page takes for batch transfers. Every cell is text: an account number must not become a
/// number, nor a name a formula. The same order is always the same bytes.
/// </summary>
public static class PaymentSheet
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    /// <summary>The time of the parts of a spreadsheet, which are a zip archive: the first that such an archive can have.</summary>
    private static readonly DateTimeOffset PartTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A table of lines, with an apostrophe in front of what a spreadsheet would read as a formula.</summary>
    public static PaymentFile Csv(PaymentOrder order, SheetProfile profile, SheetEncoding encoding)
    {
        ImmutableArray<PaymentError> errors = Check(order, profile);
        if (!errors.IsEmpty) return PaymentFile.Refused(errors);
        string text = string.Concat(Rows(order, profile).Select(row => $"{string.Join(',', row.Select(CsvCell.Write))}\r\n"));
        return PaymentFile.Made(encoding switch
        {
            SheetEncoding.Utf8 => [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)],
            SheetEncoding.Gb18030 => Gb18030.GetBytes(text),
        });
    }

    /// <summary>A spreadsheet. Its cells are typed and formatted as text, so nothing stands in front of them.</summary>
    public static async Task<PaymentFile> XlsxAsync(PaymentOrder order, SheetProfile profile)
    {
        ImmutableArray<PaymentError> errors = Check(order, profile);
        if (!errors.IsEmpty) return PaymentFile.Refused(errors);
        using var made = new MemoryStream();
        var options = new SpreadCheetahOptions { DocumentProperties = null };
        await using (Spreadsheet book = await Spreadsheet.CreateNewAsync(made, options))
        {
            StyleId text = book.AddStyle(new Style { Format = NumberFormat.Standard(StandardNumberFormat.Text) });
            await book.StartWorksheetAsync(profile.Sheet);
            foreach (IReadOnlyList<string> row in Rows(order, profile))
            {
                await book.AddRowAsync([.. row.Select(cell => new StyledCell(cell, text))]);
            }
            await book.FinishAsync();
        }
        return PaymentFile.Made(Timeless(made));
    }

    private static ImmutableArray<PaymentError> Check(PaymentOrder order, SheetProfile profile)
    {
        ImmutableArray<PaymentError> errors = order.Check();
        return errors.IsEmpty ? [.. TooLong(order, profile)] : errors;
    }

    private static IEnumerable<PaymentError> TooLong(PaymentOrder order, SheetProfile profile)
    {
        for (int at = 0; at < order.Payments.Length; at++)
        {
            foreach (SheetColumn column in profile.Columns)
            {
                if (column.Max is { } max && Cell(order, at, column).EnumerateRunes().Count() > max)
                {
                    yield return new PaymentError($"payments[{at}].{column.Header}", PaymentRule.TooLong);
                }
            }
        }
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(PaymentOrder order, SheetProfile profile)
    {
        yield return [.. profile.Columns.Select(column => column.Header)];
        for (int at = 0; at < order.Payments.Length; at++) yield return [.. profile.Columns.Select(column => Cell(order, at, column))];
        if (profile.TotalLabel is not { } label) yield break;
        yield return [.. profile.Columns.Select(column => column.Total is { } total ? Total(order, total, label) : "")];
    }

    private static string Total(PaymentOrder order, SheetTotal total, string label) => total switch
    {
        SheetTotal.Label => label,
        SheetTotal.Count => Number(order.Payments.Length),
        SheetTotal.Sum => PaymentFile.Yuan(order.Total),
    };

    private static string Cell(PaymentOrder order, int at, SheetColumn column)
    {
        if (column.Value is not { } value) return column.Fixed!;
        Payment payment = order.Payments[at];
        return value switch
        {
            SheetValue.Index => Number(at + 1),
            SheetValue.EndToEndId => payment.EndToEndId,
            SheetValue.CreditorName => payment.Creditor.Name,
            SheetValue.CreditorAccount => payment.Creditor.Number,
            SheetValue.CreditorBankName => payment.Creditor.BankName,
            SheetValue.CreditorBankCode => payment.Creditor.BankCode,
            SheetValue.Amount => PaymentFile.Yuan(payment.Amount),
            SheetValue.Currency => PaymentOrder.Currency,
            SheetValue.Text => payment.Text,
            SheetValue.BatchId => order.BatchId,
            SheetValue.ExecutionDate => order.ExecutionDate.ToString("O", CultureInfo.InvariantCulture),
            SheetValue.DebtorName => order.Debtor.Name,
            SheetValue.DebtorAccount => order.Debtor.Number,
            SheetValue.DebtorBankCode => order.Debtor.BankCode,
        };
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The same archive without the times at which its parts were written, and without compression, whose bytes differ between versions of
    /// the framework.
    /// </summary>
    private static byte[] Timeless(MemoryStream made)
    {
        using var bytes = new MemoryStream();
        made.Position = 0;
        using (var from = new ZipArchive(made, ZipArchiveMode.Read, leaveOpen: true))
        using (var to = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry part in from.Entries)
            {
                ZipArchiveEntry copy = to.CreateEntry(part.FullName, CompressionLevel.NoCompression);
                copy.LastWriteTime = PartTime;
                using Stream content = part.Open(), target = copy.Open();
                content.CopyTo(target);
            }
        }
        return bytes.ToArray();
    }
}
