using System.Text.Json;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Bill = TimeBank.V1.Bill;
using BillLine = TimeBank.V1.BillLine;
using Redemption = TimeBank.V1.Redemption;
using ServicePlace = TimeBank.V1.ServicePlace;
using UnusedVoucher = TimeBank.V1.UnusedVoucher;

namespace TimeBank.Server.Tests;

/// <summary>One bill that several vouchers pay: quoted, confirmed, listed; and every way to ask for it wrongly.</summary>
[Collection(ServerCollection.Name)]
public sealed class BillApiTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430103";

    private readonly BillDesk _bill = new(server, Region);

    public async ValueTask InitializeAsync() => await _bill.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_quote_is_confirmed_as_it_was_shown_and_a_replay_answers_the_same()
    {
        PayBillRequest asked = _bill.Bill();
        string before = await server.TrialBalanceAsync(Region);

        PayBillResponse quote = await _bill.QuoteAsync(asked);

        Assert.Equal(before, await server.TrialBalanceAsync(Region));
        // A quote has nothing that only a recorded bill has.
        Assert.Equal(("", "", BillState.Unspecified), (quote.Bill.Name, quote.Bill.Entry, quote.Bill.State));
        Assert.Null(quote.Bill.UndoUntil);
        Assert.All(quote.Bill.Lines, line => Assert.Equal(RedemptionState.Unspecified, line.State));
        Assert.Empty(quote.Unused);
        // The vouchers of meals end on one day: their ids say which is first, and each pays its units at its own contract price.
        Voucher first = string.CompareOrdinal(_bill.Meals.Name, _bill.Cheap.Name) < 0 ? _bill.Meals : _bill.Cheap;
        long credited = first == _bill.Meals ? (10 * 1_200) + (2 * 800) : (10 * 800) + (2 * 1_200);
        Assert.Equal([(first.Name, 10), (Other(first).Name, 2)],
            quote.Bill.Lines[0].Shares.Select(share => (share.Voucher, (int)share.PaidByVoucher.Value)));
        Assert.Equal((credited, 14_400 - credited), (quote.Bill.Lines[0].Credited.Value, quote.Bill.Lines[0].OwnPart.Value));
        // Half of 5,001, rounded down; insurance goes first.
        Assert.Equal((2_500, 2_501), (quote.Bill.Lines[1].Credited.Value, quote.Bill.Lines[1].OwnPart.Value));
        Assert.Equal((20_401, 1_000, credited + 2_500, 20_401 - 1_000 - credited - 2_500),
            (quote.Bill.Price.Value, quote.Bill.Insurance.Value, quote.Bill.Credited.Value, quote.Bill.OwnPart.Value));
        Assert.Equal([(first.Name, 0), (Other(first).Name, 8), (_bill.Money.Name, _bill.Money.Remaining.Value - 2_500)],
            quote.Bill.Vouchers.Select(rest => (rest.Voucher, rest.Remaining.Value)));

        PayBillRequest confirmed = new(asked) { Quote = quote.Quote };
        PayBillResponse paid = await _bill.Clerk.PayBillAsync(confirmed);
        PayBillResponse again = await _bill.Clerk.PayBillAsync(confirmed);

        Assert.Equal(paid, again);
        Assert.Equal(BillState.Paid, paid.Bill.State);
        Assert.All(paid.Bill.Lines, line => Assert.Equal(RedemptionState.Redeemed, line.State));
        Assert.Equal(quote.Bill.Lines,
            paid.Bill.Lines.Select(line => new V1.BilledLine(line) { State = RedemptionState.Unspecified }));
        Assert.Equal(paid.Bill.Credited.Value, await _bill.PayableAsync());
        Assert.Equal((0, 8), (await _bill.LeftAsync(first), await _bill.LeftAsync(Other(first))));
        Bill read = await _bill.Clerk.GetBillAsync(new GetBillRequest { Name = paid.Bill.Name });
        Assert.Equal(paid.Bill, read);
        await _bill.Clerk.PayBillAsync(new PayBillRequest(confirmed) { Memo = "other" }).IsRefusedAsync(Reason.RequestIdReused);
        Entry entry = await Books.GetEntryAsync(new GetEntryRequest { Name = paid.Bill.Entry });
        Assert.Equal("PAY_BILL", entry.Code);
        await Books.ReverseAsync(new ReverseRequest { RequestId = Desk.Id(), Entry = paid.Bill.Entry, Memo = "no" })
            .IsRefusedAsync(Reason.BillNotReversible);
    }

    [Fact]
    public async Task A_bill_of_one_line_and_one_voucher_pays_what_a_redemption_pays()
    {
        RedeemVoucherResponse care = await _bill.Clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest(_bill.Desk.Care(_bill.Money.Name, _bill.Provider, 6_001)) { ValidateOnly = true });
        var asked = new PayBillRequest(_bill.Bill()) { Lines = { }, Vouchers = { } };
        asked.Lines.Clear();
        asked.Vouchers.Clear();
        asked.Lines.Add(BillDesk.Line("care-home", 1, 6_001));
        asked.Vouchers.Add(_bill.Money.Name);

        Bill bill = (await _bill.QuoteAsync(asked)).Bill;

        Assert.Equal((care.Redemption.Credited, care.Redemption.OwnPart, care.Redemption.PaidByVoucher, care.Remaining),
            (bill.Credited, bill.OwnPart, bill.Lines[0].Shares[0].PaidByVoucher, bill.Vouchers[0].Remaining));
    }

    [Fact]
    public async Task A_quote_is_refused_once_its_split_would_be_another()
    {
        PayBillRequest asked = _bill.Bill();
        string quote = (await _bill.QuoteAsync(asked)).Quote;
        await _bill.Clerk.PayBillAsync(new PayBillRequest(asked)
        {
            RequestId = Desk.Id(), Quote = quote, Lines = { BillDesk.Line("meal-canteen", 1, 1) },
        }).IsRefusedAsync(Reason.QuoteChanged);
        PayBillRequest dearer = new(asked) { RequestId = Desk.Id(), Quote = quote };
        dearer.Lines[1].Price = Desk.Fen(7_001);
        Assert.Equal("QUOTE_PART_BILL", await ChangedAsync(dearer));
        // A price of which vouchers pay nothing is another bill, and not another voucher.
        PayBillRequest care = new(asked) { RequestId = Desk.Id() };
        care.Lines.RemoveAt(0);
        PayBillRequest typed = new(care) { RequestId = Desk.Id(), Quote = (await _bill.QuoteAsync(care)).Quote };
        typed.Lines[0] = BillDesk.Line("care-home", 1, 1);
        Assert.Equal("QUOTE_PART_BILL", await ChangedAsync(typed));
        await _bill.Clerk.RedeemVoucherAsync(_bill.Desk.Lunch(_bill.Meals.Name, _bill.Provider));
        Assert.Equal("QUOTE_PART_VOUCHERS", await ChangedAsync(new(asked) { RequestId = Desk.Id(), Quote = quote }));
        PayBillRequest late = new(asked) { Quote = quote };

        RpcException changed = await Assert.ThrowsAsync<RpcException>(async () => await _bill.Clerk.PayBillAsync(late));

        Assert.Equal(StatusCode.FailedPrecondition, changed.StatusCode);
        Assert.Contains("the vouchers have been used meanwhile", changed.Status.Detail, StringComparison.Ordinal);
        await _bill.Clerk.PayBillAsync(late).IsRefusedAsync(Reason.QuoteChanged);
        // The new split can be asked for again, and confirmed.
        PayBillRequest again = new(asked) { RequestId = Desk.Id() };
        again.Quote = (await _bill.QuoteAsync(again)).Quote;
        Assert.NotEqual(quote, again.Quote);
        Assert.Equal(BillState.Paid, (await _bill.Clerk.PayBillAsync(again)).Bill.State);
    }

    [Fact]
    public async Task Vouchers_that_pay_nothing_are_named_with_the_reason()
    {
        PayBillRequest asked = _bill.Bill();
        asked.Lines.RemoveAt(1);
        asked.Lines[0].Quantity = 1;
        UnusedVoucher[] unused = [.. (await _bill.QuoteAsync(asked)).Unused];

        Assert.Equal([(_bill.Money.Name, "VOUCHER_NOT_FOR_SERVICE")], unused.Where(one => one.Voucher == _bill.Money.Name)
            .Select(one => (one.Voucher, one.Reason)));
        Assert.Contains(unused, one => one.Reason == "NOTHING_TO_PAY" && one.Voucher != _bill.Money.Name);
        Assert.All(unused, one => Assert.Equal(["en", "zh-CN"], one.Texts.Keys.Order()));
    }

    [Fact]
    public async Task A_clerk_names_vouchers_the_counter_may_leave_them_out_and_an_elder_alone_pays_nothing()
    {
        PayBillRequest all = _bill.Bill();
        all.Vouchers.Clear();
        await _bill.Clerk.PayBillAsync(all).IsRefusedAsync(Reason.InvalidField, "vouchers");
        PayBillResponse byCounter = await _bill.Desk.Counter().PayBillAsync(
            new PayBillRequest(all) { ValidateOnly = true, OnBehalfOf = _bill.Elder });
        Assert.Equal((await _bill.QuoteAsync(_bill.Bill())).Quote, byCounter.Quote);
        // Who is paid and how much is said by the provider or the counter, never by the elder alone, as of a redemption.
        foreach (bool validateOnly in new[] { true, false })
        {
            await _bill.Desk.Elder(_bill.Elder).PayBillAsync(new PayBillRequest(_bill.Bill()) { ValidateOnly = validateOnly })
                .IsRefusedAsync(Reason.RoleNotAllowed);
        }

        string stranger = await _bill.Desk.RegisterElderAsync();
        await _bill.Desk.Counter().PayBillAsync(new PayBillRequest(all) { OnBehalfOf = stranger }).IsRefusedAsync(Reason.PartyNotAllowed);
        await _bill.Desk.Clerk(await _bill.Desk.ProviderAsync(V1.ServiceType.Meal)).PayBillAsync(_bill.Bill())
            .IsRefusedAsync(Reason.PartyNotAllowed);
        await _bill.Clerk.PayBillAsync(new PayBillRequest(_bill.Bill()) { Elder = stranger }).IsRefusedAsync(Reason.VoucherOtherElder);
        Bill paid = (await _bill.Desk.Counter().PayBillAsync(new PayBillRequest(all) { OnBehalfOf = _bill.Elder })).Bill;
        var get = new GetBillRequest { Name = paid.Name };
        Assert.Equal(paid, await _bill.Desk.Elder(_bill.Elder).GetBillAsync(get));
        await _bill.Desk.Elder(stranger).GetBillAsync(get).IsRefusedAsync(Reason.PartyNotAllowed);
        await _bill.Clerk.GetBillAsync(new GetBillRequest { Name = $"{_bill.Desk.Region}/bills/0" }).IsRefusedAsync(Reason.BillNotFound);
    }

    public static TheoryData<string, Reason, string> Wrong => new()
    {
        { "no request id", Reason.InvalidField, "request_id" },
        { "no elder", Reason.InvalidField, "elder" },
        { "no place", Reason.InvalidField, "place" },
        { "no lines", Reason.InvalidField, "lines" },
        { "13 lines", Reason.InvalidField, "lines" },
        { "29 vouchers", Reason.InvalidField, "vouchers" },
        { "a voucher twice", Reason.InvalidField, "vouchers[3]" },
        { "no voucher's name", Reason.InvalidField, "vouchers[3]" },
        { "item in capitals", Reason.InvalidField, "lines[1].item" },
        { "quantity 1001", Reason.InvalidField, "lines[1].quantity" },
        { "no quote", Reason.InvalidField, "quote" },
        { "huge memo", Reason.InvalidField, "memo" },
        { "for somebody", Reason.OnBehalfOfNotAllowed, "" },
        { "price 0", Reason.AmountNotPositive, "" },
        { "price too large", Reason.AmountTooLarge, "" },
        { "insurance in minutes", Reason.UnitMismatch, "" },
        { "voucher of another region", Reason.VoucherOtherRegion, "" },
        { "unknown elder", Reason.ElderNotFound, "" },
        { "unknown voucher", Reason.VoucherNotFound, "" },
        { "tomorrow", Reason.ServiceDateInFuture, "" },
        { "year 1901", Reason.VoucherNotYetValid, "" },
        { "insured above price", Reason.InsuranceAbovePrice, "" },
        { "unknown item", Reason.ItemNotFound, "" },
        { "21 meals", Reason.InsufficientBalance, "" },
        { "all insured", Reason.NothingToPay, "" },
        { "provider unknown", Reason.ProviderNotFound, "" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task Wrong_bills_say_why_and_move_nothing(string wrong, Reason reason, string field)
    {
        PayBillRequest asked = _bill.Bill();
        BillLine second = asked.Lines[1];
        switch (wrong)
        {
            case "no request id": asked.RequestId = ""; break;
            case "no elder": asked.Elder = "regions/430103/elders/short"; break;
            case "no place": asked.Place = ServicePlace.Unspecified; break;
            case "no lines": asked.Lines.Clear(); break;
            case "13 lines": asked.Lines.Add(Enumerable.Repeat(second, 11)); break;
            case "29 vouchers": asked.Vouchers.Add(Enumerable.Repeat(_bill.Money.Name, 26)); break;
            case "a voucher twice": asked.Vouchers.Add(_bill.Money.Name); break;
            case "no voucher's name": asked.Vouchers.Add("x"); break;
            case "item in capitals": second.Item = "CARE"; break;
            case "quantity 1001": second.Quantity = 1_001; break;
            case "no quote": asked.Quote = "0123"; break;
            case "huge memo": asked.Memo = new string('x', 101); break;
            case "for somebody": asked.OnBehalfOf = _bill.Elder; break;
            case "price 0": second.Price = Desk.Fen(0); break;
            case "price too large": second.Price = Desk.Fen(long.MaxValue); break;
            case "insurance in minutes": second.Insurance = new Amount { Value = 1, Unit = "MIN" }; break;
            case "voucher of another region": asked.Vouchers.Add("regions/430211/vouchers/0123456789AB"); break;
            case "unknown elder": asked.Elder = $"{_bill.Desk.Region}/elders/0123456789AB"; break;
            case "unknown voucher": asked.Vouchers.Add($"{_bill.Desk.Region}/vouchers/0123456789AB"); break;
            case "tomorrow": asked.ServiceDate = Desk.DateOf(_bill.Desk.Today.AddDays(1)); break;
            case "year 1901": asked.ServiceDate = new Date { Year = 1901, Month = 1, Day = 1 }; break;
            case "insured above price": second.Insurance = Desk.Fen(6_002); break;
            case "unknown item": second.Item = "lunch"; break;
            case "21 meals": asked.Lines[0].Quantity = 21; break;
            case "all insured":
                foreach (BillLine line in asked.Lines) line.Insurance = line.Price;
                break;
            case "provider unknown": asked.Provider = $"{_bill.Desk.Region}/providers/0123456789AB"; break;
            default: throw new ArgumentException(wrong, nameof(wrong));
        }
        string before = await server.TrialBalanceAsync(Region);

        // A clerk of no provider's own would be refused first.
        VoucherService.VoucherServiceClient caller = wrong == "provider unknown" ? _bill.Desk.Clerk(asked.Provider) : _bill.Clerk;
        await caller.PayBillAsync(asked).IsRefusedAsync(reason, field.Length > 0 ? [field] : []);

        Assert.Equal(before, await server.TrialBalanceAsync(Region));
    }

    [Fact]
    public async Task Of_racing_confirmations_of_one_quote_one_pays_and_the_others_ask_again()
    {
        PayBillRequest asked = _bill.Bill();
        asked.Quote = (await _bill.QuoteAsync(asked)).Quote;
        long before = await _bill.LeftAsync(_bill.Money);

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await BillDesk.AnswerAsync(async () =>
            await _bill.Clerk.PayBillAsync(new PayBillRequest(asked) { RequestId = Desk.Id() }))));

        Assert.Equal(1, answers.Count(answer => answer == "paid"));
        Assert.Equal(7, answers.Count(answer => answer == "QUOTE_CHANGED"));
        Assert.Equal(before - 2_500, await _bill.LeftAsync(_bill.Money));
    }

    [Fact]
    public Task Bills_and_redemptions_that_race_for_the_same_vouchers_never_spend_a_fen_twice() => _bill.RaceAsync();

    [Fact]
    public async Task A_bill_is_listed_once_with_its_vouchers_on_one_page()
    {
        await _bill.Clerk.RedeemVoucherAsync(_bill.Desk.Care(_bill.Money.Name, _bill.Provider));
        Bill paid = (await _bill.Clerk.PayBillAsync(_bill.Bill())).Bill;
        await _bill.Clerk.RedeemVoucherAsync(_bill.Desk.Care(_bill.Money.Name, _bill.Provider));

        Redemption[] all = [.. (await _bill.ListAsync()).Redemptions];

        Assert.Equal(["", paid.Name, paid.Name, paid.Name, ""], all.Select(one => one.Bill));
        Redemption[] ofBill = all[1..4];
        Assert.Equal([1, 1, 2], ofBill.Select(one => one.Line));
        Assert.Equal((paid.Price.Value, paid.Insurance.Value, paid.Credited.Value, paid.OwnPart.Value),
            (ofBill.Sum(one => one.Price.Value), ofBill.Sum(one => one.Insurance.Value), ofBill.Sum(one => one.Credited.Value),
            ofBill.Sum(one => one.OwnPart.Value)));
        Assert.Equal(12, ofBill.Where(one => one.Item == "meal-canteen").Sum(one => one.Quantity));
        Assert.Equal(3, (await _bill.ListAsync(of: _bill.Money)).Redemptions.Count);
        var read = new List<Redemption>();
        string token = "";
        do
        {
            ListRedemptionsResponse page = await _bill.ListAsync(pageSize: 2, token);
            read.AddRange(page.Redemptions);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all, read);
    }

    [Fact]
    public async Task The_tool_quotes_pays_shows_and_takes_back_a_bill()
    {
        string[] asked = ["--region", Region, "--provider", _bill.Provider, "--place", "home", "--voucher", _bill.Meals.Name,
            _bill.Money.Name, "--line", "meal-canteen:2:24.00", "care-home:1:60.01:10"];

        using JsonDocument quote = JsonDocument.Parse(await ToolAsync(["bill", "quote", .. asked, "--json"]));
        string named = quote.RootElement.GetProperty("quote").GetString()!;
        string shown = await ToolAsync(["bill", "quote", .. asked]);
        Assert.Contains("CNY 25.01", shown, StringComparison.Ordinal);
        Assert.Contains("a quote, nothing is recorded", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("state │ paid", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("unspecified", shown, StringComparison.OrdinalIgnoreCase);
        using JsonDocument paid = JsonDocument.Parse(await ToolAsync(["bill", "pay", .. asked, "--quote", named, "--json"]));
        string bill = paid.RootElement.GetProperty("bill").GetProperty("name").GetString()!;
        (int code, _, string error) = await Tool.RunAsync(server.Data, server, ["bill", "pay", .. asked, "--quote", named]);
        Assert.Equal((1, true), (code, error.Contains("The quote is out of date", StringComparison.Ordinal)));
        string[] refund = ["bill", "refund", bill, "--line", "2", "--note", "x", "--region", Region, "--lang", "zh-CN"];
        Assert.Contains("部分退回", await ToolAsync(refund), StringComparison.Ordinal);
        Assert.Contains("partly refunded", await ToolAsync("bill", "show", bill, "--region", Region), StringComparison.Ordinal);
        (code, _, error) = await Tool.RunAsync(server.Data, server, ["bill", "pay", .. asked[..^1], "care-home"]);
        Assert.Equal((2, true), (code, error.Contains("'care-home' is no line of a bill", StringComparison.Ordinal)));
    }

    private async Task<string> ToolAsync(params string[] words)
    {
        (int code, string output, string error) = await Tool.RunAsync(server.Data, server, words);
        Assert.True(code == 0, error);
        return output;
    }

    private LedgerService.LedgerServiceClient Books => new(server.As(Role.FinanceMaker, regions: Region));

    private Voucher Other(Voucher meals) => meals == _bill.Meals ? _bill.Cheap : _bill.Meals;

    /// <summary>The part of the quote that was another.</summary>
    private async Task<string> ChangedAsync(PayBillRequest asked)
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await _bill.Clerk.PayBillAsync(asked));
        Google.Rpc.ErrorInfo why = refused.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>()!;
        Assert.Equal("QUOTE_CHANGED", why.Reason);
        return why.Metadata["changed"];
    }
}
