using System.Text.Json.Nodes;

namespace TimeBank.Server.Tests;

/// <summary>Makes documents to propose, from a document that the server returned.</summary>
internal static class VersionDocuments
{
    public static string Changed(string document, string region, string version, string effective, Action<JsonObject>? change = null)
    {
        JsonObject file = JsonNode.Parse(document)!.AsObject();
        file["region"] = region;
        file["version"] = version;
        file["effective"] = effective;
        change?.Invoke(file);
        return file.ToJsonString();
    }

    public static JsonObject Item(this JsonObject catalogue, string id) =>
        catalogue["items"]!.AsArray().Select(item => item!.AsObject()).Single(item => (string?)item["id"] == id);
}
