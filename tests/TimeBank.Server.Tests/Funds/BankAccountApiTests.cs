using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class BankAccountApiTests(TestServer server)
{
    private const string District = "430105";

    private readonly BankAccountService.BankAccountServiceClient _administrator = As(server, Role.Administrator),
        _auditor = As(server, Role.Auditor);

    [Fact]
    public async Task An_account_is_described_anew_and_its_history_stays()
    {
        SetBankAccountRequest request = Described("history"),
            moved = new(Described("history")) { AccountNumber = "6222-0000-0000-7654 321" };
        await _auditor.GetBankAccountAsync(new GetBankAccountRequest { Name = request.Name }).IsRefusedAsync(Reason.BankAccountNotFound);

        BankAccount set = await _administrator.SetBankAccountAsync(request);
        Assert.Equal(set, await _administrator.SetBankAccountAsync(request));
        BankAccount same = await _administrator.SetBankAccountAsync(new SetBankAccountRequest(request) { RequestId = Desk.Id() });
        BankAccount second = await _administrator.SetBankAccountAsync(moved);

        Assert.Equal((request.Name, "天元区民政局", "6222000000001234567", "演示银行株洲分行", "313551088886", "icbc-debit", "batch-transfer"),
            (set.Name, set.HolderName, set.AccountNumber, set.BankName, set.BankCode, set.StatementProfile, set.SheetProfile));
        Assert.Equal("staff-Administrator", set.SetBy);
        Assert.Equal(set, same);
        Assert.Equal("6222000000007654321", second.AccountNumber);
        Assert.Equal(new BankAccount(second) { Former = { set } },
            await _auditor.GetBankAccountAsync(new GetBankAccountRequest { Name = request.Name }));
        // A retry of the first request changes nothing; its answer is the account as it is.
        Assert.Equal(second, await _administrator.SetBankAccountAsync(request));
        await _administrator.SetBankAccountAsync(new SetBankAccountRequest(request) { BankName = "another" })
            .IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task Finance_reads_accounts_and_an_administrator_alone_sets_them()
    {
        SetBankAccountRequest request = Described("roles");
        foreach (Role role in (Role[])[Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.ProviderClerk, Role.Counter])
            await As(server, role).SetBankAccountAsync(request).IsRefusedAsync(Reason.RoleNotAllowed);
        BankAccount set = await _administrator.SetBankAccountAsync(request);

        foreach (Role role in (Role[])[Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator])
            Assert.Equal(set, await As(server, role).GetBankAccountAsync(new GetBankAccountRequest { Name = request.Name }));
        foreach (Role role in (Role[])[Role.ProviderClerk, Role.Counter, Role.Volunteer, Role.Elder])
        {
            await As(server, role).GetBankAccountAsync(new GetBankAccountRequest { Name = request.Name })
                .IsRefusedAsync(Reason.RoleNotAllowed);
            await As(server, role).ListBankAccountsAsync(new ListBankAccountsRequest { Parent = $"regions/{District}" })
                .IsRefusedAsync(Reason.RoleNotAllowed);
        }
    }

    /// <summary>Whoever only changed the holder's name lost the mark, and other money came in beside elders' own.</summary>
    [Fact]
    public async Task What_an_account_is_for_is_lost_by_no_silence_and_changes_only_while_it_is_empty()
    {
        var desk = new Desk(server, District);
        await desk.FundAsync("marked-fund", 0);
        RecordReceiptRequest gift = desk.Receipt($"{desk.Region}/funds/marked-fund", 1_000);
        gift.BankAccount = "marked";
        SetBankAccountRequest Again(bool? isForCustody, bool validateOnly = false)
        {
            var request = new SetBankAccountRequest(Described("marked")) { RequestId = Desk.Id(), ValidateOnly = validateOnly };
            if (isForCustody is { } said) request.ForCustody = said;
            return request;
        }

        Assert.False((await _administrator.SetBankAccountAsync(Again(null))).ForCustody);
        Assert.True((await _administrator.SetBankAccountAsync(Again(true))).ForCustody);
        Assert.True((await _administrator.SetBankAccountAsync(
            new SetBankAccountRequest(Again(null)) { HolderName = "另一户名" })).ForCustody);
        await desk.Maker.RecordReceiptAsync(gift).IsRefusedAsync(Reason.BankAccountForCustody);

        Assert.False((await _administrator.SetBankAccountAsync(Again(false))).ForCustody);
        await desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(gift) { RequestId = Desk.Id() });
        SetBankAccountRequest late = Again(true);
        await _administrator.SetBankAccountAsync(Again(true, validateOnly: true)).IsRefusedAsync(Reason.AccountNotEmpty);
        await _administrator.SetBankAccountAsync(late).IsRefusedAsync(Reason.AccountNotEmpty);
        await _administrator.SetBankAccountAsync(late).IsRefusedAsync(Reason.AccountNotEmpty);
        // Nothing else of it is bound by its money.
        Assert.False((await _administrator.SetBankAccountAsync(
            new SetBankAccountRequest(Again(false)) { HolderName = "另一户名" })).ForCustody);
        Assert.False((await _administrator.SetBankAccountAsync(Again(null))).ForCustody);
    }

    [Fact]
    public async Task Accounts_come_in_pages()
    {
        string[] names = [Described("page-1").Name, Described("page-2").Name, Described("page-3").Name];
        foreach (string name in names) await _administrator.SetBankAccountAsync(new SetBankAccountRequest(Described("x"))
        {
            RequestId = Desk.Id(), Name = name,
        });
        var request = new ListBankAccountsRequest { Parent = $"regions/{District}", PageSize = 2 };
        var found = new List<string>();
        do
        {
            ListBankAccountsResponse page = await _auditor.ListBankAccountsAsync(request);
            Assert.InRange(page.BankAccounts.Count, 1, 2);
            found.AddRange(page.BankAccounts.Select(account => account.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names, found.Where(name => name.Contains("page-", StringComparison.Ordinal)));
        await _auditor.ListBankAccountsAsync(new ListBankAccountsRequest { Parent = $"regions/{District}", PageToken = "none" })
            .IsRefusedAsync(Reason.PageTokenInvalid);
    }

    [Fact]
    public async Task Every_wrong_field_is_named()
    {
        await _administrator.SetBankAccountAsync(new SetBankAccountRequest { Name = $"regions/{District}/bankAccounts/main" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "holder_name", "account_number", "bank_name", "bank_code");
        await _administrator.SetBankAccountAsync(
            new SetBankAccountRequest(Described("x")) { Name = $"regions/{District}/bankAccounts/Main" })
            .IsRefusedAsync(Reason.InvalidField, "name");
        await _administrator.SetBankAccountAsync(new SetBankAccountRequest(Described("x"))
        {
            BankCode = "313551088880", StatementProfile = "../icbc-debit", SheetProfile = "icbc-debit", AccountNumber = "12345",
        }).IsRefusedAsync(Reason.InvalidField, "account_number", "bank_code", "statement_profile", "sheet_profile");
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing()
    {
        var request = new SetBankAccountRequest(Described("dry")) { ValidateOnly = true };
        Assert.Equal("6222000000001234567",
            (await server.TriedAsync(async () => await _administrator.SetBankAccountAsync(request), District)).AccountNumber);
        await _auditor.GetBankAccountAsync(new GetBankAccountRequest { Name = request.Name }).IsRefusedAsync(Reason.BankAccountNotFound);
    }

    private static BankAccountService.BankAccountServiceClient As(TestServer server, Role role) => new(server.As(role, regions: District));

    private static SetBankAccountRequest Described(string slug) => new()
    {
        RequestId = Desk.Id(), Name = $"regions/{District}/bankAccounts/{slug}", HolderName = " 天元区民政局 ",
        AccountNumber = "6222 0000 0000 1234 567", BankName = "演示银行株洲分行", BankCode = "313551088886",
        StatementProfile = "icbc-debit", SheetProfile = "batch-transfer",
    };
}
