using System.Collections.Frozen;

namespace TimeBank.Pages.Shell;

/// <summary>What the journal's entries, accounts and rules of matching are called, where the contract has no words for them.</summary>
public static class EntryWords
{
    /// <summary>The codes of entries.</summary>
    public static FrozenDictionary<string, (string Chinese, string English)> Codes { get; } =
        new Dictionary<string, (string Chinese, string English)>
        {
            ["RECEIVE_MONEY"] = ("资金到账", "money received"), ["ALLOT_FUNDS"] = ("拨付项目", "funds allotted"),
            ["RETURN_FUNDS"] = ("退回资金", "funds returned"), ["ISSUE_VOUCHER"] = ("发券", "voucher issued"),
            ["REDEEM_VOUCHER"] = ("核销", "voucher redeemed"), ["REFUND_REDEMPTION"] = ("退回核销", "redemption refunded"),
            ["VOID_VOUCHER"] = ("券作废", "voucher voided"), ["EXPIRE_VOUCHER"] = ("券过期", "voucher expired"),
            ["ISSUE_HOURS"] = ("发放时间", "hours issued"), ["EXPIRE_HOURS"] = ("时间到期", "hours ended"),
            ["GRANT_HOURS"] = ("捐赠池拨付", "granted from the pool"), ["HOLD_SERVICE"] = ("为服务预留", "held for a service"),
            ["RENDER_SERVICE"] = ("服务完成", "service rendered"), ["RELEASE_SERVICE"] = ("解除预留", "hold released"),
            ["GIFT_HOURS"] = ("赠送时间", "gift of hours"), ["DONATE_HOURS"] = ("捐赠时间", "donation of hours"),
            ["CLEAR_OUT"] = ("划往外地", "to another region"), ["CLEAR_IN"] = ("由外地划入", "from another region"),
            ["NOTE"] = ("记事", "note"), ["IMPORT_BALANCE"] = ("导入余额", "imported balance"), ["REVERSE"] = ("冲正", "reversal"),
            ["FREEZE"] = ("冻结账户", "account frozen"), ["THAW"] = ("解冻账户", "account unfrozen"),
            ["CLOSE"] = ("注销账户", "account closed"), ["REOPEN"] = ("恢复账户", "account reopened"),
            ["BANK_FEE"] = ("银行手续费", "bank's fee"), ["BANK_RECEIPT"] = ("银行入账", "bank's receipt"),
            ["BANK_SUSPENSE"] = ("待查款项", "to suspense"), ["CLEAR_SUSPENSE"] = ("转出待查", "cleared from suspense"),
            ["CONFIRM_PAYOUT"] = ("支付服务到账", "payout arrived"), ["OWN_TRANSFER"] = ("账户间划转", "between own accounts"),
            ["REPAY_BY_PROVIDER"] = ("机构还款", "repaid by a provider"), ["OWE_PROVIDER"] = ("机构欠款", "owed by a provider"),
            ["PREPARE_SETTLEMENT"] = ("结算预留", "held for a settlement"), ["APPROVE_SETTLEMENT"] = ("结算批准", "settlement approved"),
            ["WITHDRAW_SETTLEMENT"] = ("结算撤回", "settlement withdrawn"), ["PAY_PROVIDER"] = ("付款", "provider paid"),
            ["REJECT_PAYMENT"] = ("银行拒付", "payment rejected"), ["RETURN_PAYMENT"] = ("付款退回", "payment returned"),
            ["RECEIVE_DONATION"] = ("收到捐款", "donation received"), ["REFUND_DONATION"] = ("退还捐款", "donation refunded"),
            ["DISPUTE_DONATION"] = ("捐款争议", "donation disputed"), ["REINSTATE_DONATION"] = ("捐款恢复", "donation reinstated"),
            ["STRIPE_PAYOUT"] = ("支付服务出款", "paid out by the card service"),
            ["STRIPE_ADJUSTMENT"] = ("支付服务调整", "adjusted by the card service"),
            ["CLOSE_PERIOD"] = ("结账", "month closed"), ["REOPEN_PERIOD"] = ("重新开账", "month reopened"),
        }.ToFrozenDictionary();

