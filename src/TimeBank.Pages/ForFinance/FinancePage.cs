using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>What a finance page has beside every page: the forms' fields, who may act, and the region's names.</summary>
public abstract class FinancePage : Page
{
    /// <summary>The fields of whatever form was sent.</summary>
    [SupplyParameterFromForm]
    public Act? Sent { get; set; }

    protected override ImmutableArray<Role> Readers => [Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator];

    public bool IsMaker => Visitor.Has(Role.FinanceMaker);

    public bool IsChecker => Visitor.Has(Role.FinanceChecker);

    public bool IsAuditor => Visitor.Has(Role.Auditor);

    /// <summary>The resource name of something in this region.</summary>
    protected string Name(string kind, string id) => $"{Visitor.Parent}/{kind}/{id}";

    /// <summary>What was typed into a form that is shown again; null if another form was sent, or none.</summary>
    public string? Typed(string form, string field) =>
        SentName == form && Filled!.TryGetValue($"Sent.{field}", out var typed) ? typed.ToString() : null;

    /// <summary>Every value of a field that a form has more than once, such as what was ticked in a list.</summary>
    public string[] TypedAll(string form, string field) =>
        SentName == form ? [.. Filled![$"Sent.{field}"].OfType<string>()] : [];

    /// <summary>Carries out a form of this page and shows the page anew.</summary>
    protected async Task ActAsync(Func<Task> act, string? next = null)
    {
        if (await TryAsync(act)) LeaveDone(next ?? Http.Request.Path);
    }

    /// <summary>Tries out a form of two steps, or carries it out.</summary>
    /// <param name="next">Where it leads; null: to this page.</param>
    protected Task CheckedAsync(Func<bool, Task> act, string? next = null) =>
        CheckedAsync(act, () => Visitor.Link((next ?? Http.Request.Path) + "?done=1"));

    /// <summary>As <see cref="ActAsync"/>, for what only a person may do who has just confirmed who they are.</summary>
    protected async Task ApproveAsync(Func<Task> act, string? next = null)
    {
        if (HasConfirmed()) await ActAsync(act, next);
    }

    /// <summary>
    /// As <see cref="CheckedAsync(Func{bool, Task}, string?)"/>, for what only a person may do who has just confirmed who they are. Already
    /// the first step asks, so that nobody looks at what they can't carry out.
    /// </summary>
    protected async Task ApproveAsync(Func<bool, Task> act, string? next = null)
    {
        if (HasConfirmed()) await CheckedAsync(act, next);
    }

    private bool HasConfirmed()
    {
        if (Visitor.SignedInJustNow) return true;
        Refuse("", "请先再次确认您的身份，再办理。填写的内容会保留。", "Confirm that it is you first, then do it. What you filled in is kept.");
        return false;
    }

    /// <summary>Leads to a page that says that it was done.</summary>
    protected void LeaveDone(string path) =>
        Leave(Visitor.Link(path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "done=1"));

    /// <summary>The day in a field of a form; a wrong one refuses the form.</summary>
    protected bool TryDay(string? text, string field, out DateOnly day)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", out day)) return true;
        Refuse(field, "请填写日期，如 2026-11-02。", "Give a day, such as 2026-11-02.");
        return false;
    }

    /// <summary>The amount in a field of a form, in yuan; a wrong one refuses the form.</summary>
    protected bool TryYuan(string? text, string field, out Amount amount)
    {
        amount = new Amount { Unit = "CNY", Value = Written.ParseYuan(text) ?? 0 };
        if (amount.Value > 0) return true;
        Refuse(field, "请填写金额（元），最多两位小数，如 1200.50。", "Give an amount in yuan, with at most two decimals, such as 1200.50.");
        return false;
    }

    /// <summary>The day of the address (?date=2026-10-31); null where there is none.</summary>
    protected DateOnly? DayAsked(string name) => DateOnly.TryParseExact(Query(name), "yyyy-MM-dd", out DateOnly day) ? day : null;

    /// <summary>The choice of the address, by its number; all of them where there is none.</summary>
    protected T Asked<T>(string name)
        where T : struct, Enum => Enum.TryParse(Query(name), ignoreCase: true, out T value) && Enum.IsDefined(value) ? value : default;
}

/// <summary>The fields of the finance office's forms, as they were typed. Each form uses some of them.</summary>
public sealed class Act
{
    public string? RequestId { get; set; }

    /// <summary>Why; a reference; a remark.</summary>
    public string? Note { get; set; }

    public string? Amount { get; set; }

    public string? Day { get; set; }

    /// <summary>One of our bank accounts, by its slug.</summary>
    public string? Account { get; set; }

    public string? Choice { get; set; }

    /// <summary>A fund, provider, owner or item.</summary>
    public string? Subject { get; set; }

    public string? Holder { get; set; }

    public string? Number { get; set; }

    public string? Bank { get; set; }

    public string? Code { get; set; }
}
