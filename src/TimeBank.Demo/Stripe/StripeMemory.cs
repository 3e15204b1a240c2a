using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeBank.Demo;

/// <content>What outlives the process: everything that has happened, and what was answered under each key.</content>
internal sealed partial class StripeFake
{
    public JsonObject ToMemory()
    {
        var kept = new JsonObject();
        foreach ((string key, Kept one) in _kept.OrderBy(pair => pair.Key, StringComparer.Ordinal)) kept[key] = new JsonObject
        {
            ["content"] = one.Content, ["status"] = one.Answer.Item1, ["body"] = one.Answer.Item2.DeepClone(),
            ["at"] = one.At.ToString("O", CultureInfo.InvariantCulture),
        };
        return new JsonObject { ["world"] = World.ToMemory(), ["kept"] = kept };
    }

    public void Remember(JsonObject memory)
    {
        World.Remember(memory["world"]!.AsObject());
        foreach ((string key, JsonNode? one) in memory["kept"]!.AsObject()) _kept[key] = new Kept(
            (string)one!["content"]!, ((int)one["status"]!, one["body"]!.DeepClone()),
            DateTimeOffset.Parse((string)one["at"]!, CultureInfo.InvariantCulture));
    }
}

/// <content>Everything that has happened, as one object.</content>
internal sealed partial class StripeWorld
{
    private (string Name, List<JsonObject> All)[] Lists =>
    [
        ("sessions", _sessions), ("transactions", _transactions), ("charges", _charges), ("intents", _intents), ("refunds", _refunds),
        ("disputes", _disputes), ("payouts", _payouts),
    ];

    public JsonObject ToMemory()
    {
        var carried = new JsonObject([.. PayoutOf.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))]);
        var memory = new JsonObject { ["number"] = _number, ["payoutOf"] = carried };
        foreach ((string name, List<JsonObject> all) in Lists) memory[name] = new JsonArray([.. Of(all).Select(one => one.DeepClone())]);
        return memory;
    }

    public void Remember(JsonObject memory)
    {
        _number = (int)memory["number"]!;
        foreach ((string movement, JsonNode? payout) in memory["payoutOf"]!.AsObject()) PayoutOf[movement] = (string)payout!;
        foreach ((string name, List<JsonObject> all) in Lists)
        {
            all.AddRange(memory[name]!.AsArray().Select(one => one!.DeepClone().AsObject()));
        }
        // The pages that are still open have moved with the service.
        foreach (JsonObject page in _sessions.Where(one => one["url"] is not null)) page["url"] = $"{Pages}{page["id"]}";
    }
}
