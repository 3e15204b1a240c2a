using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TimeBank.Ledger;

/// <summary>
/// The bytes of an entry as stored and hashed: one JSON object, keys in a fixed order, no white space, integers only, so that a
/// reader in twenty years needs nothing but a text editor. Version 1.
/// </summary>
public static class EntryCodec
{
    private const int Version = 1;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // A writer is all buffer and state: made once for each thread.
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
        json.WriteNumber("version", Version);
        json.WriteString("region", entry.Region.ToString());
        json.WriteNumber("index", entry.Index);
        json.WriteString("id", header.Id.ToString());
        json.WriteString("command", header.Command.ToString());
        json.WriteString("time", entry.Time.ToString());
        json.WriteString("effective", header.EffectiveDate.ToString("O", null));
        json.WriteString("kind", entry.Kind.ToString());
        json.WriteString("code", entry.Code.ToString());
        json.WriteString("actor", header.Actor);
        if (header.OnBehalfOf.Length > 0) json.WriteString("onBehalfOf", header.OnBehalfOf);
        json.WriteString("policy", header.PolicyVersion);
        if (entry.Of is { } of) json.WriteNumber("of", of);
        if (entry.Expires is { } expires) json.WriteString("expires", expires.ToString());
        if (!entry.Opened.IsEmpty) WriteOpened(json, entry);
        WriteTransfers(json, entry);
        if (!entry.Changes.IsEmpty) WriteChanges(json, entry);
        if (header.Memo.Length > 0) json.WriteString("memo", header.Memo);
        if (!header.Details.IsEmpty)
        {
            json.WriteStartObject("details");
            // By the bytes of the keys, whatever order the caller's dictionary has.
            foreach ((string key, string value) in header.Details.WithComparers(StringComparer.Ordinal)) json.WriteString(key, value);
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
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The bytes are not a journal entry: {error.Message}", error);
        }
    }

    private static void WriteOpened(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray("opened");
        foreach (Account account in entry.Opened)
        {
            json.WriteStartObject();
            json.WriteNumber("account", account.Number);
            json.WriteString("path", account.Path.Text);
            json.WriteString("unit", account.Unit.Code);
            json.WriteNumber("flags", (int)account.Flags);
            if (account.Terms is { } terms)
            {
                json.WriteString("owner", terms.Owner);
                json.WriteString("group", terms.Group);
                if (terms.From is { } from) json.WriteString("from", from.ToString("O", null));
                if (terms.Until is { } until) json.WriteString("until", until.ToString("O", null));
                json.WriteString("data", terms.Data);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTransfers(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray("transfers");
        foreach (Transfer transfer in entry.Transfers)
        {
            json.WriteStartObject();
            json.WriteNumber("debit", transfer.Debit);
            json.WriteNumber("credit", transfer.Credit);
            json.WriteString("unit", transfer.Unit.Code);
            if (transfer.Posted != 0) json.WriteNumber("posted", transfer.Posted);
            if (transfer.Held != 0) json.WriteNumber("held", transfer.Held);
            if (transfer.Released != 0) json.WriteNumber("released", transfer.Released);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteChanges(Utf8JsonWriter json, JournalEntry entry)
    {
        json.WriteStartArray("changes");
        foreach (AccountChange change in entry.Changes)
        {
            json.WriteStartObject();
            json.WriteNumber("account", change.Account);
            json.WriteNumber("flags", (int)change.Flags);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
