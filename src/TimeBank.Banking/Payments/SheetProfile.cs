using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeBank.Banking;

/// <summary>What a bank's sheet for batch transfers looks like, as data.</summary>
/// <param name="Sheet">The name of the sheet in a spreadsheet.</param>
/// <param name="TotalLabel">The word in front of the totals; null: the bank takes no row of totals.</param>
public sealed record SheetProfile(
    string Name, string Title, string Sheet, ImmutableArray<SheetColumn> Columns, string? TotalLabel = null)
{
    private const string Prefix = "payment-profiles/";

    /// <summary>What a spreadsheet takes as the name of a sheet.</summary>
    private const int MaxSheetName = 31;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The names of the profiles that ship with the product, in order.</summary>
    public static ImmutableArray<string> Shipped { get; } =
    [
        .. typeof(SheetProfile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[Prefix.Length..])).Order(StringComparer.Ordinal),
    ];

    /// <summary>A profile that ships with the product; null where none has the name.</summary>
    /// <exception cref="InvalidDataException">It is wrong, which the tests rule out.</exception>
    public static SheetProfile? Find(string name)
    {
        using Stream? file = typeof(SheetProfile).Assembly.GetManifestResourceStream($"{Prefix}{name}.json");
        if (file is null) return null;
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        (SheetProfile? profile, ImmutableArray<ProfileError> errors) = Parse(bytes);
        return profile ?? throw new InvalidDataException($"{name}: {string.Join("; ", errors)}");
    }

    /// <summary>A profile, or everything that is wrong with its file; never both.</summary>
    /// <param name="utf8">The JSON file, without a mark.</param>
    public static (SheetProfile? Profile, ImmutableArray<ProfileError> Errors) Parse(ReadOnlySpan<byte> utf8)
    {
        SheetProfile? profile;
        try
        {
            profile = JsonSerializer.Deserialize<SheetProfile>(utf8, Options);
        }
        catch (JsonException wrong)
        {
            return (null, [new ProfileError(wrong.Path ?? "$", "isn't what a profile has there")]);
        }
        if (profile is null) return (null, [new ProfileError("$", "is an object")]);
        ImmutableArray<ProfileError> errors = [.. profile.Errors()];
        return errors.IsEmpty ? (profile, []) : (null, errors);
    }

    private IEnumerable<ProfileError> Errors()
    {
        if (Name.Length == 0) yield return new ProfileError("$.name", "isn't empty");
        if (Sheet.Length is 0 or > MaxSheetName || Sheet.AsSpan().ContainsAny("[]:*?/\\'"))
        {
            yield return new ProfileError("$.sheet", "is the name of a sheet: 1 to 31 letters, none of []:*?/\\'");
        }
        if (Columns.IsDefaultOrEmpty)
        {
            yield return new ProfileError("$.columns", "has a column");
            yield break;
        }
        for (int at = 0; at < Columns.Length; at++)
        {
            if (Columns[at].Header.Length == 0) yield return new ProfileError($"$.columns[{at}].header", "isn't empty");
            if ((Columns[at].Value is null) == (Columns[at].Fixed is null))
            {
                yield return new ProfileError($"$.columns[{at}]", "has either a value or a fixed text");
            }
            if (Columns[at].Max is < 1) yield return new ProfileError($"$.columns[{at}].max", "is more than zero");
        }
        if (Columns.DistinctBy(column => column.Header).Count() < Columns.Length)
        {
            yield return new ProfileError("$.columns", "has each header once");
        }
        foreach (SheetValue needed in (SheetValue[])[SheetValue.CreditorName, SheetValue.CreditorAccount, SheetValue.Amount])
        {
            if (Columns.Count(column => column.Value == needed) != 1)
            {
                yield return new ProfileError("$.columns", $"has the value {JsonNamingPolicy.CamelCase.ConvertName($"{needed}")} once");
            }
        }
        foreach (SheetTotal total in Enum.GetValues<SheetTotal>())
        {
            int expected = TotalLabel is null ? 0 : 1;
            if (Columns.Count(column => column.Total == total) != expected)
            {
                yield return new ProfileError("$.columns",
                    $"has the total {JsonNamingPolicy.CamelCase.ConvertName($"{total}")} once, or none without a totalLabel");
            }
        }
    }
}

/// <summary>A column of a sheet.</summary>
/// <param name="Value">What stands in it; null where each row has the same text.</param>
/// <param name="Fixed">The text of each row; null where it has a value.</param>
/// <param name="Max">The most letters that the bank takes there; null: as many as the order may have.</param>
/// <param name="Total">What the row of totals has there; null: nothing.</param>
public sealed record SheetColumn(
    string Header, SheetValue? Value = null, string? Fixed = null, int? Max = null, SheetTotal? Total = null);

/// <summary>What a column may have of a payment and its order.</summary>
public enum SheetValue
{
    /// <summary>1 for the first payment.</summary>
    Index,
    EndToEndId,
    CreditorName,
    CreditorAccount,
    CreditorBankName,
    CreditorBankCode,

    /// <summary>In yuan, with two decimals.</summary>
    Amount,
    Currency,
    Text,
    BatchId,
    ExecutionDate,
    DebtorName,
    DebtorAccount,
    DebtorBankCode,
}

/// <summary>What the row of totals has in a column.</summary>
public enum SheetTotal
{
    Label,

    /// <summary>The number of payments.</summary>
    Count,

    /// <summary>The sum in yuan, with two decimals.</summary>
    Sum,
}
