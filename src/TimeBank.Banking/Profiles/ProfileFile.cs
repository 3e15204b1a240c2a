using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TimeBank.Banking;

/// <summary>A profile, or everything that is wrong with its file; never both.</summary>
public sealed record ProfileResult(StatementProfile? Profile, ImmutableArray<ProfileError> Errors);

/// <summary>What is wrong in a profile.</summary>
/// <param name="Field">Such as <c>$.table.sign.in</c>; <c>$</c> is the whole file.</param>
/// <param name="Rule">The rule that the field breaks, in English.</param>
public sealed record ProfileError(string Field, string Rule)
{
    public override string ToString() => $"{Field}: {Rule}";
}

/// <summary>Reads profiles strictly: an unknown key, a key that stands twice and a rule that can never fit are wrong.</summary>
public static class ProfileFile
{
    private const string Prefix = "profiles/";

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 16,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false), new PatternConverter() },
    };

    /// <summary>Whether a profile reads the bills of a wallet, which is no bank and has no bank's code.</summary>
    public static bool IsOfWallet(string name) =>
        name.StartsWith("alipay-", StringComparison.Ordinal) || name.StartsWith("wechat-", StringComparison.Ordinal);

    /// <summary>The names of the profiles that ship with the product, in order.</summary>
    public static ImmutableArray<string> Shipped { get; } =
    [
        .. typeof(ProfileFile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[Prefix.Length..])).Order(StringComparer.Ordinal),
    ];

    /// <summary>A profile that ships with the product; null where none has the name.</summary>
    /// <exception cref="InvalidDataException">It is wrong, which the tests rule out.</exception>
    public static StatementProfile? Find(string name)
    {
        using Stream? file = typeof(ProfileFile).Assembly.GetManifestResourceStream($"{Prefix}{name}.json");
        if (file is null) return null;
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        ProfileResult result = Parse(bytes);
        return result.Profile ?? throw new InvalidDataException($"{name}: {string.Join("; ", result.Errors)}");
    }

    /// <param name="utf8">The JSON file, without a mark.</param>
    public static ProfileResult Parse(ReadOnlySpan<byte> utf8)
    {
        StatementProfile? profile;
        try
        {
            profile = JsonSerializer.Deserialize<StatementProfile>(utf8, Options);
        }
        catch (JsonException wrong)
        {
            return new ProfileResult(null, [new ProfileError(wrong.Path ?? "$", RuleOf(wrong))]);
        }
        if (profile is null) return new ProfileResult(null, [new ProfileError("$", "is an object")]);
        ImmutableArray<ProfileError> errors = [.. Errors(profile)];
        return new ProfileResult(errors.IsEmpty ? profile : null, errors);
    }

    private static string RuleOf(JsonException wrong)
    {
        int place = wrong.Message.IndexOf(" Path:", StringComparison.Ordinal);
        return place < 0 ? wrong.Message : wrong.Message[..place];
    }

    private static IEnumerable<ProfileError> Errors(StatementProfile profile)
    {
        if (profile.Name.Length is 0 or > 40 || profile.Name.Any(letter => !char.IsAsciiLetterLower(letter)
            && !char.IsAsciiDigit(letter) && letter != '-')) yield return new("$.name", "is 1 to 40 small letters, digits and hyphens");
        if (string.IsNullOrWhiteSpace(profile.Title)) yield return new("$.title", "is not empty");
        if (profile.Encodings.IsDefaultOrEmpty || profile.Encodings.Distinct().Count() != profile.Encodings.Length)
            yield return new("$.encodings", "names at least one encoding, each once");
        if (profile.Separator is not (',' or ';' or '\t' or '|')) yield return new("$.separator", "is a comma, semicolon, tab or bar");
        if (profile.UtcOffsetMinutes is < -14 * 60 or > 14 * 60) yield return new("$.utcOffsetMinutes", "lies within 14 hours of UTC");
        if (profile.Format == StatementFormat.Table != profile.Table is not null)
            yield return new("$.table", "is there for the format 'table' and no other");
        if (profile.Table is not { } table) yield break;
        foreach (ProfileError error in SignErrors(table).Concat(ShapeErrors(table)).Concat(RuleErrors(table)).Concat(TotalErrors(table)))
            yield return error;
    }

    private static IEnumerable<ProfileError> SignErrors(TableLayout table)
    {
        ColumnNames columns = table.Columns;
        bool two = table.Sign.Kind == SignKind.Columns, side = table.Sign.Kind == SignKind.Side;
        if (two != (columns.In is not null) || two != (columns.Out is not null))
            yield return new("$.table.columns.in", "and 'out' are there for the sign 'columns' and no other");
        if (two == columns.Amount is not null) yield return new("$.table.columns.amount", "is there unless the sign is 'columns'");
        if (side != columns.Side is not null) yield return new("$.table.columns.side", "is there for the sign 'side' and no other");
        if (side && (table.Sign.In.IsEmpty || table.Sign.Out.IsEmpty)) yield return new("$.table.sign.in", "and 'out' have words");
        if (!side && table.Sign.In.Length + table.Sign.Out.Length + table.Sign.Neither.Length > 0)
            yield return new("$.table.sign.in", "has words for the sign 'side' only");
        if (table.Sign.OutHasMinus && !two) yield return new("$.table.sign.outHasMinus", "is for the sign 'columns' only");
        string[] words = [.. table.Sign.In, .. table.Sign.Out, .. table.Sign.Neither];
        if (words.Distinct().Count() != words.Length) yield return new("$.table.sign", "has each word once");
    }

    private static IEnumerable<ProfileError> ShapeErrors(TableLayout table)
    {
        foreach (string name in table.Columns.Needed.Where(name => name != name.Trim() || name.Length == 0))
            yield return new("$.table.columns", $"'{name}' has no blanks around it and is not empty");
        if (table.Dates.IsEmpty) yield return new("$.table.dates", "has at least one format");
        foreach (string format in table.Dates.Where(format => !IsDay(format, table.Year is not null)))
            yield return new("$.table.dates", $"'{format}' has year, month and day, or no year where 'year' finds it");
        if (table.MissingCells is < 0 or > 20) yield return new("$.table.missingCells", "is 0 to 20");
        foreach ((string word, string code) in table.Currencies)
        {
            if (code.Length != 3 || !code.All(char.IsAsciiLetterUpper))
                yield return new("$.table.currencies", $"'{word}' stands for three capital letters, not '{code}'");
        }
        if (Lacks(table.Account, "account")) yield return new("$.table.account", "has the group 'account'");
        if (Lacks(table.Period, "from", "to")) yield return new("$.table.period", "has the groups 'from' and 'to'");
        if (Lacks(table.FeeInText, "fee")) yield return new("$.table.feeInText", "has the group 'fee'");
        if (Lacks(table.Year, "year", "month")) yield return new("$.table.year", "has the groups 'year' and 'month'");
    }

    private static bool IsDay(string format, bool yearIsKnown)
    {
        var day = new DateTime(1957, 11, 29, 1, 2, 3, DateTimeKind.Unspecified);
        bool hasYear = format.Contains('y', StringComparison.Ordinal);
        // A day without a year would be read as one of the machine's year.
        string whole = hasYear ? format : $"yyyy {format}";
        try
        {
            return (hasYear || yearIsKnown) && DateTime.TryParseExact(day.ToString(whole, CultureInfo.InvariantCulture), whole,
                CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime read) && read.Date == day.Date;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool Lacks(Regex? pattern, params ReadOnlySpan<string> groups)
    {
        if (pattern is null) return false;
        foreach (string group in groups)
            if (pattern.GroupNumberFromName(group) < 0) return true;
        return false;
    }

    private static IEnumerable<ProfileError> RuleErrors(TableLayout table)
    {
        if (table.RulesAreAll && table.Rules.IsEmpty) yield return new("$.table.rulesAreAll", "needs rules");
        HashSet<string> known = [.. table.Columns.Needed];
        foreach ((int at, RowRule rule) in table.Rules.Index())
        {
            string place = $"$.table.rules[{at}].when";
            if (rule.When.IsDefaultOrEmpty) yield return new(place, "has at least one condition");
            foreach (RowCondition condition in rule.When.IsDefault ? [] : rule.When)
            {
                if (!known.Contains(condition.Column)) yield return new(place, $"'{condition.Column}' is one of the columns");
                int given = (condition.Is.IsEmpty ? 0 : 1) + (condition.StartsWith.IsEmpty ? 0 : 1) + (condition.IsBlank ? 1 : 0);
                if (given != 1) yield return new(place, "says one of 'is', 'startsWith' and 'isBlank'");
            }
        }
    }

    private static IEnumerable<ProfileError> TotalErrors(TableLayout table)
    {
        foreach ((int at, OwnTotal total) in table.Totals.Index())
        {
            string place = $"$.table.totals[{at}]";
            int given = (total.Pattern is null ? 0 : 1) + (total.Row is null ? 0 : 1) + (total.Header is null ? 0 : 1);
            if (given != 1) yield return new(place, "says one of 'pattern', 'row' and 'header'");
            if (total.Pattern is { } pattern && Lacks(pattern, "count") && Lacks(pattern, "sum"))
                yield return new($"{place}.pattern", "has the group 'count' or 'sum'");
            if (total.Pattern is null && total.Columns.IsEmpty) yield return new($"{place}.columns", "names at least one column");
            if (total.Row is not null && total.Columns.Keys.Except(table.Columns.Needed).FirstOrDefault() is { } unknown)
                yield return new($"{place}.columns", $"'{unknown}' is one of the columns");
        }
    }

    /// <summary>Patterns run in time linear in the text, whoever wrote the profile.</summary>
    private sealed class PatternConverter : JsonConverter<Regex>
    {
        public override Regex Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return new Regex(reader.GetString() ?? "", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            }
            catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException or InvalidOperationException)
            {
                throw new JsonException("is a regular expression without look-around and back-references");
            }
        }

        public override void Write(Utf8JsonWriter writer, Regex value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
