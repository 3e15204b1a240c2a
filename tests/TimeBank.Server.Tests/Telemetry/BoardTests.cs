using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The board and the alerts in <c>deploy/</c> ask for figures that a server has, and the board has all of ours.</summary>
[Collection(WatchedCollection.Name)]
public sealed partial class BoardTests(WatchedServer watched)
{
    private const string Board = "deploy/grafana/timebank.json", Rules = "deploy/prometheus/timebank.rules.yml";

    private static readonly string[] Attempts = [.. Enum.GetValues<WebhookOutcome>().Select(outcome => StoredName.Of(outcome))];

    /// <summary>Figures that a server has only once something has gone wrong.</summary>
    private static readonly string[] WhenWrong = ["orleans_messaging_rejected_total"];

    [Fact]
    public async Task Whatever_is_asked_for_is_there()
    {
        await watched.LiveAsync();
        HashSet<string> series = Series(await watched.MetricsAsync());

        Assert.Contains("timebank_call_duration_seconds_bucket", series);
        Assert.DoesNotContain(series, name => name.StartsWith("orleans_app_requests", StringComparison.Ordinal));
        Assert.Empty(Names(Expressions()).Except(series).Except(WhenWrong));
        Assert.Empty(Names(Alerts()).Except(series));
    }

    [Fact]
    public async Task Each_figure_of_ours_is_on_the_board()
    {
        await watched.LiveAsync();
        IEnumerable<string> ours = Type().Matches(await watched.MetricsAsync()).Select(found => found.Groups["name"].Value)
            .Where(name => name.StartsWith("timebank_", StringComparison.Ordinal));
        string board = Expressions();

        Assert.DoesNotContain(ours, name => !board.Contains(name, StringComparison.Ordinal));
        Assert.Equal(13, ours.Distinct().Count());
    }

    /// <summary>Every label is a word of a list that calls can't make longer.</summary>
    [Fact]
    public async Task Labels_of_ours_are_bounded()
    {
        await watched.LiveAsync();
        HashSet<string> methods = [.. AccessRules.Methods().Select(AccessRules.FullName)],
            reasons = [.. Enum.GetValues<Reason>().Select(ReasonCatalogue.Name), .. Enum.GetNames<Grpc.Core.StatusCode>()];

        foreach (Match line in OurLine().Matches(await watched.MetricsAsync()))
        {
            foreach (Match label in Label().Matches(line.Groups["labels"].Value))
            {
                string value = label.Groups["value"].Value, name = label.Groups["name"].Value;
                Assert.True(name switch
                {
                    "method" => methods.Contains(value) || value.StartsWith("/grpc.", StringComparison.Ordinal),
                    "reason" => reasons.Contains(value),
                    "region" => RegionDirectory.BuiltIn.Find(RegionCode.Parse(value)) is not null,
                    "outcome" => value is "stored" or "moved" or "refused" or "failed" || Attempts.Contains(value),
                    "le" or "otel_scope_name" => true,
                    _ => false,
                }, $"{name}={value}");
            }
        }
    }

    [Fact]
    public void Reasons_that_raise_an_alert_are_in_the_contract()
    {
        string[] named = [.. Reasons().Matches(Alerts()).SelectMany(found => found.Groups["reasons"].Value.Split('|'))];

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Enum.GetValues<Reason>().Select(ReasonCatalogue.Name)));
    }

    [Fact]
    public async Task Figures_of_a_journal_are_those_of_the_database()
    {
        await watched.LiveAsync();
        long size = (await watched.Server.Services.GetRequiredService<ILedgerReader>()
            .ReadHeadAsync(RegionCode.Parse(WatchedServer.Region), default)).Size;
        Assert.NotEqual(0, size);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        string metrics;
        // The server gives the same answer again for 0.3 seconds.
        do metrics = await watched.MetricsAsync();
        while (WatchedServer.Figure(metrics, "timebank_journal_size", WatchedServer.Region) != size && !patience.IsCancellationRequested);

        Assert.Equal(size, WatchedServer.Figure(metrics, "timebank_journal_size", WatchedServer.Region));
        Assert.Equal(0, WatchedServer.Figure(metrics, "timebank_writer_queue", WatchedServer.Region));
        // The hours that can't arrive have waited for two hours of the business's clock.
        Assert.Equal(1, WatchedServer.Figure(metrics, "timebank_outbox_size", WatchedServer.Region));
        Assert.InRange(WatchedServer.Figure(metrics, "timebank_outbox_age_seconds", WatchedServer.Region), 7_190, 7_210);
        Assert.Equal(0, WatchedServer.Figure(metrics, "timebank_outbox_size", WatchedServer.Neighbour));
        Assert.Contains("outcome=\"unreachable\"", metrics, StringComparison.Ordinal);
        Assert.Equal(1, WatchedServer.Figure(metrics, "timebank_webhook_attempts_total", WatchedServer.Region));
    }

    private static string Expressions() => string.Join('\n', Find(JsonDocument.Parse(Repository.Read(Board)).RootElement));

    private static IEnumerable<string> Find(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name is "expr" or "definition" ? [member.Value.GetString()!] : Find(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Find),
        _ => [],
    };

    private static string Alerts() => string.Join('\n', Repository.Read(Rules).Split('\n')
        .Where(line => !line.TrimStart().StartsWith("summary:", StringComparison.Ordinal)));

    /// <summary>The metrics in expressions, without the labels that they are summed by.</summary>
    private static HashSet<string> Names(string expressions) =>
        [.. Name().Matches(By().Replace(expressions, "")).Select(found => found.Value)];

    private static HashSet<string> Series(string metrics) => [.. Line().Matches(metrics).Select(found => found.Groups["name"].Value)];

    [GeneratedRegex(@"\b(timebank|orleans|dotnet|http|kestrel)_[a-z0-9_]+\b(?!\s*=)")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bby \([^)]*\)")]
    private static partial Regex By();

    [GeneratedRegex(@"^(?<name>[a-z][a-z0-9_]*)[{ ]", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"^timebank_[a-z_]+\{(?<labels>[^}]*)\}", RegexOptions.Multiline)]
    private static partial Regex OurLine();

    [GeneratedRegex("(?<name>[a-z_]+)=\"(?<value>[^\"]*)\"")]
    private static partial Regex Label();

    [GeneratedRegex("reason=~?\"(?<reasons>[A-Z_|]+)\"")]
    private static partial Regex Reasons();
}
