using System.Diagnostics;
using TimeBank.Testing;
using TimeBank.Writer;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>No trace and no figure names a person, and a trace leads from the call to the append.</summary>
[Collection(WatchedCollection.Name)]
public sealed class PrivacyTests(WatchedServer watched)
{
    /// <summary>All that a span may be tagged with.</summary>
    private static readonly string[] Tags = ["reason", "region", "outcome", "calls"];

    [Fact]
    public async Task What_leaves_the_server_names_nobody()
    {
        IReadOnlyList<string> ids = await watched.LiveAsync();

        string metrics = await watched.MetricsAsync(), collected = watched.Collected();

        string[] there = ["/timebank.v1.VoucherService/RedeemVoucher", nameof(VoucherGrain), WriterFigures.Append,
            "REQUEST_ID_REUSED", "timebank.call.duration", "timebank.outbox.age"];
        Assert.All(there, word => Assert.Contains(word, collected, StringComparison.Ordinal));
        Assert.Contains("reason=\"REQUEST_ID_REUSED\"", metrics, StringComparison.Ordinal);
        Assert.All(ids, id =>
        {
            Assert.DoesNotContain(id, collected, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(id, metrics, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(watched.Spans, span => Written(span).Contains(id, StringComparison.OrdinalIgnoreCase));
        });
        Assert.NotEmpty(watched.Spans);
        Assert.All(watched.Spans, span =>
        {
            Assert.Empty(span.Baggage);
            Assert.Empty(span.Events);
            Assert.Null(span.TraceStateString);
            Assert.Subset(Tags.ToHashSet(), span.TagObjects.Select(tag => tag.Key).ToHashSet());
        });
    }

    [Fact]
    public async Task A_trace_leads_from_the_call_over_the_grains_to_the_append()
    {
        var desk = new Desk(watched.Server, WatchedServer.Region);
        await watched.LiveAsync();
        string fund = await desk.FundAsync("traced", 0);
        DateTime begin = TimeProvider.System.GetUtcNow().UtcDateTime;
        await desk.Maker.RecordReceiptAsync(desk.Receipt(fund, 100));

        Activity call = await SpanAsync(span => span.OperationName == "/timebank.v1.FundService/RecordReceipt"
            && span.StartTimeUtc >= begin);
        Assert.Equal(default, call.ParentSpanId);
        Activity append = await SpanAsync(span => span.OperationName == WriterFigures.Append && span.TraceId == call.TraceId);
        Assert.Equal([("region", WatchedServer.Region), ("outcome", "stored"), ("calls", 1)],
            append.TagObjects.Select(tag => (tag.Key, tag.Value!)));
        Activity writer = await SpanAsync(span => span.SpanId == append.ParentSpanId);
        Assert.Equal(nameof(LedgerGrain), writer.OperationName);
        Activity above = writer;
        while (above.ParentSpanId != default) above = await SpanAsync(span => span.SpanId == above.ParentSpanId);
        Assert.Same(call, above);
    }

    private async Task<Activity> SpanAsync(Func<Activity, bool> which)
    {
        // A span may end after its caller has heard the answer.
        await FileLock.UntilAsync(() => watched.Spans.Any(which));
        return watched.Spans.First(which);
    }

    private static string Written(Activity span) => string.Join(' ',
        [span.OperationName, span.DisplayName, span.StatusDescription, .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}")]);
}
