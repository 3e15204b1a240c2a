using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A journal whose totals exceed the 64 bits of an amount.</summary>
[Collection(ServerCollection.Name)]
public sealed class LargeTotalTests(TestServer server)
{
    // No other test writes to this district.
    private const string Region = "430181", Parent = $"regions/{Region}";

    private LedgerService.LedgerServiceClient Auditor => new(server.As(Role.Auditor, "", "", Region));

    [Fact]
    public async Task A_total_that_no_amount_can_be_is_refused_by_its_unit_and_the_others_are_answered()
    {
        const int banks = 5;
        var books = new WrittenEntries(server, Region);
        await books.SubmitAsync(HourEntries.Issue(WrittenEntries.Header("hours"), WrittenEntries.Elder, new Minutes(240)));
        foreach (int[] some in Enumerable.Range(0, 9_300).Chunk(1_000))
        {
            await Task.WhenAll(some.Select(at =>
                books.SubmitAsync(MoneyEntries.Receive(WrittenEntries.Header($"{at}"), Slug.Parse($"bank-{at % banks}"),
                    Slug.Parse($"fund-{at % banks}"), new Fen(Shape.MaxAmount)))));
        }
        var past = new AsOf { EntryCount = 9_301 };

        await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent }).IsRefusedAsync(Reason.TotalTooLarge);
        await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, AsOf = past })
            .IsRefusedAsync(Reason.TotalTooLarge);
        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, Unit = "CNY" }));
        Assert.Equal(
            (StatusCode.OutOfRange, "The total in CNY is larger than an amount can be; the other units can be asked for one by one."),
            (refused.StatusCode, refused.Status.Detail));
        foreach (AsOf? asOf in (AsOf?[])[null, past])
        {
            TrialBalanceUnit minutes = Assert.Single(
                (await Auditor.GetTrialBalanceAsync(new GetTrialBalanceRequest { Parent = Parent, Unit = "MIN", AsOf = asOf })).Units);
            Assert.Equal((240, 240), (minutes.DebitBalances.Value, minutes.CreditBalances.Value));
        }
    }
}
