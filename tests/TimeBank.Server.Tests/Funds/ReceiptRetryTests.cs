using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The id comes before every rule, also before one that depends on the day.</summary>
public sealed class ReceiptRetryTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_retry_on_the_next_day_answers_as_on_the_first_though_the_money_is_older_than_a_year_now()
    {
        var desk = new Desk(server, TestServer.Tianyuan);
        RecordReceiptRequest receipt = desk.Receipt(await desk.FundAsync("aging", 0), 700);
        receipt.ReceivedDate = Desk.DateOf(desk.Today.AddYears(-1));
        RecordReceiptResponse first = await desk.Maker.RecordReceiptAsync(receipt);

        await desk.AdvanceToAsync(desk.Now.AddDays(1));

        Assert.Equal(first, await desk.Maker.RecordReceiptAsync(receipt));
        await desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(receipt) { RequestId = Desk.Id(), Reference = "another" })
            .IsRefusedAsync(Reason.ReceiptTooOld);
    }
}
