using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Writes a receipt straight to the region's writer, on an account that nobody has described: a month with a described account closes only
/// with that account's statements, and few tests are about those.
/// </summary>
internal static class ReceiptSeed
{
    /// <param name="fund">The fund's resource name; its only receipt of this day.</param>
    public static async Task WriteAsync(TestServer server, string fund, long fen, DateOnly day)
    {
        string[] name = fund.Split('/');
        Digest digest = Digest.Of(Encoding.UTF8.GetBytes($"{fund} {day:O}"));
        var header = new EntryHeader(EntryId.Of("seed", new Guid(digest.ToArray()[..16])), digest, "seed", "", day, "430000/2026-01", "",
            EntryHeader.NoDetails);
        Outcome written = await server.Services.GetRequiredService<IGrainFactory>().Writer(RegionCode.Parse(name[1]))
            .SubmitAsync(MoneyEntries.Receive(header, Slug.Parse("main"), Slug.Parse(name[3]), new Fen(fen)));
        Assert.Null(written.Refusal);
    }
}
