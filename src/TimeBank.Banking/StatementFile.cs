using System.Collections.Immutable;

namespace TimeBank.Banking;

/// <summary>
/// Reads a bank's or a wallet's file. A file is right to the fen and every row of it is accounted for, or it is refused as a whole: bad
/// content is never an exception. Only what the stream itself throws goes through.
/// </summary>
public static class StatementFile
{
    /// <summary>Reads a file piece by piece, in memory that doesn't grow with its lines; a spreadsheet's texts alone are held.</summary>
    /// <returns>Pieces that end with <see cref="StatementEvent.FileEnded"/> or <see cref="StatementEvent.FileRefused"/>, once.</returns>
    public static IEnumerable<StatementEvent> Stream(Stream file, StatementProfile profile, StatementTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(profile);
        return Guarded(file, profile, terms ?? StatementTerms.Default);
    }

    /// <summary>Reads a whole file into memory.</summary>
    public static StatementFileContent Read(Stream file, StatementProfile profile, StatementTerms? terms = null)
    {
        var statements = ImmutableArray.CreateBuilder<BankStatement>();
        var lines = ImmutableArray.CreateBuilder<BankLine>();
        var leftOut = ImmutableArray.CreateBuilder<LeftOut>();
        var warnings = ImmutableArray.CreateBuilder<StatementWarning>();
        foreach (StatementEvent piece in Stream(file, profile, terms))
        {
            switch (piece)
            {
                case StatementEvent.LineRead read: lines.Add(read.Line); break;
                case StatementEvent.RowLeftOut row: leftOut.Add(row.Row); break;
                case StatementEvent.Warned warned: warnings.Add(warned.Warning); break;
                case StatementEvent.StatementEnded ended:
                    statements.Add(ended.Statement with { Lines = lines.DrainToImmutable() });
                    break;
                case StatementEvent.FileRefused refused: return new StatementFileContent([], [], [], refused.Refusal);
            }
        }
        return new StatementFileContent(statements.ToImmutable(), leftOut.ToImmutable(), warnings.ToImmutable(), null);
    }

    private static IEnumerable<StatementEvent> Guarded(Stream file, StatementProfile profile, StatementTerms terms)
    {
        using var bounded = new BoundedStream(file, terms.MaxBytes, terms.Sha1);
        using IEnumerator<StatementEvent> pieces = Pieces(bounded, profile, terms).GetEnumerator();
        for (int lines = 0; ;)
        {
            StatementEvent piece;
            bool isLast = false;
            try
            {
                if (pieces.MoveNext())
                {
                    piece = pieces.Current;
                    if (piece is StatementEvent.LineRead read && ++lines > terms.MaxLines)
                        throw RefusedException.Of(RefusalReason.TooManyLines, read.Line.FileLine, null, $"{terms.MaxLines}");
                }
                else
                {
                    bounded.Finish();
                    (piece, isLast) = (new StatementEvent.FileEnded(), true);
                }
            }
            catch (RefusedException refused)
            {
                (piece, isLast) = (new StatementEvent.FileRefused(refused.Refusal), true);
            }
            yield return piece;
            if (isLast) yield break;
        }
    }

    /// <summary>Opens the file only when the first piece is asked for: what is wrong with its beginning is a refusal too.</summary>
    private static IEnumerable<StatementEvent> Pieces(BoundedStream file, StatementProfile profile, StatementTerms terms)
    {
        IEnumerable<StatementEvent> pieces = profile.Format switch
        {
            StatementFormat.Camt053 => CamtReader.Read(file, profile, terms),
            StatementFormat.Mt940 => Mt940Reader.Read(file, profile, terms),
            StatementFormat.Table => TableReader.Read(TableSource.Rows(file, profile, terms), profile, terms),
        };
        foreach (StatementEvent piece in pieces) yield return piece;
    }
}
