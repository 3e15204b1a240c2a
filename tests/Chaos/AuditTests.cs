using Microsoft.Data.Sqlite;
using TimeBank.Chaos.Load;
using TimeBank.Chaos.Machines;
using TimeBank.Chaos.Scenarios;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Storage;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Chaos;

/// <summary>The audit finds lost, doubled and changed entries.</summary>
public sealed class AuditTests : IDisposable
{
    private const string Actor = "CLERK", Bank = "bank/main", Fund = "fund/lottery/available";

    private readonly Machine _machine = Machine.OnSqlite();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task What_was_acknowledged_and_stored_is_sound() => await CheckAsync(answered => answered);

    [Theory]
    [InlineData("lost", "is lost")]
    [InlineData("twice", "acknowledged for several requests")]
    [InlineData("refused and written", "and wrote entry 1")]
    [InlineData("another's", "was acknowledged as ReceiveMoney to OTHER")]
    [InlineData("another event", "was acknowledged as AllotFunds")]
    [InlineData("another amount", "should have moved")]
    [InlineData("another place", "and was acknowledged as 2")]
    [InlineData("one entry more", "new entries")]
    public async Task What_is_otherwise_than_it_was_acknowledged_is_found(string fault, string finding)
    {
        ChaosFinding found = await Assert.ThrowsAsync<ChaosFinding>(() => CheckAsync(answered => fault switch
        {
            "lost" => [.. answered, (Receive(9, 100), Entry(9))],
            "twice" => [.. answered, (Receive(9, 100), Entry(1))],
            "refused and written" => With(answered, 1, answered[1].Mutation, new Answer("", "FUND_NOT_FOUND")),
            "another's" => With(answered, 1, answered[1].Mutation with { Actor = "OTHER" }, Entry(1)),
            "another event" => With(answered, 1, answered[1].Mutation with { Code = "AllotFunds" }, Entry(1)),
            "another amount" => With(answered, 1, answered[1].Mutation with { Moves = Receive(1, 999).Moves }, Entry(1)),
            "another place" => [answered[0], (answered[1].Mutation, Entry(2))],
            "one entry more" => answered[..2],
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        }));
        Assert.Contains(finding, found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE path = 'fund/lottery/available'",
        "verify: regions/430211/accounts/fund/lottery/available")]
    [InlineData("DELETE FROM entries WHERE idx = 2", "verify: regions/430211/entries/2")]
    public async Task What_was_changed_in_the_database_is_found(string change, string finding)
    {
        ChaosFinding found = await Assert.ThrowsAsync<ChaosFinding>(() => CheckAsync(answered =>
        {
            using SqliteConnection connection = new SqliteDatabase(Path.Combine(_machine.Data, "timebank.db")).Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = change;
            Assert.True(command.ExecuteNonQuery() > 0);
            return answered;
        }));
        Assert.Contains(finding, found.Message, StringComparison.Ordinal);
    }

    /// <summary>Stores three receipts, then audits the database against the answers that a driver got.</summary>
    private async Task CheckAsync(Func<(Mutation Mutation, Answer Answer)[], (Mutation, Answer)[]> told)
    {
        (Mutation, Answer)[] answered;
        LedgerSnapshot before;
        using (var store = SqliteLedgerStore.Open(new SqliteDatabase(Path.Combine(_machine.Data, "timebank.db"))))
        {
            before = await LedgerSnapshot.ReadAsync(_machine);
            var writer = new BatchWriter(store, RegionCode.Parse(District.Region));
            (Mutation Mutation, long Fen)[] receipts = [.. Enumerable.Range(0, 3).Select(at => (Receive(at, 100 + at), 100L + at))];
            foreach ((Mutation mutation, long fen) in receipts)
            {
                var header = new EntryHeader(EntryId.Of(Actor, mutation.RequestId), Digest.Of([]), Actor, "", new DateOnly(2026, 10, 1),
                    "", "", EntryHeader.NoDetails);
                await writer.WriteOneAsync(MoneyEntries.Receive(header, Slug.Parse("main"), Slug.Parse("lottery"), new Fen(fen)));
            }
            await ((ILedgerReader)store).TrialBalanceAsync(RegionCode.Parse(District.Region), default);
            answered = told([.. receipts.Select((receipt, at) => (receipt.Mutation, Entry(at)))]);
        }
        await before.CheckAsync(_machine, answered);
    }

    private static (Mutation, Answer)[] With((Mutation Mutation, Answer Answer)[] answered, int at, Mutation mutation, Answer answer) =>
        [.. answered[..at], (mutation, answer), .. answered[(at + 1)..]];

    private static Mutation Receive(int request, long fen) =>
        new(Actor, new Guid(request, 0, 0, new byte[8]), "ReceiveMoney", [new Movement(Bank, Fund, "CNY", fen)], Acceptable: true,
            (_, _) => Task.FromResult(Entry(request)));

    private static Answer Entry(int index) => new($"regions/{District.Region}/entries/{index}");
}
