using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

/// <summary>Cases whose server is lost between two writes: whoever looks next finishes them, and no money is in the books twice.</summary>
public sealed class BankCaseCrashTests : IAsyncLifetime
{
    private static readonly Slug Main = Slug.Parse("main");

    private District _here = null!;

    private IBankCaseGrain Case => _here.Grains.GetGrain<IBankCaseGrain>($"{Tianyuan}/main~1");

    public async ValueTask InitializeAsync()
    {
        _here = await StartAsync();
        await _here.FundedAsync("lottery", 1_000);
        var statement = new StoredStatement(
            1, Digest.Of([1]), "mt940", "a.sta", EntryId.Of("x", Guid.Empty), "MAKER", new LedgerTime(1), null, First, First, 0, 500, 1, 1,
            1, "{}");
        var line = new StoredBankLine(1, 1, First, 500, [.. new byte[16]], 1, null, []);
        Assert.True(await _here.Banks.AddAsync(Code, Main, BankBook.Empty, [statement], [line], default));
    }

    public ValueTask DisposeAsync() => _here.DisposeAsync();

    [Fact]
    public async Task An_approval_whose_state_was_lost_is_finished_by_its_retry()
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Fund, "lottery", ""));
        Command approve = _here.Command("CHECKER");
        _here.States.FailNext(BankCaseState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Case.ApproveAsync(approve));
        Assert.Null(await MatchAsync());

        BankCaseRecord approved = Value(await Case.ApproveAsync(approve));

        Assert.Equal(ResolutionState.Approved, approved.Resolution!.State);
        Assert.Equal($"entries/{approved.Resolution.Entry}/0", (await MatchAsync())?.Item);
        Assert.Equal(1_500, await _here.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
    }

    /// <summary>The entry is there and its state is lost: a second checker, or the next run, finishes that approval.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_approval_whose_state_was_lost_moves_the_money_once(bool bySecondChecker)
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Fund, "lottery", ""));
        _here.States.FailNext(BankCaseState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Case.ApproveAsync(_here.Command("CHECKER")));
        Assert.Equal(1_500, await _here.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));

        if (bySecondChecker)
            Assert.Equal(Reason.ResolutionNotFound, (await Case.ApproveAsync(_here.Command("SECOND"))).Reason);
        await Case.FinishAsync();

        Assert.Equal(1_500, await _here.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
        Assert.Equal((ResolutionState.Approved, "CHECKER"),
            ((await Case.GetAsync())!.Resolution!.State, (await Case.GetAsync())!.Resolution!.ApprovedBy));
        Assert.Equal(BankPass.Resolution, (await MatchAsync())?.Pass);
    }

    /// <summary>The entry from suspense into custody is there and the case's state is lost: the agreement has the money once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_cleared_into_custody_is_there_once_although_the_state_was_lost(bool retries)
    {
        const string id = "0000000000F1";
        IPrepaymentGrain agreement = _here.Grains.GetGrain<IPrepaymentGrain>($"{Tianyuan}/{id}");
        await _here.BankAccountAsync("main");
        Value(await agreement.ProposeAsync(_here.Command("CLERK"), new PrepaymentRecord(
            id, PrepaymentState.Proposed, await _here.ProviderAsync(ServiceType.Meal), (await _here.ElderAsync(1940)).Text,
            ServiceType.Meal, "午餐", 30_000, 1_000, First, 2, 2_000, false, [], [])));
        Value(await agreement.AgreeAsync(_here.Command("ELDER")));
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Suspense, "", ""));
        Value(await Case.ApproveAsync(_here.Command("CHECKER")));
        Value(await Case.ProposeCustodyAsync(_here.Command("MAKER"), id, 100));
        Command approve = _here.Command("CHECKER");
        _here.States.FailNext(BankCaseState.Kind, after: 1);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Case.ApproveAsync(approve));
        Assert.Equal(new CustodySums(400, 100, 0), (await agreement.GetAsync())!.Sums);

        if (retries) Value(await Case.ApproveAsync(approve));
        else Assert.Equal(Reason.ResolutionNotFound, (await Case.ApproveAsync(_here.Command("SECOND"))).Reason);

        Assert.Equal(new CustodySums(400, 100, 0), (await agreement.GetAsync())!.Sums);
        Assert.Equal(0, await _here.BalanceAsync(Chart.Suspense(Main).Path));
        BankCaseRecord cleared = (await Case.GetAsync())!;
        Assert.Equal((ResolutionState.Approved, "CHECKER", false),
            (cleared.Resolution!.State, cleared.Resolution.ApprovedBy, cleared.IsInSuspense));
    }

    /// <summary>Else the clearing would take the place of what the match waits for, and the line would be booked a second time.</summary>
    [Fact]
    public async Task A_match_that_could_not_be_stored_comes_before_the_next_proposal()
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Suspense, "", ""));
        _here.Banks.BeforeWrite = () => throw new StorageUnavailableException("The test lets the books go away.");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Case.ApproveAsync(_here.Command("CHECKER")));
        long suspended = (await Case.GetAsync())!.Resolution!.Entry;
        _here.Banks.BeforeWrite = null;

        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Clear, "lottery", ""));

        Assert.Equal($"entries/{suspended}/0", (await MatchAsync())?.Item);
        Value(await Case.ApproveAsync(_here.Command("CHECKER")));
        Assert.Equal(Reason.BankLineMatched, (await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Fund, "lottery", "")).Reason);
        Assert.Equal(1_500, await _here.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
    }

    [Fact]
    public async Task A_match_that_could_not_be_stored_is_finished_by_the_next_look()
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Suspense, "", ""));
        _here.Banks.BeforeWrite = () => throw new StorageUnavailableException("The test lets the books go away.");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Case.ApproveAsync(_here.Command("CHECKER")));
        _here.Banks.BeforeWrite = null;
        await _here.ForgetAsync(Case);
        Assert.Null(await MatchAsync());

        await Case.FinishAsync();
        await Case.FinishAsync();

        Assert.Equal(BankPass.Resolution, (await MatchAsync())?.Pass);
        Assert.Equal(500, await _here.BalanceAsync(Chart.Suspense(Main).Path));
    }

    [Fact]
    public async Task A_line_that_was_matched_in_between_undoes_the_entry()
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Suspense, "", ""));
        _here.Banks.BeforeWrite = () =>
        {
            _here.Banks.BeforeWrite = null;
            var other = new StoredMatch(1, 1, "entries/0/0", MatchStatus.Confirmed, "PERSON", 0, "OTHER", new LedgerTime(1));
            BankBook book = _here.Banks.ReadAsync(Code, Main, default).AsTask().Result;
            Assert.True(_here.Banks.MatchAsync(Code, Main, book, true, [], [other], default).AsTask().Result);
        };

        Reply<BankCaseRecord> reply = await Case.ApproveAsync(_here.Command("CHECKER"));

        Assert.Equal(Reason.BankLineMatched, reply.Reason);
        Assert.Equal("entries/0/0", (await MatchAsync())?.Item);
        Assert.Equal(0, await _here.BalanceAsync(Chart.Suspense(Main).Path));
        Assert.Equal(ResolutionState.Withdrawn, (await Case.GetAsync())!.Resolution!.State);
    }

    [Fact]
    public async Task A_dry_run_of_an_approval_leaves_no_trace()
    {
        Value(await Case.ProposeAsync(_here.Command("MAKER"), ResolutionKind.Fund, "lottery", ""));
        string before = await _here.EverythingAsync();

        BankCaseRecord would = Value(await Case.ApproveAsync(_here.Command("CHECKER") with { IsDryRun = true }));

        Assert.Equal(ResolutionState.Approved, would.Resolution!.State);
        Assert.Equal(before, await _here.EverythingAsync());
        Assert.Null(await MatchAsync());
    }

    private async Task<StoredMatch?> MatchAsync() => (await _here.Banks.MatchesAsync(Code, Main, [1], default)).SingleOrDefault();
}
