using System.Globalization;
using System.Text.Json;

namespace TimeBank.Simulation;

/// <summary>The content of an entry's bytes, read without the ledger's own reader.</summary>
internal sealed record Written(JsonElement Json)
{
    public static Written Read(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return new Written(document.RootElement.Clone());
    }

    public long Index => Json.GetProperty("index").GetInt64();

    public string Id => Text("id");

    public string Command => Text("command");

    public string Kind => Text("kind");

    public string Code => Text("code");

    public long? Of => Json.TryGetProperty("of", out JsonElement of) ? of.GetInt64() : null;

    public long Time => Microseconds("time")!.Value;

    public long? Expires => Microseconds("expires");

    public IEnumerable<Move> Moves => List("transfers").Select(transfer => new Move(
        (int)Amount(transfer, "debit"), (int)Amount(transfer, "credit"), transfer.GetProperty("unit").GetString()!,
        Amount(transfer, "posted"), Amount(transfer, "held"), Amount(transfer, "released")));

    public IEnumerable<(int Number, string Path, string Unit, int Flags, string Owner)> Opened => List("opened").Select(account => (
        (int)Amount(account, "account"), account.GetProperty("path").GetString()!, account.GetProperty("unit").GetString()!,
            (int)Amount(account, "flags"),
        account.TryGetProperty("owner", out JsonElement owner) ? owner.GetString()! : ""));

    public IEnumerable<(int Account, int Flags)> Changes =>
        List("changes").Select(change => ((int)Amount(change, "account"), (int)Amount(change, "flags")));

    public IEnumerable<(string, string)> Details => Json.TryGetProperty("details", out JsonElement details)
        ? details.EnumerateObject().Select(detail => (detail.Name, detail.Value.GetString()!))
        : [];

    /// <summary>The number of refusals and notes that it seals, and their chain; null where it seals none.</summary>
    public (long Count, string Chain)? Seals => Json.TryGetProperty("seals", out JsonElement seals)
        ? (Amount(seals, "count"), seals.GetProperty("chain").GetString()!) : null;

    public string Text(string key) => Json.TryGetProperty(key, out JsonElement text) ? text.GetString()! : "";

    private IEnumerable<JsonElement> List(string key) => Json.TryGetProperty(key, out JsonElement list) ? list.EnumerateArray() : [];

    private static long Amount(JsonElement json, string key) => json.TryGetProperty(key, out JsonElement amount) ? amount.GetInt64() : 0;

    private long? Microseconds(string key) => Json.TryGetProperty(key, out JsonElement time)
        ? DateTimeOffset.Parse(time.GetString()!, CultureInfo.InvariantCulture).UtcTicks / 10 - DateTimeOffset.UnixEpoch.Ticks / 10
        : null;
}
