using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class BankAccountGrainTests
{
    private static readonly BankAccountDescription First =
        new(new BankDetails("天元区民政局", "6222000000001111", "演示银行", "313551088886"), "icbc-debit", "");

    private static readonly BankAccountDescription Second = First with { Account = First.Account with { Number = "6222000000002222" } };

    [Fact]
    public async Task A_description_whose_state_was_lost_is_finished_by_its_retry()
    {
        await using District district = await District.StartAsync();
        IBankAccountGrain main = district.Grains.GetGrain<IBankAccountGrain>($"{District.Tianyuan}/main");
        Command set = district.Command("ADMIN");
        district.States.FailNext(BankAccountState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(() => main.SetAsync(set, First));
        Assert.Null(await main.GetAsync());

        BankAccountRecord account = District.Value(await main.SetAsync(set, First));

        Assert.Equal(new BankAccountRecord("main", First, "ADMIN", account.SetAt), await main.GetAsync());
        await district.ForgetAsync(main);
        Assert.Equal(account, await main.GetAsync());
    }

    [Fact]
    public async Task Of_two_descriptions_at_once_both_are_in_the_history()
    {
        await using District district = await District.StartAsync();
        IBankAccountGrain main = district.Grains.GetGrain<IBankAccountGrain>($"{District.Tianyuan}/main");

        await Task.WhenAll(main.SetAsync(district.Command("ONE"), First), main.SetAsync(district.Command("TWO"), Second));

        Assert.Equal(["ONE", "TWO"], (await main.HistoryAsync()).Select(record => record.SetBy).Order());
        Assert.Equal((await main.HistoryAsync())[0], await main.GetAsync());
    }
}
