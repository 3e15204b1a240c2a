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

/// <summary>Words for the contract's names: the contract's own words for units and states, the tool's for all others.</summary>
internal static class Labels
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All = Contract().Concat(Own())
        .ToFrozenDictionary(word => word.Name, word => (word.Chinese, word.English));

    /// <summary>The word for a name; null if it has none.</summary>
    public static string? Of(string name, Language language) => All.TryGetValue(name, out var word)
        ? language[word.Chinese, word.English] : null;

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
        ("ABILITY_GRADE_ABLE", "能力完好", "able"),
        ("ABILITY_GRADE_MILD", "轻度失能", "mild disability"),
        ("ABILITY_GRADE_MODERATE", "中度失能", "moderate disability"),
        ("ABILITY_GRADE_SEVERE", "重度失能", "severe disability"),
        ("ABILITY_GRADE_COMPLETE", "完全失能", "complete disability"),
        ("DIFFICULTY_LIVES_ALONE", "独居", "lives alone"),
        ("DIFFICULTY_EMPTY_NEST", "空巢", "empty nest"),
        ("DIFFICULTY_LOW_INCOME", "低收入", "low income"),
        ("DIFFICULTY_EXTREME_POVERTY", "特困", "extreme poverty"),
        ("DIFFICULTY_BEREAVED", "计生特殊家庭", "bereaved"),
        ("DIFFICULTY_LEFT_BEHIND", "留守", "left behind"),
        ("FUND_KIND_LOTTERY", "福彩公益金", "lottery"),
        ("FUND_KIND_FISCAL", "财政资金", "fiscal"),
        ("FUND_KIND_DONATION", "慈善捐赠", "donation"),
        ("FUND_KIND_GUARANTEE", "保障基金", "guarantee"),
        ("CHECK_VERDICT_MET", "达到", "met"),
        ("CHECK_VERDICT_NOT_MET", "未达到", "not met"),
        ("CHECK_VERDICT_NOTHING", "无可比较", "nothing to compare"),
        ("DONATION_STATE_OPEN", "待付款", "to be paid"),
        ("DONATION_STATE_PENDING", "付款处理中", "payment under way"),
        ("DONATION_STATE_PAID", "已付款", "paid"),
        ("DONATION_STATE_EXPIRED", "已过期", "expired"),
        ("DONATION_STATE_FAILED", "付款失败", "failed"),
        ("SERVICE_TYPE_MEAL", "助餐", "meals"),
        ("SERVICE_TYPE_BATH", "助浴", "bathing"),
        ("SERVICE_TYPE_CLEAN", "助洁", "cleaning"),
        ("SERVICE_TYPE_MEDICAL", "助医", "medical"),
        ("SERVICE_TYPE_URGENT", "助急", "emergency"),
        ("SERVICE_TYPE_MOBILITY", "助行", "mobility"),
        ("SERVICE_TYPE_CARE", "照护", "personal care"),
        ("SERVICE_TYPE_COMPANIONSHIP", "陪伴", "companionship"),
        ("SERVICE_TYPE_ERRANDS", "代办", "errands"),
        ("SERVICE_TYPE_DIGITAL_HELP", "智能设备帮教", "help with phones"),
        ("STANDING_GOOD", "正常", "good"),
        ("STANDING_WHITE_LISTED", "白名单", "white-listed"),
        ("STANDING_SUSPENDED", "暂停服务", "suspended"),
        ("STANDING_BLACK_LISTED", "黑名单", "blacklisted"),
        ("PAYEE_CHANGE_STATE_PROPOSED", "待审核", "waits for approval"),
        ("PAYEE_CHANGE_STATE_APPROVED", "已审核，待生效", "approved, not in force yet"),
        ("PAYEE_CHANGE_STATE_IN_FORCE", "生效中", "in force"),
        ("PAYEE_CHANGE_STATE_REPLACED", "已被替换", "replaced"),
        ("PAYEE_CHANGE_STATE_WITHDRAWN", "已撤回", "withdrawn"),
        ("WITHHELD_REASON_PAYEE_CHANGED", "收款账户已变更", "another account than was approved"),
        ("WITHHELD_REASON_PROVIDER_BLACK_LISTED", "黑名单", "blacklisted"),
        ("REDEMPTION_STATE_REDEEMED", "已核销", "redeemed"),
        ("REDEMPTION_STATE_REFUNDED", "已退回", "refunded"),
        ("SCENARIO_STATE_RUNNING", "进行中", "running"),
        ("SCENARIO_STATE_FINISHED", "已结束", "finished"),
        ("BANK_LINE_STATE_OPEN", "未对", "open"),
        ("BANK_LINE_STATE_MATCHED", "已对", "matched"),
        ("AGE_BUCKET_WEEK", "7 天以内", "up to 7 days"),
        ("AGE_BUCKET_MONTH", "8 至 30 天", "8 to 30 days"),
        ("AGE_BUCKET_QUARTER", "31 至 90 天", "31 to 90 days"),
        ("AGE_BUCKET_OLDER", "90 天以上", "over 90 days"),
        ("EXCEPTION_REASON_NO_CANDIDATE", "没有对应", "nothing fits"),
        ("EXCEPTION_REASON_SEVERAL_WAYS_FIT", "多种可能", "several ways fit"),
        ("EXCEPTION_REASON_SUGGESTED_ONLY", "待确认", "suggested only"),
        ("EXCEPTION_REASON_AMOUNT_DIFFERS", "金额不符", "amount differs"),
        ("EXCEPTION_REASON_SAME_REFERENCE_TWICE", "编号重复", "same reference twice"),
        ("RESOLUTION_KIND_FEE", "手续费", "fee"),
        ("RESOLUTION_KIND_FUND", "记入资金", "to a fund"),
        ("RESOLUTION_KIND_SUSPENSE", "待查", "suspense"),
        ("RESOLUTION_KIND_CLAIM", "应收应付", "claim"),
        ("RESOLUTION_KIND_CLEAR", "转出待查", "cleared from suspense"),
        ("RESOLUTION_STATE_PROPOSED", "待审核", "proposed"),
        ("RESOLUTION_STATE_APPROVED", "已批准", "approved"),
        ("RESOLUTION_STATE_WITHDRAWN", "已撤回", "withdrawn"),
        ("SIDE_DEBIT", "借", "debit"),
        ("SIDE_CREDIT", "贷", "credit"),
        ("SIDE_UNSPECIFIED", "平", "–"),
        ("PAYER_PUBLIC_FUNDS", "财政或捐赠", "public or donated money"),
        ("PAYER_SHARED", "共同承担", "shared"),
        ("PAYER_ELDER", "个人", "the elder"),
        ("PAYER_TIME_BANK", "时间银行", "the elder's hours"),
        ("HOUR_ACCOUNT_EARNED", "服务所得", "earned"),
        ("HOUR_ACCOUNT_GIFTED", "受赠", "gifted"),
        ("HOUR_ACCOUNT_ISSUED", "政府发放", "issued"),
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
    ];
}
