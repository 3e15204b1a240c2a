using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class SqliteBillVoidRaceTests(TestServer server) : BillVoidRaceContract(server), IClassFixture<TestServer>;

public sealed class PostgreSqlBillVoidRaceTests(ServerOnPostgreSql on)
    : BillVoidRaceContract(on.Server), IClassFixture<ServerOnPostgreSql>;

/// <summary>Lines of bills are taken back while their vouchers are voided, many at once, and nobody says who is faster.</summary>
public abstract class BillVoidRaceContract(TestServer server)
{
    private const int Elders = 24, MealsPerVoucher = 10, ContractFen = 1_200;

    private readonly Desk _desk = new(server, TestServer.Lusong);

    [Fact]
    public async Task A_voided_voucher_stays_voided_and_the_programme_has_all_its_money()
    {
        const long all = Elders * MealsPerVoucher * ContractFen;
        string fund = await _desk.FundAsync("race-fund", all);
        string programme = await _desk.FundedAsync(_desk.Meals("race-meals"), (fund, all));
        string canteen = await _desk.ProviderAsync(V1.ServiceType.Meal);
        string[] elders = await Task.WhenAll(Enumerable.Range(0, Elders).Select(_ => _desk.RegisterElderAsync()));
        await _desk.IssueAsync(programme);
        Voucher[] vouchers = await Task.WhenAll(elders.Select(elder => _desk.VoucherOfAsync(elder, programme)));
        VoucherService.VoucherServiceClient clerk = _desk.Clerk(canteen);
        Bill[] bills = await Task.WhenAll(vouchers.Select(async voucher => (await clerk.PayBillAsync(new PayBillRequest
        {
            RequestId = Desk.Id(), Elder = voucher.Elder, Provider = canteen, Place = V1.ServicePlace.Home, Vouchers = { voucher.Name },
            Lines = { BillDesk.Line("meal-canteen", 2, 2_000) },
        })).Bill));

        await Task.WhenAll(Enumerable.Range(0, Elders).Select(at => Task.WhenAll(
            clerk.RefundBillAsync(new RefundBillRequest { RequestId = Desk.Id(), Bill = bills[at].Name, Memo = "错" }).ResponseAsync,
            _desk.Vouchers.VoidVoucherAsync(
                new VoidVoucherRequest { RequestId = Desk.Id(), Voucher = vouchers[at].Name, Memo = "搬走" }).ResponseAsync)));

        Voucher[] after = await Task.WhenAll(elders.Select(elder => _desk.VoucherOfAsync(elder, programme)));
        Assert.All(after, voucher => Assert.Equal((VoucherState.Voided, 0), (voucher.State, voucher.Remaining.Value)));
        ProgrammeReport report = await _desk.Auditor.GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = programme });
        ReportTies.Check(report);
        // A unit's freed part stays where it is when its voucher had ended, so the sum is the same whoever was faster.
        Assert.Equal(all, report.Available.Value);
    }
}
