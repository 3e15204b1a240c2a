using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TimeBank.Pages.Shell;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Pages.Terminal;

/// <summary>
/// The page with which a clerk's phone accepts vouchers without a network, and the files that its browser keeps for that. All of them are
/// the same for everybody, and hold nothing personal. Their addresses have the version, which is the hash of all of them: a browser keeps
/// a version whole.
/// </summary>
internal static class TerminalFiles
{
    public const string Home = "/terminal";

    private const string Folder = "terminal/", Page = "terminal.html", Worker = "worker.js", Keep = "public, max-age=31536000, immutable";
    private const string Script = "text/javascript; charset=utf-8", Html = "text/html; charset=utf-8";
    private const int HashLetters = 12;

    private static readonly string[] Names =
    [
        "acceptance.js", "cose.js", "dom.js", "icon-192.png", "icon-512.png", "page.js", "pictures.js", "proofs.js", "steps.js", "store.js",
        "sync.js", "terminal.js", "terminal.webmanifest", .. Decoder(),
    ];

    private static readonly Dictionary<string, byte[]> All = Names.ToDictionary(name => name, Read);

    private static readonly string[] Shared = [PageFiles.Path("app.css"), PageFiles.Path("sign.svg")];

    /// <summary>The page before it knows its version.</summary>
    private static readonly string Draft = Encoding.UTF8.GetString(Read(Page)).Replace("{words}", WebUtility.HtmlEncode(Words()))
        .Replace("{app.css}", Shared[0]).Replace("{sign.svg}", Shared[1]);

    private static readonly byte[] WorkerText = Read(Worker);

    private static readonly string Versioned = $"{Home}/{Version()}";

    public static void Map(IEndpointRouteBuilder app)
    {
        string page = Draft.Replace("{files}", Versioned), kept = $"{Versioned}/{Page}";
        foreach ((string name, byte[] content) in All) app.MapGet($"{Versioned}/{name}", Kept(content, TypeOf(name)));
        app.MapGet(kept, Kept(Encoding.UTF8.GetBytes(page), Html));
        app.MapGet(Home, () => Results.Text(page, Html));
        string[] files = [kept, .. Names.Select(name => $"{Versioned}/{name}"), .. Shared];
        string worker = $"const VERSION = '{Version()}', SHELL = '{kept}', FILES = {JsonSerializer.Serialize(files)};\n"
            + Encoding.UTF8.GetString(WorkerText);
        app.MapGet($"{Home}/{Worker}", (HttpResponse response) =>
        {
            // Its own folder would be /terminal/, and the page is /terminal.
            response.Headers["Service-Worker-Allowed"] = Home;
            return Results.Text(worker, Script);
        });
    }

    private static Delegate Kept(byte[] content, string type) => (HttpResponse response) =>
    {
        response.Headers.CacheControl = Keep;
        return Results.Bytes(content, type);
    };

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".js" => Script,
        ".png" => "image/png",
        "" => "text/plain; charset=utf-8",
        ".webmanifest" => "application/manifest+json",
        var other => throw new InvalidOperationException($"Nobody said what a file ending in {other} is."),
    };

    /// <summary>The words of the contract and of TimeBank.Proofs that the page says, in both languages.</summary>
    private static string Words() => JsonSerializer.Serialize(
        new
        {
            readsPictures = Decoder().Any(),
            names = new[] { "MEAL", "BATH", "CLEAN" }
                .Concat(OriginalNames<ServicePlace>()).Concat(OriginalNames<DeviceState>()).Concat(OriginalNames<OfflineOutcome>())
                .ToDictionary(name => name, name => new[] { Labels.Of(name, Language.Chinese), Labels.Of(name, Language.English) }),
            codes = Enum.GetValues<VoucherCodeStatus>().Select(status => (Status: $"{status}", Words: VoucherWords.Of(status)))
                .ToDictionary(one => one.Status, one => new[] { one.Words.Chinese, one.Words.English }),
        },
        new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static IEnumerable<string> OriginalNames<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => Labels.NameOf(value));

    /// <summary>The decoder of QR codes; none in a build without npm.</summary>
    private static IEnumerable<string> Decoder() => typeof(TerminalFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith($"{Folder}qr/", StringComparison.Ordinal)).Select(name => name[Folder.Length..])
        .Order(StringComparer.Ordinal);

    private static string Version()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] content in new[] { Encoding.UTF8.GetBytes(Draft), WorkerText }.Concat(Names.Select(name => All[name])))
        {
            hash.AppendData(SHA256.HashData(content));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..HashLetters];
    }

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(TerminalFiles).Assembly.GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"{name} is not among the resources.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
