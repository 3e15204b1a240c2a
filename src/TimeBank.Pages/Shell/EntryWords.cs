using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TimeBank.Pages.Shell;

/// <summary>What the journal's accounts and the acts on a bank's line are called, where the contract has no words for them.</summary>
public static class EntryWords
{
    /// <summary>The codes that an entry may have, as the contract writes them; the contract has their words.</summary>
    public static ImmutableArray<string> Codes { get; } =
    [
        "RECEIVE_MONEY", "ALLOT_FUNDS", "RETURN_FUNDS", "ISSUE_VOUCHER", "REDEEM_VOUCHER", "REFUND_REDEMPTION", "PAY_BILL", "REFUND_BILL",
        "VOID_VOUCHER", "EXPIRE_VOUCHER", "ISSUE_HOURS", "EXPIRE_HOURS", "GRANT_HOURS", "HOLD_SERVICE", "RENDER_SERVICE", "RELEASE_SERVICE",
        "GIFT_HOURS", "DONATE_HOURS", "CLEAR_OUT", "CLEAR_IN", "NET_CLEARING", "NOTE", "IMPORT_BALANCE", "REVERSE", "FREEZE", "THAW",
        "CLOSE", "REOPEN",
        "BANK_FEE", "BANK_RECEIPT", "BANK_SUSPENSE", "CLEAR_SUSPENSE", "CONFIRM_PAYOUT", "OWN_TRANSFER", "REPAY_BY_PROVIDER",
        "OWE_PROVIDER", "PREPARE_SETTLEMENT", "APPROVE_SETTLEMENT", "WITHDRAW_SETTLEMENT", "PAY_PROVIDER", "REJECT_PAYMENT",
        "RETURN_PAYMENT", "RECEIVE_DONATION", "REFUND_DONATION", "DISPUTE_DONATION", "REINSTATE_DONATION", "STRIPE_PAYOUT",
        "STRIPE_ADJUSTMENT", "CLOSE_PERIOD", "REOPEN_PERIOD", "PAY_ESTATE",
        "RECEIVE_PREPAYMENT", "DRAW_PREPAYMENT", "END_PREPAYMENT", "REFUND_PREPAYMENT",
    ];

    // The start of a path, its end, and what the account is; {0} is what stands between them.
    private static readonly (string Start, string End, string Chinese, string English)[] Accounts =
    [
        ("fund/", "/available", "资金 {0}：可拨付", "fund {0}: to allot"), ("fund/", "/owed", "资金 {0}：欠款", "fund {0}: owed"),
        ("programme/", "/allotted", "项目 {0}：已拨入", "programme {0}: allotted"),
        ("programme/", "/committed", "项目 {0}：券已占用", "programme {0}: bound by vouchers"),
        ("programme/", "/units", "项目 {0}：券的次数", "programme {0}: units on vouchers"),
        ("provider/", "/payable", "应付机构 {0}", "payable to provider {0}"), ("provider/", "/owed", "机构 {0} 欠款", "owed by provider {0}"),
        ("provider/", "/prepaid", "应付机构 {0} 预收费", "prepaid fees payable to provider {0}"),
        ("settlement/", "/prepaid", "预收费结算批次 {0}", "settlement batch {0} of prepaid fees"),
        ("voucher/", "", "券 {0}", "voucher {0}"), ("settlement/", "", "结算批次 {0}", "settlement batch {0}"),
        ("estate/", "", "付给老人 {0} 的继承人", "to the heirs of elder {0}"),
        ("bank/", "", "银行账户 {0}", "bank account {0}"), ("suspense/", "", "待查款项 {0}", "suspense of {0}"),
        ("opening/", "", "期初导入 {0}", "imported opening {0}"), ("expense/fees", "", "手续费支出", "bank fees"),
        ("person/", "/hours/earned", "服务时间（{0}）", "hours earned ({0})"), ("person/", "/hours/gifted", "受赠时间（{0}）", "hours given ({0})"),
        ("person/", "/hours/issued", "发放的时间（{0}）", "hours issued to ({0})"), ("hours/issued", "", "发放时间总账", "all hours issued"),
        ("pool/donated", "", "捐赠时间池", "pool of donated hours"), ("clearing/", "/due-to", "应划往 {0}", "due to {0}"),
        ("clearing/", "/due-from", "应由 {0} 划入", "due from {0}"), ("clearing/net", "", "地区间轧差", "netting between regions"),
        ("clearing/", "/settled", "与 {0} 轧差应结", "settled with {0} by nettings"), ("stripe/balance", "", "支付服务余额", "at the card service"),
        ("stripe/in-transit", "", "支付服务在途", "on the way from the card service"),
        ("stripe/suspense", "", "支付服务待查", "card service, suspense"), ("period/", "", "结账日数", "days of closed months"),
        ("custody/", "/fees", "预收费 {0}：存管", "prepaid fees {0}: in custody"),
        ("custody/", "/deposit", "预收费 {0}：押金", "prepaid fees {0}: deposit"),
        ("custody/", "/refund", "预收费 {0}：待退还", "prepaid fees {0}: to be paid back"),
    ];

    private static readonly FrozenDictionary<string, (string Chinese, string English)> Acts =
        new Dictionary<string, (string Chinese, string English)>
        {
            ["ASSIGNED"] = ("指定负责人", "assigned"), ["PROPOSED"] = ("提出处理", "proposed"), ["APPROVED"] = ("批准处理", "approved"),
            ["WITHDRAWN"] = ("撤回", "withdrawn"), ["MATCHED"] = ("确认匹配", "matched"), ["UNMATCHED"] = ("取消匹配", "unmatched"),
        }.ToFrozenDictionary();

    /// <summary>The rule that found a match, or what a person did with a line of the bank.</summary>
    public static string Of(string name, Language language) =>
        Acts.TryGetValue(name, out (string Chinese, string English) word) ? language[word.Chinese, word.English]
        : Labels.Of($"MATCH_PASS_{name}", language);

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
