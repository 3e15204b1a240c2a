using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server.Tests;

/// <summary>A whole server on a data folder that outlives it, with a hand on its journal.</summary>
internal sealed class JournalDesk : IAsyncDisposable
{
    private static readonly RegionCode Region = RegionCode.Parse(TestServer.Tianyuan);
    private readonly WebApplication _app;

    private JournalDesk(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public Uri Grpc => Addresses[0];

    public Uri Http => Addresses[1];

    public int Listeners => Addresses.Length;

    private Uri[] Addresses =>
        [.. Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    public static Task<JournalDesk> StartAsync(string data, params string[] settings) => StartAsync(data, _ => { }, settings);

    /// <param name="watch">Sees the server before it starts.</param>
    public static async Task<JournalDesk> StartAsync(string data, Action<IServiceProvider> watch, params string[] settings)
    {
        WebApplication app = TimeBankServer.Build([.. Arguments(data), .. settings]);
        try
        {
            watch(app.Services);
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new JournalDesk(app);
    }

    /// <summary>No rounds: they would end the hours of October, and the journal has what a test writes and nothing else.</summary>
    public static string[] Arguments(string data) =>
    [
        $"--TimeBank:Data={data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0", "--TimeBank:RoundSeconds=0",
        "--Logging:LogLevel:Default=None",
    ];

    /// <summary>Writes an entry; the same number is the same request.</summary>
    /// <param name="day">For which day; the first of October 2026 where the test doesn't care.</param>
    public async Task<Outcome> WriteAsync(int request, DateOnly? day = null)
    {
        var header = new EntryHeader(
            EntryId.Of("TEST", new Guid(request, 0, 0, new byte[8])), Digest.Of([1]), "TEST", "", day ?? new DateOnly(2026, 10, 1), "", "",
            EntryHeader.NoDetails);
        ILedgerGrain writer = Services.GetRequiredService<IGrainFactory>().GetGrain<ILedgerGrain>(Region.ToString());
        return await writer.SubmitAsync(HourEntries.Issue(header, OpaqueId.Parse("000000000001"), new Minutes(1)));
    }

    /// <summary>The first signed checkpoint that has so many entries.</summary>
    public async Task<SignedNote> SignedAsync(long size, int signatures = 1)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        ITreeStore trees = Services.GetRequiredService<ITreeStore>();
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token))
        {
            if (await trees.SignedAsync(Region, patience.Token) is { } text && SignedNote.Parse(text) is var note
                && Checkpoint.Parse(note.Text).Size >= size && note.Signatures.Length >= signatures) return note;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
