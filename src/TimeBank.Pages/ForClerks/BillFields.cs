using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForClerks;

/// <summary>A page about a bill: a clerk's, or the counter's for the elder whom it acts for.</summary>
public abstract class BillPageBase : Page
{
    protected override ImmutableArray<Role> Readers => Visitor.OnBehalfOf.Length > 0 ? [Role.Counter] : [Role.ProviderClerk];

    protected IReadOnlyDictionary<string, CatalogueItem> Items { get; set; } = new Dictionary<string, CatalogueItem>();

    protected bool IsCounter => Visitor.OnBehalfOf.Length > 0;
}

/// <summary>A line of the form, as it was typed.</summary>
public sealed record BillRow(string Item, string Quantity, string Price, string Insurance)
{
    public static BillRow Empty { get; } = new("", "1", "", "0");

    /// <summary>A row without a price is left out: so a line is taken off the bill.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Price);
}

/// <summary>The form of a bill in the address: fields of the same name, a row after the other. One redemption has the same names.</summary>
public sealed class BillFields(HttpRequest request)
{
    /// <summary>The button that was pressed: another line, or another voucher.</summary>
    public const string Add = "add", AddLine = "line", AddVoucher = "voucher";

    public IReadOnlyList<BillRow> Rows { get; } =
    [
        .. Enumerable.Range(0, request.Query["item"].Count).Select(at => new BillRow(
            At(request, "item", at, ""), At(request, "quantity", at, "1"), At(request, "price", at, ""),
            At(request, "insurance", at, "0"))),
    ];

    /// <summary>The vouchers' numbers as they were typed, without empty fields.</summary>
    public IReadOnlyList<string> Vouchers { get; } =
        [.. request.Query["voucher"].OfType<string>().Where(text => !string.IsNullOrWhiteSpace(text)).Distinct(StringComparer.Ordinal)];

    public ServicePlace Place { get; } =
        int.TryParse(request.Query["place"], NumberStyles.None, CultureInfo.InvariantCulture, out int place)
            ? (ServicePlace)place : ServicePlace.Home;

    /// <summary>Null where the day can't be read.</summary>
    public DateOnly? Day { get; } = DateOnly.TryParseExact(
        request.Query["date"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;

    public string Memo { get; } = request.Query["memo"].ToString();

    public string Provider { get; } = request.Query["provider"].ToString();

    /// <summary>A line of the request; null where a field of it can't be read.</summary>
    public static BillLine? Line(BillRow row)
    {
        long? price = Written.ParseYuan(row.Price), quantity = Written.ParseCount(row.Quantity),
            insurance = row.Insurance.Length == 0 ? 0 : Written.ParseYuan(row.Insurance);
        if (price is null || quantity is null || insurance is null) return null;
        return new BillLine
        {
            Item = row.Item, Quantity = quantity.Value, Price = new Amount { Value = price.Value, Unit = "CNY" },
            Insurance = insurance > 0 ? new Amount { Value = insurance.Value, Unit = "CNY" } : null,
        };
    }

    private static string At(HttpRequest request, string name, int at, string usual) =>
        request.Query[name] is var values && at < values.Count ? values[at] ?? usual : usual;
}
