using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using Estate = TimeBank.V1.Estate;
using EstateShare = TimeBank.V1.EstateShare;

namespace TimeBank.Server.Tests;

/// <content>Deaths that are told late or were none, payments that come back, and states that can't be read.</content>
public sealed partial class EstateTests
{
    [Fact]
    public async Task What_was_issued_after_a_death_waits_to_be_voided_also_where_nothing_else_is_left()
    {
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 9, 30));

        Estate waiting = Assert.Single((await ListAsync()).Estates);
        Assert.Equal((0L, 0L, 20_000L, 0),
            (waiting.Amount.Value, waiting.PayableAmount.Value, waiting.AmountToVoid.Value, waiting.ToVoid.Count));
        EstateShare late = Assert.Single((await EstateAsync()).ToVoid);
        Assert.Equal((_voucher, _programme, 20_000L), (late.Voucher, late.Programme, late.Amount.Value));
        await AdvanceAsync(2026, 11, 29);
        await Maker.ProposeEstatePayoutAsync(Proposal()).IsRefusedAsync(Reason.EstateEmpty);

        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = Id(), Voucher = late.Voucher, Memo = "去世后发放" });

        Assert.Empty((await ListAsync()).Estates);
        Assert.Empty((await EstateAsync()).ToVoid);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_death_that_was_none_leaves_what_was_proposed_or_paid_to_be_seen_and_taken_back(bool isPaid)
    {
        await DieAsync();
        EstatePayout payout = isPaid ? await PayAsync() : await Maker.ProposeEstatePayoutAsync(Proposal());
        Assert.Empty((await CorrectedAsync()).Estates);

        await NoticeAsync(NoticeKind.Returned, Day(2026, 11, 29));

        Assert.Empty((await ListAsync()).Estates);
        Estate alive = Assert.Single((await CorrectedAsync()).Estates);
        Assert.Equal((_elder, null, null, 0L, payout),
            (alive.Elder, alive.DeathDate, alive.PayableFrom, alive.Amount.Value, Assert.Single(alive.Payouts)));
        Assert.Equal(alive, await EstateAsync());
        if (isPaid) await ReverseAsync(payout);
        else await Maker.WithdrawEstatePayoutAsync(new WithdrawEstatePayoutRequest { RequestId = Id(), Payout = payout.Name });
        Assert.Empty((await CorrectedAsync()).Estates);
        Assert.Equal(isPaid ? EstatePayoutState.Reversed : EstatePayoutState.Withdrawn, (await EstateAsync()).Payouts[0].State);
        Assert.Equal((VoucherState.Active, 20_000L), ((await VoucherAsync()).State, (await VoucherAsync()).Remaining.Value));
    }

    [Fact]
    public async Task One_state_that_cannot_be_read_is_named_and_stops_no_other()
    {
        string first = _elder;
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 1));
        _elder = await _desk.RegisterElderAsync();
        await IssueAsync(2026, 10);
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 1), "other");
        // Of an elder whose estate nobody has looked at.
        using (var connection = new SqliteConnection($"Data Source={System.IO.Path.Combine(_server.Data, "timebank.db")};Pooling=false"))
        {
            connection.Open();
            using SqliteCommand damage = connection.CreateCommand();
            damage.CommandText =
                """
                CREATE TEMP TABLE one AS SELECT * FROM grain_state WHERE state_name = 'elder' AND grain_key = $key;
                UPDATE one SET state_name = 'estate', payload = '[]';
                INSERT INTO grain_state SELECT * FROM one;
                """;
            damage.Parameters.AddWithValue("$key", $"{TestServer.Tianyuan}/{Last(_elder)}");
            Assert.Equal(2, damage.ExecuteNonQuery());
        }

        ListEstatesResponse list = await ListAsync(), corrected = await CorrectedAsync();

        Assert.Equal([first], list.Estates.Select(one => one.Elder));
        Assert.Equal((_elder, _elder), (Assert.Single(list.Unreadable), Assert.Single(corrected.Unreadable)));
        await Maker.GetEstateAsync(new GetEstateRequest { Elder = _elder }).IsRefusedAsync(Reason.StateUnreadable);
    }

    [Fact]
    public async Task An_earlier_policy_that_gives_longer_to_claim_keeps_the_estate_waiting()
    {
        PolicyService.PolicyServiceClient As(Role role) => new(_server.As(role, subject: $"{role}"));
        JsonNode file = JsonNode.Parse((await As(Role.Auditor).GetVersionAsync(
            new GetPolicyVersionRequest { Parent = _desk.Region })).Document)!;
        (file["region"], file["version"], file["effective"]) = (TestServer.Tianyuan, "shorter", "2026-10-05");
        file["vouchers"]!["claimGraceDays"]!["value"] = 10;
        V1.PolicyVersion proposed = await As(Role.FinanceMaker).ProposeVersionAsync(
            new ProposePolicyVersionRequest { RequestId = Id(), Parent = _desk.Region, Document = file.ToJsonString() });
        await As(Role.FinanceChecker).ApproveVersionAsync(new ApprovePolicyVersionRequest { RequestId = Id(), Name = proposed.Name });
        await AdvanceAsync(2026, 11, 15);
        await NoticeAsync(NoticeKind.Deceased, Day(2026, 10, 10));

        Assert.Equal(Day(2026, 11, 29), (await EstateAsync()).PayableFrom);
        // Of a day of each policy: one can still be claimed.
        RedeemVoucherRequest before = Care(2_000), after = Care(2_000);
        (before.ServiceDate, after.ServiceDate) = (Day(2026, 10, 4), Day(2026, 10, 5));
        await _desk.Clerk(_carer).RedeemVoucherAsync(after).IsRefusedAsync(Reason.VoucherClaimByPassed);
        Assert.Equal(1_000, (await _desk.Clerk(_carer).RedeemVoucherAsync(before)).Redemption.Credited.Value);
    }

    [Fact]
    public async Task What_the_bank_has_paid_is_reversed_only_after_the_bank_says_that_it_came_back()
    {
        Bank bank = await new Bank(_server, TestServer.Tianyuan, "main").OpenAsync();
        await DieAsync();
        EstatePayout paid = await PayAsync();
        await AdvanceAsync(2026, 12, 2);
        await bank.TakenAsync(Statement("1", "C261129CNY1000,00", ":61:2611291129D200,00NMSCNONREF\r\n:86:R-7", "C261129CNY800,00"));
        await bank.Maker.ConfirmMatchAsync(
            new ConfirmMatchRequest { RequestId = Id(), Parent = bank.Name, Lines = { 1 }, Items = { $"{paid.Entry}/1" } });

        await Reverse(paid).IsRefusedAsync(Reason.EstatePayoutConfirmed);
        // Another sum that came in is not this one.
        await bank.TakenAsync(Statement("2", "C261130CNY800,00", ":61:2611301130C199,99NMSCNONREF\r\n:86:x", "C261130CNY999,99"));
        await Reverse(paid).IsRefusedAsync(Reason.EstatePayoutConfirmed);
        Assert.Equal(EstatePayoutState.Paid, (await EstateAsync()).Payouts[0].State);

        await bank.TakenAsync(Statement("3", "C261201CNY999,99", ":61:2612011201C200,00NMSCNONREF\r\n:86:退回", "C261201CNY1199,99"));
        Entry back = await ReverseAsync(paid);

        Assert.Equal(EstatePayoutState.Reversed, (await EstateAsync()).Payouts[0].State);
        Assert.Equal(20_000, Assert.Single((await ListAsync()).Estates).Amount.Value);
        BankLine line = await bank.Maker.ConfirmMatchAsync(
            new ConfirmMatchRequest { RequestId = Id(), Parent = bank.Name, Lines = { 3 }, Items = { $"{back.Name}/0" } });
        Assert.Equal(BankLineState.Matched, line.State);

        byte[] Statement(string number, string opening, string lines, string closing) => Encoding.UTF8.GetBytes(
            $":20:DEMO\r\n:25:{bank.Number}\r\n:28C:{number}\r\n:60F:{opening}\r\n{lines}\r\n:62F:{closing}\r\n-\r\n");
    }

    [Fact]
    public async Task Terminals_are_told_what_was_voided_for_as_long_as_a_paper_of_it_may_live()
    {
        await _desk.Vouchers.VoidVoucherAsync(new VoidVoucherRequest { RequestId = Id(), Voucher = _voucher, Memo = "作废" });

        await AdvanceAsync(2026, 12, 31);
        Assert.Contains(Last(_voucher), await ListedAsync());
        await AdvanceAsync(2027, 1, 5);
        Assert.Empty(await ListedAsync());

        async Task<IEnumerable<string>> ListedAsync()
        {
            RevocationList list = await new ProviderService.ProviderServiceClient(_server.As(Role.Counter)).GetRevocationListAsync(
                new GetRevocationListRequest { Parent = _desk.Region });
            return TerminalList.Read(list.Note, VerifierKey.Parse(list.VerifierKey)).Vouchers;
        }
    }

    private async Task<ListEstatesResponse> CorrectedAsync() =>
        await Maker.ListEstatesAsync(new ListEstatesRequest { Parent = _desk.Region, Corrected = true });

    private Grpc.Core.AsyncUnaryCall<Entry> Reverse(EstatePayout payout) =>
        new LedgerService.LedgerServiceClient(_server.As(Role.FinanceMaker)).ReverseAsync(
            new ReverseRequest { RequestId = Id(), Entry = payout.Entry, Memo = "账号有误，银行退回" });

    private async Task<Entry> ReverseAsync(EstatePayout payout) => await Reverse(payout);
}
