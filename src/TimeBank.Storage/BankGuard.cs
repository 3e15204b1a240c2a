using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>
/// Checks what an account's book is given while it is being written, for every store: numbers go on without gaps, and the statements tell
/// which lines are theirs. A refusal is a bug, and the transaction around it undoes the rest.
/// </summary>
public static class BankGuard
{
    private const int FingerprintBytes = 16;

    /// <summary>The book after these statements.</summary>
    /// <exception cref="AppendRefusedException">There is no statement, or a number is left out.</exception>
    public static BankBook After(BankBook before, IReadOnlyList<StoredStatement> statements)
    {
        long number = before.Statements, line = before.Lines;
        foreach (StoredStatement statement in statements)
        {
            line += statement.NewLines;
            if (statement.Number != ++number || statement.NewLines < 0 || statement.ThroughLine != line) throw new AppendRefusedException(
                $"Statement {statement.Number} with {statement.NewLines} new lines through {statement.ThroughLine} isn't statement "
                + $"{number} "
                    + $"through line {line}.");
        }
        if (statements.Count == 0) throw new AppendRefusedException("There is no statement to add.");
        return before with { Version = before.Version + 1, Lines = line, Statements = number };
    }

    /// <summary>The lines, each checked when it is read.</summary>
    /// <exception cref="AppendRefusedException">While reading: the lines are not those that the statements tell of.</exception>
    public static IEnumerable<StoredBankLine> Lines(BankBook before, IReadOnlyList<StoredStatement> statements,
        IEnumerable<StoredBankLine> lines)
    {
        long number = before.Lines;
        int at = 0;
        foreach (StoredBankLine line in lines)
        {
            while (at < statements.Count && statements[at].ThroughLine == number) at++;
            number++;
            if (at == statements.Count || line.Number != number || line.Statement != statements[at].Number)
                throw new AppendRefusedException(
                $"Line {line.Number} of statement {line.Statement} isn't line {number} of the statements that are added.");
            if (line.Fingerprint.Length != FingerprintBytes || line.Occurrence < 1) throw new AppendRefusedException(
                $"Line {number} has a fingerprint of {line.Fingerprint.Length} bytes and occurrence {line.Occurrence}.");
            yield return line;
        }
        if (number != statements[^1].ThroughLine) throw new AppendRefusedException(
            $"The lines end with {number}, and the statements with {statements[^1].ThroughLine}.");
    }

    /// <exception cref="AppendRefusedException">The match uses a group of an earlier write, or has no status.</exception>
    public static void Check(BankBook before, StoredMatch match)
    {
        if (match.Group <= before.LastGroup || match.Status is not (MatchStatus.Confirmed or MatchStatus.Suggested or MatchStatus.Tied))
            throw new AppendRefusedException(
                $"A match of line {match.Line} has status {match.Status} and group {match.Group}; groups up to {before.LastGroup} "
                + "are used.");
    }

    /// <summary>The refusal where not every line that a write confirms was open.</summary>
    public static AppendRefusedException NotOpen(long pairs, long open) => new(
        $"Of {pairs} lines that are confirmed {open} were open: a line is missing, is zero, or is confirmed in another group.");
}
