using System.Security.Cryptography;
using System.Text;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class BatchDraftTests
{
    private static readonly LedgerHead Head = LedgerHead.Empty(Book.Region);
    private static readonly byte[] Salt = new byte[16];

    [Fact]
    public void Batch_gathers_what_must_be_stored()
    {
        LedgerAppend append = Draft("a: post m>p 10", "b: post p>q 4", "c: post p>q 7", "d: note", "a: post m>p 10", "e: post m>m 1",
            "a: post m>p 11");

        Assert.Equal(["a", "b"], append.Entries.Select(entry => Label(entry.Entry.Id)));
        Assert.Equal(["c", "d"], append.Remembered.Select(outcome => Label(outcome.Id)));
        Assert.Equal(Head, append.Before);
        Assert.Equal((2, 3, 2), (append.After.Size, append.After.Accounts, append.After.Remembered.Count));
        Assert.Equal(append.Entries[^1].Entry.Time, append.After.Time);
        Assert.Empty(append.Changed);
        Assert.Equal([(1, 10, 0), (2, 4, 10), (3, 0, 4)],
            append.Opened.Select(account => (account.Number, account.Counters.DebitsPosted, account.Counters.CreditsPosted)).Order());
    }

    [Fact]
    public void Head_after_a_batch_is_the_tree_of_its_entries()
    {
        LedgerAppend append = Draft("a: post m>p 10", "b: post p>q 4");
        MerkleFrontier tree = MerkleFrontier.Empty;
        foreach (AppendedEntry entry in append.Entries)
        {
            Assert.Equal(EntryCodec.Encode(entry.Entry), entry.Bytes);
            Assert.Equal(MerkleFrontier.EntryLeaf(Salt, entry.Bytes), entry.Leaf);
            tree = tree.Append(entry.Leaf);
        }

        Assert.Equal(tree, append.After.Tree);
    }

    [Fact]
    public void Accounts_that_were_there_are_changed_and_not_opened()
    {
        WorkingState state = State();
        LedgerAppend first = Draft(state, Head, "a: post m>p 10");

        LedgerAppend second = Draft(state, first.After, "b: post p>q 4", "c: post p>q 1", "d: post !p>q 1");

        Assert.Equal([(2, 6, 10)],
            second.Changed.Select(account => (account.Number, account.Counters.DebitsPosted, account.Counters.CreditsPosted)));
        Assert.Equal(
            [(3, 0, 6)], second.Opened.Select(account => (account.Number, account.Counters.DebitsPosted, account.Counters.CreditsPosted)));
        Assert.Equal(1, second.Entries[0].Entry.Index);
    }

    [Fact]
    public void Batch_of_nothing_new_stores_nothing()
    {
        WorkingState state = State();
        LedgerAppend first = Draft(state, Head, "a: post m>p 10");

        LedgerAppend second = Draft(state, first.After, "a: post m>p 10", "a: post m>p 11", "b: post m>p 0");

        Assert.True(second.IsEmpty);
        Assert.Equal(second.Before, second.After);
    }

    [Fact]
    public void Remembered_refusal_moves_the_head()
    {
        LedgerAppend append = Draft("a: post p>q 1");

        Assert.False(append.IsEmpty);
        Assert.False(append.After.IsAt(append.Before));
    }

    /// <summary>Works out the seal by hand: the expected value of a stored format must not come from the code under test.</summary>
    [Fact]
    public void The_next_entry_seals_what_was_refused_or_noted_before_it()
    {
        LedgerAppend append = Draft("a: post m>p 1", "b: post p>q 2", "c: note", "d: post m>p 1", "e: post m>p 1", "f: post p>q 9");
        byte[] refused = Hash(append.Remembered[0]), noted = Hash(append.Remembered[1]), last = Hash(append.Remembered[2]);

        byte[] two = SHA256.HashData([.. SHA256.HashData([.. new byte[32], .. refused]), .. noted]);
        Assert.Equal([null, new Remembered(2, new Digest(two)), null], append.Entries.Select(entry => entry.Entry.Seals));
        Assert.Equal(new Remembered(3, new Digest(SHA256.HashData([.. new byte[32], .. last]))), append.After.Remembered);

        static byte[] Hash(Outcome outcome) => SHA256.HashData(
            [.. outcome.Id.ToArray(), .. outcome.RequestDigest.ToArray(), 0, 0, 0, (byte)(outcome.Refusal?.Reason ?? 0),
                .. Encoding.UTF8.GetBytes(outcome.Refusal?.Detail ?? "")]);
    }

    [Fact]
    public void Working_state_never_takes_what_was_not_loaded_for_absent()
    {
        WorkingState state = State();

        Assert.Throws<KeyNotFoundException>(() => state.Outcome(Command.IdOf("a")));
        Assert.Throws<KeyNotFoundException>(() => state.Account(AccountPath.Parse("p")));
        Assert.Throws<KeyNotFoundException>(() => state.Linked(Command.IdOf("a")));
    }

    [Fact]
    public void Missing_is_what_proposals_name_and_memory_lacks()
    {
        WorkingState state = State();
        Proposal[] proposals =
            [.. new[] { "post m>p 1", "posthold h & p>q 1", "reverse a", "freeze x" }.Select(
            (line, at) => Command.Parse(line, $"l{at}").ToProposal())];

        PrefetchKeys keys = state.Missing(proposals, [Command.IdOf("read")], [AccountPath.Parse("y")]);

        Assert.Equal(new[] { "l0", "l1", "l2", "l3", "read" }.Select(Command.IdOf).ToHashSet(), keys.Ids.ToHashSet());
        Assert.Equal(["m", "p", "period/closed", "q", "x", "y"], keys.Paths.Select(path => path.Text).Order());
        Assert.Equal(new[] { "a", "h" }.Select(Command.IdOf).ToHashSet(), keys.Linked.ToHashSet());
        state.Load(keys, new Prefetched([], [], []));
        Assert.True(state.Missing(proposals, [Command.IdOf("read")], [AccountPath.Parse("y")]).IsEmpty);
    }

    private static WorkingState State() => new(Head);

    private static LedgerAppend Draft(params string[] lines) => Draft(State(), Head, lines);

    private static LedgerAppend Draft(WorkingState state, LedgerHead head, params string[] lines)
    {
        Proposal[] proposals = [.. lines.Select(line => Command.Parse(line, "none").ToProposal())];
        state.Load(state.Missing(proposals, [], []), new Prefetched([], [], []));
        var draft = new BatchDraft(head, state, () => Salt);
        foreach (Proposal proposal in proposals) draft.Add(proposal, Book.Instant(0));
        return draft.Finish();
    }

    private static string Label(EntryId id) => "abcdef".Select(letter => $"{letter}").First(label => Command.IdOf(label) == id);
}
