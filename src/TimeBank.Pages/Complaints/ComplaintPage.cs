using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.Complaints;

/// <summary>What a page about complaints has beside every page: who the reader is to them.</summary>
public abstract class ComplaintPage : Page
{
    /// <summary>The most letters of a person's words.</summary>
    protected const int MostLetters = 1_000;

    [SupplyParameterFromForm]
    public ComplaintForm? Sent { get; set; }

    protected override ImmutableArray<Role> Readers =>
    [
        Role.Elder, Role.Volunteer, Role.ProviderClerk, Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Administrator,
        Role.Auditor,
    ];

    /// <summary>Who answers and closes: staff who act for nobody.</summary>
    protected bool IsStaff => Visitor.OnBehalfOf.Length == 0
        && new[] { Role.Counter, Role.FinanceChecker, Role.Administrator }.Any(Visitor.Has);

    /// <summary>Whether the reader complains, or acts for who does.</summary>
    protected bool IsMine(Complaint complaint) =>
        complaint.Complainant.Length == 0 ? complaint.FiledBy == Visitor.Subject : complaint.Complainant == Visitor.Person;

    /// <summary>The words of the form in one line: the contract takes no breaks, and a field of several lines has them.</summary>
    protected string Words => string.Join(
        ' ', (Sent?.Words ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Where the reader sees what it is about; empty: nowhere.</summary>
    protected string PathOf(Complaint complaint)
    {
        string[] subject = complaint.Subject.Split('/')[2..];
        bool isElder = Visitor.Has(Role.Elder) || Visitor.OnBehalfOf.Length > 0;
        bool isOffice = Visitor.Has(Role.FinanceMaker) || Visitor.Has(Role.FinanceChecker) || Visitor.Has(Role.Auditor);
        return subject switch
        {
            ["vouchers", var voucher, "redemptions", var index] when Visitor.Has(Role.ProviderClerk) => $"/redemptions/{voucher}/{index}",
            ["vouchers", var voucher, ..] when isElder => Visitor.Link($"/vouchers/{voucher}"),
            ["bills", var index] when Visitor.Has(Role.ProviderClerk) || isOffice => Visitor.Link($"/bills/{index}"),
            ["orders", var order] when isElder => Visitor.Link($"/orders/{order}"),
            ["orders", var order] when Visitor.Has(Role.Counter) => Visitor.Link($"/desk/orders/{order}"),
            ["settlements", var batch, "payments", var number] when isOffice => Visitor.Link($"/finance/batches/{batch}/payments/{number}"),
            [.., "redemptions" or "entries", var index] when isOffice => Visitor.Link($"/journal/{index}"),
            _ => "",
        };
    }

    /// <summary>What it is about in words, with its number.</summary>
    protected string About(string subject) => subject.Split('/')[2..] switch
    {
        ["vouchers", _, "redemptions", var index] => L[$"核销 {index}", $"redemption {index}"],
        ["bills", var index] => L[$"账单 {index}", $"bill {index}"],
        ["orders", var order] => L[$"服务单 {order}", $"order {order}"],
        ["settlements", var batch, "payments", var number] => L[$"结算付款 {batch}/{number}", $"payment {batch}/{number}"],
        [_, var index] => L[$"分录 {index}", $"entry {index}"],
        var other => string.Join('/', other),
    };

    /// <summary>A day of a complaint in words. The last day of a stretch isn't known while the holidays of its year aren't.</summary>
    protected string DayOf(Date? day) => day is not null ? Written.Day(day, L)
        : L["暂不能确定：那一年的节假日安排还没有录入", "not known yet: that year's holidays aren't in the system yet"];

    /// <summary>Whether the staff owe the next word.</summary>
    protected static bool WaitsForStaff(Complaint complaint) => complaint.State is ComplaintState.Filed or ComplaintState.Contested;

    /// <summary>The day by which the staff owe the next word; null: they owe none, or the day isn't known yet.</summary>
    protected static Date? DueOf(Complaint complaint) => complaint.State switch
    {
        ComplaintState.Filed => complaint.DueDate,
        ComplaintState.Contested => complaint.ReviewDueDate,
        _ => null,
    };

    protected static string ToneOf(Complaint complaint) => complaint switch
    {
        { Overdue: true } => "bad",
        { State: ComplaintState.Filed or ComplaintState.Contested } => "warn",
        { State: ComplaintState.Closed } => "good",
        _ => "",
    };

    /// <summary>Who complains, as the list names them: staff by their subject, others by their number.</summary>
    protected string Complainant(Complaint complaint) => complaint.Complainant.Split('/') switch
    {
        [_, _, "elders", var id] => L[$"老人 {id}", $"elder {id}"],
        [_, _, "volunteers", var id] => L[$"志愿者 {id}", $"volunteer {id}"],
        [_, _, "providers", var id] => L[$"机构 {id}", $"provider {id}"],
        _ => L[$"工作人员 {complaint.FiledBy}", $"staff {complaint.FiledBy}"],
    };
}

/// <summary>The fields of the forms of complaints, as they were typed.</summary>
public sealed class ComplaintForm : SentForm
{
    public string? Category { get; set; }

    public string? Words { get; set; }

    public string? Entry { get; set; }
}
