using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>The sections that a visitor's roles open, in the order of the bar at the top.</summary>
public static class Ways
{
    public static IEnumerable<(string Path, string Text)> Of(Visitor visitor)
    {
        Language l = visitor.Language;
        if (visitor.Has(Role.Volunteer))
        {
            yield return ("/hours", l["我的时间", "My hours"]);
            yield return ("/services", l["我的服务", "My services"]);
            yield return ("/requests", l["求助", "Requests"]);
        }
        if (visitor.Has(Role.Elder))
        {
            yield return ("/vouchers", l["我的券", "My vouchers"]);
            yield return ("/orders", l["上门服务", "Help at home"]);
            yield return ("/prepayments", l["预付的钱", "Paid in advance"]);
        }
        if (visitor.Has(Role.ProviderClerk))
        {
            yield return ("/redeem", l["核销", "Redeem"]);
            yield return ("/today", l["今日", "Today"]);
            yield return ("/payments", l["结算", "Payments"]);
            yield return ("/terminal", l["离线受理", "Offline"]);
            yield return ("/terminals", l["终端管理", "Terminals"]);
            yield return ("/provider", l["本机构", "Your provider"]);
            yield return ("/provider/prepayments", l["预收费", "Prepaid fees"]);
        }
        if (visitor.Has(Role.Counter))
        {
            yield return ("/desk", l["服务台", "Desk"]);
            yield return ("/desk/people", l["人员", "People"]);
        }
        if (visitor.Has(Role.Counter) || visitor.Has(Role.Administrator)) yield return ("/desk/terminals", l["终端", "Terminals"]);
        bool isFinance = visitor.Has(Role.FinanceMaker) || visitor.Has(Role.FinanceChecker) || visitor.Has(Role.Auditor);
        if (isFinance || visitor.Has(Role.Administrator))
        {
            yield return ("/finance", l["财务", "Finance"]);
        }
        if (isFinance)
        {
            yield return ("/finance/batches", l["结算批次", "Batches"]);
            yield return ("/finance/bank", l["银行对账", "Bank"]);
            yield return ("/finance/close", l["结账", "Close"]);
        }
        if (visitor.Has(Role.Auditor)) yield return ("/journal", l["账簿", "Journal"]);
    }
}
