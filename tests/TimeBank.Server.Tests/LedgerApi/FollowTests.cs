using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A journal, followed by others while it grows.</summary>
public sealed class FollowTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Parent = $"regions/{TestServer.Tianyuan}";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly RegionCode Region = RegionCode.Parse(TestServer.Tianyuan);

    private LedgerService.LedgerServiceClient Auditor => new(server.As(Role.Auditor));

    [Fact]
    public async Task What_is_stored_comes_first_and_then_each_new_entry_in_order_with_nothing_left_out()
    {
        await server.WriteAsync(1);
        await server.WriteAsync(2);
        using var patience = new CancellationTokenSource(Patience);
        long size = await SizeAsync();
        using AsyncServerStreamingCall<FollowJournalResponse> call = Follow(0, patience.Token);

        for (long index = 0; index < size; index++) Assert.Equal((index, index + 1), Numbers(await NextAsync(call)));
        FollowJournalResponse upToDate = await NextAsync(call);
        Assert.Equal((null, size, size), (upToDate.Entry, upToDate.NextIndex, upToDate.EntryCount));

        // More than a page.
        for (int request = 3; request < 303; request++) await server.WriteAsync(request);
        for (long index = size; index < size + 300;)
        {
            FollowJournalResponse news = await NextAsync(call);
            if (news.Entry is null) continue;
            Assert.Equal((index, index + 1), Numbers(news));
            Assert.Equal("ISSUE_HOURS", news.Entry.Code);
            Assert.NotEmpty(news.Entry.Transfers);
            Assert.InRange(news.EntryCount, index + 1, size + 300);
            index++;
        }
    }

    [Fact]
    public async Task A_follower_goes_on_from_any_index_and_never_from_one_that_the_journal_lacks()
    {
        await server.WriteAsync(1);
        long size = await SizeAsync();
        using var patience = new CancellationTokenSource(Patience);
        using AsyncServerStreamingCall<FollowJournalResponse> last = Follow(size - 1, patience.Token), end = Follow(size, patience.Token);

        Assert.Equal((size - 1, size), Numbers(await NextAsync(last)));
        Assert.Equal(size, (await NextAsync(end)).NextIndex);
        await Refused(size + 1).IsRefusedAsync(Reason.InvalidField, "from_index");
        await Refused(-1).IsRefusedAsync(Reason.InvalidField, "from_index");

        Func<Task> Refused(long from) => async () => await Follow(from, patience.Token).ResponseStream.MoveNext(patience.Token);
    }

    [Fact]
    public async Task A_reader_that_reads_nothing_holds_back_no_writer_and_misses_nothing()
    {
        // The first message is entry 0 only where there is one: an empty journal begins with a word that nothing is there.
        await server.WriteAsync(1);
        using var patience = new CancellationTokenSource(Patience);
        using AsyncServerStreamingCall<FollowJournalResponse> slow = Follow(0, patience.Token);
        await NextAsync(slow);

        // More than the windows of HTTP/2 hold, at some 600 bytes an entry.
        await Parallel.ForEachAsync(Enumerable.Range(1_000, 2_000), patience.Token, async (request, _) => await server.WriteAsync(request));
        long size = await SizeAsync();

        long next = 1;
        while (next < size)
        {
            FollowJournalResponse news = await NextAsync(slow);
            if (news.Entry is not null) Assert.Equal((next, ++next), Numbers(news));
        }
    }

    [Fact]
    public async Task Whoever_hangs_up_is_forgotten()
    {
        using var patience = new CancellationTokenSource(Patience);
        using (AsyncServerStreamingCall<FollowJournalResponse> call = Follow(0, patience.Token)) await NextAsync(call);

        CallsUnderWay calls = server.Services.GetRequiredService<CallsUnderWay>();
        await server.UntilAsync(() => calls.Count == 0);
    }

    [Fact]
    public async Task Over_HTTP_each_message_is_a_line()
    {
        await server.WriteAsync(1);
        using var patience = new CancellationTokenSource(Patience);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Http, $"/v1/{Parent}/entries:follow?fromIndex=0"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token(Role.Auditor));
        using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(patience.Token));

        JsonNode first = await LineAsync();
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal((0, 1), (Index(first, "index"), (int)long.Parse((string)first["result"]!["nextIndex"]!)));
        JsonNode news = first;
        while (news["result"]!["entry"] is not null) news = await LineAsync();
        long size = long.Parse((string)news["result"]!["entryCount"]!);
        await server.WriteAsync(500_000);
        while (news["result"]!["entry"] is null) news = await LineAsync();
        Assert.Equal(size, Index(news, "index"));

        async Task<JsonNode> LineAsync() => JsonNode.Parse((await lines.ReadLineAsync(patience.Token))!)!;
        static long Index(JsonNode line, string name) => long.Parse((string)line["result"]!["entry"]![name]!);
    }

    [Fact]
    public async Task A_stream_ends_with_its_token()
    {
        using var patience = new CancellationTokenSource(Patience);
        // A token is good for 30 seconds after its end, for clocks that differ: five seconds from now.
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        LocalIssuer issuer = server.Services.GetRequiredService<LocalIssuer>();
        string ending = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = LocalIssuer.Name, Audience = LocalIssuer.Audience, NotBefore = now.AddMinutes(-5), Expires = now.AddSeconds(-25),
            IssuedAt = now.AddMinutes(-5),
            Claims = new Dictionary<string, object> { ["sub"] = "leaving", ["role"] = "auditor", ["region"] = TestServer.Tianyuan },
            SigningCredentials = new SigningCredentials(issuer.Key, SecurityAlgorithms.EcdsaSha256),
        });
        var client = new LedgerService.LedgerServiceClient(new TokenInvoker(server.Anonymous(), ending));
        using AsyncServerStreamingCall<FollowJournalResponse> call = client.FollowJournal(
            new FollowJournalRequest { Parent = Parent, FromIndex = await SizeAsync() }, cancellationToken: patience.Token);
        await NextAsync(call);

        await ((Func<Task>)(async () => await ToEndAsync(call))).IsRefusedAsync(Reason.Unauthenticated);
    }

    [Fact]
    public async Task A_server_that_stops_says_so_at_once_and_the_follower_goes_on_at_the_next_one()
    {
        string data = Directory.CreateTempSubdirectory("timebank-follow-tests-").FullName, token;
        using var patience = new CancellationTokenSource(Patience);
        long next;
        await using (TestServer first = await TestServer.StartAsync(data))
        {
            await first.WriteAsync(1);
            token = first.Token(Role.Auditor);
            using AsyncServerStreamingCall<FollowJournalResponse> call = Client(first)
                .FollowJournal(new FollowJournalRequest { Parent = Parent }, cancellationToken: patience.Token);
            await NextAsync(call);
            next = (await NextAsync(call)).NextIndex;
            IHostApplicationLifetime lifetime = first.Services.GetRequiredService<IHostApplicationLifetime>();
            lifetime.StopApplication();

            await ((Func<Task>)(async () => await ToEndAsync(call))).IsRefusedAsync(Reason.ServerStopping);
        }
        await using (TestServer second = await TestServer.StartAsync(data))
        {
            await second.WriteAsync(2);
            using AsyncServerStreamingCall<FollowJournalResponse> call = Client(second)
                .FollowJournal(new FollowJournalRequest { Parent = Parent, FromIndex = next }, cancellationToken: patience.Token);
            Assert.Equal((1, 2), Numbers(await NextAsync(call)));
        }
        Directory.Delete(data, recursive: true);

        LedgerService.LedgerServiceClient Client(TestServer at) => new(new TokenInvoker(at.Anonymous(), token));
    }

    [Fact]
    public async Task Silence_is_broken_every_ten_seconds_and_another_servers_entry_is_found_without_a_bell()
    {
        ILedgerReader ledger = server.Services.GetRequiredService<ILedgerReader>();
        var time = new FakeTimeProvider();
        // Nobody rings this bell: the writer is elsewhere.
        var follower = new JournalFollower(ledger, new JournalBell(server.Services.GetRequiredService<IJournalWatch>()), time);
        using var patience = new CancellationTokenSource(Patience);
        long size = await SizeAsync();
        await using IAsyncEnumerator<FollowedPage> pages = follower.FollowAsync(Region, size, patience.Token).GetAsyncEnumerator();
        Assert.True(await pages.MoveNextAsync());

        DateTimeOffset began = time.GetUtcNow();
        Assert.Empty((await LaterAsync()).Entries);
        Assert.True(time.GetUtcNow() - began >= JournalFollower.Heartbeat);
        await server.WriteAsync(600_000);
        Assert.Equal(size, (await LaterAsync()).Entries[0].Entry.Index);

        // Moves the clock until the follower says something.
        async Task<FollowedPage> LaterAsync()
        {
            Task<bool> next = pages.MoveNextAsync().AsTask();
            await server.UntilAsync(() =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return next.IsCompleted;
            });
            Assert.True(await next);
            return pages.Current;
        }
    }

    private AsyncServerStreamingCall<FollowJournalResponse> Follow(long from, CancellationToken cancellation) =>
        Auditor.FollowJournal(new FollowJournalRequest { Parent = Parent, FromIndex = from }, cancellationToken: cancellation);

    private async Task<long> SizeAsync() =>
        (await server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(Region, CancellationToken.None)).Size;

    private static (long, long) Numbers(FollowJournalResponse news) => (news.Entry.Index, news.NextIndex);

    private static async Task<FollowJournalResponse> NextAsync(AsyncServerStreamingCall<FollowJournalResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        return call.ResponseStream.Current;
    }

    private static async Task ToEndAsync(AsyncServerStreamingCall<FollowJournalResponse> call)
    {
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
        }
    }
}
