using TimeBank.Ledger;
using TimeBank.V1;
using Digest = TimeBank.Proofs.Digest;
using Role = TimeBank.V1.Role;
using ServicePlace = TimeBank.V1.ServicePlace;
using ServiceType = TimeBank.V1.ServiceType;
using Standing = TimeBank.V1.Standing;

namespace TimeBank.Server.Tests;

/// <content>Rules, people, funds and vouchers.</content>
internal sealed partial class StoredHistory
{
    private string _elder = "", _assessed = "", _relative = "", _volunteer = "", _helper = "", _away = "", _canteen = "", _suspended = "";
    private string _lottery = "", _meals = "", _national = "", _mealVoucher = "", _nationalVoucher = "";

    private FundService.FundServiceClient Funds => new(As(Role.FinanceMaker));

    private VoucherService.VoucherServiceClient Vouchers => new(As(Role.FinanceMaker));

    private VoucherService.VoucherServiceClient Clerk => new(As(Role.ProviderClerk, _canteen));

    private async Task RulesAsync()
    {
        PolicyService.PolicyServiceClient maker = new(As(Role.FinanceMaker)), checker = new(As(Role.FinanceChecker)),
            both = new(As(Role.Administrator));
        string policy = (await maker.GetVersionAsync(new GetPolicyVersionRequest { Parent = Parent })).Document;
        string Policy(string version, string day) => VersionDocuments.Changed(policy, Here, version, day);
        string first = (await StepAsync("policy", id => maker.ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = id, Parent = Parent, Document = Policy("own-1", "2026-11-01") }))).Name;
        await StepAsync("policy approved", id =>
            checker.ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = id, Name = first }));
        await StepAsync("policy approved twice", id =>
            checker.ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = id, Name = first }));
        string waiting = (await StepAsync("policy of one", id => both.ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = id, Parent = Parent, Document = Policy("own-2", "2027-11-01") }))).Name;
        await StepAsync("maker is checker", id =>
            both.ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = id, Name = waiting }));

        CatalogueService.CatalogueServiceClient lists = new(As(Role.FinanceMaker)), approver = new(As(Role.FinanceChecker));
        string list = (await lists.GetVersionAsync(new GetCatalogueVersionRequest { Parent = Parent })).Document;
        string second = (await StepAsync("catalogue", id => lists.ProposeVersionAsync(
            new ProposeCatalogueVersionRequest
            {
                RequestId = id,
                Parent = Parent, Document = VersionDocuments.Changed(list, Here, "own-1", "2026-11-01")
            }))).Name;
        await StepAsync("catalogue approved", id =>
            approver.ApproveVersionAsync(new ApproveCatalogueVersionRequest { RequestId = id, Name = second }));
    }

    private async Task PeopleAsync()
    {
        ElderService.ElderServiceClient elders = new(As(Role.Counter));
        _elder = (await StepAsync("elder", id => elders.RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = id, Parent = Parent, DisplayName = "李奶奶", BirthDate = Day(1940, 1, 31),
            Difficulties = { Difficulty.LivesAlone, Difficulty.EmptyNest },
        }))).Name;
        _assessed = (await StepAsync("elder assessed", id => elders.RegisterElderAsync(
            new RegisterElderRequest { RequestId = id, Parent = Parent, DisplayName = "张爷爷", BirthDate = Day(1951, 5, 2) }))).Name;
        _relative = (await StepAsync("elder with family", id => elders.RegisterElderAsync(
            new RegisterElderRequest
            {
                RequestId = id, Parent = Parent, DisplayName = "王奶奶", BirthDate = Day(1958, 3, 4),
                Difficulties = { Difficulty.LowIncome }
            }))).Name;
        await StepAsync("elder too young", id => elders.RegisterElderAsync(
            new RegisterElderRequest { RequestId = id, Parent = Parent, DisplayName = "年轻", BirthDate = Day(2000, 1, 1) }));
        await StepAsync("assessment", id => elders.RecordAssessmentAsync(
            new RecordAssessmentRequest
            {
                RequestId = id, Elder = _assessed, AssessedDate = Day(2026, 9, 1), Score = 40,
                AssessedIn = Parent, Difficulties = { Difficulty.Bereaved }
            }));
        await StepAsync("assessment outdated", id => elders.RecordAssessmentAsync(
            new RecordAssessmentRequest
            {
                RequestId = id,
                Elder = _assessed, AssessedDate = Day(2026, 8, 1), Score = 90, AssessedIn = Parent
            }));

        VolunteerService.VolunteerServiceClient here = new(As(Role.Counter)), there = new(As(Role.Counter, region: There));
        string home = (await StepAsync("enrolment elsewhere", id => there.EnrolVolunteerAsync(
            new EnrolVolunteerRequest { RequestId = id, Parent = Neighbour, DisplayName = "王芳", BirthDate = Day(1990, 7, 1) }))).Name;
        _away = home;
        _volunteer = (await StepAsync("enrolment", id => here.EnrolVolunteerAsync(
            new EnrolVolunteerRequest
            {
                RequestId = id,
                Parent = Parent, DisplayName = "王芳", BirthDate = Day(1990, 7, 1), Home = home
            }))).Name;
        _helper = (await StepAsync("enrolment of another", id => here.EnrolVolunteerAsync(
            new EnrolVolunteerRequest { RequestId = id, Parent = Parent, DisplayName = "赵强", BirthDate = Day(1985, 2, 3) }))).Name;
        await StepAsync("family", id => here.SetFamilyAsync(
            new SetFamilyRequest
            {
                RequestId = id, Volunteer = _volunteer,
                Family = { new FamilyMember { Person = _relative, Kinship = V1.Kinship.Parent } }
            }));

        ProviderService.ProviderServiceClient providers = new(As(Role.Administrator));
        var always = new Period { FirstDay = Day(2026, 1, 1), LastDay = Day(2027, 12, 31) };
        _canteen = (await StepAsync("provider", id => providers.RegisterProviderAsync(
            new RegisterProviderRequest
            {
                RequestId = id, Parent = Parent, DisplayName = "食堂",
                ServiceTypes = { ServiceType.Meal, ServiceType.Care }, Accreditation = always
            }))).Name;
        _suspended = (await StepAsync("provider suspended", id => providers.RegisterProviderAsync(
            new RegisterProviderRequest
            {
                RequestId = id, Parent = Parent, DisplayName = "停业食堂", ServiceTypes = { ServiceType.Meal },
                Accreditation = always
            }))).Name;
        await StepAsync("standing", id => providers.SetStandingAsync(
            new SetStandingRequest
            {
                RequestId = id, Provider = _suspended, Standing = Standing.Suspended, FirstDay = Day(2026, 10, 1),
                LastDay = Day(2027, 9, 30), Note = "整改"
            }));
    }

    private async Task MoneyAsync()
    {
        _lottery = (await StepAsync("fund", id => Funds.CreateFundAsync(
            new CreateFundRequest
            {
                RequestId = id, Parent = Parent, FundId = "lottery", Kind = V1.FundKind.Lottery, DisplayName = "福彩公益金",
                Purpose = "助餐"
            }))).Name;
        string fiscal = (await StepAsync("second fund", id => Funds.CreateFundAsync(
            new CreateFundRequest
            {
                RequestId = id,
                Parent = Parent, FundId = "fiscal", Kind = V1.FundKind.Fiscal, DisplayName = "财政资金"
            }))).Name;
        await StepAsync("fund that exists", id => Funds.CreateFundAsync(
            new CreateFundRequest
            {
                RequestId = id,
                Parent = Parent, FundId = "lottery", Kind = V1.FundKind.Lottery, DisplayName = "又一次"
            }));
        // The recorded databases took receipts on an account that nobody had described, and one reference with several amounts.
        if (!IsOfEarlierBuild) await DescribeAccountAsync(RequestId("our account"));
        RecordReceiptRequest Receipt(string id, string fund, long fen) => new()
        {
            RequestId = id, Fund = fund, Amount = Fen(fen), BankAccount = "main", ReceivedDate = Day(2026, 9, 30), Reference = "凭证 1",
            AllowRepeat = !IsOfEarlierBuild && fund != _lottery,
        };
        await StepAsync("receipt", id => Funds.RecordReceiptAsync(Receipt(id, _lottery, 10_000_000)));
        await StepAsync("second receipt", id => Funds.RecordReceiptAsync(Receipt(id, fiscal, 5_000_000)));
        string wrong = (await StepAsync("wrong receipt", id => Funds.RecordReceiptAsync(Receipt(id, fiscal, 700)))).Entry;
        LedgerService.LedgerServiceClient books = new(As(Role.FinanceMaker)), checker = new(As(Role.FinanceChecker)),
            importer = new(As(Role.Administrator));
        await StepAsync("reversal", id => books.ReverseAsync(new ReverseRequest { RequestId = id, Entry = wrong, Memo = "记错金额" }));
        await StepAsync("second reversal", id => books.ReverseAsync(new ReverseRequest { RequestId = id, Entry = wrong, Memo = "又一次" }));
        await StepAsync("reversal of nothing", id =>
            books.ReverseAsync(new ReverseRequest { RequestId = id, Entry = $"{Parent}/entries/9999", Memo = "没有" }));

        _meals = (await StepAsync("programme", id => Funds.CreateProgrammeAsync(new CreateProgrammeRequest
        {
            RequestId = id, Parent = Parent, ProgrammeId = "meals-2026", DisplayName = "助餐", Scheme = V1.ProgrammeScheme.UnitVoucher,
            ServiceTypes = { ServiceType.Meal },
            MonthlyQuota = new Amount { Value = 20, Unit = "MEAL" }, ContractPrice = Fen(1_350),
            Eligibility = new Eligibility { MinAge = 80, AnyDifficulty = { Difficulty.LivesAlone } },
        }))).Name;
        _national = (await StepAsync("national programme", id => Funds.CreateProgrammeAsync(new CreateProgrammeRequest
        {
            RequestId = id, Parent = Parent, ProgrammeId = "national-2026", DisplayName = "消费补贴",
            Scheme = V1.ProgrammeScheme.NationalEVoucher, ServiceTypes = { ServiceType.Care, ServiceType.Medical },
        }))).Name;
        await StepAsync("programme by grade", id => Funds.CreateProgrammeAsync(new CreateProgrammeRequest
        {
            RequestId = id, Parent = Parent, ProgrammeId = "baths-2026", DisplayName = "助浴", Scheme = V1.ProgrammeScheme.UnitVoucher,
            ServiceTypes = { ServiceType.Bath },
            MonthlyQuota = new Amount { Value = 3, Unit = "BATH" }, ContractPrice = Fen(12_000),
            Eligibility = new Eligibility { MinGrade = V1.AbilityGrade.Moderate },
        }));
        await StepAsync("allotment by amounts", id => Funds.AllotFundsAsync(new AllotFundsRequest
        {
            RequestId = id, Programme = _meals, Memo = "第一批",
            ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = _lottery, Amount = Fen(100_000) } } },
        }));
        await StepAsync("allotment by shares", id => Funds.AllotFundsAsync(new AllotFundsRequest
        {
            RequestId = id, Programme = _national, ByShares = new AllotmentByShares
            {
                Total = Fen(1_000_001),
                Shares = { new FundShare { Fund = _lottery, Parts = 55 }, new FundShare { Fund = fiscal, Parts = 45 } }
            },
        }));
        await StepAsync("allotment too large", id => Funds.AllotFundsAsync(new AllotFundsRequest
        {
            RequestId = id, Programme = _meals,
            ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = _lottery, Amount = Fen(99_000_000) } } },
        }));
        await ReturnAsync();

        ImportBalancesRequest Import(string id, string key, string account, V1.Side side, Amount amount) => new()
        {
            RequestId = id, Parent = Parent, Source = "old-books",
            Lines = { new ImportLine {
                Number = 1, Key = key, Account = account, Side = side, Amount = amount, Date = Day(2026, 9, 30), Memo = "期初" } },
        };
        await StepAsync("import of hours", id => importer.ImportBalancesAsync(
            Import(id, "H-1", $"person/{_volunteer.Split('/')[^1]}/hours/earned", V1.Side.Credit, Minutes(3_000))));
        await StepAsync("import of money", id => importer.ImportBalancesAsync(Import(id, "M-1", "bank/old", V1.Side.Debit, Fen(100))));
        await StepAsync("import against it", id => importer.ImportBalancesAsync(Import(id, "M-2", "bank/old", V1.Side.Credit, Fen(100))));
        await StepAsync("import too large", id => importer.ImportBalancesAsync(Import(id, "M-3", "bank/old", V1.Side.Credit, Fen(1))));
        await StepAsync("closed", id =>
            checker.CloseAccountAsync(new CloseAccountRequest { RequestId = id, Account = $"{Parent}/accounts/bank/old", Memo = "销户" }));
        await StepAsync("reopened", id =>
            checker.ReopenAccountAsync(new ReopenAccountRequest { RequestId = id, Account = $"{Parent}/accounts/bank/old", Memo = "恢复" }));
    }

    /// <summary>Returns money to its fund, straight at the writer: the ledger has the entry, but no RPC asks for it yet.</summary>
    private Task ReturnAsync()
    {
        var header = new EntryHeader(
            EntryId.Of("staff-finance_maker", Guid.Parse(RequestId("return"))), Digest.Of([1]), "staff-finance_maker", "",
                new DateOnly(2026, 10, 1), "430000/2026-01", "退回", EntryHeader.NoDetails);
        return _grains.GetGrain<ILedgerGrain>(Here).SubmitAsync(
            MoneyEntries.Return(header, Slug.Parse("meals-2026"), [(Slug.Parse("lottery"), new Fen(1_000))]));
    }

    private async Task VouchersAsync()
    {
        var october = new Date { Year = 2026, Month = 10 };
        await RunAsync("meals of October", id =>
            Vouchers.IssueVouchers(new IssueVouchersRequest { RequestId = id, Programme = _meals, Month = october }));
        await RunAsync("money of October", id =>
            Vouchers.IssueVouchers(new IssueVouchersRequest { RequestId = id, Programme = _national, Month = october }));
        _mealVoucher = await VoucherAsync(_elder, "2026-10");
        _nationalVoucher = await VoucherAsync(_assessed, "2026-10");
        RedeemVoucherRequest Lunch(string id) => new()
        {
            RequestId = id, Voucher = _mealVoucher, Provider = _canteen, Item = "meal-canteen", Quantity = 1, Price = Fen(1_200),
            Memo = "小票 8",
        };
        await StepAsync("lunch", id => Clerk.RedeemVoucherAsync(Lunch(id)));
        string second = (await StepAsync("second lunch", id => Clerk.RedeemVoucherAsync(
            new RedeemVoucherRequest(Lunch(id)) { Quantity = 2, Price = Fen(2_900), Insurance = Fen(100) }))).Redemption.Name;
        await StepAsync("refund", id =>
            Clerk.RefundRedemptionAsync(new RefundRedemptionRequest { RequestId = id, Redemption = second, Memo = "退餐" }));
        await StepAsync("second refund", id =>
            Clerk.RefundRedemptionAsync(new RefundRedemptionRequest { RequestId = id, Redemption = second, Memo = "又退" }));
        await StepAsync("lunch at the counter", id => new VoucherService.VoucherServiceClient(As(Role.Counter)).RedeemVoucherAsync(
            new RedeemVoucherRequest(Lunch(id)) { OnBehalfOf = _elder }));
        await StepAsync("too many lunches", id =>
            Clerk.RedeemVoucherAsync(new RedeemVoucherRequest(Lunch(id)) { Quantity = 100, Price = Fen(100_000) }));
        await StepAsync("lunch at one suspended", id => new VoucherService.VoucherServiceClient(
            As(Role.ProviderClerk, _suspended)).RedeemVoucherAsync(new RedeemVoucherRequest(Lunch(id)) { Provider = _suspended }));

        RedeemVoucherRequest Care(string id, ServicePlace place) => new()
        {
            RequestId = id, Voucher = _nationalVoucher, Provider = _canteen, Item = "care-home", Quantity = 1, Price = Fen(6_001),
            Insurance = Fen(1_000), Place = place,
        };
        await StepAsync("care at home", id => Clerk.RedeemVoucherAsync(Care(id, ServicePlace.Home)));
        await StepAsync("day care", id => Clerk.RedeemVoucherAsync(Care(id, ServicePlace.DayCare)));
        await StepAsync("care in an institution", id => Clerk.RedeemVoucherAsync(Care(id, ServicePlace.Institution)));

        LedgerService.LedgerServiceClient checker = new(As(Role.FinanceChecker));
        string payable = $"{Parent}/accounts/provider/{_canteen.Split('/')[^1]}/payable";
        await StepAsync("frozen", id =>
            checker.FreezeAccountAsync(new FreezeAccountRequest { RequestId = id, Account = payable, Memo = "调查" }));
        await StepAsync("lunch while frozen", id => Clerk.RedeemVoucherAsync(Lunch(id)));
        await StepAsync("thawed", id =>
            checker.UnfreezeAccountAsync(new UnfreezeAccountRequest { RequestId = id, Account = payable, Memo = "结束" }));
    }

    /// <summary>An elder's voucher of a month.</summary>
    private async Task<string> VoucherAsync(string elder, string month) =>
        (await Vouchers.ListVouchersAsync(new ListVouchersRequest { Parent = Parent, Elder = elder })).Vouchers
        .Single(voucher => $"{voucher.UseBy.Year:D4}-{voucher.UseBy.Month:D2}" == month).Name;
}
