using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class LedgerGrainTests : IAsyncLifetime
{
    private static readonly RegionCode Region = RegionCode.Parse("430211");
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");

    private readonly FragileStore _store = new();
    private InProcessTestCluster _cluster = null!;

    private ILedgerGrain Ledger => _cluster.Client.GetGrain<ILedgerGrain>(Region.ToString());

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services.AddGrainTypes());
        builder.ConfigureSilo((_, silo) => silo.Services
            .AddSingleton<ILedgerStore>(_store).AddSingleton<ISaltSource,
            RandomSaltSource>().AddSingleton(new BusinessClock(TimeProvider.System)));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Same_id_gives_the_stored_outcome_in_the_same_batch_and_later()
    {
        _store.Gate = new TaskCompletionSource();
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 5).Select(_ => Ledger.SubmitAsync(Issue(1, 10)))];
        _store.Gate.SetResult();

        Outcome[] outcomes = await Task.WhenAll(calls);
        Outcome later = await Ledger.SubmitAsync(Issue(1, 10));

        Assert.Single(outcomes.Append(later), outcome => !outcome.Replayed);
        Assert.All(outcomes.Append(later), outcome => Assert.Equal(0, outcome.Entry!.Index));
        Assert.Equal(Reason.RequestIdReused, (await Ledger.SubmitAsync(Issue(1, 10, content: 2))).Refusal!.Reason);
        Assert.Equal(0, (await Ledger.FindAsync(Id(1)))!.Entry!.Index);
        Assert.Null(await Ledger.FindAsync(Id(2)));
    }

    [Fact]
    public async Task A_trial_says_what_would_happen_and_leaves_nothing_behind()
    {
        await Ledger.SubmitAsync(Issue(1, 100));

        DryRun would = await Ledger.DryRunAsync(Expire(2, 30)), refused = await Ledger.DryRunAsync(Expire(3, 101));

        Assert.Equal((1, 70),
            (would.Outcome.Entry!.Index, would.Transfers[0].DebitAfter.CreditsPosted - would.Transfers[0].DebitAfter.DebitsPosted));
        Assert.Equal((Reason.InsufficientBalance, 0), (refused.Outcome.Refusal!.Reason, refused.Transfers.Length));
        Assert.Null(await Ledger.FindAsync(Id(2)));
        Assert.Null(await Ledger.FindAsync(Id(3)));
        Assert.Equal(1, (await Ledger.SubmitAsync(Expire(2, 30))).Entry!.Index);
        Assert.True((await Ledger.DryRunAsync(Expire(2, 30))).Outcome.Replayed);
    }

    [Fact]
    public async Task A_refusal_by_state_is_remembered_and_one_by_shape_is_not()
    {
        Assert.Equal(Reason.InsufficientBalance, (await Ledger.SubmitAsync(Expire(1, 10))).Refusal!.Reason);
        await Ledger.SubmitAsync(Issue(2, 100));

        Outcome again = await Ledger.SubmitAsync(Expire(1, 10));

        Assert.Equal((Reason.InsufficientBalance, true), (again.Refusal!.Reason, again.Replayed));
        Assert.Equal(Reason.AmountNotPositive, (await Ledger.SubmitAsync(Issue(3, 0))).Refusal!.Reason);
        Assert.Null(await Ledger.FindAsync(Id(3)));
    }

    [Fact]
    public async Task Another_writer_wins_and_this_one_decides_again_from_what_is_stored()
    {
        await Ledger.SubmitAsync(Issue(1, 100));
        await WriteBesideAsync(Expire(2, 70));

        Assert.Equal(Reason.InsufficientBalance, (await Ledger.SubmitAsync(Expire(3, 70))).Refusal!.Reason);
        Outcome next = await Ledger.SubmitAsync(Expire(4, 30));

        Assert.Equal(2, next.Entry!.Index);
        Assert.Equal(1, (await Ledger.SubmitAsync(Expire(2, 70))).Entry!.Index);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_uncertain_append_is_settled_by_the_head(bool stored)
    {
        await Ledger.SubmitAsync(Issue(1, 100));
        int failures = 1;
        if (stored) _store.LosesAnswer = _ => failures-- > 0;
        else _store.IsDown = _ => failures-- > 0;

        Outcome outcome = await Ledger.SubmitAsync(Expire(2, 40));

        Assert.Null(outcome.Refusal);
        Assert.Equal(60, (await Ledger.AccountsAsync([Account])).Find(Account)!.Balance);
        Assert.Equal(2, (await _store.ReadHeadAsync(Region, default)).Size);
    }

    [Fact]
    public async Task A_store_that_is_down_is_said_so_and_the_same_id_works_when_it_is_up_again()
    {
        _store.IsDown = _ => true;
        Assert.Equal(Reason.StoreUnavailable, (await Ledger.SubmitAsync(Issue(1, 100))).Refusal!.Reason);
        _store.IsDown = _ => false;

        Assert.Null((await Ledger.SubmitAsync(Issue(1, 100))).Refusal);
    }

    [Fact]
    public async Task One_bad_entry_takes_no_other_with_it()
    {
        _store.Gate = new TaskCompletionSource();
        _store.Refuses = append => append.Entries.Any(appended => appended.Entry.Id == Id(3));
        Task<Outcome>[] calls = [.. Enumerable.Range(0, 8).Select(at => Ledger.SubmitAsync(Issue(at, 10)))];
        _store.Gate.SetResult();

        Outcome[] outcomes = await Task.WhenAll(calls);

        Assert.Equal(Reason.InternalError, outcomes[3].Refusal!.Reason);
        Assert.Equal(7, outcomes.Count(outcome => outcome.Entry is not null));
        Assert.Equal(7, (await _store.ReadHeadAsync(Region, default)).Size);
    }

    private static AccountPath Account => Chart.PersonHours(Elder, HoursOrigin.Issued).Path;

    private static EntryId Id(int request) => EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8]));

    private static EntryHeader Header(int request, byte content) =>
        new(Id(request), Digest.Of([content]), "TEST", "", new DateOnly(2026, 10, 1), "", "", EntryHeader.NoDetails);

    private static Proposal Issue(int request, long minutes, byte content = 1) =>
        HourEntries.Issue(Header(request, content), Elder, new Minutes(minutes));

    private static Proposal Expire(int request, long minutes) => HourEntries.Expire(Header(request, 1), Elder, new Minutes(minutes));

    /// <summary>Stores an entry past the grain, as a second writer in another process would.</summary>
    private async Task WriteBesideAsync(Proposal proposal)
    {
        LedgerHead head = await _store.Inner.ReadHeadAsync(Region, default);
        var state = new WorkingState(head);
        PrefetchKeys keys = state.Missing([proposal], [], []);
        state.Load(keys, await _store.Inner.PrefetchAsync(Region, keys, default));
        var draft = new BatchDraft(head, state, new RandomSaltSource().Next);
        draft.Add(proposal, LedgerTime.From(TimeProvider.System.GetUtcNow()));
        Assert.True(await _store.Inner.AppendAsync(draft.Finish(), default));
    }
}
