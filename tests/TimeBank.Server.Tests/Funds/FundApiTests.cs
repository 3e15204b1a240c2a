using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using Posting = TimeBank.V1.Posting;
using Redemption = TimeBank.V1.Redemption;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class FundApiTests(TestServer server)
{
    private readonly Desk _desk = new(server, "430202");

    [Fact]
    public async Task A_fund_is_opened_once_and_found_in_lists()
    {
        var creation = new CreateFundRequest
        {
            RequestId = _desk.Id("open"), Parent = _desk.Region, FundId = "gift-1", Kind = V1.FundKind.Donation, DisplayName = "捐赠",
            Purpose = "助餐",
        };
        Fund fund = await _desk.Maker.CreateFundAsync(creation), again = await _desk.Maker.CreateFundAsync(creation);

        Assert.Equal(fund, again);
        Assert.Equal((_desk.Region + "/funds/gift-1", V1.FundKind.Donation, "捐赠", "助餐", Desk.Fen(0)),
            (fund.Name, fund.Kind, fund.DisplayName, fund.Purpose, fund.Available));
        Assert.Equal(fund, await _desk.Auditor.GetFundAsync(new GetFundRequest { Name = fund.Name }));
        await _desk.Maker.CreateFundAsync(new CreateFundRequest(creation) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.FundExists);
        await _desk.Maker.CreateFundAsync(new CreateFundRequest(creation) { FundId = "gift-2" }).IsRefusedAsync(Reason.RequestIdReused);
        await _desk.Auditor.GetFundAsync(new GetFundRequest { Name = $"{_desk.Region}/funds/nothing" }).IsRefusedAsync(Reason.FundNotFound);
    }

    [Fact]
    public async Task Lists_come_by_name_in_pages_whose_tokens_nobody_can_change()
    {
        foreach (string id in new[] { "page-b", "page-c", "page-a" }) await _desk.FundAsync(id, 0);
        var names = new List<string>();
        var request = new ListFundsRequest { Parent = _desk.Region, PageSize = 1 };
        do
        {
            ListFundsResponse page = await _desk.Auditor.ListFundsAsync(request);
            names.Add(Assert.Single(page.Funds).Name);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(["page-a", "page-b", "page-c"],
            names.Select(name => name.Split('/')[^1]).Where(id => id.StartsWith("page-", StringComparison.Ordinal)));
        await _desk.Auditor.ListFundsAsync(new ListFundsRequest { Parent = _desk.Region, PageToken = "forged" })
            .IsRefusedAsync(Reason.PageTokenInvalid);
        await _desk.Auditor.ListFundsAsync(new ListFundsRequest { Parent = _desk.Region, PageSize = -1 })
            .IsRefusedAsync(Reason.InvalidField, "page_size");
    }

    [Fact]
    public async Task A_receipt_is_written_once_and_stands_in_the_statement()
    {
        string fund = await _desk.FundAsync("received", 0);
        RecordReceiptRequest receipt = _desk.Receipt(fund, 12_345);

        RecordReceiptResponse first = await _desk.Maker.RecordReceiptAsync(receipt), again = await _desk.Maker.RecordReceiptAsync(receipt);

        Assert.Equal(first, again);
        Assert.Equal(Desk.Fen(12_345), first.Fund.Available);
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(receipt) { Amount = Desk.Fen(1) })
            .IsRefusedAsync(Reason.RequestIdReused);
        Statement statement = await _desk.Auditor.GetFundStatementAsync(
            new GetFundStatementRequest { Fund = fund, Period = Desk.AllDays });
        Posting posting = Assert.Single(statement.Postings);
        Assert.Equal((first.Entry, "RECEIVE_MONEY", receipt.Reference, Desk.Fen(12_345)),
            (posting.Entry, posting.Code, posting.Memo, posting.Amount));
        Assert.Equal(new Date { Year = 2026, Month = 9, Day = 30 }, posting.EffectiveDate);
        Assert.Equal((Desk.Fen(12_345), Side.Credit), (statement.Closing.Amount, statement.Closing.Side));
    }

    [Fact]
    public async Task A_receipt_that_is_there_already_is_refused_unless_it_is_meant()
    {
        string fund = await _desk.FundAsync("repeated", 0), other = await _desk.FundAsync("repeated-b", 0);
        await _desk.BankAccountAsync("second");
        RecordReceiptRequest receipt = _desk.Receipt(fund, 700), none = new(receipt) { RequestId = Desk.Id(), Reference = "" };
        RecordReceiptResponse first = await _desk.Maker.RecordReceiptAsync(receipt);
        Assert.Equal(first, await _desk.Maker.RecordReceiptAsync(receipt));

        await _desk.Maker.RecordReceiptAsync(Again(receipt)).IsRefusedAsync(Reason.ReceiptRepeated);
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { ReceivedDate = Earlier, ValidateOnly = true })
            .IsRefusedAsync(Reason.ReceiptRepeated);
        foreach (string whose in new[] { fund, other })
        {
            RecordReceiptRequest typed = new(Again(receipt)) { Amount = Desk.Fen(7_000), Fund = whose };
            await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(typed) { ValidateOnly = true })
                .IsRefusedAsync(Reason.ReceiptReferenceUsed);
            await _desk.Maker.RecordReceiptAsync(typed).IsRefusedAsync(Reason.ReceiptReferenceUsed);
        }
        // The same money in another fund: one movement of the bank would be booked twice.
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { Fund = other })
            .IsRefusedAsync(Reason.ReceiptReferenceUsed);
        // Another reference or account is another receipt, and so is a share that is meant. Without a reference only the same day speaks
        // for a double.
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { Reference = "another" });
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { BankAccount = "second" });
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { Fund = other, AllowRepeat = true });
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { Amount = Desk.Fen(701), AllowRepeat = true });
        await _desk.Maker.RecordReceiptAsync(none);
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(none)) { ReceivedDate = Earlier });
        await _desk.Maker.RecordReceiptAsync(Again(none)).IsRefusedAsync(Reason.ReceiptRepeated);
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { AllowRepeat = true });
        // What was reversed was no receipt.
        string fresh = await _desk.FundAsync("repeated-c", 0);
        RecordReceiptRequest mistaken = new(Again(receipt)) { Fund = fresh, Reference = "wrong" };
        string wrong = (await _desk.Maker.RecordReceiptAsync(mistaken)).Entry;
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: fresh.Split('/')[1])).ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = wrong, Memo = "wrong" });
        await _desk.Maker.RecordReceiptAsync(
            new RecordReceiptRequest(Again(receipt)) { Fund = fresh, Reference = "wrong", Amount = Desk.Fen(9) });
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(Again(receipt)) { Fund = fresh, BankAccount = "no-such" })
            .IsRefusedAsync(Reason.BankAccountNotFound);

        static RecordReceiptRequest Again(RecordReceiptRequest receipt) => new(receipt) { RequestId = Desk.Id() };
    }

    [Fact]
    public async Task Money_of_more_than_a_year_ago_is_no_receipt()
    {
        RecordReceiptRequest receipt = _desk.Receipt(await _desk.FundAsync("aged", 0), 700);
        receipt.ReceivedDate = Desk.DateOf(_desk.Today.AddYears(-1).AddDays(-1));

        await _desk.Maker.RecordReceiptAsync(receipt).IsRefusedAsync(Reason.ReceiptTooOld);
        // The refusal is remembered under its id: what is asked by it is another request.
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest(receipt) { ReceivedDate = Desk.DateOf(_desk.Today) })
            .IsRefusedAsync(Reason.RequestIdReused);
        receipt = new RecordReceiptRequest(receipt) { RequestId = Desk.Id(), ReceivedDate = Desk.DateOf(_desk.Today.AddYears(-1)) };
        await _desk.Maker.RecordReceiptAsync(receipt);
    }

    private static readonly Date Earlier = new() { Year = 2026, Month = 9, Day = 29 };

    [Fact]
    public async Task A_bound_gift_is_allotted_for_its_purpose_alone_and_the_entry_keeps_it()
    {
        string gift = (await _desk.Maker.CreateFundAsync(new CreateFundRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, FundId = "bound", Kind = V1.FundKind.Donation, DisplayName = "取暖捐赠",
            Purpose = "冬季取暖",
        })).Name;
        string free = await _desk.FundAsync("unbound", 1_000);
        await _desk.Maker.RecordReceiptAsync(_desk.Receipt(gift, 1_000));
        string programme = (await _desk.Maker.CreateProgrammeAsync(_desk.Meals("for-a-purpose"))).Name;
        AllotFundsRequest mixed = _desk.Allotment(programme, (free, 100), (gift, 50));

        await _desk.Maker.AllotFundsAsync(mixed).IsRefusedAsync(Reason.FundPurposeBound);
        AllotFundsResponse given = await _desk.Maker.AllotFundsAsync(
            new AllotFundsRequest(mixed) { RequestId = Desk.Id(), ServesPurpose = true });

        Entry entry = await new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: gift.Split('/')[1])).GetEntryAsync(
            new GetEntryRequest { Name = given.Entry });
        Assert.Equal("冬季取暖", entry.Details["purpose01"]);
        Assert.DoesNotContain("purpose00", entry.Details.Keys);
        Assert.Equal(150, given.Programme.Available.Value);
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (free, 1)));
    }

    public static TheoryData<string, string, Reason> BadReceipts => new()
    {
        { "request_id", "", Reason.InvalidField },
        { "request_id", "42", Reason.InvalidField },
        { "fund", "funds/lottery", Reason.InvalidField },
        { "fund", "regions/430202/programmes/meals", Reason.InvalidField },
        { "bank_account", "Main Account", Reason.InvalidField },
        { "received_date", "2026-02-30", Reason.InvalidField },
        { "received_date", "2999-01-01", Reason.InvalidField },
        { "received_date", "1899-12-31", Reason.InvalidField },
        { "reference", new string('长', 101), Reason.InvalidField },
        { "reference", new string('x', 1_000_000), Reason.InvalidField },
        { "amount", "0 CNY", Reason.AmountNotPositive },
        { "amount", "-1 CNY", Reason.AmountNotPositive },
        { "amount", "9223372036854775807 CNY", Reason.AmountTooLarge },
        { "amount", "1 MIN", Reason.UnitMismatch },
        { "amount", "1 gold", Reason.UnitUnknown },
    };

    [Theory]
    [MemberData(nameof(BadReceipts))]
    public async Task Wrong_receipts_name_their_field_and_move_nothing(string field, string value, Reason reason)
    {
        RecordReceiptRequest receipt = _desk.Receipt($"{_desk.Region}/funds/lottery", 1);
        switch (field)
        {
            case "request_id": receipt.RequestId = value; break;
            case "fund": receipt.Fund = value; break;
            case "bank_account": receipt.BankAccount = value; break;
            case "received_date":
                receipt.ReceivedDate =
                new Date { Year = int.Parse(value[..4]), Month = int.Parse(value[5..7]), Day = int.Parse(value[8..]) }; break;
            case "reference": receipt.Reference = value; break;
            case "amount": receipt.Amount = new Amount { Value = long.Parse(value.Split(' ')[0]), Unit = value.Split(' ')[1] }; break;
            default: throw new ArgumentException(field, nameof(field));
        }
        string before = await server.TrialBalanceAsync("430202");

        await _desk.Maker.RecordReceiptAsync(receipt).IsRefusedAsync(reason, reason == Reason.InvalidField ? [field] : []);

        Assert.Equal(before, await server.TrialBalanceAsync("430202"));
    }

    [Fact]
    public async Task A_programme_has_the_fields_of_its_scheme_and_no_others()
    {
        CreateProgrammeRequest meals = _desk.Meals("scheme-meals"), national = _desk.National("scheme-national");
        V1.Programme programme = await _desk.Maker.CreateProgrammeAsync(meals);
        Assert.Equal(programme, await _desk.Maker.CreateProgrammeAsync(meals));
        Assert.Equal(("MEAL", meals.MonthlyQuota, meals.ContractPrice, meals.Eligibility),
            (programme.Unit, programme.MonthlyQuota, programme.ContractPrice, programme.Eligibility));
        Assert.Equal("CNY", (await _desk.Maker.CreateProgrammeAsync(national)).Unit);

        await _desk.Maker.CreateProgrammeAsync(new CreateProgrammeRequest(meals) { RequestId = Desk.Id() })
            .IsRefusedAsync(Reason.ProgrammeExists);
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.National("bad"))
            {
                MonthlyQuota = meals.MonthlyQuota, ContractPrice = meals.ContractPrice,
                Eligibility = meals.Eligibility
            })
            .IsRefusedAsync(Reason.InvalidField, "monthly_quota", "contract_price", "eligibility");
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.Meals("bad")) { MonthlyQuota = null, ContractPrice = null, Eligibility = null })
            .IsRefusedAsync(Reason.InvalidField, "monthly_quota", "contract_price", "eligibility");
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest
            {
                RequestId = Desk.Id(), Parent = _desk.Region, ProgrammeId = "Bad", DisplayName = "\n",
                Scheme = (V1.ProgrammeScheme)9, ServiceTypes = { (V1.ServiceType)99 }
            })
            .IsRefusedAsync(Reason.InvalidField, "programme_id", "display_name", "scheme", "service_types[0]");
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.Meals("bad"))
            {
                Eligibility = new Eligibility
                {
                    MinGrade = (V1.AbilityGrade)9,
                    AnyDifficulty = { Difficulty.Bereaved, (Difficulty)99 }
                }
            })
            .IsRefusedAsync(Reason.InvalidField, "eligibility.min_grade", "eligibility.any_difficulty[1]");
        await _desk.Maker.CreateFundAsync(new CreateFundRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, FundId = "bad",
            DisplayName = "捐", Kind = (V1.FundKind)9
        })
            .IsRefusedAsync(Reason.InvalidField, "kind");
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.Meals("bad")) { MonthlyQuota = new Amount { Value = 1, Unit = "MIN" } })
            .IsRefusedAsync(Reason.UnitUnknown);
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.Meals("bad")) { MonthlyQuota = new Amount { Value = 1, Unit = "BATH" } })
            .IsRefusedAsync(Reason.ItemNotFound);
        Assert.Equal("The service list has no item of these services that is counted in baths.", (await Assert.ThrowsAsync<RpcException>(
            async () => await _desk.Maker.CreateProgrammeAsync(
                new CreateProgrammeRequest(_desk.Meals("bad")) { MonthlyQuota = new Amount { Value = 1, Unit = "BATH" } }))).Status.Detail);
        await _desk.Maker.CreateProgrammeAsync(
            new CreateProgrammeRequest(_desk.Meals("bad")) { MonthlyQuota = new Amount { Value = 10_001, Unit = "MEAL" } })
            .IsRefusedAsync(Reason.InvalidField, "monthly_quota.value");
        Assert.Contains(programme.Name,
            (await _desk.Auditor.ListProgrammesAsync(new ListProgrammesRequest { Parent = _desk.Region, PageSize = 1_000 }))
            .Programmes.Select(one => one.Name));
        await _desk.Auditor.GetProgrammeAsync(new GetProgrammeRequest { Name = $"{_desk.Region}/programmes/nothing" })
            .IsRefusedAsync(Reason.ProgrammeNotFound);
    }

    [Fact]
    public async Task Allotments_by_amounts_and_by_shares_are_exact_and_replay_the_same()
    {
        string first = await _desk.FundAsync("allot-a", 1_000), second = await _desk.FundAsync("allot-b", 1_000);
        string programme = (await _desk.Maker.CreateProgrammeAsync(_desk.Meals("allotted"))).Name;
        AllotFundsRequest amounts = _desk.Allotment(programme, (first, 100), (second, 50));
        AllotFundsResponse given = await _desk.Maker.AllotFundsAsync(amounts);
        Assert.Equal(given, await _desk.Maker.AllotFundsAsync(amounts));
        Assert.Equal(Desk.Fen(150), given.Programme.Available);

        AllotFundsRequest Shares() => new()
        {
            RequestId = Desk.Id(), Programme = programme,
            ByShares = new AllotmentByShares
            {
                Total = Desk.Fen(1),
                Shares = { new FundShare { Fund = second, Parts = 1 }, new FundShare { Fund = first, Parts = 1 } }
            },
        };
        Assert.Equal([1, 0], (await _desk.Maker.AllotFundsAsync(Shares())).Lines.Select(line => line.Amount.Value));
        Assert.Equal([0, 1], (await _desk.Maker.AllotFundsAsync(Shares())).Lines.Select(line => line.Amount.Value));

        string before = await server.TrialBalanceAsync("430202");
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (first, 1), (second, 1_000)))
            .IsRefusedAsync(Reason.InsufficientBalance);
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, (first, 1), (first, 1)))
            .IsRefusedAsync(Reason.InvalidField, "by_amounts.lines");
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, ("regions/430211/funds/lottery", 1)))
            .IsRefusedAsync(Reason.InvalidField, "by_amounts.lines[0].fund");
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(programme, ($"{_desk.Region}/funds/nothing", 1)))
            .IsRefusedAsync(Reason.FundNotFound);
        await _desk.Maker.AllotFundsAsync(_desk.Allotment($"{_desk.Region}/programmes/nothing", (first, 1)))
            .IsRefusedAsync(Reason.ProgrammeNotFound);
        await _desk.Maker.AllotFundsAsync(new AllotFundsRequest { RequestId = Desk.Id(), Programme = programme })
            .IsRefusedAsync(Reason.InvalidField, "allotment");
        AllotFundsRequest many = _desk.Allotment(programme, [.. Enumerable.Range(0, 21).Select(at => ($"{_desk.Region}/funds/f{at}", 1L))]);
        await _desk.Maker.AllotFundsAsync(many).IsRefusedAsync(Reason.InvalidField, "by_amounts.lines");
        await _desk.Maker.AllotFundsAsync(
            new AllotFundsRequest(Shares())
            {
                ByShares = new AllotmentByShares
                {
                    Total = Desk.Fen(1),
                    Shares = { new FundShare { Fund = first, Parts = 0 } }
                }
            })
            .IsRefusedAsync(Reason.InvalidField, "by_shares.shares[0].parts");
        Assert.Equal(before, await server.TrialBalanceAsync("430202"));
    }

    [Fact]
    public async Task Reports_tie_to_the_fen()
    {
        string lottery = await _desk.FundAsync("tie-lottery", 30_001), fiscal = await _desk.FundAsync("tie-fiscal", 10_000);
        string programme = await _desk.FundedAsync(_desk.Meals("tie"), (lottery, 30_000), (fiscal, 6_000));
        string elder = await _desk.RegisterElderAsync(), other = await _desk.RegisterElderAsync(),
            canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        await _desk.IssueAsync(programme);
        Voucher voucher = await _desk.VoucherOfAsync(elder, programme), ended = await _desk.VoucherOfAsync(other, programme);
        await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, canteen, price: 1_001));
        Redemption second = (await _desk.Clerk(canteen).RedeemVoucherAsync(_desk.Lunch(voucher.Name, canteen, price: 1_500))).Redemption;
        await _desk.Clerk(canteen)
            .RefundRedemptionAsync(new RefundRedemptionRequest { RequestId = Desk.Id(), Redemption = second.Name, Memo = "退" });
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = ended.Name, Memo = "迁出" });

        ProgrammeReport report = await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = programme });
        foreach (VoucherFigures figures in new[] { report.Units, report.Money })
        {
            Assert.Equal(figures.Issued.Value,
                figures.Redeemed.Value + figures.Expired.Value + figures.Voided.Value + figures.Released.Value + figures.Remaining.Value);
        }
        Assert.Equal((report.VoucherCount * 10, 1, 10, 1),
            (report.Units.Issued.Value, report.Units.Redeemed.Value, report.Units.Voided.Value, report.Units.Refunded.Value));
        Assert.Equal((report.VoucherCount * 12_000, 1_001, 199, 1_200),
            (report.Money.Issued.Value, report.Money.Redeemed.Value, report.Money.Released.Value, report.Money.Refunded.Value));
        Assert.Equal(36_000, report.Allotted.Value);
        Assert.Equal(report.Allotted.Value, report.Available.Value + report.Money.Redeemed.Value + report.Money.Remaining.Value);
        Assert.Equal([(fiscal, 6_000, 167), (lottery, 30_000, 834)],
            report.Funds.Select(line => (line.Fund, line.Allotted.Value, line.Spent.Value)));

        FundReport fund = await _desk.Auditor.GetFundReportAsync(new GetFundReportRequest { Fund = lottery });
        FundReportLine line = Assert.Single(fund.Programmes);
        Assert.Equal((30_001, 1, programme, 30_000, 834, 29_166),
            (fund.Received.Value, fund.Available.Value, line.Programme, line.Allotted.Value, line.Spent.Value, line.Unspent.Value));
    }
}
