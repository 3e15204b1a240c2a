using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class WorkingStateTests
{
    private const int Bound = 100;

    private readonly WorkingState _state = new(LedgerHead.Empty(RegionCode.Parse("430211")));

    [Fact]
    public void Trim_forgets_what_was_not_used_and_keeps_what_was()
    {
        Account hot = Load(1);
        for (int number = 2; number < 10 * Bound; number++)
        {
            _state.Trim(Bound, Bound, Bound);
            Load(number);
            Assert.Same(hot, _state.Account(hot.Path));
        }

        Assert.Same(hot, _state.Account(1));
        Assert.Null(_state.Account(2));
        Assert.Equal([Path(2)], _state.Missing([], [], [Path(2), Path((10 * Bound) - 1)]).Paths);
        Assert.InRange(_state.Count, Bound, 2 * Bound);
    }

    [Fact]
    public void What_is_in_memory_is_not_overwritten_by_an_older_copy_of_the_store()
    {
        Account first = Load(1);
        for (int number = 2; number < Bound; number++)
        {
            _state.Trim(Bound, Bound, Bound);
            // Look the account up by its number, as an earlier entry names it.
            Assert.Same(first, _state.Account(1));
            Load(number);
        }

        _state.Load(new PrefetchKeys([], [Path(1)], []), new Prefetched([], [Of(1)], []));

        Assert.Same(first, _state.Account(Path(1)));
    }

    [Fact]
    public void An_id_whose_outcome_was_forgotten_is_looked_up_and_not_taken_for_new()
    {
        EntryId known = new(1), unknown = new(2);
        _state.Load(new PrefetchKeys([known], [], []),
            new Prefetched([new Outcome(known, Digest.Of([1]), null, null, Replayed: false)], [], []));
        for (int number = 10; number < 3 * Bound; number++)
        {
            _state.Trim(Bound, Bound, 10 * Bound);
            _state.Load(new PrefetchKeys([new EntryId((UInt128)number)], [], []), new Prefetched([], [], []));
        }

        _state.Assume(known);
        _state.Assume(unknown);

        Assert.Equal([known], _state.Missing([], [known, unknown], []).Ids);
    }

    private Account Load(int number)
    {
        Account account = Of(number);
        _state.Load(new PrefetchKeys([], [account.Path], []), new Prefetched([], [account], []));
        return account;
    }

    private static Account Of(int number) => new(number, Path(number), Unit.Minutes, AccountFlags.None, default, 0, null);

    private static AccountPath Path(int number) => AccountPath.Parse($"pool/p{number}");
}
