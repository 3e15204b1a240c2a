using TimeBank.Banking;

namespace TimeBank.Server;

/// <summary>The first reading of a file: whether it is right by itself, and which days it is of.</summary>
internal sealed class StatementScan
{
    private StatementScan()
    {
    }

    /// <summary>Why the file is refused; null where it is right.</summary>
    public StatementRefusal? Refusal { get; private set; }

    /// <summary>The first line of the last day; null where there is no line.</summary>
    public BankLine? Latest { get; private set; }

    public DateOnly? First { get; private set; }

    public DateOnly? Last { get; private set; }

    /// <summary>The balance before the file's first statement; null where the file has none.</summary>
    public long? OpeningFen { get; private set; }

    /// <summary>The balance after the statement that ends last.</summary>
    public long? ClosingFen { get; private set; }

    /// <summary>The sum of the lines before the book's first day.</summary>
    public Int128 BeforeBookFen { get; private set; }

    /// <summary>How often each line of the first day is there.</summary>
    public Dictionary<LineFingerprint, int> OfFirstDay { get; } = [];

    public static StatementScan Of(IEnumerable<StatementEvent> pieces, DateOnly? bookBegins)
    {
        var scan = new StatementScan();
        DateOnly ends = DateOnly.MinValue;
        bool isFirst = true;
        foreach (StatementEvent piece in pieces)
        {
            if (piece is StatementEvent.LineRead read) scan.Add(read.Line, bookBegins);
            if (piece is StatementEvent.FileRefused refused) scan.Refusal = refused.Refusal;
            if (piece is not StatementEvent.StatementEnded { Statement: var statement }) continue;
            if (isFirst) scan.OpeningFen = statement.OpeningFen;
            isFirst = false;
            if (statement.ClosingFen is { } closing && (statement.To ?? DateOnly.MinValue) >= ends)
                (scan.ClosingFen, ends) = (closing, statement.To ?? DateOnly.MinValue);
            if (statement.LineCount == 0 && scan.First is null) (scan.First, scan.Last) = (statement.From, statement.From);
        }
        return scan;
    }

    private void Add(BankLine line, DateOnly? bookBegins)
    {
        if (line.BookedOn < bookBegins) BeforeBookFen += line.SignedFen;
        if (First is null || line.BookedOn < First)
        {
            OfFirstDay.Clear();
            First = line.BookedOn;
        }
        if (Last is null || line.BookedOn > Last) (Last, Latest) = (line.BookedOn, line);
        if (line.BookedOn != First) return;
        LineFingerprint content = LineIdentity.Fingerprint(line);
        OfFirstDay[content] = OfFirstDay.GetValueOrDefault(content) + 1;
    }
}
