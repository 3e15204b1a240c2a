using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using BankLine = TimeBank.V1.BankLine;
using PaymentState = TimeBank.V1.PaymentState;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ReconciliationTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430102";

    private static int s_used;

    private readonly Desk _desk = new(server, Region);
    private readonly string _id = $"matched{++s_used}";
    private readonly Bank _bank = new(server, Region, $"matched{s_used}");
    private string _fund = "";
    private int _programmes;

    public async ValueTask InitializeAsync()
    {
        await _bank.OpenAsync();
        _fund = await _desk.FundAsync(_id, 0);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_batch_is_paid_and_a_payment_comes_back_as_the_bank_says()
    {
        SettlementBatch batch = await ApprovedAsync(providers: 2);
        string[] sent = [.. batch.Payments.Select(payment => payment.EndToEndId)];
        await _bank.TakenAsync(_bank.File(0, (1, 500_000, "FUNDS"), (2, -1_000, $"PAY {sent[0]}"), (2, -1_000, $"PAY {sent[1]}"),
            (3, 1_000, $"BACK {sent[1]}")));

        ReconciliationSummary summary = await _bank.RunAsync();

        Assert.Equal(["AMOUNT_AND_DAY 0 1", "REFERENCE 2 0", "RETURNED 1 0"],
            summary.Passes.Select(pass => $"{pass.Pass} {pass.Confirmed} {pass.Suggested}"));
        Assert.Empty(summary.NotBooked);
        SettlementBatch after = await BatchAsync(batch.Name);
        Assert.Equal([PaymentState.Paid, PaymentState.Returned], after.Payments.Select(payment => payment.State));
        Assert.Equal(new Date { Year = 2026, Month = 10, Day = 2 }, after.Payments[0].Outcomes[0].Date);
        Assert.Equal(500_000 - 1_000, await BalanceAsync($"bank/{_bank.Slug}"));
        // Again: nothing more is booked.
        string before = await server.TrialBalanceAsync(Region);
        // The receipt fits by amount and day alone, so it waits for a person.
        Assert.Equal(1, (await _bank.RunAsync()).OpenLines);
        Assert.Equal(before, await server.TrialBalanceAsync(Region));
    }

    [Fact]
    public async Task Payments_of_several_batches_are_booked_each_on_its_lines_day()
    {
        SettlementBatch[] batches = [await ApprovedAsync(providers: 2), await ApprovedAsync(providers: 1)];
        string[] sent = [.. batches.SelectMany(batch => batch.Payments).Select(payment => payment.EndToEndId)];
        await _bank.TakenAsync(_bank.File(0, (1, 1_000_000, "FUNDS"), (2, -1_000, $"PAY {sent[2]}"), (3, -1_000, $"PAY {sent[1]}"),
            (4, -1_000, $"PAY {sent[0]}")));

        IReadOnlyList<ReconciliationProgress> steps = await _bank.StepsAsync();

        Assert.Equal((3L, 3L), (steps[^1].Matches, steps[^1].Booked));
        Assert.Empty(steps[^1].Summary.NotBooked);
        SettlementPayment[] after = [.. (await BatchAsync(batches[0].Name)).Payments, .. (await BatchAsync(batches[1].Name)).Payments];
        Assert.All(after, payment => Assert.Equal(PaymentState.Paid, payment.State));
        Assert.Equal([4, 3, 2], after.Select(payment => payment.Outcomes[0].Date.Day));
        Assert.Equal(1_000_000 - 3_000, await BalanceAsync($"bank/{_bank.Slug}"));
    }

    /// <summary>The bank names neither the payment nor the batch, but whom it paid.</summary>
    [Fact]
    public async Task A_payment_is_known_by_its_amount_and_payee()
    {
        SettlementBatch batch = await ApprovedAsync(providers: 1);
        Bank other = await new Bank(server, Region, $"{_id}-camt").OpenAsync("camt053");
        await other.TakenAsync(System.Text.Encoding.UTF8.GetBytes($"""
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>
            <CreDtTm>2026-10-03T08:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-10-03T08:00:00</CreDtTm>
            <Acct><Id><Othr><Id>{other.Number}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
            <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
            <Dt><Dt>2026-10-02</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">40.00</Amt>
            <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-10-02</Dt></Dt></Bal>
            <Ntry><Amt Ccy="CNY">10.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-10-02</Dt></BookgDt>
            <NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>演示食堂</Nm></Pty></Cdtr>
            <CdtrAcct><Id><Othr><Id>6222 0000 0000 1234567</Id></Othr></Id></CdtrAcct></RltdPties></TxDtls></NtryDtls></Ntry>
            </Stmt></BkToCstmrStmt></Document>
            """));

        ReconciliationSummary would = await other.RunAsync(dryRun: true);

        Assert.Equal(["AMOUNT_AND_PAYEE 1 0"], would.Passes.Select(pass => $"{pass.Pass} {pass.Confirmed} {pass.Suggested}"));
        // Other tests of the region shall not find it open.
        await new SettlementService.SettlementServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Region))
            .RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
            {
                RequestId = Desk.Id(), Payment = batch.Payments[0].Name, Outcome = PaymentState.Rejected,
                Date = new Date { Year = 2026, Month = 10, Day = 1 },
            });
    }

    [Fact]
    public async Task A_crash_between_the_match_and_its_entry_is_finished_by_the_next_run()
    {
        SettlementBatch batch = await ApprovedAsync(providers: 1);
        await _bank.TakenAsync(_bank.File(0, (1, 500_000, "FUNDS"), (2, -1_000, $"PAY {batch.Payments[0].EndToEndId}")));
        BankLine paid = (await _bank.LinesAsync())[1];
        IBankBooks books = server.Services.GetRequiredService<IBankBooks>();
        RegionCode region = RegionCode.Parse(Region);
        BankBook book = await books.ReadAsync(region, Slug.Parse(_bank.Slug), default);
        string item = $"settlements/{batch.Name.Split('/')[^1]}/payments/1";
        Assert.True(await books.MatchAsync(region, Slug.Parse(_bank.Slug), book, true, [], [new StoredMatch(
            2, book.LastGroup + 1, item, MatchStatus.Confirmed, "REFERENCE", 0, "crashed", new LedgerTime(1))], default));
        Assert.Equal(PaymentState.Approved, (await BatchAsync(batch.Name)).Payments[0].State);

        await _bank.RunAsync();

        Assert.Equal(PaymentState.Paid, (await BatchAsync(batch.Name)).Payments[0].State);
        Assert.Equal($"{_bank.Region}/{item}", Assert.Single((await LineAsync(paid.Name)).Matches).Item);
        Assert.Equal(499_000, await BalanceAsync($"bank/{_bank.Slug}"));
    }

    [Fact]
    public async Task A_payment_that_was_recorded_by_hand_is_matched_and_not_booked_again()
    {
        SettlementBatch batch = await ApprovedAsync(providers: 1);
        await RecordAsync(batch.Payments[0].Name);
        await _bank.TakenAsync(_bank.File(500_000, (2, -1_000, $"PAY {batch.Payments[0].EndToEndId}")));
        long before = await BalanceAsync($"bank/{_bank.Slug}");

        await _bank.RunAsync();

        BankLine line = Assert.Single(await _bank.LinesAsync());
        Assert.Equal(BankLineState.Matched, line.State);
        Assert.Equal(before, await BalanceAsync($"bank/{_bank.Slug}"));
        // Nothing was booked by the match, so it can be taken back.
        await _bank.Maker.UnmatchAsync(new UnmatchRequest { RequestId = Desk.Id(), Line = line.Name, Note = "again" });
        Assert.Equal(BankLineState.Open, (await LineAsync(line.Name)).State);
    }

    [Fact]
    public async Task Money_between_own_accounts_is_one_transfer()
    {
        Bank wallet = await new Bank(server, Region, $"{_id}-wallet").OpenAsync();
        await ReceiveAsync(wallet.Slug, 9_000);
        await wallet.TakenAsync(wallet.File(9_000, (1, -8_000, "WITHDRAWAL")));
        await _bank.TakenAsync(_bank.File(0, (2, 8_000, "FROM WALLET")));
        ReconciliationSummary first = await wallet.RunAsync();
        Assert.Equal(1, Assert.Single(first.Passes, pass => pass.Pass == "OWN_TRANSFER").Suggested);
        BankLine left = (await wallet.LinesAsync(BankLineState.Open))[0];
        await wallet.Maker.ConfirmMatchAsync(new ConfirmMatchRequest { RequestId = Desk.Id(), Parent = wallet.Name, Lines = { 1 } });

        await _bank.RunAsync();

        BankLine came = Assert.Single(await _bank.LinesAsync());
        Assert.Equal((BankLineState.Matched, BankLineState.Matched), ((await LineAsync(left.Name)).State, came.State));
        Assert.Equal((1_000L, 8_000L), (await BalanceAsync($"bank/{wallet.Slug}"), await BalanceAsync($"bank/{_bank.Slug}")));
        await _bank.Maker.UnmatchAsync(new UnmatchRequest { RequestId = Desk.Id(), Line = came.Name, Note = "x" })
            .IsRefusedAsync(Reason.MatchBooked);
    }

    [Fact]
    public async Task What_the_rules_find_beside_a_transfer_is_of_the_lines_that_it_left()
    {
        SettlementBatch batch = await ApprovedAsync(providers: 2);
        string[] sent = [.. batch.Payments.Select(payment => payment.EndToEndId)];
        Bank wallet = await new Bank(server, Region, $"{_id}-wallet").OpenAsync();
        await ReceiveAsync(wallet.Slug, 9_000);
        await wallet.TakenAsync(wallet.File(9_000, (1, -8_000, "WITHDRAWAL")));
        await _bank.TakenAsync(_bank.File(0, (1, 500_000, "FUNDS"), (2, 8_000, "FROM WALLET"), (3, -1_000, $"PAY {sent[1]}"),
            (4, -1_000, $"PAY {sent[0]}")));
        // The wallet's half of a transfer is matched, and its server was gone before the other half.
        IBankBooks books = server.Services.GetRequiredService<IBankBooks>();
        BankBook book = await books.ReadAsync(RegionCode.Parse(Region), Slug.Parse(wallet.Slug), default);
        Assert.True(await books.MatchAsync(RegionCode.Parse(Region), Slug.Parse(wallet.Slug), book, true, [], [new StoredMatch(
            1, book.LastGroup + 1, $"lines/{_bank.Slug}/2", MatchStatus.Confirmed, "OWN_TRANSFER", 0, "gone",
            new LedgerTime(1))], default));

        ReconciliationSummary summary = await _bank.RunAsync();

        Assert.Equal(["AMOUNT_AND_DAY 0 1", "OWN_TRANSFER 1 0", "REFERENCE 2 0"],
            summary.Passes.Select(pass => $"{pass.Pass} {pass.Confirmed} {pass.Suggested}"));
        Assert.Equal(1, summary.OpenLines);
        Assert.Equal([4, 3], (await BatchAsync(batch.Name)).Payments.Select(payment => payment.Outcomes[0].Date.Day));
        BankLine came = (await _bank.LinesAsync())[1];
        Assert.EndsWith($"/lines/{wallet.Slug}/1", Assert.Single((await LineAsync(came.Name)).Matches).Item, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_pairs_a_line_with_what_it_is_and_takes_it_back()
    {
        long entry = await ReceiveAsync(_bank.Slug, 700);
        await ReceiveAsync(_bank.Slug, 700);
        await _bank.TakenAsync(_bank.File(0, (1, 700, "ONE"), (1, 700, "OTHER"), (1, 9, "MORE")));
        await _bank.RunAsync();
        ListExceptionsResponse tied = await ExceptionsAsync(new ListExceptionsRequest { Reason = ExceptionReason.SeveralWaysFit });
        Assert.Equal(2, tied.Exceptions.Count);
        string item = $"{_bank.Region}/entries/{entry}/0";

        await Confirm(2, item, "x").IsRefusedAsync(Reason.InvalidField, "items[1]");
        await Confirm(1).IsRefusedAsync(Reason.NoSuggestion);
        await Confirm(3, item).IsRefusedAsync(Reason.MatchSumsDiffer);
        await Confirm(1, $"{_bank.Region}/entries/99999/0").IsRefusedAsync(Reason.MatchItemNotOpen);
        await Confirm(77, item).IsRefusedAsync(Reason.BankLineNotFound);
        BankLine matched = await Confirm(1, item);
        Assert.Equal((BankLineState.Matched, "PERSON", item), (matched.State, matched.Matches[0].Pass, matched.Matches[0].Item));
        await Confirm(2, item).IsRefusedAsync(Reason.MatchItemNotOpen);
        await Confirm(1, item).IsRefusedAsync(Reason.BankLineMatched);

        var back = new UnmatchRequest { RequestId = Desk.Id(), Line = matched.Name, Note = "wrong one" };
        BankLine open = await _bank.Maker.UnmatchAsync(back);
        Assert.Equal((BankLineState.Open, "wrong one"), (open.State, open.Case.History[^1].Note));
        await _bank.Maker.UnmatchAsync(new UnmatchRequest { RequestId = Desk.Id(), Line = matched.Name, Note = "x" })
            .IsRefusedAsync(Reason.BankLineNotMatched);
        // The retry takes back what it took back, and not what somebody matched since.
        await Confirm(1, item);
        Assert.Equal(BankLineState.Matched, (await _bank.Maker.UnmatchAsync(back)).State);
    }

    [Fact]
    public async Task A_dry_run_finds_the_same_and_keeps_nothing()
    {
        await ReceiveAsync(_bank.Slug, 700);
        await _bank.TakenAsync(_bank.File(0, (1, 700, "ONE")));

        ReconciliationSummary would = await server.TriedAsync(() => _bank.RunAsync(dryRun: true), Region);

        Assert.Equal(1, Assert.Single(would.Passes).Suggested);
        Assert.Empty((await LineAsync($"{_bank.Name}/lines/1")).Matches);
        Assert.Equal(would, await _bank.RunAsync());
    }

    [Fact]
    public async Task What_nothing_explains_is_settled_by_two_persons()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 5_000, "INTEREST"), (1, -30, "FEE"), (1, 400, "UNKNOWN")));
        Assert.Equal(3, (await _bank.RunAsync()).OpenLines);
        ListExceptionsResponse open = await ExceptionsAsync(new ListExceptionsRequest());
        Assert.All(open.Exceptions, one => Assert.Equal((ExceptionReason.NoCandidate, AgeBucket.Week), (one.Reason, one.Age)));
        Assert.Equal((3L, 5_400L, 30L), (open.Totals[0].Lines, open.Totals[0].InAmount.Value, open.Totals[0].OutAmount.Value));

        await ProposeAsync(1, V1.ResolutionKind.Fund, _fund);
        await Propose(1, V1.ResolutionKind.Fee).IsRefusedAsync(Reason.ResolutionPending);
        await Propose(2, V1.ResolutionKind.Fund, _fund).IsRefusedAsync(Reason.ResolutionWrongSide);
        await Propose(3, V1.ResolutionKind.Fund, $"{_bank.Region}/funds/nobody").IsRefusedAsync(Reason.FundNotFound);
        await Propose(3, V1.ResolutionKind.Fee, _fund).IsRefusedAsync(Reason.InvalidField, "fund");
        await Propose(3, V1.ResolutionKind.Clear, _fund).IsRefusedAsync(Reason.LineNotInSuspense);
        await Approve(2).IsRefusedAsync(Reason.ResolutionNotFound);
        await new ReconciliationService.ReconciliationServiceClient(server.As(Role.FinanceChecker, subject: "maker", regions: Region))
            .ApproveResolutionAsync(new ApproveResolutionRequest { RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/1" })
            .IsRefusedAsync(Reason.MakerIsChecker);
        BankLine interest = await Approve(1);
        Assert.Equal((BankLineState.Matched, "RESOLUTION"), (interest.State, Assert.Single(interest.Matches).Pass));
        Assert.Equal($"{interest.Case.Resolution.Entry}/0", interest.Matches[0].Item);
        // What the bank's line has booked is not recorded once more.
        await _desk.Maker.RecordReceiptAsync(new RecordReceiptRequest
        {
            RequestId = Desk.Id(), Fund = _fund, BankAccount = _bank.Slug, Amount = Desk.Fen(5_000), ReceivedDate = interest.Date,
            Reference = "slip",
        }).IsRefusedAsync(Reason.ReceiptRepeated);
        await ProposeAsync(2, V1.ResolutionKind.Fee);
        await Approve(2);
        await ProposeAsync(3, V1.ResolutionKind.Suspense);
        await Approve(3);

        Assert.Equal((5_000L, 400L), (await BalanceAsync($"fund/{_id}/available"), await BalanceAsync($"suspense/{_bank.Slug}")));
        Assert.Equal(5_370, await BalanceAsync($"bank/{_bank.Slug}"));
        Assert.Empty((await ExceptionsAsync(new ListExceptionsRequest())).Exceptions);
        await ProposeAsync(3, V1.ResolutionKind.Clear, _fund);
        BankLine cleared = await Approve(3);
        Assert.Equal((5_400L, 0L), (await BalanceAsync($"fund/{_id}/available"), await BalanceAsync($"suspense/{_bank.Slug}")));
        Assert.Single(cleared.Matches);
        Assert.Equal(["PROPOSED", "APPROVED", "PROPOSED", "APPROVED"], cleared.Case.History.Select(step => step.Step));
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: Region)).ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = cleared.Case.Resolution.Entry, Memo = "x" })
            .IsRefusedAsync(Reason.EntryNotReversible);
        await _bank.Maker.UnmatchAsync(new UnmatchRequest { RequestId = Desk.Id(), Line = interest.Name, Note = "x" })
            .IsRefusedAsync(Reason.MatchBooked);
        Assert.Equal(0, (await _bank.RunAsync()).OpenItems);
    }

    [Fact]
    public async Task Two_checkers_at_once_write_one_entry()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 5_000, "INTEREST")));
        await ProposeAsync(1, V1.ResolutionKind.Fund, _fund);

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                await Approve(1);
                return "approved";
            }
            catch (Grpc.Core.RpcException refused)
            {
                return refused.Status.Detail;
            }
        }));

        Assert.Single(answers, answer => answer == "approved");
        Assert.Equal(5_000, await BalanceAsync($"fund/{_id}/available"));
    }

    [Fact]
    public async Task A_line_has_an_owner_and_a_resolution_can_be_given_up()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 5_000, "INTEREST"), (1, 1, "OTHER")));
        string line = $"{_bank.Name}/lines/1";
        await _bank.Maker.AssignExceptionAsync(
            new AssignExceptionRequest { RequestId = Desk.Id(), Line = line, Owner = "WANG", Note = "ask" });
        await ProposeAsync(1, V1.ResolutionKind.Claim);

        BankLine given = await _bank.Maker.WithdrawResolutionAsync(new WithdrawResolutionRequest { RequestId = Desk.Id(), Line = line });

        Assert.Equal(V1.ResolutionState.Withdrawn, given.Case.Resolution.State);
        await Approve(1).IsRefusedAsync(Reason.ResolutionNotFound);
        BankException mine = Assert.Single((await ExceptionsAsync(new ListExceptionsRequest { Owner = "WANG" })).Exceptions);
        Assert.Equal(line, mine.Line.Name);
    }

    private Grpc.Core.AsyncUnaryCall<BankLine> Confirm(long line, params string[] items) => _bank.Maker.ConfirmMatchAsync(
        new ConfirmMatchRequest { RequestId = Desk.Id(), Parent = _bank.Name, Lines = { line }, Items = { items } });

    private Grpc.Core.AsyncUnaryCall<BankLine> Propose(long line, V1.ResolutionKind kind, string fund = "") =>
        _bank.Maker.ProposeResolutionAsync(new ProposeResolutionRequest
        {
            RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}", Kind = kind, Fund = fund, Note = "because",
        });

    private async Task ProposeAsync(long line, V1.ResolutionKind kind, string fund = "") => await Propose(line, kind, fund);

    private Grpc.Core.AsyncUnaryCall<BankLine> Approve(long line) => _bank.Checker.ApproveResolutionAsync(
        new ApproveResolutionRequest { RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}" });

    private async Task<ListExceptionsResponse> ExceptionsAsync(ListExceptionsRequest request)
    {
        request.Parent = _bank.Name;
        return await _bank.Maker.ListExceptionsAsync(request);
    }

    private async Task<BankLine> LineAsync(string name) => await _bank.Maker.GetBankLineAsync(new GetBankLineRequest { Name = name });

    /// <summary>Records a receipt of the first of October by hand.</summary>
    /// <returns>The index of its entry.</returns>
    private async Task<long> ReceiveAsync(string bank, long fen)
    {
        RecordReceiptRequest receipt = _desk.Receipt(_fund, fen);
        (receipt.BankAccount, receipt.AllowRepeat) = (bank, true);
        receipt.ReceivedDate = new Date { Year = 2026, Month = 10, Day = 1 };
        string entry = (await _desk.Maker.RecordReceiptAsync(receipt)).Entry;
        return long.Parse(entry.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>An approved batch that owes each provider 10 yuan, and 5,000 yuan in the bank.</summary>
    private async Task<SettlementBatch> ApprovedAsync(int providers)
    {
        await ReceiveAsync(_bank.Slug, 500_000);
        string programme = await _desk.FundedAsync(_desk.Meals($"{_id}-meals{++_programmes}"), (_fund, 400_000));
        string elder = await _desk.RegisterElderAsync();
        await _desk.IssueAsync(programme);
        string voucher = (await _desk.VoucherOfAsync(elder, programme)).Name;
        List<string> canteens = [];
        for (int at = 0; at < providers; at++)
        {
            canteens.Add(await _desk.ProviderAsync(V1.ServiceType.Meal));
            await _desk.Clerk(canteens[at]).RedeemVoucherAsync(_desk.Lunch(voucher, canteens[at], 1_000));
        }
        foreach (string canteen in canteens) await PayeeSeed.WriteAsync(server.Services, canteen);
        var maker = new SettlementService.SettlementServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Region));
        SettlementBatch batch = (await maker.PrepareBatchAsync(
            new PrepareBatchRequest { RequestId = Desk.Id(), Parent = _desk.Region, Providers = { canteens } })).Batch;
        await maker.SubmitBatchAsync(new SubmitBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
        return await new SettlementService.SettlementServiceClient(server.As(Role.FinanceChecker, subject: "checker", regions: Region))
            .ApproveBatchAsync(new ApproveBatchRequest { RequestId = Desk.Id(), Name = batch.Name });
    }

    private async Task RecordAsync(string payment) =>
        await new SettlementService.SettlementServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Region))
            .RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
            {
                RequestId = Desk.Id(), Payment = payment, Outcome = PaymentState.Paid, BankAccount = _bank.Slug,
                Date = new Date { Year = 2026, Month = 10, Day = 1 },
            });

    private async Task<SettlementBatch> BatchAsync(string name) =>
        await new SettlementService.SettlementServiceClient(server.As(Role.Auditor, regions: Region))
            .GetBatchAsync(new GetBatchRequest { Name = name });

    private async Task<long> BalanceAsync(string path) =>
        (await new LedgerService.LedgerServiceClient(server.As(Role.Auditor, regions: Region))
            .GetAccountAsync(new GetAccountRequest { Name = $"{_desk.Region}/accounts/{path}" })).Balance.Amount.Value;
}
