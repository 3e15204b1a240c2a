using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace TimeBank.Ledger;

/// <summary>Reads what <see cref="EntryCodec"/> wrote.</summary>
internal static class EntryReader
{
    public static JournalEntry Read(JsonElement json, int version)
    {
        if (json.GetProperty("version").GetInt32() != version) throw new FormatException($"Entry version {json.GetProperty("version")} is not known.");
        long index = json.GetProperty("index").GetInt64();
        var header = new EntryHeader(
            EntryId.Parse(Text(json, "id")),
            Digest.Parse(Text(json, "command")),
            Text(json, "actor"),
            TextOr(json, "onBehalfOf", ""),
            Date(Text(json, "effective")),
            Text(json, "policy"),
            TextOr(json, "memo", ""),
            json.TryGetProperty("details", out JsonElement details)
                ? EntryDetails.Of([.. details.EnumerateObject().Select(detail => (detail.Name, TextOf(detail.Value, detail.Name)))])
                : EntryHeader.NoDetails);
        return new JournalEntry(
            RegionCode.Parse(Text(json, "region")),
            index,
            LedgerTime.Parse(Text(json, "time")),
            header,
            StoredName.Parse<EntryKind>(Text(json, "kind")),
            StoredName.Parse<EntryCode>(Text(json, "code")),
            Items(json, "opened", item => Opened(item, index)),
            Items(json, "transfers", Moved),
            Items(json, "changes", item => new AccountChange(item.GetProperty("account").GetInt64(), (AccountFlags)item.GetProperty("flags").GetInt32())),
            json.TryGetProperty("of", out JsonElement of) ? of.GetInt64() : null,
            json.TryGetProperty("expires", out JsonElement expires) ? LedgerTime.Parse(TextOf(expires, "expires")) : null,
            json.TryGetProperty("seals", out JsonElement seals) ? new Remembered(seals.GetProperty("count").GetInt64(), Digest.Parse(Text(seals, "chain"))) : null);
    }

    private static Account Opened(JsonElement json, long index) => new(
        json.GetProperty("account").GetInt64(),
        AccountPath.Parse(Text(json, "path")),
        Unit.Parse(Text(json, "unit")),
        (AccountFlags)json.GetProperty("flags").GetInt32(),
        default,
        index,
        json.TryGetProperty("owner", out JsonElement owner)
            ? new AccountTerms(TextOf(owner, "owner"), Text(json, "group"), DateOrNull(json, "from"), DateOrNull(json, "until"), Text(json, "data"))
            : null);

    private static Transfer Moved(JsonElement json) => new(
        json.GetProperty("debit").GetInt64(),
        json.GetProperty("credit").GetInt64(),
        Unit.Parse(Text(json, "unit")),
        NumberOrZero(json, "posted"),
        NumberOrZero(json, "held"),
        NumberOrZero(json, "released"));

    private static ImmutableArray<T> Items<T>(JsonElement json, string key, Func<JsonElement, T> read) =>
        json.TryGetProperty(key, out JsonElement items) ? [.. items.EnumerateArray().Select(read)] : [];

    private static string Text(JsonElement json, string key) => TextOf(json.GetProperty(key), key);

    private static string TextOr(JsonElement json, string key, string otherwise) => json.TryGetProperty(key, out JsonElement text) ? TextOf(text, key) : otherwise;

    private static string TextOf(JsonElement text, string key) => text.GetString() ?? throw new FormatException($"'{key}' is null.");

    private static long NumberOrZero(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement number) ? number.GetInt64() : 0;

    private static DateOnly? DateOrNull(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement date) ? Date(TextOf(date, key)) : null;

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture);
}
