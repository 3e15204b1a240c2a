using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Server.Tests;

/// <summary>Terminals over gRPC: from the code to the exception.</summary>
[Collection(ServerCollection.Name)]
public sealed class OfflineApiTests(TestServer server) : IAsyncLifetime
{
    private static int s_used;

    private readonly Desk _desk = new(server, "430204");
    private readonly string _id = $"off{++s_used}";
    private string _canteen = "", _code = "";
    private Voucher _voucher = null!;

    private Client Clerk => _desk.ProviderClerk(_canteen);

    private Client Counter => new(server.As(Role.Counter, regions: "430204"));

    private Client Maker => new(server.As(Role.FinanceMaker, regions: "430204"));

    public async ValueTask InitializeAsync()
    {
        string fund = await _desk.FundAsync($"{_id}-fund", 10_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals"), (fund, 1_000_000));
        string elder = await _desk.RegisterElderAsync();
        _canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(programme);
        _voucher = await _desk.VoucherOfAsync(elder, programme);
        VoucherSigner signer = server.Services.GetRequiredService<VoucherKeys>().SignerOf(RegionCode.Parse("430204"));
        _code = VoucherCode.Sign(new VoucherClaims("430204", _voucher.Name[^12..], "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 10, "MEAL",
            new DateOnly(2026, 10, 31), (await ListAsync()).Number - 1), signer);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_terminal_is_enrolled_by_one_and_approved_by_another()
    {
        using SigningKey key = SigningKey.Read(SigningKey.Create())[0];
        var start = new StartDeviceEnrolmentRequest { RequestId = Desk.Id(), Provider = _canteen };
        StartDeviceEnrolmentResponse invited = await Clerk.StartDeviceEnrolmentAsync(start);
        Assert.Matches("^[0-9A-Z]{8}$", invited.Code);
        // The server keeps a hash alone.
        StartDeviceEnrolmentResponse again = await Clerk.StartDeviceEnrolmentAsync(start);
        Assert.Equal(("", invited.Device), (again.Code, again.Device));
        var enrol = new EnrolDeviceRequest
        {
            RequestId = Desk.Id(), Device = invited.Device.Name, Code = invited.Code, DisplayName = "一号机",
            PublicKey = ByteString.CopyFrom(key.PublicKey),
        };
        await Clerk.EnrolDeviceAsync(new EnrolDeviceRequest(enrol) { PublicKey = ByteString.CopyFrom(new byte[31]) })
            .IsRefusedAsync(Reason.InvalidField, "public_key");
        string other = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.ProviderClerk(other).EnrolDeviceAsync(enrol).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.ProviderClerk(other).GetDeviceAsync(new GetDeviceRequest { Name = invited.Device.Name })
            .IsRefusedAsync(Reason.PartyNotAllowed);
        // A second role that enrols nobody opens no other provider's terminal.
        await new Client(server.AsBoth(Role.ProviderClerk, Role.Auditor, other, "430204")).EnrolDeviceAsync(enrol)
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await Clerk.EnrolDeviceAsync(new EnrolDeviceRequest(enrol) { RequestId = Desk.Id(), Code = "WRONG" })
            .IsRefusedAsync(Reason.EnrolmentCodeWrong);
        Device enrolled = await Clerk.EnrolDeviceAsync(enrol);
        Assert.Equal((V1.DeviceState.Enrolled, OfflineReceipt.Fingerprint(key.PublicKey)), (enrolled.State, enrolled.Fingerprint));
        Device approved = await Counter.ApproveDeviceAsync(new ApproveDeviceRequest
        {
            RequestId = Desk.Id(), Device = enrolled.Name, Fingerprint = enrolled.Fingerprint,
        });
        Assert.Equal(V1.DeviceState.Active, approved.State);
        Assert.Contains(approved, (await Clerk.ListDevicesAsync(
            new ListDevicesRequest { Parent = _desk.Region, Provider = _canteen })).Devices);
        await Counter.RevokeDeviceAsync(new RevokeDeviceRequest { RequestId = Desk.Id(), Device = approved.Name, Note = "换新机" });
        Assert.Contains(approved.Name[^12..], (await ListAsync()).Devices);
    }

    [Fact]
    public async Task Two_terminals_that_accept_one_voucher_are_paid_once_with_both_receipts_as_evidence()
    {
        (string first, SigningKey firstKey) = await TerminalAsync();
        (string second, SigningKey secondKey) = await TerminalAsync();
        byte[] paid = Receipt(first, firstKey, 10), lost = Receipt(second, secondKey, 10);

        SubmitOfflineRedemptionsResponse would = await Clerk.SubmitOfflineRedemptionsAsync(
            new SubmitOfflineRedemptionsRequest(Batch(first, paid)) { ValidateOnly = true });
        Assert.Equal((OfflineOutcome.Accepted, ""), (would.Answers[0].Outcome, would.Answers[0].Redemption));
        SubmitOfflineRedemptionsResponse sent = await Clerk.SubmitOfflineRedemptionsAsync(Batch(first, paid));
        SubmitOfflineRedemptionsResponse late = await Clerk.SubmitOfflineRedemptionsAsync(Batch(second, lost));

        Assert.Equal((OfflineOutcome.Accepted, new Amount { Value = 10, Unit = "MEAL" }),
            (sent.Answers[0].Outcome, sent.Answers[0].PaidByVoucher));
        Assert.Equal((OfflineOutcome.Exception, "OFFLINE_SPENT"), (late.Answers[0].Outcome, late.Answers[0].Reason));
        Assert.Contains("承担", late.Liability.Zh);
        OfflineException exception = Assert.Single((await Maker.ListOfflineExceptionsAsync(
            new ListOfflineExceptionsRequest { Parent = _desk.Region, Provider = _canteen })).Exceptions);
        Assert.Equal((second, _voucher.Name, sent.Answers[0].Redemption),
            (exception.Device, exception.Voucher, exception.OtherRedemption));
        Assert.Equal(lost, exception.Receipt.ToByteArray());
        Assert.Equal(paid, exception.OtherReceipt.ToByteArray());
        string stranger = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.ProviderClerk(stranger).SubmitOfflineRedemptionsAsync(Batch(first, paid)).IsRefusedAsync(Reason.PartyNotAllowed);
        await new Client(server.AsBoth(Role.ProviderClerk, Role.Auditor, stranger, "430204"))
            .SubmitOfflineRedemptionsAsync(Batch(first, paid)).IsRefusedAsync(Reason.PartyNotAllowed);
        await Clerk.SubmitOfflineRedemptionsAsync(Batch(first)).IsRefusedAsync(Reason.InvalidField, "receipts");
        Assert.Equal(0, (await _desk.Vouchers.GetVoucherAsync(new GetVoucherRequest { Name = _voucher.Name })).Remaining.Value);
    }

    [Fact]
    public async Task A_late_claim_that_finance_allows_is_tied_to_its_redemption()
    {
        (string first, SigningKey firstKey) = await TerminalAsync();
        (string second, SigningKey secondKey) = await TerminalAsync();
        string offline = (await Clerk.SubmitOfflineRedemptionsAsync(Batch(first, Receipt(first, firstKey, 4)))).Answers[0].Redemption;
        await Clerk.SubmitOfflineRedemptionsAsync(Batch(second, Receipt(second, secondKey, 10)));
        OfflineException open = Assert.Single((await Maker.ListOfflineExceptionsAsync(List())).Exceptions);
        Assert.Equal(open, await Maker.GetOfflineExceptionAsync(new GetOfflineExceptionRequest { Name = open.Name }));
        string refunded = await RedeemAsync(1);
        await _desk.Clerk(_canteen).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = refunded, Memo = "重做" });
        string paid = await RedeemAsync(6);
        var resolve = new ResolveOfflineExceptionRequest
        {
            RequestId = Desk.Id(), Name = open.Name, Resolution = OfflineResolution.PaidByRedemption, Redemption = paid,
            Note = "财务同意补报",
        };

        await Clerk.ResolveOfflineExceptionAsync(resolve).IsRefusedAsync(Reason.RoleNotAllowed);
        foreach (string other in new[] { offline, refunded, $"{_voucher.Name}/redemptions/0" })
        {
            await Maker.ResolveOfflineExceptionAsync(With(request => request.Redemption = other))
                .IsRefusedAsync(Reason.OfflineOtherRedemption);
        }
        await Maker.ResolveOfflineExceptionAsync(With(request => request.Redemption = "")).IsRefusedAsync(
            Reason.InvalidField, "redemption");
        await Maker.ResolveOfflineExceptionAsync(With(request => request.Resolution = OfflineResolution.BorneByProvider)).IsRefusedAsync(
            Reason.InvalidField, "redemption");
        await Maker.ResolveOfflineExceptionAsync(With(request => request.Name += "-1")).IsRefusedAsync(Reason.InvalidField, "name");
        OfflineException would = await Maker.ResolveOfflineExceptionAsync(
            new ResolveOfflineExceptionRequest(resolve) { ValidateOnly = true });
        Assert.Equal(open, await Maker.GetOfflineExceptionAsync(new GetOfflineExceptionRequest { Name = open.Name }));
        OfflineException closed = await Maker.ResolveOfflineExceptionAsync(resolve);

        Assert.Equal((OfflineResolution.PaidByRedemption, paid, "财务同意补报"), (closed.Resolution, closed.PaidBy, closed.Note));
        Assert.Equal((would.Resolution, would.PaidBy), (closed.Resolution, closed.PaidBy));
        Assert.Equal(closed, await Maker.ResolveOfflineExceptionAsync(resolve));
        Assert.Empty((await Maker.ListOfflineExceptionsAsync(List())).Exceptions);
        ListOfflineExceptionsRequest all = List();
        all.ShowResolved = true;
        Assert.Equal([closed], (await Maker.ListOfflineExceptionsAsync(all)).Exceptions);
        // Another exception can't be closed by the same redemption.
        (string third, SigningKey thirdKey) = await TerminalAsync();
        await Clerk.SubmitOfflineRedemptionsAsync(Batch(third, Receipt(third, thirdKey, 10)));
        string next = Assert.Single((await Maker.ListOfflineExceptionsAsync(List())).Exceptions).Name;
        await Maker.ResolveOfflineExceptionAsync(With(request => request.Name = next)).IsRefusedAsync(Reason.OfflineOtherRedemption);

        ListOfflineExceptionsRequest List() => new() { Parent = _desk.Region, Provider = _canteen };

        ResolveOfflineExceptionRequest With(Action<ResolveOfflineExceptionRequest> change)
        {
            var changed = new ResolveOfflineExceptionRequest(resolve) { RequestId = Desk.Id() };
            change(changed);
            return changed;
        }

        async Task<string> RedeemAsync(long meals) => (await _desk.Clerk(_canteen).RedeemVoucherAsync(new RedeemVoucherRequest
        {
            RequestId = Desk.Id(), Voucher = _voucher.Name, Provider = _canteen, Item = "meal-canteen", Quantity = meals,
            Price = new Amount { Value = 1_000 * meals, Unit = "CNY" },
        })).Redemption.Name;
    }

