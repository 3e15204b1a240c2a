using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Thousands of random proposals. A naive ledger predicts each outcome and every balance. CsCheck shrinks a failing list to the shortest
/// one that it finds, and the message has the seed: <c>CsCheck_Seed=… dotnet test …</c> runs that list again.
/// </summary>
public sealed class WorkloadTests
{
    private const int Shrinks = 20_000;

    [Theory]
    [InlineData(30, 150)]
    [InlineData(150, 30)]
    [InlineData(750, 20)]
    [InlineData(1_500, 12)]
    public void Ledger_agrees_with_the_naive_one(int steps, int lists)
    {
        var outcomes = new Dictionary<string, int>();
        try
        {
            RandomCommands.Lists(steps).Sample(commands => Check(commands, outcomes), iter: lists, threads: 1, print: Print);
        }
        catch (CsCheckException found)
        {
            // Draws shorter and shorter lists that fail too.
            string seed = found.Message.Split('"')[1];
            RandomCommands.Lists(steps).Sample(commands => Check(commands, outcomes), seed: seed, iter: Shrinks, threads: 1, print: Print);
        }

        // A workload with too few refusals or too few accepted entries would prove nothing.
        string all = string.Join(", ", outcomes.Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.True(outcomes.Count >= 25, all);
        int accepted = outcomes.Where(pair => pair.Key.StartsWith("accepted", StringComparison.Ordinal)).Sum(pair => pair.Value);
        Assert.True(accepted > outcomes.Values.Sum() / 5, all);
    }

    [Fact]
    public void Same_commands_make_the_same_journal() => RandomCommands.Lists(200).Select(RandomCommands.Lists(200)).Sample(
        (some, others) =>
        {
            Assert.Equal(Journal(some), Journal(some));
            if (Print(some) != Print(others)) Assert.NotEqual(Journal(some), Journal(others));
        },
        iter: 5, threads: 1);

    private static void Check((Command Command, long Second)[] commands, Dictionary<string, int> outcomes)
    {
        var book = new Book();
        var naive = new NaiveLedger();
        foreach ((Command command, long second) in commands)
        {
            book.Clock = Book.Instant(second);
            (string? Reason, bool Again) predicted = naive.Propose(command, second);
            Outcome outcome = book.Submit(command.ToProposal());

            Assert.Equal(predicted, (outcome.Refusal?.Reason.ToString(), outcome.Replayed));
            foreach (AccountName account in command.Legs.SelectMany(leg => new[] { leg.Debit, leg.Credit }))
            {
                Counters has = book.Counters(account.Path);
                Assert.Equal(naive.Balances(account.Path), (has.DebitsPosted, has.DebitsPending, has.CreditsPosted, has.CreditsPending));
            }
            string key = predicted.Reason ?? $"accepted {command.Verb}";
            outcomes[key] = outcomes.GetValueOrDefault(key) + 1;
        }
    }

    private static List<byte[]> Journal((Command Command, long Second)[] commands)
    {
        var book = new Book();
        foreach ((Command command, _) in commands) book.Submit(command.ToProposal());
        return [.. book.Journal.Select(EntryCodec.Encode)];
    }

    private static string Print((Command Command, long Second)[] commands) =>
        string.Concat(commands.Select(step => $"\n  second {step.Second}, {step.Command.Label}: {step.Command.Text}"));
}
