using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;
using ErrorInfo = Google.Rpc.ErrorInfo;
using ProviderRight = TimeBank.V1.ProviderRight;
using ServiceType = TimeBank.V1.ServiceType;

namespace TimeBank.Server.Tests;

/// <summary>Who acts for a provider: each right against each RPC that clerks may call for their own provider.</summary>
public sealed class ProviderStaffTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Code = "430211";

    private readonly Desk _desk = new(server, Code);
    private string _provider = "";

    private static IEnumerable<(MethodDescriptor Method, Grant Grant)> Asked => AccessRules.Methods()
        .SelectMany(method => method.GetOptions().GetExtension(AccessExtensions.Access).Grants.Select(grant => (method, grant)))
        .Where(one => one.grant.Role == Role.ProviderClerk && (one.grant.OwnField.Length > 0 || one.grant.OwnCheckedByService
            || one.grant.ProviderRight != ProviderRight.Unspecified));

    public async ValueTask InitializeAsync() => _provider = await _desk.ProviderAsync(ServiceType.Meal);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Each_right_opens_its_calls_and_no_others()
    {
        await NameAsync("lead", ProviderRight.Staff);
        foreach (ProviderRight right in Enum.GetValues<ProviderRight>()) await NameAsync($"only-{right}", right);
        int refused = 0;
        foreach ((MethodDescriptor method, Grant grant) in Asked.Where(one => !one.Grant.RightCheckedByRules))
        {
            Assert.Equal("PROVIDER_STAFF_NOT_NAMED", await ReasonAsync(method, grant, "stranger"));
            foreach (ProviderRight right in Enum.GetValues<ProviderRight>())
            {
                bool may = grant.ProviderRight == ProviderRight.Unspecified || grant.ProviderRight == right;
                string reason = await ReasonAsync(method, grant, $"only-{right}");
                Assert.True(may == (reason != "PROVIDER_RIGHT_MISSING"), $"{method.Name} with {right}: {reason}");
                if (!may) refused++;
            }
        }
        Assert.True(refused > 50);
        // Each right opens something; the two payments are judged by the rules.
        Assert.Empty(Enum.GetValues<ProviderRight>().Except(Asked.Select(one => one.Grant.ProviderRight)));
        Assert.Equal(
            ["PayBill", "RedeemVoucher"], Asked.Where(one => one.Grant.RightCheckedByRules).Select(one => one.Method.Name).Order());
    }

    [Fact]
    public async Task A_provider_that_has_named_nobody_lets_every_clerk_do_everything_and_says_so()
    {
        Provider shown = await Clerk("anybody").GetProviderAsync(new GetProviderRequest { Name = _provider });
        Assert.True(shown.StaffUnnamed && shown.Payable is not null);
        await Clerk("anybody").NameProviderStaffAsync(Naming("me", ProviderRight.Staff)).IsRefusedAsync(Reason.ProviderStaffNotBegun);

        await NameAsync("lead", ProviderRight.Staff);

        await Clerk("anybody").GetProviderAsync(new GetProviderRequest { Name = _provider }).IsRefusedAsync(Reason.ProviderStaffNotNamed);
        shown = await Clerk("lead").GetProviderAsync(new GetProviderRequest { Name = _provider });
        Assert.False(shown.StaffUnnamed);
        // Without the right to money the file is shown, and the money is not.
        Assert.Null(shown.Payable);
        Assert.Equal(("lead", true), (shown.Staff.Single().Person, shown.Staff.Single().Active));
    }

    [Fact]
    public async Task Who_leads_names_others_and_the_last_one_stays()
    {
        await NameAsync("lead", ProviderRight.Staff);
        Client lead = Clerk("lead");
        await lead.NameProviderStaffAsync(Naming("till", ProviderRight.Redeem));
        await lead.NameProviderStaffAsync(Naming("lead", ProviderRight.Redeem)).IsRefusedAsync(Reason.ProviderStaffNeeded);
        await lead.EndProviderStaffAsync(Ending("lead")).IsRefusedAsync(Reason.ProviderStaffNeeded);
        await Clerk("till").EndProviderStaffAsync(Ending("lead")).IsRefusedAsync(Reason.ProviderRightMissing);
        await lead.EndProviderStaffAsync(Ending("nobody")).IsRefusedAsync(Reason.ProviderStaffNotFound);
        await lead.NameProviderStaffAsync(Naming("a b")).IsRefusedAsync(Reason.InvalidField, "person");
        await lead.NameProviderStaffAsync(Naming("x", ProviderRight.Money, ProviderRight.Money))
            .IsRefusedAsync(Reason.InvalidField, "rights");
        EndProviderStaffRequest late = Ending("till");
        late.LastDay = Desk.DateOf(_desk.Today.AddDays(-1));
        await lead.EndProviderStaffAsync(late).IsRefusedAsync(Reason.InvalidField, "last_day");

        EndProviderStaffRequest end = Ending("till");
        Assert.False((await lead.EndProviderStaffAsync(new EndProviderStaffRequest(end) { ValidateOnly = true })).Staff[1].Active);
        await Clerk("till").GetProviderAsync(new GetProviderRequest { Name = _provider });
        Provider ended = await lead.EndProviderStaffAsync(end);

        Assert.Equal(ended, await lead.EndProviderStaffAsync(end));
        Assert.Equal(("till", false, "lead", "left"),
            (ended.Staff[1].Person, ended.Staff[1].Active, ended.Staff[1].EndedBy, ended.Staff[1].EndNote));
        await Clerk("till").GetProviderAsync(new GetProviderRequest { Name = _provider }).IsRefusedAsync(Reason.ProviderStaffNotNamed);
    }

    [Fact]
    public async Task A_payment_is_judged_by_the_right_of_the_clerk_and_not_at_the_counter()
    {
        string id = Desk.Id()[19..], fund = await _desk.FundAsync($"f{id}", 1_000_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"m{id}"), (fund, 500_000)), elder = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        await NameAsync("lead", ProviderRight.Staff);
        await NameAsync("till", ProviderRight.Redeem);
        VoucherService.VoucherServiceClient At(string person) => new(server.As(Role.ProviderClerk, _provider, person, Code));
        PayBillRequest Bill() => new()
        {
            RequestId = Desk.Id(), Elder = elder, Provider = _provider, Place = V1.ServicePlace.Home, Vouchers = { voucher },
            Lines = { new V1.BillLine { Item = "meal-canteen", Quantity = 1, Price = Desk.Fen(1_000) } },
        };

        await At("stranger").RedeemVoucherAsync(_desk.Lunch(voucher, _provider)).IsRefusedAsync(Reason.ProviderStaffNotNamed);
        await At("lead").RedeemVoucherAsync(_desk.Lunch(voucher, _provider)).IsRefusedAsync(Reason.ProviderRightMissing);
        await At("lead").PayBillAsync(Bill()).IsRefusedAsync(Reason.ProviderRightMissing);
        await At("till").PayBillAsync(Bill());
        // What an elder has left is read by who takes vouchers.
        var shown = new GetVoucherRequest { Name = voucher };
        await At("lead").GetVoucherAsync(shown).IsRefusedAsync(Reason.ProviderRightMissing);
        await At("stranger").GetVoucherAsync(shown).IsRefusedAsync(Reason.ProviderStaffNotNamed);
        Assert.Equal(elder, (await At("till").GetVoucherAsync(shown)).Elder);
        RedeemVoucherRequest lunch = _desk.Lunch(voucher, _provider);
        RedeemVoucherResponse paid = await At("till").RedeemVoucherAsync(lunch);
        await At("till").RefundRedemptionAsync(new RefundRedemptionRequest
        {
            RequestId = Desk.Id(), Redemption = paid.Redemption.Name, Memo = "错了",
        }).IsRefusedAsync(Reason.ProviderRightMissing);
        RedeemVoucherRequest counter = _desk.Lunch(voucher, _provider);
        counter.OnBehalfOf = elder;
        await _desk.Counter().RedeemVoucherAsync(counter);
        // What was paid stays paid: a retry has its first answer, whatever became of the person.
        await _desk.Administrator.EndProviderStaffAsync(Ending("till"));
        Assert.Equal(paid, await At("till").RedeemVoucherAsync(lunch));
        await At("till").RedeemVoucherAsync(_desk.Lunch(voucher, _provider)).IsRefusedAsync(Reason.ProviderStaffNotNamed);
    }

    private Client Clerk(string person) => new(server.As(Role.ProviderClerk, _provider, person, Code));

    private NameProviderStaffRequest Naming(string person, params ProviderRight[] rights) =>
        new() { RequestId = Desk.Id(), Provider = _provider, Person = person, Rights = { rights } };

    private EndProviderStaffRequest Ending(string person) =>
        new() { RequestId = Desk.Id(), Provider = _provider, Person = person, Note = "left" };

    private async Task NameAsync(string person, ProviderRight right) => await _desk.Administrator.NameProviderStaffAsync(
        right == ProviderRight.Unspecified ? Naming(person) : Naming(person, right));

    /// <summary>The reason of a call with an empty request but for region and provider; empty where it is answered.</summary>
    private async Task<string> ReasonAsync(MethodDescriptor method, Grant grant, string person)
    {
        IMessage request = method.InputType.Parser.ParseFrom(ByteString.Empty);
        string region = method.GetOptions().GetExtension(AccessExtensions.Access).RegionField;
        method.InputType.FindFieldByName(region).Accessor.SetValue(request, _desk.Region);
        if (grant.OwnField.Length > 0) method.InputType.FindFieldByName(grant.OwnField).Accessor.SetValue(request, _provider);
        var bytes = Marshallers.Create(message => message, message => message);
        var call = new Method<byte[], byte[]>(MethodType.Unary, method.Service.FullName, method.Name, bytes, bytes);
        try
        {
            await server.As(Role.ProviderClerk, _provider, person, Code).AsyncUnaryCall(call, null, default, request.ToByteArray());
            return "";
        }
        catch (RpcException error)
        {
            return error.GetRpcStatus()!.Details.Single(detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>().Reason;
        }
    }
}
