using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Writes and reads the bytes of an entry, which are stored and hashed: one JSON object, keys in a fixed order, no white space, integers
/// only. A reader in twenty years needs only a text editor. Version 1.
/// </summary>
public static class EntryCodec
{
    private const int Version = 1;
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // One per thread: a new writer for each entry would allocate its buffer again.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? s_json;

    public static byte[] Encode(JournalEntry entry)
    {
        ArrayBufferWriter<byte> buffer = s_buffer ??= new ArrayBufferWriter<byte>(1_024);
        buffer.ResetWrittenCount();
        Utf8JsonWriter json = s_json ??= new Utf8JsonWriter(buffer, Options);
        json.Reset();
        EntryHeader header = entry.Header;
        json.WriteStartObject();
        json.WriteNumber(Keys.Version, Version);
        json.WriteString(Keys.Region, entry.Region.ToString());
        json.WriteNumber(Keys.Index, entry.Index);
        json.WriteString(Keys.Id, header.Id.ToString());
        json.WriteString(Keys.Command, header.RequestDigest.ToString());
        json.WriteString(Keys.Time, entry.Time.ToString());
        json.WriteString(Keys.Effective, header.EffectiveDate.ToString("O", null));
        json.WriteString(Keys.Kind, StoredName.Of(entry.Kind));
        json.WriteString(Keys.Code, StoredName.Of(entry.Code));
        json.WriteString(Keys.Actor, header.Actor);
        if (header.OnBehalfOf.Length > 0) json.WriteString(Keys.OnBehalfOf, header.OnBehalfOf);
        json.WriteString(Keys.Policy, header.PolicyVersion);
        if (entry.Of is { } of) json.WriteNumber(Keys.Of, of);
        if (entry.Expires is { } expires) json.WriteString(Keys.Expires, expires.ToString());
        if (!entry.Opened.IsEmpty) WriteOpened(json, entry);
        WriteTransfers(json, entry);
        if (!entry.Changes.IsEmpty) WriteChanges(json, entry);
        if (header.Memo.Length > 0) json.WriteString(Keys.Memo, header.Memo);
        if (header.Details.Count > 0)
        {
            json.WriteStartObject(Keys.Details);
            foreach ((string key, string value) in header.Details.Pairs) json.WriteString(key, value);
            json.WriteEndObject();
        }
        if (entry.Seals is { } seals)
        {
            json.WriteStartObject(Keys.Seals);
            json.WriteNumber(Keys.Count, seals.Count);
            json.WriteString(Keys.Chain, $"{seals.Chain}");
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The bytes are not an entry.</exception>
    public static JournalEntry Decode(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return EntryReader.Read(document.RootElement, Version);
        }
        catch (Exception error) when (
            error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The bytes are not a journal entry: {error.Message}", error);
        }
    }

    private static void WriteOpened(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray(Keys.Opened);
        foreach (Account account in entry.Opened)
        {
            json.WriteStartObject();
            json.WriteNumber(Keys.Account, account.Number);
            json.WriteString(Keys.Path, account.Path.Text);
            json.WriteString(Keys.Unit, account.Unit.Code);
            json.WriteNumber(Keys.Flags, (int)account.Flags);
            if (account.Terms is { } terms)
            {
                json.WriteString(Keys.Owner, terms.Owner);
                json.WriteString(Keys.Group, terms.Group);
                if (terms.From is { } from) json.WriteString(Keys.From, from.ToString("O", null));
                if (terms.Until is { } until) json.WriteString(Keys.Until, until.ToString("O", null));
                json.WriteString(Keys.Data, terms.Data);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTransfers(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray(Keys.Transfers);
        foreach (Transfer transfer in entry.Transfers)
        {
            json.WriteStartObject();
            json.WriteNumber(Keys.Debit, transfer.Debit);
            json.WriteNumber(Keys.Credit, transfer.Credit);
            json.WriteString(Keys.Unit, transfer.Unit.Code);
            if (transfer.Posted != 0) json.WriteNumber(Keys.Posted, transfer.Posted);
            if (transfer.Held != 0) json.WriteNumber(Keys.Held, transfer.Held);
            if (transfer.Released != 0) json.WriteNumber(Keys.Released, transfer.Released);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteChanges(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray(Keys.Changes);
        foreach (AccountChange change in entry.Changes)
        {
            json.WriteStartObject();
            json.WriteNumber(Keys.Account, change.Account);
            json.WriteNumber(Keys.Flags, (int)change.Flags);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static class Keys
    {
        public static readonly JsonEncodedText
            Account = JsonEncodedText.Encode("account"),
            Actor = JsonEncodedText.Encode("actor"),
            Chain = JsonEncodedText.Encode("chain"),
            Changes = JsonEncodedText.Encode("changes"),
            Code = JsonEncodedText.Encode("code"),
            Command = JsonEncodedText.Encode("command"),
            Count = JsonEncodedText.Encode("count"),
            Credit = JsonEncodedText.Encode("credit"),
            Data = JsonEncodedText.Encode("data"),
            Debit = JsonEncodedText.Encode("debit"),
            Details = JsonEncodedText.Encode("details"),
            Effective = JsonEncodedText.Encode("effective"),
            Expires = JsonEncodedText.Encode("expires"),
            Flags = JsonEncodedText.Encode("flags"),
            From = JsonEncodedText.Encode("from"),
            Group = JsonEncodedText.Encode("group"),
            Held = JsonEncodedText.Encode("held"),
            Id = JsonEncodedText.Encode("id"),
            Index = JsonEncodedText.Encode("index"),
            Kind = JsonEncodedText.Encode("kind"),
            Memo = JsonEncodedText.Encode("memo"),
            Of = JsonEncodedText.Encode("of"),
            OnBehalfOf = JsonEncodedText.Encode("onBehalfOf"),
            Opened = JsonEncodedText.Encode("opened"),
            Owner = JsonEncodedText.Encode("owner"),
            Path = JsonEncodedText.Encode("path"),
            Policy = JsonEncodedText.Encode("policy"),
            Posted = JsonEncodedText.Encode("posted"),
            Region = JsonEncodedText.Encode("region"),
            Released = JsonEncodedText.Encode("released"),
            Seals = JsonEncodedText.Encode("seals"),
            Time = JsonEncodedText.Encode("time"),
            Transfers = JsonEncodedText.Encode("transfers"),
            Unit = JsonEncodedText.Encode("unit"),
            Until = JsonEncodedText.Encode("until"),
            Version = JsonEncodedText.Encode("version");
    }
}

/// <summary>Reads the JSON that <see cref="EntryCodec"/> wrote.</summary>
internal static class EntryReader
{
    public static JournalEntry Read(JsonElement json, int version)
    {
        if (json.GetProperty("version").GetInt32() != version) throw new FormatException(
            $"Entry version {json.GetProperty("version")} is not known.");
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
            Items(json, "changes", item =>
            new AccountChange(item.GetProperty("account").GetInt64(), (AccountFlags)item.GetProperty("flags").GetInt32())),
            json.TryGetProperty("of", out JsonElement of) ? of.GetInt64() : null,
            json.TryGetProperty("expires", out JsonElement expires) ? LedgerTime.Parse(TextOf(expires, "expires")) : null,
            json.TryGetProperty("seals", out JsonElement seals)
            ? new Remembered(seals.GetProperty("count").GetInt64(), Digest.Parse(Text(seals, "chain"))) : null);
    }

    private static Account Opened(JsonElement json, long index) => new(
        json.GetProperty("account").GetInt64(),
        AccountPath.Parse(Text(json, "path")),
        Unit.Parse(Text(json, "unit")),
        (AccountFlags)json.GetProperty("flags").GetInt32(),
        default,
        index,
        json.TryGetProperty("owner", out JsonElement owner)
            ? new AccountTerms(TextOf(owner, "owner"), Text(json, "group"), DateOrNull(json, "from"), DateOrNull(json, "until"),
            Text(json, "data"))
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

    private static string TextOr(JsonElement json, string key, string otherwise) => json.TryGetProperty(key, out JsonElement text)
        ? TextOf(text, key) : otherwise;

    private static string TextOf(JsonElement text, string key) => text.GetString() ?? throw new FormatException($"'{key}' is null.");

    private static long NumberOrZero(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement number)
        ? number.GetInt64() : 0;

    private static DateOnly? DateOrNull(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement date)
        ? Date(TextOf(date, key)) : null;

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture);
}
