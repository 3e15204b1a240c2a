using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using TimeBank.Pages.ForFinance;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.Providers;

/// <summary>
/// A page of a provider's file: of the office by the number in its address, else of a clerk, whose own provider it is. A change has two
/// steps (CheckedForm).
/// </summary>
public abstract class ProviderPage : FinancePage
{
    /// <summary>The provider's number; null: the clerk's own.</summary>
    [Parameter]
    public string? Id { get; set; }

    protected Provider Provider { get; private set; } = new();

    protected bool IsOffice => Id is not null;

    protected bool IsAdministrator => Visitor.Has(Role.Administrator);

    /// <summary>The address of the file.</summary>
    protected string FilePath => IsOffice ? $"/finance/providers/{Id}" : "/provider";

    protected override ImmutableArray<Role> Readers => IsOffice ? base.Readers : [Role.ProviderClerk];

    protected override async Task ReadAsync() => Provider = await Client.Providers.GetProviderAsync(
        new GetProviderRequest { Name = IsOffice ? Name("providers", Id!) : Visitor.Party }, Client.Reading);

    /// <summary>Whether the clerk's provider lets the clerk do it, as the contract will judge; of the office false.</summary>
    protected bool May(ProviderRight right) => !IsOffice && (Provider.StaffUnnamed || Provider.Staff.Any(
        one => one.Active && one.Person == Visitor.Subject && one.Rights.Contains(right)));

    /// <summary>A field of the form that was sent; empty where none was.</summary>
    public string Given(string field) => Filled?[$"Sent.{field}"].ToString() ?? "";

    /// <summary>The values of a field with several. The second step has them in one, with commas; no value has a comma.</summary>
    protected string[] GivenAll(string field) => Given(field).Split(',', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The choice of a field; the unspecified one where it is none, which the server refuses by the field's name.</summary>
    protected T GivenChoice<T>(string field)
        where T : struct, Enum => Enum.TryParse(Given(field), out T value) ? value : default;

    /// <summary>The day of a field; null where it was left empty. A text that is no day refuses the form.</summary>
    protected bool TryGivenDay(string field, string name, out Date? day)
    {
        day = null;
        if (Given(field).Length == 0) return true;
        if (!TryDay(Given(field), name, out DateOnly read)) return false;
        day = Written.ToContract(read);
        return true;
    }

    /// <summary>The days that a form asks for, in words: <c>from today</c> where none was given.</summary>
    protected string DaysOf(Date? first, Date? last) => ProviderWords.Days(
        new Period { FirstDay = first ?? Written.ToContract(Visitor.Today), LastDay = last }, L);

    protected static IEnumerable<ProviderRight> Rights => Enum.GetValues<ProviderRight>().Where(one => one != ProviderRight.Unspecified);

    protected string Of(IEnumerable<ProviderRight> rights) =>
        rights.Any() ? string.Join(L["、", ", "], rights.Select(one => Labels.Of(one, L))) : L["只能查看", "reads only"];
}
