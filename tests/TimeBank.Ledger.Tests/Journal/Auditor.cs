using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Checks the ledger's invariants from the journal alone after every step: entries balance per unit, counters equal the fold of the
/// transfers, limits hold, indexes and numbers are dense, nothing ends or is reversed twice, and a refusal leaves no trace.
/// </summary>
internal sealed class Auditor
{
    private readonly Dictionary<long, Account> _opened = [];
    private readonly Dictionary<long, long[]> _folded = [];
    private readonly HashSet<long> _ended = [];
    private readonly HashSet<long> _reversed = [];
    private long _entries;

    public void Check(WorkingState state, Decision decision, LedgerTime expectedTime)
    {
        if (decision is { Stores: true, Outcome.Entry: { } entry })
        {
            Assert.Null(decision.Outcome.Refusal);
            Assert.Equal(_entries++, entry.Index);
            Assert.Equal(expectedTime, entry.Time);
            Assert.Equal(entry.Time, state.LastTime);
            foreach (Account account in entry.Opened) Open(account, entry);
            Fold(entry, decision);
            if (entry.Of is { } of) Require((entry.Kind == EntryKind.Reverse ? _reversed : _ended).Add(of), () =>
                $"Entry {of} was ended or reversed twice.");
            byte[] bytes = EntryCodec.Encode(entry);
            Assert.True(bytes.AsSpan().SequenceEqual(EntryCodec.Encode(EntryCodec.Decode(bytes))),
                "The entry's bytes don't survive being read.");
        }
        else
        {
            Assert.Empty(decision.Changed);
            Assert.Empty(decision.Balances);
        }
        CheckState(state);
    }

    private void Open(Account account, JournalEntry entry)
    {
        Assert.Equal(_opened.Count + 1, account.Number);
        Assert.Equal(entry.Index, account.Opened);
        Assert.Equal(default, account.Counters);
        _opened.Add(account.Number, account);
        _folded.Add(account.Number, new long[4]);
    }

    private void Fold(JournalEntry entry, Decision decision)
    {
        Assert.Equal(entry.Transfers.Length, decision.Balances.Length);
        foreach ((Transfer transfer, TransferBalances balances) in entry.Transfers.Zip(decision.Balances))
        {
            Assert.NotEqual(transfer.Debit, transfer.Credit);
            Assert.Equal(transfer.Unit, _opened[transfer.Debit].Unit);
            Assert.Equal(transfer.Unit, _opened[transfer.Credit].Unit);
            Assert.True(transfer is { Posted: >= 0, Held: >= 0, Released: >= 0 });
            long[] debit = _folded[transfer.Debit], credit = _folded[transfer.Credit];
            debit[0] += transfer.Held - transfer.Released;
            debit[1] += transfer.Posted;
            credit[2] += transfer.Held - transfer.Released;
            credit[3] += transfer.Posted;
            Require(Of(debit) == balances.Debit && Of(credit) == balances.Credit, () => $"{balances} isn't what follows {transfer}.");
        }
        Assert.Distinct(decision.Changed.Select(account => account.Number));
        foreach (AccountChange change in entry.Changes) _opened[change.Account] = _opened[change.Account] with { Flags = change.Flags };
    }

    private void CheckState(WorkingState state)
    {
        Assert.Equal(_entries, state.NextIndex);
        Assert.Equal(_opened.Count + 1, state.NextAccount);
        foreach ((long number, Account opened) in _opened)
        {
            Account account = state.Account(number)!;
            Counters counters = account.Counters;
            Require(account == opened with { Counters = Of(_folded[number]) }, () => $"{account} isn't the fold of its postings.");
            Require(ReferenceEquals(account, state.Account(opened.Path)), () => $"{account} is found by its number alone.");
            Assert.True(counters is { DebitsPending: >= 0, DebitsPosted: >= 0, CreditsPending: >= 0, CreditsPosted: >= 0 });
            if (account.Is(AccountFlags.DebitsMustNotExceedCredits)) Require(
                counters.DebitsPosted + counters.DebitsPending <= counters.CreditsPosted, () => $"{account} is overdrawn.");
            if (account.Is(AccountFlags.CreditsMustNotExceedDebits)) Require(
                counters.CreditsPosted + counters.CreditsPending <= counters.DebitsPosted, () => $"{account} passes its limit.");
            if (account.Is(AccountFlags.Closed)) Assert.True(counters.IsEmpty);
        }
        foreach (IGrouping<Unit, long[]> unit in _opened.Values.GroupBy(account => account.Unit, account => _folded[account.Number]))
        {
            Assert.Equal(unit.Sum(four => four[0]), unit.Sum(four => four[2]));
            Assert.Equal(unit.Sum(four => four[1]), unit.Sum(four => four[3]));
        }
    }

    /// <summary>Builds the message only for a failure, because every step checks every account.</summary>
    private static void Require(bool invariant, Func<string> broken)
    {
        if (!invariant) Assert.Fail(broken());
    }

    private static Counters Of(long[] four) => new(four[0], four[1], four[2], four[3]);
}
