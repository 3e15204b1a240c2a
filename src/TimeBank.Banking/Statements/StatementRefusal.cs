using System.Globalization;

namespace TimeBank.Banking;

/// <summary>Why a file is refused as a whole.</summary>
public enum RefusalReason
{
    /// <summary>More bytes than the terms allow.</summary>
    FileTooLarge,

    /// <summary>More lines than the terms allow.</summary>
    TooManyLines,

    /// <summary>A zip archive or spreadsheet unpacks to more bytes than the terms allow.</summary>
    ArchiveTooLarge,

    /// <summary>A zip archive or spreadsheet needs a password.</summary>
    ArchiveEncrypted,

    /// <summary>A zip archive or spreadsheet is damaged.</summary>
    ArchiveUnreadable,

    /// <summary>The bytes aren't those whose SHA-1 is known.</summary>
    DigestDiffers,

    /// <summary>The bytes aren't text in any encoding of the profile.</summary>
    EncodingWrong,

    /// <summary>A line of a million letters: no bank writes one.</summary>
    LineTooLong,

    /// <summary>The file is of another kind than its profile.</summary>
    NotThisFormat,

    /// <summary>XML that isn't well-formed.</summary>
    XmlInvalid,

    /// <summary>A document type definition, which could name outside entities.</summary>
    DtdForbidden,

    /// <summary>No row has all the column names.</summary>
    HeaderNotFound,

    /// <summary>More than one sheet or file has the table.</summary>
    TableTwice,

    /// <summary>The header has a needed column more than once.</summary>
    ColumnTwice,

    /// <summary>A row has fewer cells than the header.</summary>
    RowTooShort,

    /// <summary>A row has more filled cells than the header, as where a comma stands without quotes.</summary>
    RowTooLong,

    /// <summary>A quote is never closed, as where the file is cut off.</summary>
    QuoteUnclosed,

    /// <summary>Something other than blanks follows a closing quote.</summary>
    TextAfterQuote,

    /// <summary>A cell holds an error of a spreadsheet, such as #N/A.</summary>
    CellError,

    /// <summary>A cell of a spreadsheet is a formula, whose result the bank didn't write.</summary>
    FormulaCell,

    /// <summary>A spreadsheet made a number of an id, and digits are lost.</summary>
    IdSpoilt,

    /// <summary>Something that the format must have is missing.</summary>
    FieldMissing,

    /// <summary>A field isn't as its format has it.</summary>
    FieldInvalid,

    /// <summary>A day that isn't in the calendar, or is written in another way.</summary>
    DateInvalid,

    /// <summary>A line of a day that is too far ahead to be booked yet.</summary>
    DayAhead,

    /// <summary>A line without an amount.</summary>
    AmountMissing,

    /// <summary>An amount that isn't a plain number.</summary>
    AmountInvalid,

    /// <summary>More than two decimals.</summary>
    AmountTooPrecise,

    /// <summary>More than a trillion.</summary>
    AmountTooLarge,

    /// <summary>A word for the side that the profile doesn't have.</summary>
    SideUnknown,

    /// <summary>Both amount columns are filled, or a negative amount has a side and no balance settles it.</summary>
    SideUnclear,

    /// <summary>A status that the profile doesn't have: it may or may not be money.</summary>
    StatusUnknown,

    /// <summary>An amount in another currency.</summary>
    CurrencyOther,

    /// <summary>Neither the file nor the terms name the account.</summary>
    AccountMissing,

    /// <summary>The file, or a row of it, is of another account.</summary>
    AccountOther,

    /// <summary>The file ends inside a statement.</summary>
    StatementCut,

    /// <summary>A row has no balance although its column is there.</summary>
    BalanceMissing,

    /// <summary>A line doesn't lead from the balance before it to its own.</summary>
    BalanceBreaks,

    /// <summary>The balances add up only if every line changes its side.</summary>
    SignsOpposite,

    /// <summary>The balances fit both orders of the list and nothing decides.</summary>
    OrderUnsettled,

    /// <summary>Opening plus lines isn't closing.</summary>
    ClosingDiffers,

    /// <summary>The opening balance isn't the closing balance of the statement or page before.</summary>
    OpeningDiffers,

