using System.Collections.Frozen;

namespace TimeBank.Pages.Shell;

/// <summary>The fields of requests as the forms call them.</summary>
public static class FieldNames
{
    private static readonly FrozenDictionary<string, (string Chinese, string English)> All =
        new Dictionary<string, (string Chinese, string English)>
        {
            ["amount"] = ("数量", "Amount"), ["amount.value"] = ("数量", "Amount"), ["receiver"] = ("受赠人", "Receiver"),
            ["memo"] = ("备注", "Remark"), ["note"] = ("说明", "Note"), ["item"] = ("服务项目", "Service"),
            ["planned_start_time"] = ("开始时间", "Start"), ["planned"] = ("时长", "Length"), ["planned.value"] = ("时长", "Length"),
            ["price"] = ("价格", "Price"), ["price.value"] = ("价格", "Price"), ["insurance"] = ("保险支付", "Paid by insurance"),
            ["insurance.value"] = ("保险支付", "Paid by insurance"), ["quantity"] = ("数量", "Number"), ["place"] = ("服务地点", "Place"),
            ["voucher"] = ("券号", "Voucher"), ["service_date"] = ("服务日期", "Day of service"), ["request_id"] = ("表单编号", "Form id"),
            ["display_name"] = ("姓名", "Name"), ["birth_date"] = ("出生日期", "Date of birth"), ["comment"] = ("评语", "Comment"),
            ["visited_date"] = ("哪一天", "Day"), ["method"] = ("方式", "How"), ["finding"] = ("情况", "What was found"),
            ["volunteer"] = ("志愿者编号", "The volunteer's number"),
            ["stars"] = ("星级", "Stars"), ["score"] = ("得分", "Score"),
            ["self_care"] = ("自理能力", "Self-care"), ["movement"] = ("基础运动能力", "Basic movement"),
            ["mental_state"] = ("精神状态", "Mental state"), ["participation"] = ("感知觉与社会参与", "Perception and participation"),
            ["grade_changes"] = ("等级变更依据", "What makes the grade worse"), ["assessed_in"] = ("评估地区", "Region that assessed"),
            ["assessed_date"] = ("评估日期", "Day of assessment"),
            ["parent"] = ("地区", "Region"), ["receipt"] = ("收据", "Receipt"), ["key"] = ("公钥", "Key"),
            ["page_token"] = ("页码", "Page"), ["period"] = ("期间", "Period"), ["period.last_day"] = ("到", "Until"),
            ["as_of.date"] = ("日期", "Day"), ["name"] = ("号码", "Number"), ["order"] = ("服务单号", "Order"),
            ["owner"] = ("负责人", "Owner"), ["reason"] = ("理由", "Reason"), ["fund"] = ("资金", "Fund"), ["provider"] = ("机构", "Provider"),
            ["fund_id"] = ("代号", "Short name"), ["kind"] = ("种类", "Kind"), ["date"] = ("日期", "Day"), ["reference"] = ("凭证号", "Reference"),
            ["bank_account"] = ("我方账户", "Our account"), ["received_date"] = ("到账日", "The bank's day"),
            ["execution_date"] = ("付款日", "Day to pay"), ["format"] = ("文件格式", "Format"), ["outcome"] = ("结果", "What became of it"),
            ["file_name"] = ("文件", "File"), ["profile"] = ("文件格式", "How the file is read"), ["items"] = ("我方的哪一笔", "What it is"),
            ["account_number"] = ("账号", "Account number"), ["account.account_number"] = ("账号", "Account number"),
            ["account.holder_name"] = ("户名", "Name of the account"), ["account.bank_name"] = ("开户行", "Bank and branch"),
            ["programme_id"] = ("代号", "Short name"), ["scheme"] = ("谁得多少由什么决定", "What decides who gets how much"),
            ["service_types"] = ("哪些服务", "Which services"), ["monthly_quota"] = ("每人每月几次", "How many a month each"),
            ["monthly_quota.value"] = ("每人每月几次", "How many a month each"), ["monthly_quota.unit"] = ("单位", "Unit"),
            ["monthly"] = ("每人每月（元）", "Each gets a month (yuan)"),
            ["contract_price"] = ("每次最高价", "The most that one costs"), ["contract_price.value"] = ("每次最高价", "The most that one costs"),
            ["eligibility.min_age"] = ("最低年龄", "Youngest age"), ["by_shares.total"] = ("总额", "Total"),
            ["eligibility.residence"] = ("须住在哪个地区", "Must live in the region"),
            ["conditions.min_age"] = ("最低年龄", "Youngest age"), ["conditions.residence"] = ("须住在哪个地区", "Must live in the region"),
            ["conditions.service_types"] = ("只支付哪些服务", "Which services alone"),
            ["eligibility.yields_to"] = ("优先的项目", "Programmes that come first"),
            ["eligibility.excluded_benefits"] = ("不可兼得的待遇", "Benefits that exclude it"),
            ["by_shares.shares"] = ("各项资金几份", "Parts of each fund"),
            ["account.bank_code"] = ("行号", "The bank's code"), ["set_aside"] = ("暂不付", "Set aside"),
            ["programme"] = ("项目", "Programme"), ["providers"] = ("机构", "Provider"), ["programmes"] = ("项目", "Programme"),
            ["lines"] = ("各项资金的金额", "Amounts of the funds"), ["shares"] = ("各项资金几份", "Parts of each fund"),
            ["parts"] = ("几份", "Parts"), ["total"] = ("总额", "Total"), ["allotment"] = ("拨付金额", "What is allotted"),
            ["purpose"] = ("用途", "Purpose"), ["release_held_back_until"] = ("放行此日前扣留的款项", "Release until"),
            ["first_date"] = ("从", "From"), ["last_date"] = ("到", "Until"),
            ["payment"] = ("付款", "Payment"), ["change"] = ("变更", "Change"),
            ["pin"] = ("密码", "PIN"), ["old_pin"] = ("原密码", "Old PIN"), ["codes"] = ("券码", "Voucher's code"),
            ["card"] = ("卡号", "Card's number"), ["number"] = ("卡号", "Card's number"),
            ["vouchers"] = ("券号", "Vouchers"), ["elder"] = ("老人", "Elder"),
            ["entry"] = ("分录", "Entry"), ["account"] = ("账户", "Account"), ["month"] = ("月份", "Month"),
            ["fingerprint"] = ("核对码", "Fingerprint"), ["since"] = ("从何时起", "From when on"), ["last_digits"] = ("卡号末四位", "Last four digits"),
            ["bank_reference"] = ("银行参考号", "Bank's reference"), ["evidence"] = ("继承凭据", "Evidence of the inheritance"),
            ["words"] = ("内容", "Words"), ["category"] = ("什么不对", "What is wrong"), ["subject"] = ("对哪一笔", "What it is about"),
            ["area"] = ("服务范围", "Area"), ["areas"] = ("服务范围", "Areas"), ["hours"] = ("营业时间", "Hours"),
            ["opens"] = ("开门时间", "Opens"), ["closes"] = ("关门时间", "Closes"), ["closed_days"] = ("休息日", "Closed on"),
            ["service_type"] = ("服务种类", "Service"), ["first_day"] = ("从", "From"), ["last_day"] = ("最后一天", "Last day"),
            ["standing"] = ("信用", "Standing"), ["person"] = ("登录编号", "Sign-in name"), ["rights"] = ("权限", "Rights"),
            ["monthly_amount"] = ("每月费用", "Fee of a month"),
            ["monthly_bed_fee"] = ("其中床位费", "The bed's part of it"), ["first_month"] = ("第一个月", "First month"),
            ["months"] = ("几个月", "How many months"), ["deposit"] = ("押金", "Deposit"),
            ["paid_date"] = ("付款日", "The bank's day"), ["identity_number"] = ("证件号码", "Number of identity"),
            ["telephone"] = ("电话", "Telephone"), ["credit_code"] = ("统一社会信用代码", "Credit code"), ["address"] = ("住址", "Address"),
            ["source"] = ("来源", "Source"), ["notice_key"] = ("来源的编号", "Its number there"), ["benefit"] = ("哪项待遇", "Which benefit"),
            ["difficulty"] = ("哪种困难情况", "Which difficulty"), ["residence"] = ("现居住地区", "Region where the elder lives now"),
        }.ToFrozenDictionary();

    /// <summary>
    /// A field's name. A field of a list is named by its last part: <c>by_amounts.lines[0].fund</c> is a fund. One that no form has keeps
    /// the contract's name.
    /// </summary>
    public static string Of(string field, Language language)
    {
        // An amount's value is the amount: lines[0].price.value is a price.
        string whole = field.EndsWith(".value", StringComparison.Ordinal) ? field[..^".value".Length] : field;
        string last = whole[(whole.LastIndexOf('.') + 1)..].Split('[')[0];
        return All.TryGetValue(field, out (string Chinese, string English) name) || All.TryGetValue(last, out name)
            ? language[name.Chinese, name.English] : field;
    }
}