    [Fact]
    public async Task A_bill_that_came_first_is_named_as_a_bill()
    {
        (string device, SigningKey key) = await TerminalAsync();
        PayBillResponse paid = await _desk.Clerk(_canteen).PayBillAsync(new PayBillRequest
        {
            RequestId = Desk.Id(), Elder = _voucher.Elder, Provider = _canteen, Place = V1.ServicePlace.Home,
            Vouchers = { _voucher.Name }, Lines = { BillDesk.Line("meal-canteen", 2, 2_000) },
        });

        await Clerk.SubmitOfflineRedemptionsAsync(Batch(device, Receipt(device, key, 10)));

        OfflineException open = Assert.Single((await Maker.ListOfflineExceptionsAsync(
            new ListOfflineExceptionsRequest { Parent = _desk.Region, Provider = _canteen })).Exceptions);
        Assert.Equal(("OFFLINE_SPENT", paid.Bill.Name, ByteString.Empty), (open.Answer.Reason, open.OtherRedemption, open.OtherReceipt));
    }

    [Fact]
    public async Task What_is_damaged_vanishes_from_no_list()
    {
        (string ended, _) = await TerminalAsync();
        (string device, SigningKey key) = await TerminalAsync();
        await Counter.RevokeDeviceAsync(new RevokeDeviceRequest { RequestId = Desk.Id(), Device = ended, Note = "丢失" });
        // More than the code allows.
        await Clerk.SubmitOfflineRedemptionsAsync(Batch(device, Receipt(device, key, 11)));
        var exceptions = new ListOfflineExceptionsRequest { Parent = _desk.Region, Provider = _canteen };
        string exception = Assert.Single((await Maker.ListOfflineExceptionsAsync(exceptions)).Exceptions).Name;

        Damage(DeviceState.Kind, ended[^12..]);
        Damage(OfflineReceiptState.Kind, exception.Split('/')[^1]);

        Assert.Contains(ended[^12..], (await ListAsync()).Devices);
        Assert.DoesNotContain(device[^12..], (await ListAsync()).Devices);
        ListOfflineExceptionsResponse left = await Maker.ListOfflineExceptionsAsync(exceptions);
        Assert.Empty(left.Exceptions);
        Assert.Contains(exception, left.Unreadable);
        Assert.Contains(ended, (await Clerk.ListDevicesAsync(
            new ListDevicesRequest { Parent = _desk.Region, Provider = _canteen })).Unreadable);
    }

