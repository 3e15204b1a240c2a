using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Prepaid fees that came in without a word stand in suspense, until two persons say whose they are.</summary>
public sealed class SuspenseCustodyTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 10, 1);

    private readonly TestServer _server = new();
    private PrepaymentDesk _desk = null!;
    private Bank _bank = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new PrepaymentDesk(_server) { BankAccount = "custody" };
        await _desk.OpenAsync();
        _bank = await new Bank(_server, TestServer.Tianyuan, "custody").OpenAsync(forCustody: true);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_stood_in_suspense_goes_into_custody_by_two_persons()
    {
        string fund = await _desk.Desk.FundAsync("lottery", 0);
        Prepayment agreed = await _desk.AgreedAsync();
        await _bank.TakenAsync(_bank.File("1", 0, Day, (Day, 50_000, "A", "CUST-1"), (Day, -100, "B", "CUST-2")));
        await _bank.Maker.ProposeResolutionAsync(Custody(1, agreed)).IsRefusedAsync(Reason.LineNotInSuspense);
        foreach (int line in (int[])[1, 2])
        {
            await _bank.Maker.ProposeResolutionAsync(Resolution(line, V1.ResolutionKind.Suspense));
            await ApproveAsync(line);
        }
        Prepayment nobodys = new(agreed) { Name = $"{_desk.Desk.Region}/prepayments/0123456789AB" };
        await _bank.Maker.ProposeResolutionAsync(Custody(2, agreed)).IsRefusedAsync(Reason.ResolutionWrongSide);
        await _bank.Maker.ProposeResolutionAsync(Custody(1, nobodys)).IsRefusedAsync(Reason.PrepaymentNotFound);
        await _bank.Maker.ProposeResolutionAsync(Custody(1, agreed, 50_001)).IsRefusedAsync(Reason.PrepaymentTooMuch);
        await _bank.Maker.ProposeResolutionAsync(Custody(1, agreed, 20_001)).IsRefusedAsync(Reason.PrepaymentTooMuch);
        await _bank.Maker.ProposeResolutionAsync(new(Custody(1, agreed)) { Fund = fund }).IsRefusedAsync(Reason.InvalidField, "fund");
        await _bank.Maker.ProposeResolutionAsync(new(Custody(1, agreed)) { Kind = V1.ResolutionKind.Claim })
            .IsRefusedAsync(Reason.InvalidField, "prepayment", "deposit");
        await _bank.Maker.ProposeResolutionAsync(
            new(Resolution(1, V1.ResolutionKind.Clear)) { Fund = fund, Deposit = Desk.Fen(1) })
            .IsRefusedAsync(Reason.InvalidField, "deposit");
        ProposeResolutionRequest proposal = Custody(1, agreed, 20_000);
        BankLine proposed = await _bank.Maker.ProposeResolutionAsync(proposal);
        Assert.Equal(proposed, await _bank.Maker.ProposeResolutionAsync(proposal));
        Assert.Equal((agreed.Name, 20_000L), (proposed.Case.Resolution.Prepayment, proposed.Case.Resolution.Deposit.Value));
        Assert.All(PrepaymentDesk.Sums(await _desk.ReadAsync(agreed)), sum => Assert.Equal(0, sum));
        await _bank.As(Role.FinanceChecker, "maker").ApproveResolutionAsync(Approval(1)).IsRefusedAsync(Reason.MakerIsChecker);
        await _server.TriedAsync(async () => await _bank.Checker.ApproveResolutionAsync(new(Approval(1)) { ValidateOnly = true }));

        ApproveResolutionRequest approval = Approval(1);
        BankLine approved = await _bank.Checker.ApproveResolutionAsync(approval);

        Assert.Equal(approved, await _bank.Checker.ApproveResolutionAsync(approval));
        Assert.Equal(49_900, await _desk.BookAsync("bank/custody"));
        Assert.Equal((30_000, 20_000),
            (await _desk.BookAsync(_desk.PathOf(agreed, "fees")), await _desk.BookAsync(_desk.PathOf(agreed, "deposit"))));
        Prepayment paid = await _desk.ReadAsync(agreed);
        Assert.Equal([50_000, 0, 30_000, 20_000, 0, 0], PrepaymentDesk.Sums(paid));
        PrepaymentLine line1 = Assert.Single(paid.Lines);
        // The line and the agreement name each other, and the entry is of the bank's day.
        Assert.Equal((approved.Name, approved.Case.Resolution.Entry), (line1.BankLine, line1.Entry));
        Assert.Equal(("CLEAR_SUSPENSE", 50_000L, 20_000L, Day.ToContract()),
            (line1.Code, line1.Amount.Value, line1.Deposit.Value, line1.Date));
        Assert.Equal((agreed.Name, V1.ResolutionState.Approved),
            (approved.Case.Resolution.Prepayment, approved.Case.Resolution.State));
        // What came in once is neither cleared nor typed again.
        await _bank.Maker.ProposeResolutionAsync(Custody(1, agreed)).IsRefusedAsync(Reason.LineNotInSuspense);
        await _desk.Maker.RecordPrepaymentReceiptAsync(new(_desk.Receipt(agreed, 50_000)) { Reference = "CUST-1" })
            .IsRefusedAsync(Reason.PrepaymentReferenceUsed);
        await _server.TrialBalanceAsync();
    }

    [Fact]
    public async Task An_account_that_prepaid_fees_do_not_go_through_keeps_them_in_suspense()
    {
        Bank other = await new Bank(_server, TestServer.Tianyuan, "main").OpenAsync();
        Prepayment agreed = await _desk.AgreedAsync();
        await other.TakenAsync(other.File("1", 0, Day, (Day, 30_000, "A", "MAIN-1")));
        await other.Maker.ProposeResolutionAsync(new(Resolution(1, V1.ResolutionKind.Suspense)) { Line = $"{other.Name}/lines/1" });
        await other.Checker.ApproveResolutionAsync(new(Approval(1)) { Line = $"{other.Name}/lines/1" });

        await other.Maker.ProposeResolutionAsync(new(Custody(1, agreed)) { Line = $"{other.Name}/lines/1" })
            .IsRefusedAsync(Reason.BankAccountNotForCustody);

        Assert.Equal(30_000, await _desk.BookAsync("suspense/main"));
    }

    [Fact]
    public async Task The_approval_asks_the_rule_again_and_what_it_refuses_can_go_elsewhere()
    {
        string fund = await _desk.Desk.FundAsync("lottery", 0);
        Prepayment agreed = await _desk.AgreedAsync();
        await _bank.TakenAsync(_bank.File("1", 0, Day, (Day, 30_000, "A", "CUST-1")));
        await _bank.Maker.ProposeResolutionAsync(Resolution(1, V1.ResolutionKind.Suspense));
        await ApproveAsync(1);
        await _bank.Maker.ProposeResolutionAsync(Custody(1, agreed));
        // All three months came in by another payment meanwhile.
        await _desk.Maker.RecordPrepaymentReceiptAsync(_desk.Receipt(agreed, 90_000));

        ApproveResolutionRequest approval = Approval(1);
        await _bank.Checker.ApproveResolutionAsync(approval).IsRefusedAsync(Reason.PrepaymentTooMuch);

        await _bank.Checker.ApproveResolutionAsync(approval).IsRefusedAsync(Reason.PrepaymentTooMuch);
        Assert.Equal(30_000, await _desk.BookAsync("suspense/custody"));
        await _bank.Maker.WithdrawResolutionAsync(
            new WithdrawResolutionRequest { RequestId = Desk.Id(), Line = approval.Line, Note = "again" });
        await _bank.Maker.ProposeResolutionAsync(new(Resolution(1, V1.ResolutionKind.Clear)) { Fund = fund });
        await ApproveAsync(1);
        Assert.Equal((0, 90_000), (await _desk.BookAsync("suspense/custody"), await _desk.BookAsync(_desk.PathOf(agreed, "fees"))));
        await _server.TrialBalanceAsync();
    }

    private ProposeResolutionRequest Resolution(int line, V1.ResolutionKind kind) =>
        new() { RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}", Kind = kind, Note = "the provider says so" };

    private ProposeResolutionRequest Custody(int line, Prepayment agreement, long deposit = 0) =>
        new(Resolution(line, V1.ResolutionKind.Clear)) { Prepayment = agreement.Name, Deposit = Desk.Fen(deposit) };

    private ApproveResolutionRequest Approval(int line) => new() { RequestId = Desk.Id(), Line = $"{_bank.Name}/lines/{line}" };

    private async Task ApproveAsync(int line) => await _bank.Checker.ApproveResolutionAsync(Approval(line));
}
