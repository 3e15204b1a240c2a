using System.Text;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using ExportFormat = TimeBank.V1.ExportFormat;
using ServiceType = TimeBank.V1.ServiceType;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class PayeeApiTests(TestServer server)
{
    private const string District = "430103", Number = "6222000000001234567", Code = "313551088886";

    private readonly Desk _desk = new(server, District);
    private readonly PayeeService.PayeeServiceClient _maker = new(server.As(Role.FinanceMaker, regions: District)),
        _checker = new(server.As(Role.FinanceChecker, regions: District)), _auditor = new(server.As(Role.Auditor, regions: District));

    [Fact]
    public async Task An_account_is_proposed_approved_and_shown_masked()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        await _auditor.GetPayeeAsync(new GetPayeeRequest { Provider = provider }).IsRefusedAsync(Reason.PayeeNotFound);
        ProposePayeeRequest propose = Proposal(provider, "6222 0000 0000 1234-567");

        PayeeChange proposed = await _maker.ProposePayeeAsync(propose);
        var approve = new ApprovePayeeRequest { RequestId = Desk.Id(), Change = proposed.Name, AccountNumber = Number };
        PayeeChange approved = await _checker.ApprovePayeeAsync(approve);

        Assert.Equal((PayeeChangeState.Proposed, "staff-FinanceMaker", "", null),
            (proposed.State, proposed.ProposedBy, proposed.ApprovedBy, proposed.InForceFrom));
        Assert.Equal(new PayeeAccount(propose.Account) { AccountNumber = "****4567" }, proposed.Account);
        Assert.Equal((PayeeChangeState.Approved, "staff-FinanceMaker", "staff-FinanceChecker"),
            (approved.State, approved.ProposedBy, approved.ApprovedBy));
        Assert.True(approved.InForceFrom.ToDateTime() > approved.ApproveTime.ToDateTime().AddHours(8));
        // A retry is one effect; the answer shows the change as it is.
        Assert.Equal(approved, await _maker.ProposePayeeAsync(propose));
        Assert.Equal(approved, await _checker.ApprovePayeeAsync(approve));
        Assert.Equal([approved], await ChangesAsync(provider));
        Assert.Equal(new Payee { Provider = provider, Next = approved }, await ReadAsync(_auditor, provider));
        Assert.Equal(approved, (await ReadAsync(Clerk(provider), provider)).Next);
    }

    [Fact]
    public async Task Two_people_take_part()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        var one = new PayeeService.PayeeServiceClient(server.As(Role.FinanceMaker, subject: "chen", regions: District));
        var same = new PayeeService.PayeeServiceClient(server.As(Role.FinanceChecker, subject: "chen", regions: District));
        PayeeChange proposed = await one.ProposePayeeAsync(Proposal(provider));

        await same.ApprovePayeeAsync(Approval(proposed)).IsRefusedAsync(Reason.MakerIsChecker);
        await _maker.ApprovePayeeAsync(Approval(proposed)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _checker.ProposePayeeAsync(Proposal(provider)).IsRefusedAsync(Reason.RoleNotAllowed);
        await _checker.ApprovePayeeAsync(new ApprovePayeeRequest(Approval(proposed)) { AccountNumber = "6222000000007654321" })
            .IsRefusedAsync(Reason.PayeeNumberDiffers);
        await _checker.ApprovePayeeAsync(Approval(proposed));
        await _checker.ApprovePayeeAsync(Approval(proposed)).IsRefusedAsync(Reason.PayeeChangeAlreadyApproved);
    }

    [Fact]
    public async Task Both_may_withdraw_and_what_is_withdrawn_stays_in_the_history()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        foreach (PayeeService.PayeeServiceClient client in (PayeeService.PayeeServiceClient[])[_maker, _checker])
        {
            PayeeChange proposed = await _maker.ProposePayeeAsync(Proposal(provider));
            await _maker.ProposePayeeAsync(Proposal(provider)).IsRefusedAsync(Reason.PayeeChangePending);
            var withdraw = new WithdrawPayeeRequest { RequestId = Desk.Id(), Change = proposed.Name };
            PayeeChange withdrawn = await client.WithdrawPayeeAsync(withdraw);
            Assert.Equal(PayeeChangeState.Withdrawn, withdrawn.State);
            Assert.Equal(withdrawn, await client.WithdrawPayeeAsync(withdraw));
            await _checker.ApprovePayeeAsync(Approval(proposed)).IsRefusedAsync(Reason.PayeeChangeWithdrawn);
        }
        await _auditor.GetPayeeAsync(new GetPayeeRequest { Provider = provider }).IsRefusedAsync(Reason.PayeeNotFound);

        Assert.Equal(["staff-FinanceChecker", "staff-FinanceMaker"], (await ChangesAsync(provider)).Select(change => change.WithdrawnBy));
    }

    [Fact]
    public async Task Nobody_reads_another_providers_account()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal), other = await _desk.ProviderAsync(ServiceType.Meal);
        await _maker.ProposePayeeAsync(Proposal(provider));

        await Clerk(other).GetPayeeAsync(new GetPayeeRequest { Provider = provider }).IsRefusedAsync(Reason.PartyNotAllowed);
        await Clerk(provider).ListPayeeChangesAsync(new ListPayeeChangesRequest { Provider = provider })
            .IsRefusedAsync(Reason.RoleNotAllowed);
        await new PayeeService.PayeeServiceClient(server.As(Role.Auditor, regions: TestServer.Lusong))
            .GetPayeeAsync(new GetPayeeRequest { Provider = provider }).IsRefusedAsync(Reason.RegionNotAllowed);
        string nobody = $"{_desk.Region}/providers/0123456789AB";
        await _auditor.GetPayeeAsync(new GetPayeeRequest { Provider = nobody }).IsRefusedAsync(Reason.ProviderNotFound);
        await _maker.ProposePayeeAsync(Proposal(nobody)).IsRefusedAsync(Reason.ProviderNotFound);
        await _checker.ApprovePayeeAsync(new ApprovePayeeRequest
        {
            RequestId = Desk.Id(),
            Change = $"{provider}/payeeChanges/0123456789AB"
        }).IsRefusedAsync(Reason.PayeeChangeNotFound);
    }

    [Theory]
    [InlineData("holder", "", "account.holder_name")]
    [InlineData("holder", "阳光\n食堂", "account.holder_name")]
    [InlineData("holder", "阳\u200b光", "account.holder_name")]
    [InlineData("holder", "61", "account.holder_name")]
    [InlineData("holder", "wide", "account.holder_name")]
    [InlineData("number", "", "account.account_number")]
    [InlineData("number", "12345", "account.account_number")]
    [InlineData("number", "12345678901234567890123456789012345", "account.account_number")]
    [InlineData("number", "6222x00001234", "account.account_number")]
    [InlineData("number", "６２２２００００", "account.account_number")]
    [InlineData("number", "****4567", "account.account_number")]
    [InlineData("bank", "", "account.bank_name")]
    [InlineData("code", "", "account.bank_code")]
    [InlineData("code", "313551088887", "account.bank_code")]
    [InlineData("code", "31355108888", "account.bank_code")]
    [InlineData("code", "3135510888860", "account.bank_code")]
    [InlineData("code", "none", "account.bank_code")]
    public async Task A_wrong_field_is_named_and_its_value_is_not(string what, string value, string field)
    {
        ProposePayeeRequest request = Proposal($"{_desk.Region}/providers/0123456789AB");
        // 60 letters are taken and 61 are not; 36 of four bytes each are too wide for a bank.
        string given = value switch
        {
            "61" => new string('光', 61),
            "wide" => string.Concat(Enumerable.Repeat("\U00020000", 36)),
            _ => value,
        };
        if (what == "holder") request.Account.HolderName = given;
        else if (what == "number") request.Account.AccountNumber = given;
        else if (what == "bank") request.Account.BankName = given;
        else request.Account.BankCode = given;

        await _maker.ProposePayeeAsync(request).IsRefusedAsync(Reason.InvalidField, field);

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _maker.ProposePayeeAsync(request));
        if (given.Length > 4) Assert.DoesNotContain(given, Text(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        await _maker.ProposePayeeAsync(new ProposePayeeRequest()).IsRefusedAsync(Reason.InvalidField, "provider");
        await _maker.ProposePayeeAsync(new ProposePayeeRequest { Provider = _desk.Region, Account = new PayeeAccount() })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "provider", "account.holder_name", "account.account_number",
                "account.bank_name", "account.bank_code");
        await _checker.ApprovePayeeAsync(new ApprovePayeeRequest
        {
            Change = $"{_desk.Region}/providers/0123456789AB",
            AccountNumber = "1"
        }).IsRefusedAsync(Reason.InvalidField, "request_id", "change", "account_number");
        string change = $"{_desk.Region}/elders/0123456789AB/payeeChanges/0123456789AB";
        await _maker.WithdrawPayeeAsync(new WithdrawPayeeRequest { Change = change })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "change");
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        var trial = new ProposePayeeRequest(Proposal(provider)) { ValidateOnly = true };
        Assert.Equal(PayeeChangeState.Proposed,
            (await server.TriedAsync(async () => await _maker.ProposePayeeAsync(trial), District)).State);
        PayeeChange proposed = await _maker.ProposePayeeAsync(new ProposePayeeRequest(trial) { ValidateOnly = false });

        Assert.Equal(PayeeChangeState.Approved, (await server.TriedAsync(async () => await _checker.ApprovePayeeAsync(
            new ApprovePayeeRequest(Approval(proposed)) { ValidateOnly = true }), District)).State);
        Assert.Equal(PayeeChangeState.Withdrawn, (await server.TriedAsync(async () => await _maker.WithdrawPayeeAsync(
            new WithdrawPayeeRequest { RequestId = Desk.Id(), Change = proposed.Name, ValidateOnly = true }), District)).State);
        Assert.Equal(PayeeChangeState.Proposed, (await ReadAsync(_auditor, provider)).Next.State);
    }

    [Fact]
    public async Task An_id_that_was_used_for_another_account_is_a_conflict()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        ProposePayeeRequest request = Proposal(provider);
        PayeeChange proposed = await _maker.ProposePayeeAsync(request);

        await _maker.ProposePayeeAsync(new ProposePayeeRequest(request) { Account = Account("6222000000007654321") })
            .IsRefusedAsync(Reason.RequestIdReused);
        Assert.Equal(proposed, await _maker.ProposePayeeAsync(
            new ProposePayeeRequest(request) { Account = Account("6222-0000-0000-1234-567") }));
        request.Account.HolderName = $" {request.Account.HolderName} ";
        Assert.Equal(proposed, await _maker.ProposePayeeAsync(request));
    }

    [Fact]
    public async Task Changes_come_in_pages_newest_first()
    {
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        var names = new List<string>();
        for (int at = 0; at < 5; at++)
        {
            PayeeChange proposed = await _maker.ProposePayeeAsync(Proposal(provider));
            await _maker.WithdrawPayeeAsync(new WithdrawPayeeRequest { RequestId = Desk.Id(), Change = proposed.Name });
            names.Insert(0, proposed.Name);
        }
        var request = new ListPayeeChangesRequest { Provider = provider, PageSize = 2 };
        var found = new List<string>();
        do
        {
            ListPayeeChangesResponse page = await _auditor.ListPayeeChangesAsync(request);
            Assert.InRange(page.Changes.Count, 1, 2);
            found.AddRange(page.Changes.Select(change => change.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names, found);
        await _auditor.ListPayeeChangesAsync(new ListPayeeChangesRequest { Provider = provider, PageToken = "none" })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    /// <summary>The number, and any eight of its digits, are in no file, journal, log or error.</summary>
    [Fact]
    public async Task The_number_is_nowhere_but_sealed()
    {
        const string number = "6229181716151413121", holder = "独一无二食堂";
        using var log = new RecordedLog(server.Services);
        string provider = await _desk.ProviderAsync(ServiceType.Meal);
        var account = new PayeeAccount(Account(number)) { HolderName = holder };
        PayeeChange proposed = await _maker.ProposePayeeAsync(new ProposePayeeRequest(Proposal(provider)) { Account = account });
        await _checker.ApprovePayeeAsync(new ApprovePayeeRequest(Approval(proposed)) { AccountNumber = number });
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _maker.ProposePayeeAsync(new ProposePayeeRequest(Proposal(provider)) { Account = account }));

        PayeeInForce inForce = (await server.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IPayeeGrain>($"{District}/{provider.Split('/')[^1]}").InForceAsync(new DateOnly(2199, 1, 1)))!;
        Assert.Equal((number, holder), (inForce.Account.Number, inForce.Account.Holder));
        string export = await ExportAsync();
        Assert.NotEmpty(export);
        string[] texts = [.. server.StoredFiles(), export, .. log.Lines, Text(refused), $"{await ReadAsync(_auditor, provider)}",
            $"{await _auditor.ListPayeeChangesAsync(new ListPayeeChangesRequest { Provider = provider })}"];
        Assert.Contains(texts, text => text.Contains("payee", StringComparison.Ordinal));
        Assert.All(texts, text =>
        {
            for (int at = 0; at + 8 <= number.Length; at++)
            {
                Assert.DoesNotContain(number.Substring(at, 8), text, StringComparison.Ordinal);
            }
        });
        Assert.All(server.StoredFiles(), text => Assert.DoesNotContain(holder, text, StringComparison.Ordinal));
    }

    private async Task<string> ExportAsync()
    {
        var text = new StringBuilder();
        foreach (ExportFormat format in (ExportFormat[])[ExportFormat.Csv, ExportFormat.Hledger])
        {
            using AsyncServerStreamingCall<ExportChunk> call = new LedgerService.LedgerServiceClient(
                server.As(Role.Auditor, regions: District)).Export(new ExportRequest { Parent = _desk.Region, Format = format });
            while (await call.ResponseStream.MoveNext(default)) text.Append(call.ResponseStream.Current.Data.ToStringUtf8());
        }
        return text.ToString();
    }

    private PayeeService.PayeeServiceClient Clerk(string provider) => new(server.As(Role.ProviderClerk, provider, regions: District));

    private async Task<Payee> ReadAsync(PayeeService.PayeeServiceClient client, string provider) =>
        await client.GetPayeeAsync(new GetPayeeRequest { Provider = provider });

    private async Task<IEnumerable<PayeeChange>> ChangesAsync(string provider) =>
        (await _auditor.ListPayeeChangesAsync(new ListPayeeChangesRequest { Provider = provider })).Changes;

    private static PayeeAccount Account(string number) => new()
    {
        HolderName = "天元阳光食堂有限公司", AccountNumber = number, BankName = "演示银行株洲天元支行", BankCode = Code,
    };

    private ProposePayeeRequest Proposal(string provider, string number = Number) =>
        new() { RequestId = Desk.Id(), Provider = provider, Account = Account(number) };

    private ApprovePayeeRequest Approval(PayeeChange change) => new() { RequestId = Desk.Id(), Change = change.Name };

    /// <summary>All that an error says, in every encoding that it travels in.</summary>
    private static string Text(RpcException error) => string.Join('\n', error.Trailers.Select(entry =>
        entry.IsBinary ? Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value)) + error.Status.Detail;
}
