using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Client = TimeBank.V1.HolderService.HolderServiceClient;
using HolderCheck = TimeBank.V1.HolderCheck;

namespace TimeBank.Server.Tests;

/// <summary>What an elder shows before a voucher is spent, over gRPC, by a policy that asks for it.</summary>
public sealed class HolderApiTests(TestServer server) : IClassFixture<TestServer>, IAsyncLifetime
{
    private const string Region = "430211", Right = "830412", Other = "274905", Card = "6222 0212 3456 7894";

    private static int s_used;

    private readonly Desk _desk = new(server, Region);
    private string _elder = "", _canteen = "";
    private Voucher _meals = null!;

    private Client Counter => new(server.As(Role.Counter, regions: Region));

    private Client Elder => new(server.As(Role.Elder, _elder, regions: Region));

    private Client Clerk => new(server.As(Role.ProviderClerk, _canteen, regions: Region));

    public async ValueTask InitializeAsync()
    {
        await HolderTable.InForceAsync(server, _desk);
        (_elder, _canteen, _meals) = await HolderTable.MealsAsync(_desk, $"shown{++s_used}");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_PIN_is_set_by_the_elder_or_at_the_counter_and_by_nobody_else()
    {
        string stranger = await _desk.RegisterElderAsync();
        await Clerk.SetPinAsync(Set(Right)).IsRefusedAsync(Reason.RoleNotAllowed);
        await new Client(server.As(Role.Elder, stranger, regions: Region)).SetPinAsync(Set(Right)).IsRefusedAsync(Reason.PartyNotAllowed);
        await Counter.SetPinAsync(Set(Right)).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await Counter.SetPinAsync(Set(Right, stranger)).IsRefusedAsync(Reason.PartyNotAllowed);
        await Elder.ResetPinAsync(new ResetPinRequest { RequestId = Desk.Id(), Elder = _elder, Pin = Right, Reason = "x" })
            .IsRefusedAsync(Reason.RoleNotAllowed);
        foreach (string wrong in (string[])["12345", "83041a", "111111", "400101"])
            await Counter.SetPinAsync(Set(wrong, _elder)).IsRefusedAsync(Reason.InvalidField, "pin");
        Assert.Null((await Counter.GetHolderAsync(new GetHolderRequest { Elder = _elder })).Pin);

        await Counter.SetPinAsync(Set(Right, _elder));
        await Elder.SetPinAsync(Set(Other)).IsRefusedAsync(Reason.PinAlreadySet);
        await Elder.SetPinAsync(Set(Other, old: Other)).IsRefusedAsync(Reason.PinWrong);
        await Elder.SetPinAsync(Set(Other, old: Right));
        Holder holder = await Counter.ResetPinAsync(new ResetPinRequest
        {
            RequestId = Desk.Id(), OnBehalfOf = _elder, Elder = _elder, Pin = Right, Reason = "老人忘记了",
        });

        Assert.Equal(["", "", "老人忘记了"], holder.Pin.Changes.Select(change => change.Reason));
        Assert.Equal(("staff-Counter", 0, null), (holder.Pin.SetBy, holder.Pin.Misses, holder.Pin.LockedUntil));
        await Counter.GetHolderAsync(new GetHolderRequest { Elder = $"regions/{Region}/elders/0123456789AB" })
            .IsRefusedAsync(Reason.ElderNotFound);
    }

    [Fact]
    public async Task A_quote_says_what_is_needed_and_a_payment_without_it_names_it()
    {
        using var log = new RecordedLog(server.Services);
        await Counter.SetPinAsync(Set(Right, _elder));
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(_canteen);
        RedeemVoucherRequest dinner = Dinner();

        // A quote looks at no PIN: it would be a way to try them.
        RedeemVoucherResponse quote = await server.TriedAsync(async () => await clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest(dinner) { ValidateOnly = true, Shown = new Shown { Pin = Other } }));
        Assert.Equal((HolderCheck.Pin, HolderCheck.Unspecified), (quote.Redemption.NeededCheck, quote.Redemption.ShownCheck));
        RpcException needed = await Assert.ThrowsAsync<RpcException>(async () => await clerk.RedeemVoucherAsync(dinner));
        Assert.Contains("the PIN", needed.Status.Detail, StringComparison.Ordinal);
        await Shown(dinner, new Shown { Pin = "12345" }).IsRefusedAsync(Reason.InvalidField, "shown.pin");
        RedeemVoucherRequest missed = Dinner();
        await Shown(missed, new Shown { Pin = Other }).IsRefusedAsync(Reason.PinWrong);
        await Shown(missed, new Shown { Pin = Right }).IsRefusedAsync(Reason.PinWrong);

        RedeemVoucherResponse paid = await Shown(dinner, new Shown { Pin = Right }),
            again = await Shown(dinner, new Shown { Pin = Other }), bare = await Shown(dinner, null);

        Assert.Equal((HolderCheck.Pin, HolderCheck.Pin), (paid.Redemption.NeededCheck, paid.Redemption.ShownCheck));
        Assert.Equal((paid, paid), (again, bare));
        Assert.Equal(0, (await Counter.GetHolderAsync(new GetHolderRequest { Elder = _elder })).Pin.Misses);
        // The PIN stands nowhere: neither as it is, nor as the digest of a request or a quick hash.
        Assert.All(server.StoredFiles(), file =>
        {
            Assert.DoesNotContain(Right, file, StringComparison.Ordinal);
            Assert.DoesNotContain(Other, file, StringComparison.Ordinal);
            Assert.DoesNotContain($"{Digest.Of(System.Text.Encoding.ASCII.GetBytes(Right))}", file, StringComparison.Ordinal);
        });
        Assert.All(log.Lines, line => Assert.DoesNotContain(Right, line, StringComparison.Ordinal));
        return;

        AsyncUnaryCall<RedeemVoucherResponse> Shown(RedeemVoucherRequest request, Shown? shown) =>
            clerk.RedeemVoucherAsync(new RedeemVoucherRequest(request) { Shown = shown });
    }