    // The start of a path, its end, and what the account is; {0} is what stands between them.
    private static readonly (string Start, string End, string Chinese, string English)[] Accounts =
    [
        ("fund/", "/available", "资金 {0}：可拨付", "fund {0}: to allot"), ("fund/", "/owed", "资金 {0}：欠款", "fund {0}: owed"),
        ("programme/", "/allotted", "项目 {0}：已拨入", "programme {0}: allotted"),
        ("programme/", "/committed", "项目 {0}：券已占用", "programme {0}: bound by vouchers"),
        ("programme/", "/units", "项目 {0}：券的次数", "programme {0}: units on vouchers"),
        ("provider/", "/payable", "应付机构 {0}", "payable to provider {0}"), ("provider/", "/owed", "机构 {0} 欠款", "owed by provider {0}"),
        ("voucher/", "", "券 {0}", "voucher {0}"), ("settlement/", "", "结算批次 {0}", "settlement batch {0}"),
        ("bank/", "", "银行账户 {0}", "bank account {0}"), ("suspense/", "", "待查款项 {0}", "suspense of {0}"),
        ("opening/", "", "期初导入 {0}", "imported opening {0}"), ("expense/fees", "", "手续费支出", "bank fees"),
        ("person/", "/hours/earned", "服务时间（{0}）", "hours earned ({0})"), ("person/", "/hours/gifted", "受赠时间（{0}）", "hours given ({0})"),
        ("person/", "/hours/issued", "发放的时间（{0}）", "hours issued to ({0})"), ("hours/issued", "", "发放时间总账", "all hours issued"),
        ("pool/donated", "", "捐赠时间池", "pool of donated hours"), ("clearing/", "/due-to", "应划往 {0}", "due to {0}"),
        ("clearing/", "/due-from", "应由 {0} 划入", "due from {0}"), ("stripe/balance", "", "支付服务余额", "at the card service"),
        ("stripe/in-transit", "", "支付服务在途", "on the way from the card service"),
        ("stripe/suspense", "", "支付服务待查", "card service, suspense"), ("period/", "", "结账日数", "days of closed months"),
    ];

    private static readonly FrozenDictionary<string, (string Chinese, string English)> Passes =
        new Dictionary<string, (string Chinese, string English)>
        {
            ["END_TO_END_ID"] = ("付款编号相同", "same payment id"), ["REFERENCE"] = ("摘要里有我方编号", "our number in its text"),
            ["AMOUNT_AND_PAYEE"] = ("金额、收款人和日期唯一相符", "only one of this amount, payee and day"),
            ["AMOUNT_AND_DAY"] = ("金额和日期唯一相符", "only one of this amount and day"),
            ["BATCH_SUM"] = ("等于多笔合计", "the sum of several"), ["SEVERAL_LINES"] = ("几条明细合成一笔", "several lines make one payment"),
            ["TOLERANCE"] = ("相差在允许范围内", "differs by no more than allowed"), ["RETURNED"] = ("付款退回", "money that came back"),
            ["OWN_TRANSFER"] = ("自有账户间划转", "between own accounts"), ["PERSON"] = ("人工确认", "a person matched it"),
            ["RESOLUTION"] = ("按处理意见记账", "booked by its resolution"),
            ["ASSIGNED"] = ("指定负责人", "assigned"), ["PROPOSED"] = ("提出处理", "proposed"), ["APPROVED"] = ("批准处理", "approved"),
            ["WITHDRAWN"] = ("撤回", "withdrawn"), ["MATCHED"] = ("确认匹配", "matched"), ["UNMATCHED"] = ("取消匹配", "unmatched"),
        }.ToFrozenDictionary();

    /// <summary>The rule that found a match, or what a person did with a line of the bank.</summary>
    public static string Of(string name, Language language) =>
        Passes.TryGetValue(name, out (string Chinese, string English) word) ? language[word.Chinese, word.English] : name;

    /// <summary>What an account is, by its path or its resource name; an unknown one keeps its path.</summary>
    public static string Account(string path, Language language)
    {
        int at = path.IndexOf("/accounts/", StringComparison.Ordinal);
        string own = at < 0 ? path : path[(at + "/accounts/".Length)..];
        foreach ((string start, string end, string chinese, string english) in Accounts)
        {
            if (!own.StartsWith(start, StringComparison.Ordinal) || !own.EndsWith(end, StringComparison.Ordinal)
                || own.Length < start.Length + end.Length) continue;
            string middle = own[start.Length..(own.Length - end.Length)];
            return language[chinese, english].Replace("{0}", middle == "*" ? language["合计", "all"] : middle, StringComparison.Ordinal);
        }
        return own;
    }
}
