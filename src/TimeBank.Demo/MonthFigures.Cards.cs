using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <content>The campaign's donations by card: what donors gave, what the payment service kept, and what arrived at the bank.</content>
internal sealed partial class MonthFigures
{
    private async Task ReadCardsAsync(Stage stage)
    {
        FundReport report = await new FundService.FundServiceClient(await stage.StaffAsync(Role.Auditor)).GetFundReportAsync(
            new GetFundReportRequest { Fund = Roles.Fund(Roles.Campaign) });
        var client = new DonationService.DonationServiceClient(await stage.StaffAsync(Role.Auditor));
        ListDonationsResponse list = await new Paging(int.MaxValue).AllAsync(
            new ListDonationsRequest
            {
                Parent = Roles.Parent(Roles.Tianyuan), Fund = Roles.Fund(Roles.Campaign), State = DonationState.Paid,
            },
            page => client.ListDonationsAsync(page).ResponseAsync);
        Account balance = await AccountAsync(stage, CardDesk.Balance), transit = await AccountAsync(stage, CardDesk.InTransit);
        Expect($"{Roles.Campaign}：刷卡到账 = 捐赠 − 退款", $"{Roles.Campaign}: received by card = paid − refunds",
            report.Received.Value, list.Donations.Sum(donation => donation.Amount.Value - donation.Refunded.Value));
        Expect($"{Roles.Campaign}：到账 = 已办成的捐赠 − 退款", $"{Roles.Campaign}: received = gifts and refunds played",
            report.Received.Value, stage.Tally.Of($"received/{Roles.Campaign}"));
        Expect($"{CardDesk.InTransit}：结算 = 捐赠 − 退款 − 手续费", $"{CardDesk.InTransit}: paid out = gifts − refunds − fees",
            transit.DebitsPosted.Value, CardPlan.NetFen);
        Expect($"{CardDesk.InTransit}：银行到账 = 结算", $"{CardDesk.InTransit}: arrived at the bank = paid out",
            transit.CreditsPosted.Value, transit.DebitsPosted.Value);
        Expect($"{CardDesk.Balance}：账面 = 支付机构的余额", $"{CardDesk.Balance}: in the books = what the payment service holds",
            -Signed(balance.Balance), stage.Tally.Of(SyncCardsStep.Held));
    }
}
