using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Orleans;
using TimeBank.Ledger;
using TimeBank.Storage;
using Xunit;

namespace TimeBank.Grains.Tests;

/// <summary>
/// A message of the ledger's own types says the same when it has been written as bytes and read again. Made as a serializer makes it: without its
/// constructor, and then by its one numbered member.
/// </summary>
public sealed class EnvelopeTests
{
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");

    internal static readonly object[] Samples =
    [
        new ProposalMessage(Issue), new ProposalMessage(Expire),
        new OutcomeMessage(Accepted().Outcome), new OutcomeMessage(Refused().Outcome),
        new TrialMessage(Accepted()), new TrialMessage(Refused()),
        new AccountsMessage(Accepted().Accounts), new AccountsMessage([]),
    ];

    public static TheoryData<int> Rows => new(Enumerable.Range(0, Samples.Length));

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_read_is_what_was_written(int at)
    {
        object sample = Samples[at];
        PropertyInfo bytes = Bytes(sample.GetType())!, content = Content(sample.GetType());
        object read = RuntimeHelpers.GetUninitializedObject(sample.GetType());

        bytes.SetValue(read, bytes.GetValue(sample));

        AssertSame(content.GetValue(sample), content.GetValue(read), sample.GetType().Name);
    }

    /// <summary>Silos of two builds read each other's, so their keys and numbers are a contract too.</summary>
    [Fact]
    public void What_crosses_stands_in_the_repository() => Repository.AssertLists(
        "Envelopes.txt", [.. Samples.Select(sample => $"{sample.GetType().Name} {Encoding.UTF8.GetString((byte[])Bytes(sample.GetType())!.GetValue(sample)!)}")]);

    [Fact]
    public void Every_such_message_has_a_sample() => Assert.Equal(
        typeof(ILedgerGrain).Assembly.GetTypes().Where(type => type.Name.EndsWith("Message", StringComparison.Ordinal) && Bytes(type) is not null).ToHashSet(),
        Samples.Select(sample => sample.GetType()).ToHashSet());

    /// <summary>Files have members of other names: their own readers' tests read them.</summary>
    private static PropertyInfo? Bytes(Type type) => type.GetProperty("Bytes") is { } bytes && bytes.IsDefined(typeof(IdAttribute)) ? bytes : null;

    private static PropertyInfo Content(Type type) => type.GetProperties().Single(property => property.SetMethod is not null && !property.IsDefined(typeof(IdAttribute)));

    /// <summary>As records compare, but that collections are the same where their items are.</summary>
    private static void AssertSame(object? written, object? read, string where)
    {
        if (Equals(written, read)) return;
        Assert.True(written is not null && read is not null, $"{where}: {written} was read as {read}.");
        if (written is IEnumerable items and not string)
        {
            object[] before = [.. items.Cast<object>()], after = [.. ((IEnumerable)read).Cast<object>()];
            Assert.True(before.Length == after.Length, $"{where}: {before.Length} items were read as {after.Length}.");
            for (int at = 0; at < before.Length; at++) AssertSame(before[at], after[at], $"{where}[{at}]");
            return;
        }
        Assert.True(written.GetType().GetMethod("<Clone>$") is not null, $"{where}: {written} was read as {read}.");
        foreach (PropertyInfo property in written.GetType().GetProperties()) AssertSame(property.GetValue(written), property.GetValue(read), $"{where}.{property.Name}");
    }

    private static Trial Accepted() => Try(Issue);

    /// <summary>Nothing was issued that could expire.</summary>
    private static Trial Refused() => Try(Expire);

    private static Trial Try(Proposal proposal)
    {
        var store = new MemoryLedgerStore();
        RegionCode region = RegionCode.Parse("430211");
        var state = new WorkingState(store.ReadHeadAsync(region, default).AsTask().GetAwaiter().GetResult());
        PrefetchKeys keys = state.Missing([proposal], [], []);
        state.Load(keys, store.PrefetchAsync(region, keys, default).AsTask().GetAwaiter().GetResult());
        return Trial.Of(state, proposal, LedgerTime.From(DateTimeOffset.UnixEpoch));
    }

    private static Proposal Issue => HourEntries.Issue(Header, Elder, new Minutes(90));

    private static Proposal Expire => HourEntries.Expire(Header, Elder, new Minutes(90));

    private static EntryHeader Header => new(
        EntryId.Of("TEST", new Guid(1, 0, 0, new byte[8])), Digest.Of([1]), "STAFF", "ELDER", new DateOnly(2026, 10, 1), "v1", "一小时 \"'\n",
        EntryHeader.NoDetails.Add("b", "2").Add("a", "一").Add("B", ""));
}
