using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Banking;

/// <summary>Which way the money of a line goes, as the holder of the account sees it.</summary>
public enum MoneyFlow
{
    /// <summary>Money comes into the account: the bank's credit.</summary>
    In,

    /// <summary>Money leaves the account: the bank's debit.</summary>
    Out,

    /// <summary>
    /// The file counts the line on neither side (不计收支, "/") and the profile has no rule for it. It is kept and shown, adds nothing to a
    /// sum and matches nothing.
    /// </summary>
    Neither,
}

/// <summary>One booked line of a statement.</summary>
public sealed record BankLine
{
    /// <summary>The line of the file where this one begins, counted from 1; in a spreadsheet the row.</summary>
    public required int FileLine { get; init; }

    /// <summary>The day on which the bank booked the line, in the calendar of the account.</summary>
    public required DateOnly BookedOn { get; init; }

    /// <summary>The time of day, where the file has one.</summary>
    public TimeOnly? BookedAt { get; init; }

    /// <summary>The day from which the money bears interest, where the file has one.</summary>
    public DateOnly? ValueOn { get; init; }

    public required MoneyFlow Flow { get; init; }

    /// <summary>The amount without its side, in hundredths of the statement's currency.</summary>
    public required Fen Amount { get; init; }

    /// <summary>
    /// What the wallet kept for itself, in thousandths of a fen, since merchants' bills have fees with five decimals of a yuan. It is part
    /// of <see cref="Amount"/> and negative where it was given back.
    /// </summary>
    public long FeeMilliFen { get; init; }

    /// <summary>What the line is about, in the words of payer and bank; never null, may be empty.</summary>
    public string Text { get; init; } = "";

    public string? Counterparty { get; init; }

    public string? CounterpartyAccount { get; init; }

    /// <summary>From what a wallet took the money, such as 余额 or a bank card with its last digits.</summary>
    public string? Means { get; init; }

    /// <summary>The payer's id, carried through to the payee. NOTPROVIDED and NONREF are none.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The bank's or the wallet's own number of the line.</summary>
    public string? BankReference { get; init; }

    /// <summary>The id of the batch that the line stands for, or belongs to.</summary>
    public string? BatchId { get; init; }

    /// <summary>
    /// Whether the bank calls the line a reversal. The side is already that of the money: a reversal never turns it round.
    /// </summary>
    public bool IsReversal { get; init; }

    /// <summary>The parts of a batch. They are the same money as the line, never more money.</summary>
    public ImmutableArray<LineDetail> Details { get; init; } = [];

    /// <summary>The amount in fen with its side: above zero where money came in, 0 where the line counts on neither side.</summary>
    public long SignedFen => Flow switch { MoneyFlow.In => Amount.Value, MoneyFlow.Out => -Amount.Value, MoneyFlow.Neither => 0 };
}

/// <summary>One payment of those that a line holds together.</summary>
/// <param name="SignedFen">In fen, above zero where money came in; null where the file gives the payment no amount of its own.</param>
public sealed record LineDetail(
    long? SignedFen, string? EndToEndId, string? Counterparty, string? CounterpartyAccount, string Text, string? BankReference);

/// <summary>A statement that ties out, or that gives nothing to be held against: <see cref="HeldAgainst"/> says which.</summary>
/// <param name="Account">As the file names it; parts may be masked.</param>
/// <param name="Number">The bank's number of the statement, where it has one.</param>
/// <param name="OpeningFen">Signed; null where neither a balance nor a running balance gives it.</param>
/// <param name="From">The first day that the file says it covers, or else of its earliest line; null where it has neither.</param>
/// <param name="Lines">In the order of the file. Empty where the file is read as a stream: the lines came before.</param>
public sealed record BankStatement(
    string Account, string Currency, string? Number, long? OpeningFen, long? ClosingFen, DateOnly? From, DateOnly? To, int LineCount,
    TieOuts HeldAgainst, ImmutableArray<BankLine> Lines);

/// <summary>What a statement was held against.</summary>
[Flags]
public enum TieOuts
{
    None = 0,

    /// <summary>Opening balance plus lines is the closing balance.</summary>
    Balances = 1,

    /// <summary>Every line leads from one balance to the next.</summary>
    RunningBalance = 2,

    /// <summary>The file's own number of lines.</summary>
    Count = 4,

    /// <summary>The file's own sums.</summary>
    Totals = 8,

    /// <summary>The opening balance is the closing balance of the statement before.</summary>
    StatementBefore = 16,
}