    /// <summary>The file's own number of lines isn't what was read.</summary>
    CountDiffers,

    /// <summary>A sum of the file isn't that of its lines.</summary>
    TotalDiffers,

    /// <summary>The parts of a batch aren't its amount or number.</summary>
    BatchDiffers,

    /// <summary>A balance below zero on an account that may not have one.</summary>
    NegativeBalance,

    /// <summary>There is nothing in the file.</summary>
    FileEmpty,
}

/// <summary>A file that is refused: nothing of it may be kept.</summary>
/// <param name="FileLine">The line, or row of a spreadsheet, that breaks, counted from 1; 0 where it is the whole file.</param>
/// <param name="Field">The column, tag or element as the file calls it; null where it is none.</param>
/// <param name="TextZh">The reason in Chinese, without the place.</param>
/// <param name="TextEn">The reason in English, without the place.</param>
public sealed record StatementRefusal(RefusalReason Reason, int FileLine, string? Field, string TextZh, string TextEn)
{
    private const int LongestQuoted = 60;

    public static StatementRefusal Of(RefusalReason reason, int line, string? field, params ReadOnlySpan<string> arguments)
    {
        (string zh, string en) = Texts(reason);
        object[] given = new object[Math.Max(2, arguments.Length)];
        for (int at = 0; at < given.Length; at++) given[at] = at < arguments.Length ? Shown(arguments[at]) : "";
        return new StatementRefusal(
            reason, line, field, string.Format(CultureInfo.InvariantCulture, zh, given),
            string.Format(CultureInfo.InvariantCulture, en, given));
    }

    /// <summary>An amount in a refusal's text, in yuan.</summary>
    internal static string Yuan(Int128 fen)
    {
        Int128 size = Int128.Abs(fen);
        return $"{(fen < 0 ? "-" : "")}{size / 100}.{(int)(size % 100):00}";
    }

    private static string Shown(string text) => text.Length <= LongestQuoted ? text : $"{text[..LongestQuoted]}…";

