using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TimeBank.Pages.Shell;

/// <summary>The style sheet, the scripts and the sign of the pages, under addresses that change with their content.</summary>
public static class PageFiles
{
    private const int HashLetters = 12;

    private static readonly (string Name, string Type)[] Files =
        [("app.css", "text/css; charset=utf-8"), ("app.js", "text/javascript; charset=utf-8"),
            ("check.js", "text/javascript; charset=utf-8"), ("sign.svg", "image/svg+xml")];

    private static readonly Dictionary<string, (byte[] Content, string Type, string Path)> All =
        Files.ToDictionary(file => file.Name, Read);

    public static string Path(string name) => All[name].Path;

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach ((byte[] content, string type, string path) in All.Values)
        {
            app.MapGet(path, (HttpResponse response) =>
            {
                response.Headers.CacheControl = "public, max-age=31536000, immutable";
                return Results.Bytes(content, type);
            });
        }
    }

    private static (byte[] Content, string Type, string Path) Read((string Name, string Type) file)
    {
        using Stream stream = typeof(PageFiles).Assembly.GetManifestResourceStream(file.Name)
            ?? throw new InvalidOperationException($"{file.Name} is not among the resources.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        byte[] content = copy.ToArray();
        string hash = Convert.ToHexStringLower(SHA256.HashData(content))[..HashLetters];
        return (content, file.Type, $"/assets/{hash}/{file.Name}");
    }
}
