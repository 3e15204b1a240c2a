using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Bills on the night on which a new service list comes into force. The class has its own server, as it moves the clock.</summary>
public sealed class BillRulesDayTests : IAsyncLifetime
{
    private const string Region = "430225", City = "430200";

    private readonly TestServer _server = new();
    private BillDesk _bill = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _bill = new BillDesk(_server, Region);
        await _bill.OpenAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_quote_names_the_rules_that_changed_at_midnight_and_what_was_given_before_is_paid_by_the_old_list()
    {
        DateOnly today = _bill.Desk.Today, next = today.AddDays(1);
        await InForceAsync(next);
        PayBillRequest care = Care(), before = Care();
        before.ServiceDate = Desk.DateOf(today);
        care.Quote = (await _bill.QuoteAsync(care)).Quote;
        PayBillResponse quoted = await _bill.QuoteAsync(before);
        Assert.Equal(4_000, quoted.Bill.Credited.Value);
        before.Quote = quoted.Quote;
        await _bill.Desk.AdvanceToAsync(ChinaTime.StartOf(next));

        RpcException changed = await Assert.ThrowsAsync<RpcException>(async () => await _bill.Clerk.PayBillAsync(care));

        Assert.Equal("QUOTE_PART_RULES", changed.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!.Metadata["changed"]);
        Assert.Equal(4_000, (await _bill.Clerk.PayBillAsync(before)).Bill.Credited.Value);
        care = Care();
        care.Quote = (await _bill.QuoteAsync(care)).Quote;
        Assert.Equal(5_000, (await _bill.Clerk.PayBillAsync(care)).Bill.Credited.Value);
    }

    /// <summary>More than the ceiling of either list, so that the list decides what is paid.</summary>
    private PayBillRequest Care() => new()
    {
        RequestId = Desk.Id(), Elder = _bill.Elder, Provider = _bill.Provider, Place = V1.ServicePlace.Home,
        Vouchers = { _bill.Money.Name },
        Lines = { BillDesk.Line("care-home", 1, 12_000) },
    };

    private async Task InForceAsync(DateOnly day)
    {
        CatalogueService.CatalogueServiceClient As(Role role) => new(_server.As(role, subject: $"{role}", regions: City));
        CatalogueVersion now = await As(Role.Auditor).GetVersionAsync(new GetCatalogueVersionRequest { Parent = _bill.Desk.Region });
        CatalogueVersion proposed = await As(Role.FinanceMaker).ProposeVersionAsync(new ProposeCatalogueVersionRequest
        {
            RequestId = Desk.Id(), Parent = _bill.Desk.Region,
            Document = VersionDocuments.Changed(
                now.Document, Region, "dearer", $"{day:yyyy-MM-dd}", list => list.Item("care-home")["ceilingPriceFen"] = 10_000),
        });
        await As(Role.FinanceChecker).ApproveVersionAsync(
            new ApproveCatalogueVersionRequest { RequestId = Desk.Id(), Name = proposed.Name });
    }
}
