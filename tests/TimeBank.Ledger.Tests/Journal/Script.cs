using System.Globalization;
using Xunit;
using Xunit.Sdk;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// A table of proposals, one a line, decided in order: <c>label: verb … -> Reason</c>. Without an arrow the ledger must accept the line;
/// with <c>-> again</c> it must answer from memory. <c>at 5</c> sets the clock to the fifth second. <c>see p debits 10+5 credits 100+0</c>
/// compares an account's posted and pending counters with the book. <c>#</c> begins a remark.
/// </summary>
internal static class Script
{
    /// <summary>Plays a script in a new book, and checks every line.</summary>
    /// <param name="name">The name that a failure shows.</param>
    public static Book Play(string name, string text)
    {
        var book = new Book();
        int number = 0;
        foreach (string row in text.Split('\n'))
        {
            number++;
            string line = row.Split('#')[0].Trim();
            if (line.Length == 0) continue;
            try
            {
                Play(book, line, $"line{number}");
            }
            catch (XunitException error)
            {
                throw new XunitException($"{name}; line {number}, '{line}': {error.Message}", error);
            }
        }
        return book;
    }

    private static void Play(Book book, string line, string label)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words[0] == "at") book.Clock = Book.Instant(long.Parse(words[1], CultureInfo.InvariantCulture));
        else if (words[0] == "see") See(book, words);
        else Propose(book, line, label);
    }

    private static void Propose(Book book, string line, string label)
    {
        string[] sides = line.Split("->", StringSplitOptions.TrimEntries);
        string[] expected = sides.Length > 1 ? sides[1].Split(' ') : [];
        Command command = Command.Parse(sides[0], label);
        Outcome outcome = book.Submit(command.ToProposal());
        string? reason = expected.FirstOrDefault(word => word != "again");
        Assert.Equal(reason, outcome.Refusal?.Reason.ToString());
        Assert.Equal(expected.Contains("again"), outcome.Replayed);
        // Only the ledger's own refusals are checked: the domain explains a refusal that it proposed.
        if (outcome.Refusal is { } refusal && command.Verb != "refuse") ReasonTexts.AssertFills(refusal);
    }

    private static void See(Book book, string[] words)
    {
        Counters counters = book.Counters(words[1]);
        Assert.Equal(
            string.Join(' ', words[2..]),
            $"debits {counters.DebitsPosted}+{counters.DebitsPending} credits {counters.CreditsPosted}+{counters.CreditsPending}");
    }
}
