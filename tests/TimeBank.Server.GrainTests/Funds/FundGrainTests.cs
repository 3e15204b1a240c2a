using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class FundGrainTests
{
    private static readonly FundRecord Lottery = new("lottery", FundKind.Lottery, "福彩", "");

    [Fact]
    public async Task A_fund_is_opened_once_and_its_replay_answers_the_same()
    {
        await using District district = await District.StartAsync();
        Command creation = District.Named("open");

        Assert.Equal(Lottery, (await district.Fund("lottery").CreateAsync(creation, Lottery)).Value);
        Assert.Equal(Lottery, (await district.Fund("lottery").CreateAsync(creation, Lottery)).Value);
        Assert.Equal(Reason.FundExists,
            (await district.Fund("lottery").CreateAsync(district.Command(), Lottery)).Reason);
        Assert.Equal(Reason.RequestIdReused,
            (await district.Fund("lottery").CreateAsync(District.Named("open", "other"), Lottery)).Reason);
        Assert.Equal(Reason.RequestIdReused,
            (await district.Fund("fiscal").CreateAsync(District.Named("open", "other"), Lottery)).Reason);
    }

    [Fact]
    public async Task A_crash_after_the_outcome_is_finished_by_the_retry()
    {
        await using District district = await District.StartAsync();
        Command creation = District.Named("open");
        district.States.FailNext("fund");
        await Assert.ThrowsAsync<StorageUnavailableException>(() => district.Fund("lottery").CreateAsync(creation, Lottery));

        Assert.Equal(Lottery, (await district.Fund("lottery").CreateAsync(creation, Lottery)).Value);
        Assert.Equal(Lottery, await district.Fund("lottery").GetAsync());
    }

    [Fact]
    public async Task A_refused_receipt_stays_refused_when_the_fund_is_opened_later()
    {
        await using District district = await District.StartAsync();
        Command receipt = District.Named("receipt");

        Assert.Equal(Reason.FundNotFound,
            (await district.Fund("lottery").ReceiveAsync(receipt, "main", 500, District.First, allowRepeat: false)).Refusal?.Reason);
        await district.FundedAsync("lottery", 1);
        Assert.Equal(Reason.FundNotFound,
            (await district.Fund("lottery").ReceiveAsync(receipt, "main", 500, District.First, allowRepeat: false)).Refusal?.Reason);
        Assert.Equal(1, await district.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
    }

    [Fact]
    public async Task A_receipt_on_an_account_that_nobody_has_described_is_refused_and_a_known_one_is_known_before_any_rule()
    {
        await using District district = await District.StartAsync();
        await district.FundedAsync("lottery", 1);
        Command unknown = district.Command();

        Outcome refused = await district.Fund("lottery").ReceiveAsync(unknown, "mian", 500, District.First, allowRepeat: true);
        await district.BankAccountAsync("mian");

        Assert.Equal(Refusal.Of(Reason.BankAccountNotFound, ("account", "mian")), refused.Refusal);
        Assert.Equal(refused.Refusal, (await district.Fund("lottery").ReceiveAsync(
            unknown, "mian", 500, District.First, allowRepeat: true)).Refusal);
        Assert.Null((await district.Fund("lottery").ReceiveAsync(
            district.Command(), "mian", 500, District.First, allowRepeat: true)).Refusal);
    }

    [Fact]
    public async Task A_receipt_moves_its_money_once()
    {
        await using District district = await District.StartAsync();
        await district.FundedAsync("lottery", 1);
        await district.BankAccountAsync("main");
        Command receipt = District.Named("receipt");
        DateOnly day = District.First.AddDays(-2);

        JournalEntry first = (await district.Fund("lottery").ReceiveAsync(receipt, "main", 500, day, allowRepeat: false)).Entry!,
            second = (await district.Fund("lottery").ReceiveAsync(receipt, "main", 500, day, allowRepeat: false)).Entry!;

        Assert.Equal((first.Index, "430000/2026-01", District.First.AddDays(-2)),
            (second.Index, first.Header.PolicyVersion, first.Header.EffectiveDate));
        Assert.Equal(501, await district.BalanceAsync(Chart.FundAvailable(Slug.Parse("lottery")).Path));
    }
}