    private static (string Zh, string En) Texts(RefusalReason reason) => reason switch
    {
        RefusalReason.FileTooLarge => ("文件超过 {0} 字节的上限。", "The file has more than {0} bytes."),
        RefusalReason.TooManyLines => ("流水超过 {0} 行的上限。", "The file has more than {0} lines."),
        RefusalReason.ArchiveTooLarge => ("压缩包解开后超过 {0} 字节的上限。", "The archive unpacks to more than {0} bytes."),
        RefusalReason.ArchiveEncrypted => ("文件有密码，请先解密。", "The file needs a password: unlock it first."),
        RefusalReason.ArchiveUnreadable => ("压缩包或表格已损坏。", "The archive or spreadsheet is damaged."),
        RefusalReason.DigestDiffers => ("文件的 SHA-1 是 {0}，与给定的不同。", "The file's SHA-1 is {0}, which isn't the one that was given."),
        RefusalReason.EncodingWrong => ("这一行不是 {0} 编码。", "This line isn't {0}."),
        RefusalReason.LineTooLong => ("这一行过长。", "The line is too long."),
        RefusalReason.NotThisFormat => ("文件不是“{0}”的格式。", "The file isn't of the format {0}."),
        RefusalReason.XmlInvalid => ("XML 有误：{0}", "The XML is wrong: {0}"),
        RefusalReason.DtdForbidden => ("XML 中不得有 DTD。", "The XML must not have a DTD."),
        RefusalReason.HeaderNotFound => ("找不到表头，缺少列：{0}。", "There is no header; missing columns: {0}."),
        RefusalReason.TableTwice => ("有不止一张表带有这个表头。", "More than one table has this header."),
        RefusalReason.ColumnTwice => ("列 {0} 出现了不止一次。", "The column {0} is there more than once."),
        RefusalReason.RowTooShort => ("这一行只有 {0} 格，表头有 {1} 格。", "This row has {0} cells, the header has {1}."),
        RefusalReason.RowTooLong => ("这一行的格数比表头多。", "This row has more cells than the header."),
        RefusalReason.QuoteUnclosed => ("引号没有结束，文件可能不完整。", "A quote is never closed; the file may be cut off."),
        RefusalReason.TextAfterQuote => ("引号之后还有文字。", "Text follows the closing quote."),
        RefusalReason.CellError => ("单元格是表格软件的错误值 {0}。", "The cell holds a spreadsheet's error: {0}."),
        RefusalReason.FormulaCell => ("单元格是公式，不是银行写入的数值。", "The cell is a formula and not what the bank wrote."),
        RefusalReason.IdSpoilt => ("编号已被表格软件改成数字 {0}，位数已丢失。", "A spreadsheet made the number {0} of an id: digits are lost."),
        RefusalReason.FieldMissing => ("缺少 {0}。", "{0} is missing."),
        RefusalReason.FieldInvalid => ("“{0}”不合格式。", "'{0}' isn't as the format has it."),
        RefusalReason.DateInvalid => ("“{0}”不是有效日期。", "'{0}' is no day of the calendar."),
        RefusalReason.DayAhead => ("记账日 {0} 还没有到，最晚只能是 {1}。", "The booking day {0} is yet to come; the last possible one is {1}."),
        RefusalReason.AmountMissing => ("缺少金额。", "The amount is missing."),
        RefusalReason.AmountInvalid => ("“{0}”不是金额。", "'{0}' is no amount."),
        RefusalReason.AmountTooPrecise => ("金额“{0}”的小数超过两位。", "The amount '{0}' has more than two decimals."),
        RefusalReason.AmountTooLarge => ("金额“{0}”过大。", "The amount '{0}' is too large."),
        RefusalReason.SideUnknown => ("收支方向“{0}”未知。", "The side '{0}' is unknown."),
        RefusalReason.SideUnclear => ("收支方向不明确。", "The side isn't clear."),
        RefusalReason.StatusUnknown => ("状态“{0}”未知。", "The status '{0}' is unknown."),
        RefusalReason.CurrencyOther => ("币种是 {0}，应为 {1}。", "The currency is {0} instead of {1}."),
        RefusalReason.AccountMissing => ("文件没有写明账号，请指定。", "The file doesn't name its account: say which it is."),
        RefusalReason.AccountOther => ("账号是 {0}，应为 {1}。", "The account is {0} instead of {1}."),
        RefusalReason.StatementCut => ("对账单没有结束，文件不完整。", "The statement doesn't end: the file is cut off."),
        RefusalReason.BalanceMissing => ("缺少余额。", "The balance is missing."),
        RefusalReason.BalanceBreaks => ("余额不连续：应为 {0}，文件写 {1}。", "The balance breaks: it should be {0}, the file has {1}."),
        RefusalReason.SignsOpposite =>
            ("按余额看，收支方向全部相反，应使用另一种格式配置。", "By the balances every line has the opposite side: another profile is needed."),
        RefusalReason.OrderUnsettled =>
            ("余额与两种排列顺序都相符，无法判断先后。", "The balances fit both orders of the list, and nothing decides between them."),
        RefusalReason.ClosingDiffers => ("期初加明细为 {0}，期末余额写 {1}。", "Opening plus lines is {0}, closing says {1}."),
        RefusalReason.OpeningDiffers => ("期初余额 {1} 不等于上一期的期末余额 {0}。", "The opening balance {1} isn't the last closing balance {0}."),
        RefusalReason.CountDiffers => ("文件写明 {1} 笔，读到 {0} 笔。", "{0} lines were read, the file says {1}."),
        RefusalReason.TotalDiffers => ("明细合计 {0}，文件写明 {1}。", "The lines add up to {0}, the file says {1}."),
        RefusalReason.BatchDiffers => ("批次明细为 {0}，批次写明 {1}。", "The parts of the batch come to {0}, the batch says {1}."),
        RefusalReason.NegativeBalance => ("余额为负：{0}。", "The balance is negative: {0}."),
        RefusalReason.FileEmpty => ("文件是空的。", "The file is empty."),
    };
}

/// <summary>Carries a refusal out of the depth of a reader to <see cref="StatementFile"/>, which makes a value of it again.</summary>
internal sealed class RefusedException(StatementRefusal refusal) : Exception
{
    public StatementRefusal Refusal => refusal;

    public static RefusedException Of(RefusalReason reason, int line, string? field = null, params ReadOnlySpan<string> arguments) =>
        new(StatementRefusal.Of(reason, line, field, arguments));
}
