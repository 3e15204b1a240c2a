using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>Writes entries straight to a region's writer. Writing the same ones again changes nothing.</summary>
internal sealed class WrittenEntries(TestServer server, string region)
{
    public static readonly OpaqueId Elder = OpaqueId.Parse("0000000000ED"), Volunteer = OpaqueId.Parse("0000000000VR");

    public static readonly Slug Fund = Slug.Parse("lottery"), Programme = Slug.Parse("meals");

    private static readonly HoursSpent Held = new(new Minutes(120), Minutes.Zero, Minutes.Zero);

    /// <summary>
    /// Writes five entries: 0 receives money, 1 allots it (another actor), 2 issues hours, 3 holds some, 4 posts the hold in part.
    /// </summary>
    public async Task KeepAsync()
    {
        await SubmitAsync(Receive("receive", 1_000));
        await SubmitAsync(MoneyEntries.Allot(Header("allot", "other"), Programme, [(Fund, new Fen(600))]));
        await SubmitAsync(HourEntries.Issue(Header("hours"), Elder, new Minutes(240)));
        await SubmitAsync(HourEntries.HoldService(Header("hold"), Elder, Volunteer, Held, null));
        await SubmitAsync(HourEntries.RenderService(Header("render"), Header("hold").Id, Held, new Minutes(90), Volunteer, Minutes.Zero));
    }

    public static Proposal Receive(string name, long fen) => MoneyEntries.Receive(Header(name), Slug.Parse("ccb"), Fund, new Fen(fen));

    public static EntryHeader Header(string name, string actor = "keeper")
    {
        Digest digest = Digest.Of(Encoding.UTF8.GetBytes(name));
        return new EntryHeader(EntryId.Of(actor, new Guid(digest.ToArray()[..16])), digest, actor, "", new DateOnly(2026, 10, 1),
            "430000/2026-01", name, EntryHeader.NoDetails);
    }

    /// <summary>Writes an entry that must be accepted.</summary>
    /// <returns>The entry's index.</returns>
    public async Task<long> SubmitAsync(Proposal proposal)
    {
        Outcome outcome = await TryAsync(proposal);
        Assert.Null(outcome.Refusal);
        return outcome.Entry!.Index;
    }

    /// <summary>Writes an entry that may be refused.</summary>
    public async Task<Outcome> TryAsync(Proposal proposal)
    {
        ILedgerGrain writer = server.Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(region);
        return await writer.SubmitAsync(proposal);
    }
}
