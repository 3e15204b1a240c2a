using System.Collections.Frozen;
using System.Text.Json;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The language of the tool's texts.</summary>
/// <param name="Locale">As in the server's texts: <c>zh-CN</c> or <c>en</c>.</param>
internal sealed record Language(string Locale)
{
    public static Language Chinese { get; } = new("zh-CN");

    public static Language English { get; } = new("en");

    public string this[string chinese, string english] => this == Chinese ? chinese : english;

    /// <summary>
    /// From <c>--lang</c>, else from the locale. The tool looks for <c>--lang</c> before it parses the command line, because help is in
    /// that language too.
    /// </summary>
    public static Language Choose(IReadOnlyList<string> args, Func<string, string?> variable)
    {
        string? wanted = args.FirstOrDefault(arg => arg.StartsWith("--lang=", StringComparison.Ordinal))?["--lang=".Length..];
        for (int i = 0; i + 1 < args.Count && wanted is null; i++)
        {
            if (args[i] == "--lang") wanted = args[i + 1];
        }
        // POSIX: the first variable that is set decides.
        wanted ??= new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return wanted?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? Chinese : English;
    }
}

/// <summary>
/// Words for the contract's names: the contract's own words for units and choices, the tool's for entry codes and for what is missing.
/// </summary>
internal static class Labels
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All = Contract().Concat(Own())
        .ToFrozenDictionary(word => word.Name, word => (word.Chinese, word.English));

    /// <summary>The word for a name; null if it has none.</summary>
    public static string? Of(string name, Language language) => All.TryGetValue(name, out var word)
        ? language[word.Chinese, word.English] : null;

    /// <summary>The word for a name that the contract has as text; the name itself where there is none.</summary>
    public static string OrName(string prefix, string name, Language language) => Of($"{prefix}{name}", language) ?? name;

    private static List<(string Name, string Chinese, string English)> Contract()
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream("words.json")
            ?? throw new InvalidOperationException("The contract has no words.json.");
        using JsonDocument document = JsonDocument.Parse(stream);
        return [.. document.RootElement.EnumerateArray()
            .Select(word =>
            (word.GetProperty("word").GetString()!, word.GetProperty("zh").GetString()!, word.GetProperty("en").GetString()!))];
    }

    private static IEnumerable<(string Name, string Chinese, string English)> Own() =>
    [
        ("ABILITY_GRADE_UNSPECIFIED", "未评估", "not assessed"),
        ("SIDE_UNSPECIFIED", "平", "–"),
        ("RECEIVE_MONEY", "资金到账", "money received"),
        ("ALLOT_FUNDS", "拨付项目", "funds allotted"),
        ("RETURN_FUNDS", "退回资金", "funds returned"),
        ("ISSUE_VOUCHER", "发券", "voucher issued"),
        ("REDEEM_VOUCHER", "核销", "voucher redeemed"),
        ("REFUND_REDEMPTION", "退回核销", "redemption refunded"),
        ("VOID_VOUCHER", "作废", "voucher voided"),
        ("EXPIRE_VOUCHER", "过期", "voucher expired"),
        ("ISSUE_HOURS", "发放时间", "hours issued"),
        ("EXPIRE_HOURS", "时间到期", "hours ended"),
        ("GRANT_HOURS", "捐赠池拨付", "granted from the pool"),
        ("HOLD_SERVICE", "预留", "held for a service"),
        ("RENDER_SERVICE", "服务完成", "service rendered"),
        ("RELEASE_SERVICE", "解除预留", "hold released"),
        ("GIFT_HOURS", "赠送", "gift"),
        ("DONATE_HOURS", "捐赠", "donation"),
        ("CLEAR_OUT", "划出本地", "to another region"),
        ("CLEAR_IN", "划入本地", "from another region"),
        ("IMPORT_BALANCE", "导入余额", "imported balance"), ("REVERSE", "冲正", "reversal"), ("FREEZE", "冻结", "frozen"),
        ("THAW", "解冻", "unfrozen"), ("CLOSE", "注销", "closed"), ("REOPEN", "恢复", "reopened"),
        ("BANK_FEE", "银行手续费", "bank's fee"), ("BANK_RECEIPT", "银行入账", "bank's receipt"),
        ("BANK_SUSPENSE", "待查款项", "to suspense"), ("CLEAR_SUSPENSE", "转出待查", "cleared from suspense"),
        ("CONFIRM_PAYOUT", "支付服务到账", "payout arrived"), ("OWN_TRANSFER", "账户间划转", "between own accounts"),
        ("REPAY_BY_PROVIDER", "机构还款", "repaid by a provider"), ("OWE_PROVIDER", "机构欠款", "owed by a provider"),
        ("PREPARE_SETTLEMENT", "结算预留", "held for a settlement"), ("APPROVE_SETTLEMENT", "结算批准", "settlement approved"),
        ("WITHDRAW_SETTLEMENT", "结算撤回", "settlement withdrawn"), ("PAY_PROVIDER", "付款", "provider paid"),
        ("REJECT_PAYMENT", "未付成，退回应付", "payment not made, owed again"), ("RETURN_PAYMENT", "付款退回", "payment returned"),
        ("RECEIVE_DONATION", "收到捐款", "donation received"), ("REFUND_DONATION", "退还捐款", "donation refunded"),
        ("DISPUTE_DONATION", "捐款争议", "donation disputed"), ("REINSTATE_DONATION", "捐款恢复", "donation reinstated"),
        ("STRIPE_PAYOUT", "支付服务出款", "paid out by the card service"),
        ("STRIPE_ADJUSTMENT", "支付服务调整", "adjusted by the card service"),
        ("PAYMENT_WITHHELD", "未付款（扣下）", "withheld"), ("CLOSE_PERIOD", "结账", "period closed"), ("REOPEN_PERIOD", "重新开账", "period reopened"),
    ];
}
