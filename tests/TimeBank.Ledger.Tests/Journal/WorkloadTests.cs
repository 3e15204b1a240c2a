using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Thousands of proposals from a seed; a naive ledger predicts each outcome and every balance.</summary>
public sealed class WorkloadTests
{
    private const int Steps = 1_500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(430211)]
    public void Ledger_agrees_with_the_naive_one(int seed)
    {
        var book = new Book();
        var naive = new NaiveLedger();
        var commands = new RandomCommands(seed);
        var reasons = new Dictionary<string, int>();
        for (int step = 0; step < Steps; step++)
        {
            long second = step / 3;
            book.Clock = Book.Instant(second);
            (string label, string line) = commands.Next(second);
            Command command = Command.Parse(line, label);

            (string? reason, bool again) = naive.Propose(command, second);
            Outcome outcome = book.Submit(command.ToProposal());

            if ((reason, again) != (outcome.Refusal?.Reason.ToString(), outcome.Replayed))
            {
                Assert.Fail(
                    $"Seed {seed}, step {step}, '{label}: {line}': predicted ({reason}, again {again}), got ({outcome.Refusal}, again "
                        + $"{outcome.Replayed}).");
            }
            foreach (AccountName account in command.Legs.SelectMany(leg => new[] { leg.Debit, leg.Credit }))
            {
                Counters counters = book.Counters(account.Path);
                if (naive.Balances(account.Path) != (counters.DebitsPosted, counters.DebitsPending, counters.CreditsPosted,
                    counters.CreditsPending))
                {
                    Assert.Fail(
                        $"Seed {seed}, step {step}, '{label}: {line}': {account.Path} should have {naive.Balances(account.Path)}, has "
                            + $"{counters}.");
                }
            }
            string key = reason ?? command.Verb;
            reasons[key] = reasons.GetValueOrDefault(key) + 1;
        }

        // A workload that never gets anywhere, or never offends, would prove nothing.
        Assert.True(reasons.Keys.Count >= 25, string.Join(", ", reasons.Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.True(book.Journal.Count > Steps / 5, $"Only {book.Journal.Count} were accepted.");
    }

    [Fact]
    public void Same_seed_makes_the_same_journal()
    {
        Assert.Equal(Journal(7), Journal(7));
        Assert.NotEqual(Journal(7), Journal(8));
    }

    private static List<byte[]> Journal(int seed)
    {
        var book = new Book();
        var commands = new RandomCommands(seed);
        for (int step = 0; step < 200; step++)
        {
            (string label, string line) = commands.Next(step);
            book.Submit(Command.Parse(line, label).ToProposal());
        }
        return [.. book.Journal.Select(EntryCodec.Encode)];
    }
}
