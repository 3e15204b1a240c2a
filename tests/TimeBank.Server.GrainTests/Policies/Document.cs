using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using TimeBank.Ledger;

namespace TimeBank.Server.GrainTests;

/// <summary>Makes documents to propose, from the shipped policies and service lists.</summary>
internal static class Document
{
    public static string Policy(string region, string name, DateOnly effective, int coinMinutes = 60)
    {
        JsonObject file = Header(PolicyHistory.BuiltIn.Versions[0].File, region, name, effective);
        file["hours"]!["coinMinutes"]!["value"] = coinMinutes;
        return file.ToJsonString();
    }

    /// <param name="basis">The region whose shipped list to change.</param>
    public static string Catalogue(string region, string name, DateOnly effective, string basis = "430211",
        Action<JsonObject>? change = null)
    {
        JsonObject file = Header(CatalogueDirectory.BuiltIn.All.Single(catalogue => catalogue.Region.ToString() == basis).File, region,
            name, effective);
        change?.Invoke(file);
        return file.ToJsonString();
    }

    public static JsonObject Item(this JsonObject catalogue, string id) =>
        catalogue["items"]!.AsArray().Select(item => item!.AsObject()).Single(item => (string?)item["id"] == id);

    private static JsonObject Header(ReadOnlyMemory<byte> shipped, string region, string name, DateOnly effective)
    {
        JsonObject file = JsonNode.Parse(Encoding.UTF8.GetString(shipped.Span))!.AsObject();
        file["region"] = region;
        file["version"] = name;
        file["effective"] = effective.ToString("O", CultureInfo.InvariantCulture);
        return file;
    }
}
