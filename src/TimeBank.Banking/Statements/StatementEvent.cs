using System.Collections.Immutable;

namespace TimeBank.Banking;

/// <summary>
/// What a file says, piece by piece. The last piece is <see cref="FileEnded"/> or <see cref="FileRefused"/>: until then nothing that came
/// may be kept, since a file that fails is refused as a whole.
/// </summary>
public abstract record StatementEvent
{
    private StatementEvent()
    {
    }

    /// <summary>A statement begins; the lines up to its end are its lines.</summary>
    public sealed record StatementBegan(string Account, string Currency, string? Number) : StatementEvent;

    public sealed record LineRead(BankLine Line) : StatementEvent;

    /// <summary>A row that is no money, or none yet.</summary>
    public sealed record RowLeftOut(LeftOut Row) : StatementEvent;

    public sealed record Warned(StatementWarning Warning) : StatementEvent;

    /// <summary>A statement is whole and ties out; its <see cref="BankStatement.Lines"/> are empty, since they came before.</summary>
    public sealed record StatementEnded(BankStatement Statement) : StatementEvent;

    /// <summary>The whole file is right.</summary>
    public sealed record FileEnded : StatementEvent;

    public sealed record FileRefused(StatementRefusal Refusal) : StatementEvent;
}

/// <summary>A row of the file that is no line of the statement, so that every row is accounted for.</summary>
public sealed record LeftOut(int FileLine, LeftOutReason Reason, string Text);

public enum LeftOutReason
{
    /// <summary>The bank hasn't booked it yet, or a refund is under way. It comes again, booked.</summary>
    Pending,

    /// <summary>Only for information, or a payment that was never made.</summary>
    NotMoney,
}

/// <summary>Something that doesn't make a file wrong but that a person should see.</summary>
/// <param name="FileLine">Counted from 1; 0 where it concerns the whole file.</param>
public sealed record StatementWarning(WarningReason Reason, int FileLine, string Detail);

public enum WarningReason
{
    /// <summary>The numbers of two statements don't follow each other: one may be missing.</summary>
    NumberGap,

    /// <summary>The file says that it isn't the last page.</summary>
    PagesMissing,

    /// <summary>The file has no balance, count or total to hold its lines against.</summary>
    NothingToHoldAgainst,

    /// <summary>A total of the file differs from its lines, and the issuer says that it may.</summary>
    LooseTotalDiffers,

    /// <summary>A line is booked outside the days that the statement covers.</summary>
    DayOutsideStatement,
}

/// <summary>A whole file: its statements, or why it is refused; never both.</summary>
public sealed record StatementFileContent(
    ImmutableArray<BankStatement> Statements, ImmutableArray<LeftOut> LeftOut, ImmutableArray<StatementWarning> Warnings,
    StatementRefusal? Refusal);
