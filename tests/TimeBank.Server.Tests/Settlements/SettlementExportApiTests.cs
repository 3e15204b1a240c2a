using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using PaymentState = TimeBank.V1.PaymentState;
using SettlementState = TimeBank.V1.SettlementState;
using Standing = TimeBank.V1.Standing;

namespace TimeBank.Server.Tests;

/// <summary>A server of its own: payees are in force from the next day on, so the tests move its clock.</summary>
public sealed class SettlementExportApiTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string OurNumber = "6222000000009999";

    private static int s_used;

    private readonly Desk _desk = new(server, "430111");
    private readonly string _id = $"exported{++s_used}";
    private string _canteen = "", _kitchen = "", _voucher = "";

    private string Code => _desk.Region.Split('/')[1];

    private SettlementService.SettlementServiceClient Maker => Settlements(Role.FinanceMaker, "maker");

    private SettlementService.SettlementServiceClient Checker => Settlements(Role.FinanceChecker, "checker");

    private DateOnly Today => ChinaTime.DateOf(server.Now);

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync($"{_id}-fund", 1_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 500_000));
        string elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        _kitchen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(programme);
        _voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        await new BankAccountService.BankAccountServiceClient(server.As(Role.Administrator, regions: Code)).SetBankAccountAsync(
            new SetBankAccountRequest
            {
                RequestId = Desk.Id(), Name = $"{_desk.Region}/bankAccounts/main", HolderName = "演示民政局", AccountNumber = OurNumber,
                BankName = "演示银行", BankCode = "313551088886", SheetProfile = "batch-transfer",
            });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(V1.PaymentFileFormat.Pain001, "xml")]
    [InlineData(V1.PaymentFileFormat.SheetCsv, "csv")]
    [InlineData(V1.PaymentFileFormat.SheetCsvGb18030, "csv")]
    [InlineData(V1.PaymentFileFormat.SheetXlsx, "xlsx")]
    public async Task A_file_is_made_once_and_given_again_byte_for_byte_also_after_a_payee_changed(
        V1.PaymentFileFormat format, string extension)
    {
        SettlementBatch batch = await ApprovedAsync();
        ExportPaymentsRequest request = Export(batch, format);

        ExportPaymentsResponse first = await Maker.ExportPaymentsAsync(request);
        await PayToAsync((_canteen, "6222000000007777"));
        ExportPaymentsResponse again = await Settlements(Role.FinanceMaker, "other").ExportPaymentsAsync(Export(batch, format));

        Assert.Equal((SettlementState.Exported, "maker", $"{batch.Name.Split('/')[^1]}-F1", false),
            (first.Batch.State, first.Batch.Export.ExportedBy, first.Batch.Export.MessageId, first.AlreadyExported));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(first.File.Span)), first.Batch.Export.Sha256);
        Assert.Equal($"{first.Batch.Export.MessageId}.{extension}", first.FileName);
        Assert.Equal((true, "maker", first.File), (again.AlreadyExported, again.Batch.Export.ExportedBy, again.File));
        // A retry of the first request is that request, a day later too.
        Assert.Equal(first, await Maker.ExportPaymentsAsync(request));
        if (format == V1.PaymentFileFormat.SheetXlsx) return;
        string text = format == V1.PaymentFileFormat.SheetCsvGb18030
            ? System.Text.CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!.GetString(first.File.Span) : first.File.ToStringUtf8();
        Assert.Contains("演示食堂", text, StringComparison.Ordinal);
        Assert.Equal(2, batch.Payments.Count);
        Assert.All(batch.Payments, payment => Assert.Contains(payment.EndToEndId, text, StringComparison.Ordinal));
        Assert.Contains("6222000000001111", text, StringComparison.Ordinal);
        Assert.DoesNotContain("6222000000007777", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_file_is_refused_until_the_first_one_is_withdrawn_by_two_persons()
    {
        SettlementBatch batch = await ApprovedAsync();
        ExportPaymentsRequest request = Export(batch);
        ExportPaymentsResponse first = await Maker.ExportPaymentsAsync(request);
        foreach (ExportPaymentsRequest other in (ExportPaymentsRequest[])[Export(batch, V1.PaymentFileFormat.SheetCsv),
            new(Export(batch)) { BankAccount = "second" }, new(Export(batch)) { ExecutionDate = Date(Today.AddDays(3)) }])
        {
            await Maker.ExportPaymentsAsync(other).IsRefusedAsync(Reason.SettlementExported);
        }
        var confirm = new ConfirmWithdrawExportRequest { RequestId = Desk.Id(), Name = batch.Name };
        await Checker.ConfirmWithdrawExportAsync(confirm).IsRefusedAsync(Reason.ExportNotWithdrawn);
        var withdraw = new WithdrawExportRequest { RequestId = Desk.Id(), Name = batch.Name, Note = "never sent" };
        SettlementBatch asked = await Maker.WithdrawExportAsync(withdraw);
        Assert.Equal((SettlementState.Exported, "maker", "never sent"),
            (asked.State, asked.Export.WithdrawalBy, asked.Export.WithdrawalNote));
        await Settlements(Role.FinanceChecker, "maker").ConfirmWithdrawExportAsync(Fresh(confirm)).IsRefusedAsync(Reason.MakerIsChecker);
        await Maker.ConfirmWithdrawExportAsync(Fresh(confirm)).IsRefusedAsync(Reason.RoleNotAllowed);

        SettlementBatch withdrawn = await Checker.ConfirmWithdrawExportAsync(confirm = Fresh(confirm));
        Assert.Equal(withdrawn, await Checker.ConfirmWithdrawExportAsync(confirm));
        Assert.Equal((SettlementState.Approved, null, "checker"),
            (withdrawn.State, withdrawn.Export, withdrawn.FormerExports.Single().ConfirmedBy));
        await Maker.ExportPaymentsAsync(request).IsRefusedAsync(Reason.SettlementWrongState);
        ExportPaymentsResponse second = await Maker.ExportPaymentsAsync(Export(batch));

        Assert.Equal(first.Batch.Export.MessageId.Replace("-F1", "-F2", StringComparison.Ordinal), second.Batch.Export.MessageId);
        Assert.Equal(batch.Payments.Select(payment => payment.EndToEndId), second.Batch.Payments.Select(payment => payment.EndToEndId));
        Assert.All(batch.Payments, payment =>
            Assert.Contains(payment.EndToEndId, second.File.ToStringUtf8(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_was_answered_stays()
    {
        SettlementBatch batch = await ApprovedAsync();
        await Maker.ExportPaymentsAsync(Export(batch));
        var withdraw = new WithdrawExportRequest { RequestId = Desk.Id(), Name = batch.Name, Note = "never sent" };
        await Maker.WithdrawExportAsync(withdraw);

        SettlementBatch paid = await WordAsync(batch.Payments[0].Name, PaymentState.Paid);

        Assert.Equal(SettlementState.Exported, paid.State);
        await Checker.ConfirmWithdrawExportAsync(new ConfirmWithdrawExportRequest { RequestId = Desk.Id(), Name = batch.Name })
            .IsRefusedAsync(Reason.ExportAnswered);
        await Maker.WithdrawExportAsync(new WithdrawExportRequest(withdraw) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.ExportAnswered);
        Assert.Equal(SettlementState.Closed, (await WordAsync(batch.Payments[1].Name, PaymentState.Rejected)).State);
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(Export(batch)) { BankAccount = "second" })
            .IsRefusedAsync(Reason.SettlementExported);
    }

    [Theory]
    [InlineData(V1.WithheldReason.PayeeChanged)]
    [InlineData(V1.WithheldReason.ProviderBlackListed)]
    public async Task A_payment_that_may_not_be_made_any_more_is_withheld_and_paid_later(V1.WithheldReason reason)
    {
        SettlementBatch batch = await ApprovedAsync();
        if (reason == V1.WithheldReason.PayeeChanged) await PayToAsync((_canteen, "6222000000007777"));
        else await SetStandingAsync(_canteen, Standing.BlackListed);
        ExportPaymentsRequest trial = new(Export(batch)) { ValidateOnly = true };
        ExportPaymentsResponse tried = await server.TriedAsync(async () => await Maker.ExportPaymentsAsync(trial), Code);
        Assert.Equal((0, 1), (tried.File.Length, tried.Batch.Export.Withheld.Count));

        ExportPaymentsResponse file = await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(trial) { ValidateOnly = false });

        V1.WithheldPayment withheld = Assert.Single(file.Batch.Export.Withheld);
        Assert.Equal((_canteen, reason), (withheld.Provider, withheld.Reason));
        SettlementPayment payment = file.Batch.Payments.Single(one => one.Name == withheld.Payment);
        Assert.Equal(PaymentState.Rejected, payment.State);
        Assert.StartsWith("withheld: ", payment.Outcomes.Single().Reference, StringComparison.Ordinal);
        Assert.NotEmpty(payment.Outcomes.Single().Entry);
        Assert.DoesNotContain(payment.EndToEndId, file.File.ToStringUtf8(), StringComparison.Ordinal);
        Assert.DoesNotContain("6222000000001111", file.File.ToStringUtf8(), StringComparison.Ordinal);
        await WordAsync(payment.Name, PaymentState.Paid, refused: Reason.PaymentWrongState);
        if (reason == V1.WithheldReason.ProviderBlackListed) await SetStandingAsync(_canteen, Standing.Good);
        Assert.Equal(1_000, (await Maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen } })).Batch.TotalAmount.Value);
    }

    [Fact]
    public async Task A_batch_of_which_nothing_may_be_paid_has_no_file_and_owes_it_all_again()
    {
        SettlementBatch batch = await ApprovedAsync();
        await PayToAsync((_canteen, "6222000000007777"), (_kitchen, "6222000000008888"));

        ExportPaymentsResponse none = await Maker.ExportPaymentsAsync(Export(batch));

        Assert.Equal((SettlementState.Closed, 0, 2), (none.Batch.State, none.File.Length, none.Batch.Export.Withheld.Count));
        Assert.Equal(("", "", ""), (none.FileName, none.MediaType, none.Batch.Export.Sha256));
        Assert.All(none.Batch.Payments, payment => Assert.NotEmpty(payment.Outcomes.Single().Entry));
        Assert.True((await Maker.ExportPaymentsAsync(Export(batch))).AlreadyExported);
        Assert.Equal(1_500, (await Maker.PrepareBatchAsync(new PrepareBatchRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen, _kitchen },
        })).Batch.TotalAmount.Value);
    }

    [Fact]
    public async Task Providers_that_cannot_be_paid_stop_the_approval_and_are_named()
    {
        await EatAsync(_canteen, 1_000);
        await EatAsync(_kitchen, 500);
        SettlementBatch batch = await SubmittedAsync();
        var request = new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name };

        Grpc.Core.RpcException error =
            await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await Checker.ApproveBatchAsync(request));
        Assert.Contains($"食堂 ({_canteen.Split('/')[^1]})", error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(_kitchen.Split('/')[^1], error.Status.Detail, StringComparison.Ordinal);
        await Checker.ApproveBatchAsync(request).IsRefusedAsync(Reason.ProvidersNotPayable);
        await PayToAsync((_canteen, "6222000000001111"), (_kitchen, "6222000000002222"));
        await SetStandingAsync(_kitchen, Standing.BlackListed);
        request.RequestId = Desk.Id();
        error = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await Checker.ApproveBatchAsync(request));
        Assert.DoesNotContain(_canteen.Split('/')[^1], error.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(_kitchen.Split('/')[^1], error.Status.Detail, StringComparison.Ordinal);
        await SetStandingAsync(_kitchen, Standing.Suspended);
        request.RequestId = Desk.Id();

        SettlementBatch approved = await Checker.ApproveBatchAsync(request);

        Assert.All(approved.Payments, payment => Assert.Matches("^[0-9a-f]{64}$", payment.PayeeVersion));
    }

    [Fact]
    public async Task A_blacklisted_provider_is_left_out_of_a_batch_and_the_others_are_paid()
    {
        await EatAsync(_canteen, 1_000);
        await EatAsync(_kitchen, 500);
        await PayToAsync((_canteen, "6222000000001111"), (_kitchen, "6222000000002222"));
        await SetStandingAsync(_kitchen, Standing.BlackListed);
        PrepareBatchRequest Prepare(params string[] providers) =>
            new() { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { providers } };
        PrepareBatchRequest prepare = Prepare(_canteen, _kitchen);
        prepare.ValidateOnly = true;
        LeftOutProvider kitchen = Assert.Single((await Maker.PrepareBatchAsync(prepare)).Batch.LeftOutProviders);
        Assert.Equal((_kitchen, V1.WithheldReason.ProviderBlackListed), (kitchen.Provider, kitchen.Reason));

        prepare.ValidateOnly = false;
        PrepareBatchResponse prepared = await Maker.PrepareBatchAsync(prepare);

        Assert.Equal(prepared, await Maker.PrepareBatchAsync(prepare));
        Assert.Equal([_canteen], prepared.Batch.Payments.Select(payment => payment.Provider));
        Assert.Equal([kitchen], prepared.Batch.LeftOutProviders);
        Grpc.Core.RpcException nobody =
            await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await Maker.PrepareBatchAsync(Prepare(_kitchen)));
        Assert.Contains($"blacklisted: {_kitchen.Split('/')[^1]}", nobody.Status.Detail, StringComparison.Ordinal);
        await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = prepared.Batch.Name });
        SettlementBatch approved =
            await Checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = prepared.Batch.Name });
        Assert.Equal([kitchen], approved.LeftOutProviders);

        // It stays owed: a later batch pays it once it may be paid.
        await SetStandingAsync(_kitchen, Standing.Good);
        SettlementBatch later = (await Maker.PrepareBatchAsync(Prepare(_kitchen))).Batch;
        Assert.Equal((500, 0), (later.Payments.Single().NetAmount.Value, later.LeftOutProviders.Count));
    }

    [Fact]
    public async Task What_is_wrong_is_named()
    {
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest { Name = $"{_desk.Region}/settlements/0123456789AB" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "bank_account", "format");
        var unknown = new SettlementBatch { Name = $"{_desk.Region}/settlements/0123456789AB" };
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(Export(unknown)) { Profile = "batch-transfer" })
            .IsRefusedAsync(Reason.InvalidField, "profile");
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(Export(unknown, V1.PaymentFileFormat.SheetCsv)) { Profile = "none" })
            .IsRefusedAsync(Reason.InvalidField, "profile");
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(Export(unknown)) { ExecutionDate = Date(Today.AddDays(-1)) })
            .IsRefusedAsync(Reason.InvalidField, "execution_date");
        await Maker.ExportPaymentsAsync(Export(unknown)).IsRefusedAsync(Reason.SettlementNotFound);
        await Checker.ExportPaymentsAsync(Export(unknown)).IsRefusedAsync(Reason.RoleNotAllowed);
        await Maker.WithdrawExportAsync(new WithdrawExportRequest { RequestId = Desk.Id(), Name = unknown.Name })
            .IsRefusedAsync(Reason.InvalidField, "note");
        SettlementBatch batch = await ApprovedAsync();
        await Maker.ExportPaymentsAsync(new ExportPaymentsRequest(Export(batch)) { BankAccount = "nobody" })
            .IsRefusedAsync(Reason.BankAccountNotFound);
        await new BankAccountService.BankAccountServiceClient(server.As(Role.Administrator, regions: Code)).SetBankAccountAsync(
            new SetBankAccountRequest
            {
                RequestId = Desk.Id(), Name = $"{_desk.Region}/bankAccounts/no-sheet", HolderName = "演示民政局",
                AccountNumber = "62220000000044", BankName = "演示银行", BankCode = "313551088886",
            });
        // Neither the request nor the account names the sheet's profile.
        await Maker.ExportPaymentsAsync(
            new ExportPaymentsRequest(Export(batch, V1.PaymentFileFormat.SheetXlsx)) { BankAccount = "no-sheet" })
            .IsRefusedAsync(Reason.PaymentFileInvalid);
        await Maker.WithdrawExportAsync(new WithdrawExportRequest { RequestId = Desk.Id(), Name = batch.Name, Note = "x" })
            .IsRefusedAsync(Reason.SettlementWrongState);
    }

    [Fact]
    public async Task No_log_and_no_row_has_a_payees_number()
    {
        using var log = new RecordedLog(server.Services);
        SettlementBatch batch = await ApprovedAsync("6229181716151413121");
        ExportPaymentsResponse file = await Maker.ExportPaymentsAsync(Export(batch));

        Assert.Contains("6229181716151413121", file.File.ToStringUtf8(), StringComparison.Ordinal);
        Assert.All((string[])[.. server.StoredFiles(), .. log.Lines, $"{file.Batch}"], text =>
            Assert.DoesNotContain("6229181716151413121", text, StringComparison.Ordinal));
    }

    private SettlementService.SettlementServiceClient Settlements(Role role, string subject) =>
        new(server.As(role, subject: subject, regions: Code));

    private static ExportPaymentsRequest Export(SettlementBatch batch, V1.PaymentFileFormat format = V1.PaymentFileFormat.Pain001) =>
        new() { RequestId = Desk.Id(), Name = batch.Name, BankAccount = "main", Format = format };

    private static ConfirmWithdrawExportRequest Fresh(ConfirmWithdrawExportRequest request) => new(request) { RequestId = Desk.Id() };

    /// <summary>A batch of two payments, of 10.00 and 5.00 yuan.</summary>
    private async Task<SettlementBatch> ApprovedAsync(string number = "6222000000001111")
    {
        await PayToAsync((_canteen, number), (_kitchen, "6222000000002222"));
        await EatAsync(_canteen, 1_000);
        await EatAsync(_kitchen, 500);
        return await Checker.ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = (await SubmittedAsync()).Name });
    }

    private async Task<SettlementBatch> SubmittedAsync()
    {
        SettlementBatch batch = (await Maker.PrepareBatchAsync(new PrepareBatchRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, Providers = { _canteen, _kitchen },
        })).Batch;
        return await Maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
    }

    /// <summary>Sets up accounts, and waits until they are in force.</summary>
    private async Task PayToAsync(params (string Provider, string Number)[] accounts)
    {
        foreach ((string provider, string number) in accounts)
        {
            PayeeChange change = await new PayeeService.PayeeServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Code))
                .ProposePayeeAsync(new ProposePayeeRequest
                {
                    RequestId = Desk.Id(), Provider = provider,
                    Account = new PayeeAccount
                    {
                        HolderName = "演示食堂", AccountNumber = number, BankName = "演示银行", BankCode = "313551088886",
                    },
                });
            await new PayeeService.PayeeServiceClient(server.As(Role.FinanceChecker, subject: "checker", regions: Code))
                .ApprovePayeeAsync(new ApprovePayeeRequest { RequestId = Desk.Id(), Change = change.Name });
        }
        await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(server.Now.AddDays(1)),
        });
    }

    private async Task SetStandingAsync(string provider, Standing standing) =>
        await new ProviderService.ProviderServiceClient(server.As(Role.FinanceChecker, regions: Code)).SetStandingAsync(
            new SetStandingRequest
            {
                RequestId = Desk.Id(), Provider = provider, Standing = standing, Note = "演示",
                FirstDay = Date(Today),
            });

    private async Task EatAsync(string provider, long fen)
    {
        RedeemVoucherRequest lunch = _desk.Lunch(_voucher, provider, fen);
        await _desk.Clerk(provider).RedeemVoucherAsync(lunch);
    }

    private async Task<SettlementBatch> WordAsync(string payment, PaymentState outcome, Reason refused = Reason.None)
    {
        var request = new RecordPaymentOutcomeRequest
        {
            RequestId = Desk.Id(), Payment = payment, Outcome = outcome, BankAccount = "main", Date = Date(Today),
        };
        if (refused == Reason.None) return await Maker.RecordPaymentOutcomeAsync(request);
        await Maker.RecordPaymentOutcomeAsync(request).IsRefusedAsync(refused);
        return new SettlementBatch();
    }

    private static Date Date(DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };
}