    [Fact]
    public async Task A_bill_asks_for_the_code_and_a_card_stands_for_it()
    {
        VoucherSigner signer = server.Services.GetRequiredService<VoucherKeys>().SignerOf(RegionCode.Parse(Region));
        string code = VoucherCode.Sign(new VoucherClaims(Region, _meals.Name[^12..], "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 10, "MEAL",
            new DateOnly(2026, 10, 31), 1), signer);
        var bill = new PayBillRequest
        {
            RequestId = Desk.Id(), Elder = _elder, Provider = _canteen, Place = V1.ServicePlace.Home, Vouchers = { _meals.Name },
            Lines = { BillDesk.Line("meal-canteen", 1, 1_000), BillDesk.Line("meal-canteen", 1, 1_000) },
        };
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(_canteen);

        PayBillResponse quote = await clerk.PayBillAsync(new PayBillRequest(bill) { ValidateOnly = true });
        Assert.Equal(HolderCheck.CodeOrCard, quote.Bill.NeededCheck);
        await clerk.PayBillAsync(new PayBillRequest(bill) { Shown = new Shown { Codes = { code, $"{code}A" } } })
            .IsRefusedAsync(Reason.InvalidField, "shown.codes[1]");
        bill.Quote = quote.Quote;
        // A paper past its own last day proves nothing, as without a network; nothing was paid, and the request id is free.
        string old = VoucherCode.Sign(new VoucherClaims(Region, _meals.Name[^12..], "a1b2c3d4e5f6", VoucherClaims.BitsOf([1]), 10, "MEAL",
            _desk.Today.AddDays(-1), 1), signer);
        RpcException over = await Assert.ThrowsAsync<RpcException>(
            async () => await clerk.PayBillAsync(new PayBillRequest(bill) { Shown = new Shown { Codes = { old } } }));
        Google.Rpc.ErrorInfo why = over.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        Assert.Equal(("PAPER_EXPIRED", _desk.Today.AddDays(-1).ToString("O", null)), (why.Reason, why.Metadata["date"]));
        PayBillResponse paid = await clerk.PayBillAsync(new PayBillRequest(bill) { Shown = new Shown { Codes = { old, code } } });
        Assert.Equal(HolderCheck.CodeOrCard, paid.Bill.ShownCheck);

        await Clerk.BindCardAsync(Bind(_elder, Card)).IsRefusedAsync(Reason.RoleNotAllowed);
        await Counter.BindCardAsync(Bind(_elder, "6222 0212 3456 7895")).IsRefusedAsync(Reason.InvalidField, "number");
        Holder holder = await Counter.BindCardAsync(Bind(_elder, Card));
        Assert.Equal("7894", Assert.Single(holder.Cards).LastDigits);
        await Counter.BindCardAsync(Bind(await _desk.RegisterElderAsync(), Card)).IsRefusedAsync(Reason.CardOtherElder);
        var found = new GetCardHolderRequest { Parent = _desk.Region, Number = Card };
        Assert.Equal(_elder, (await Counter.GetCardHolderAsync(found)).Elder);
        await Clerk.GetCardHolderAsync(found).IsRefusedAsync(Reason.RoleNotAllowed);
        (bill.RequestId, bill.Quote) = (Desk.Id(), "");
        await clerk.PayBillAsync(new PayBillRequest(bill) { Shown = new Shown { Card = "4111111111111111" } })
            .IsRefusedAsync(Reason.CardNotAccepted);
        await clerk.PayBillAsync(new PayBillRequest(bill) { Shown = new Shown { Card = Card } });
        await Elder.BlockCardAsync(new BlockCardRequest { RequestId = Desk.Id(), Elder = _elder, Reason = "丢了" });
        await Counter.GetCardHolderAsync(found).IsRefusedAsync(Reason.CardNotFound);
        Assert.All(server.StoredFiles(), file => Assert.DoesNotContain("6222021234567894", file, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_clerk_asks_and_the_counter_or_the_elder_answers()
    {
        Client stranger = new(server.As(Role.ProviderClerk, await _desk.ProviderAsync(V1.ServiceType.Meal), regions: Region));
        RedeemVoucherRequest feast = Dinner();
        (feast.Quantity, feast.Price) = (5, Desk.Fen(6_000));
        var ask = new RequestConfirmationRequest
        {
            RequestId = Desk.Id(), Elder = _elder, Provider = _canteen, Items = { "meal-canteen" }, UpTo = Desk.Fen(6_000),
        };

        await stranger.RequestConfirmationAsync(ask).IsRefusedAsync(Reason.PartyNotAllowed);
        await Clerk.RequestConfirmationAsync(new RequestConfirmationRequest(ask) { Items = { "Meal" }, UpTo = null })
            .IsRefusedAsync(Reason.InvalidField, "items[1]", "up_to");
        Confirmation asked = await Clerk.RequestConfirmationAsync(ask);
        Assert.Equal(asked, await Clerk.RequestConfirmationAsync(ask));
        Assert.Contains(asked, (await Counter.ListConfirmationsAsync(new ListConfirmationsRequest { Parent = _desk.Region }))
            .Confirmations);
        Assert.Equal([asked], (await Elder.ListConfirmationsAsync(
            new ListConfirmationsRequest { Parent = _desk.Region, Elder = _elder })).Confirmations);
        await stranger.GetConfirmationAsync(new GetConfirmationRequest { Name = asked.Name }).IsRefusedAsync(Reason.PartyNotAllowed);
        feast.Shown = new Shown { Confirmation = asked.Name };
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(_canteen);
        await clerk.RedeemVoucherAsync(feast).IsRefusedAsync(Reason.ConfirmationWaiting);
        var answer = new AnswerConfirmationRequest { RequestId = Desk.Id(), Confirmation = asked.Name, Agreed = true, Note = "电话问过" };
        await Clerk.AnswerConfirmationAsync(answer).IsRefusedAsync(Reason.RoleNotAllowed);
        await new Client(server.As(Role.Elder, await _desk.RegisterElderAsync(), regions: Region)).AnswerConfirmationAsync(answer)
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await Counter.AnswerConfirmationAsync(
            new AnswerConfirmationRequest(answer) { OnBehalfOf = $"regions/{Region}/elders/0123456789AB" })
            .IsRefusedAsync(Reason.PartyNotAllowed);

        Assert.Equal(V1.ConfirmationState.Confirmed, (await Elder.AnswerConfirmationAsync(answer)).State);
        RedeemVoucherResponse paid = await clerk.RedeemVoucherAsync(feast);

        Assert.Equal(HolderCheck.Confirmation, paid.Redemption.ShownCheck);
        Assert.Equal(V1.ConfirmationState.Used, (await Clerk.GetConfirmationAsync(new GetConfirmationRequest { Name = asked.Name })).State);
        Assert.DoesNotContain(asked.Name, (await Counter.ListConfirmationsAsync(new ListConfirmationsRequest { Parent = _desk.Region }))
            .Confirmations.Select(one => one.Name));
    }

    [Fact]
    public async Task A_card_of_the_wrong_elder_is_unbound_by_another_person()
    {
        const string number = "6222 0212 3456 7803 6";
        string right = await _desk.RegisterElderAsync();
        Client one = new(server.As(Role.Counter, subject: "one", regions: Region)),
            two = new(server.As(Role.Counter, subject: "two", regions: Region));
        await one.BindCardAsync(Bind(_elder, number));
        var ask = new AskCardUnbindingRequest
        {
            RequestId = Desk.Id(), OnBehalfOf = _elder, Elder = _elder, Number = number, Reason = "绑错了人",
        };
        await Clerk.AskCardUnbindingAsync(ask).IsRefusedAsync(Reason.RoleNotAllowed);
        await one.AskCardUnbindingAsync(new AskCardUnbindingRequest(ask) { OnBehalfOf = right }).IsRefusedAsync(Reason.PartyNotAllowed);
        await one.AskCardUnbindingAsync(new AskCardUnbindingRequest(ask)
        {
            RequestId = Desk.Id(), OnBehalfOf = right, Elder = right,
        }).IsRefusedAsync(Reason.CardNotOfElder);
        Holder asked = await one.AskCardUnbindingAsync(ask);
        Assert.Equal(("8036", "绑错了人", "one"), (asked.Unbinding.LastDigits, asked.Unbinding.Reason, asked.Unbinding.AskedBy));
        var unbind = new UnbindCardRequest { RequestId = Desk.Id(), OnBehalfOf = _elder, Elder = _elder, LastDigits = "8036" };
        await one.UnbindCardAsync(unbind).IsRefusedAsync(Reason.MakerIsChecker);

        Holder unbound = await two.UnbindCardAsync(new UnbindCardRequest(unbind) { RequestId = Desk.Id() });

        Assert.Equal(("two", "one", null), (unbound.Cards[^1].EndedBy, unbound.Cards[^1].Unbound.AskedBy, unbound.Unbinding));
        Assert.Equal("8036", (await one.BindCardAsync(Bind(right, number))).Cards[^1].LastDigits);
        Assert.Equal(right, (await one.GetCardHolderAsync(new GetCardHolderRequest { Parent = _desk.Region, Number = number })).Elder);
    }

    [Fact]
    public async Task What_hangs_on_a_master_key_is_counted_before_it_is_retired()
    {
        Client administrator = new(server.As(Role.Administrator, regions: Region));
        var all = new GetHolderKeysRequest { Parent = _desk.Region };
        await Counter.GetHolderKeysAsync(all).IsRefusedAsync(Reason.RoleNotAllowed);
        HolderKeyUse before = Assert.Single((await administrator.GetHolderKeysAsync(all)).Keys);

        await Counter.SetPinAsync(Set(Right, _elder));
        await Counter.BindCardAsync(Bind(_elder, "6222 0212 3456 7811 9"));
        HolderKeys now = await administrator.GetHolderKeysAsync(all);

        HolderKeyUse use = Assert.Single(now.Keys);
        Assert.Equal((before.Pins + 1, before.Cards + 1, true, true), (use.Pins, use.Cards, use.IsHere, use.IsCurrent));
        Assert.Equal(server.Services.GetRequiredService<Vault>().KeyIds[0], use.KeyId);
    }

    [Fact]
    public async Task The_list_of_terminals_carries_the_day_s_table()
    {
        V1.RevocationList list = await new ProviderService.ProviderServiceClient(server.As(Role.ProviderClerk, _canteen, regions: Region))
            .GetRevocationListAsync(new GetRevocationListRequest { Parent = _desk.Region });

        Assert.Equal([new TerminalCheck(0, 5_000, 3), new(1, 3_000, 2), new(1, 2_000, 1)],
            TerminalList.Read(list.Note, VerifierKey.Parse(list.VerifierKey)).Checks);
    }

    [Fact]
    public async Task After_a_death_the_counter_sees_that_PIN_and_card_have_ended()
    {
        await Counter.SetPinAsync(Set(Right, _elder));
        var notice = new ImportNoticesRequest { RequestId = Desk.Id(), Parent = _desk.Region, Source = "civil" };
        notice.Lines.Add(new NoticeLine
        {
            Number = 1, Key = _elder[^12..], Elder = _elder, Kind = V1.NoticeKind.Deceased, Date = _desk.Today.ToContract(),
        });
        await new ElderService.ElderServiceClient(server.As(Role.Counter, regions: Region)).ImportNoticesAsync(notice);

        Holder holder = await Counter.GetHolderAsync(new GetHolderRequest { Elder = _elder });

        Assert.Equal((_desk.Today.Year, _desk.Today.Day), (holder.DeathDate.Year, holder.DeathDate.Day));
        await Counter.ResetPinAsync(new ResetPinRequest
        {
            RequestId = Desk.Id(), OnBehalfOf = _elder, Elder = _elder, Pin = Other, Reason = "忘记了",
        }).IsRefusedAsync(Reason.HolderDeceased);
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(_canteen);
        await clerk.RedeemVoucherAsync(new RedeemVoucherRequest(Dinner()) { Shown = new Shown { Pin = Right } })
            .IsRefusedAsync(Reason.HolderDeceased);
        Assert.Equal(HolderCheck.Confirmation, (await clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest(Dinner()) { ValidateOnly = true })).Redemption.NeededCheck);
    }

    private SetPinRequest Set(string pin, string behalf = "", string old = "") =>
        new() { RequestId = Desk.Id(), OnBehalfOf = behalf, Elder = _elder, Pin = pin, OldPin = old };

    private static BindCardRequest Bind(string elder, string number) =>
        new() { RequestId = Desk.Id(), OnBehalfOf = elder, Elder = elder, Number = number };

    /// <summary>Three meals of 12 yuan, for which the policy asks for a PIN.</summary>
    private RedeemVoucherRequest Dinner()
    {
        RedeemVoucherRequest dinner = _desk.Lunch(_meals.Name, _canteen, 3_600);
        dinner.Quantity = 3;
        return dinner;
    }
}