    private void Damage(string kind, string key)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand damage = connection.CreateCommand();
        damage.CommandText = "UPDATE grain_state SET payload = '[]' WHERE state_name = $kind AND grain_key = $key";
        damage.Parameters.AddWithValue("$kind", kind);
        damage.Parameters.AddWithValue("$key", $"430204/{key}");
        Assert.Equal(1, damage.ExecuteNonQuery());
    }

    [Fact]
    public async Task A_voucher_whose_issue_was_reversed_is_in_the_list()
    {
        var finance = new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: "430204"));
        Assert.DoesNotContain(_voucher.Name[^12..], (await ListAsync()).Vouchers);
        await finance.ReverseAsync(new ReverseRequest { RequestId = Desk.Id(), Entry = _voucher.IssueEntry, Memo = "记错" });
        Assert.Contains(_voucher.Name[^12..], (await ListAsync()).Vouchers);
    }

    private static SubmitOfflineRedemptionsRequest Batch(string device, params byte[][] receipts)
    {
        var batch = new SubmitOfflineRedemptionsRequest { RequestId = Desk.Id(), Device = device };
        batch.Receipts.Add(receipts.Select(receipt => ByteString.CopyFrom(receipt)));
        return batch;
    }

    private byte[] Receipt(string device, SigningKey key, long quantity) => new OfflineReceipt("430204", device[^12..], _canteen[^12..], 1,
        null, _code, "meal-canteen", quantity, 1_000 * quantity, 0, 0, quantity,
        DateTimeOffset.FromUnixTimeSeconds(server.Now.ToUnixTimeSeconds()), 0, 0).Sign(key);

    private async Task<TerminalList> ListAsync()
    {
        RevocationList list = await Counter.GetRevocationListAsync(new GetRevocationListRequest { Parent = _desk.Region });
        TerminalList read = TerminalList.Read(list.Note, VerifierKey.Parse(list.VerifierKey));
        Assert.Equal((list.Number, 5_000, 50_000, 24), (read.Number, read.VoucherMaxFen, read.DeviceMaxFen, read.SyncWithinHours));
        return read;
    }

    private async Task<(string Name, SigningKey Key)> TerminalAsync()
    {
        SigningKey key = SigningKey.Read(SigningKey.Create())[0];
        StartDeviceEnrolmentResponse invited = await Clerk.StartDeviceEnrolmentAsync(
            new StartDeviceEnrolmentRequest { RequestId = Desk.Id(), Provider = _canteen });
        await Clerk.EnrolDeviceAsync(new EnrolDeviceRequest
        {
            RequestId = Desk.Id(), Device = invited.Device.Name, Code = invited.Code, DisplayName = "机",
            PublicKey = ByteString.CopyFrom(key.PublicKey),
        });
        await Counter.ApproveDeviceAsync(new ApproveDeviceRequest
        {
            RequestId = Desk.Id(), Device = invited.Device.Name, Fingerprint = OfflineReceipt.Fingerprint(key.PublicKey),
        });
        return (invited.Device.Name, key);
    }
}
