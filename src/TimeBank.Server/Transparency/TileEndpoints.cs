using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// The signed trees as static HTTP resources under <c>/regions/{region}</c>. They need no token, since nothing in them is personal: an
/// entry is the salted hash that its leaf is made from. Source: c2sp.org/tlog-tiles.
/// </summary>
public static class TileEndpoints
{
    private const string Binary = "application/octet-stream", PlainText = "text/plain; charset=utf-8",
        ForEver = "public, max-age=31536000, immutable", Briefly = "public, max-age=1";

    // Kestrel leaves out the body of an answer to HEAD.
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapTimeBankTiles(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder regions = app.MapGroup("/regions/{region}");
        regions.MapMethods("/checkpoint", Reading, (string region, HttpContext context, ProofReader proofs) =>
            AnswerAsync(context, Briefly, PlainText, async () =>
            await SignedAsync(proofs, region, context) is { } signed ? System.Text.Encoding.UTF8.GetBytes(signed.Note.ToString()) : null));
        regions.MapMethods("/verifier-keys", Reading, (string region, HttpContext context, ProofReader proofs) =>
            AnswerAsync(context, Briefly, PlainText, () => Task.FromResult(
            Known(region) is { } code
                ? System.Text.Encoding.UTF8.GetBytes(string.Concat(proofs.VerifierKeys(code).Select(key => $"{key}\n"))) : null)));
        regions.MapMethods("/voucher-keys", Reading, (string region, HttpContext context, VoucherKeys keys) =>
            AnswerAsync(context, Briefly, PlainText, () => Task.FromResult(
            Known(region) is { } code
                ? System.Text.Encoding.UTF8.GetBytes(string.Concat(keys.Of(code).Select(key => $"{key}\n"))) : null)));
        regions.MapMethods("/tile/entries/{**path}", Reading,
            (string region, string path, HttpContext context, ProofReader proofs, ILedgerReader ledger) =>
            AnswerAsync(context, ForEver, Binary, async () =>
            Tile.Parse(0, path) is { } tile && await SignedAsync(proofs, region, context) is { } signed && tile.IsWithin(signed.Head.Size)
                ? Bundle(await ledger.EntriesAsync(RegionCode.Parse(region), tile.First, tile.Width, context.RequestAborted), tile.Width)
                : null));
        regions.MapMethods("/tile/{level}/{**path}", Reading,
            (string region, string level, string path, HttpContext context, ProofReader proofs) =>
            AnswerAsync(context, ForEver, Binary, async () =>
            Level(level) is { } known && Tile.Parse(known, path) is { } tile && await SignedAsync(proofs, region, context) is { } signed
                && tile.IsWithin(signed.Head.Size)
                ? [.. (await proofs.TileAsync(RegionCode.Parse(region), tile, context.RequestAborted)).SelectMany(hash => hash.ToArray())]
                : null));
    }

    private static async Task AnswerAsync(HttpContext context, string caching, string type, Func<Task<byte[]?>> read)
    {
        byte[]? body;
        try
        {
            body = await read();
        }
        catch (StorageUnavailableException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        if (body is null)
        {
            // Caches must not keep the 404: the tile may exist a second later.
            context.Response.Headers.CacheControl = "no-store";
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        context.Response.Headers.CacheControl = caching;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static async Task<(SignedNote Note, Checkpoint Head)?> SignedAsync(ProofReader proofs, string region, HttpContext context) =>
        Known(region) is { } code ? await proofs.SignedAsync(code, context.RequestAborted) : null;

    private static RegionCode? Known(string region) => RegionCode.TryParse(region, out RegionCode code)
        && RegionDirectory.BuiltIn.Find(code) is not null ? code : null;

    private static int? Level(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int level)
        && level.ToString(CultureInfo.InvariantCulture) == text ? level : null;

    /// <summary>The data of the leaves, each after its length in two bytes; null if an entry or its salt is missing.</summary>
    private static byte[]? Bundle(IReadOnlyList<StoredEntry> entries, int width)
    {
        const int each = sizeof(ushort) + Digest.Size;
        if (entries.Count != width) return null;
        byte[] bundle = new byte[width * each];
        for (int at = 0; at < width; at++)
        {
            Span<byte> entry = bundle.AsSpan(at * each, each);
            BinaryPrimitives.WriteUInt16BigEndian(entry, Digest.Size);
            SHA256.HashData([.. entries[at].Salt, .. entries[at].Bytes], entry[sizeof(ushort)..]);
            // After an erasure of the salt the data is gone for good; only the leaf remains, in the tiles.
            if (MerkleFrontier.Leaf(entry[sizeof(ushort)..]) != entries[at].Leaf) return null;
        }
        return bundle;
    }
}
