using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A run that looks for people (服务找人); key: region/run. It remembers how far it is, so that whoever calls it again goes on there, and
/// its findings stay as they were on its day.
/// </summary>
[Alias("timebank.outreach")]
public interface IOutreachGrain : IGrainWithStringKey
{
    /// <summary>Begins the run; a run that began before answers how far it is.</summary>
    [Alias("begin")]
    Task<Reply<OutreachRecord>> BeginAsync(Command run);

    /// <summary>Looks at the next page of elders. A finished run does nothing.</summary>
    [Alias("next")]
    Task<OutreachRecord> NextAsync();

    /// <summary>How far the run is; null if there is no such run.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<OutreachRecord?> GetAsync();
}

/// <summary>One page of a run's findings; key: region/run-page. What it found first stays.</summary>
[Alias("timebank.outreach-page-grain")]
public interface IOutreachPageGrain : IGrainWithStringKey
{
    /// <param name="run">The run's id.</param>
    /// <param name="after">The last elder of the page before; null for the first page.</param>
    [Alias("search")]
    Task<OutreachPage> SearchAsync(string run, DateOnly day, string? after);
}

/// <summary>How far a run is.</summary>
/// <param name="Day">The day that decides.</param>
/// <param name="Begun">
/// When it began, as text that sorts by time: later than the region's run before it, also while the clock stands.
/// </param>
/// <param name="After">The last elder looked at; null before the first and after the last page.</param>
/// <param name="Found">How many findings of each kind.</param>
[GenerateSerializer, Immutable, Alias("timebank.outreach-record")]
public sealed record OutreachRecord(
    [property: Id(0), JsonPropertyName("day")] DateOnly Day,
    [property: Id(1), JsonPropertyName("begun")] string Begun,
    [property: Id(2), JsonPropertyName("after")] string? After,
    [property: Id(3), JsonPropertyName("pages")] int Pages,
    [property: Id(4), JsonPropertyName("elders")] long Elders,
    [property: Id(5), JsonPropertyName("unreadable")] long Unreadable,
    [property: Id(6), JsonPropertyName("finished")] bool Finished,
    [property: Id(7), JsonPropertyName("found")] ImmutableArray<FoundCount> Found)
{
    public static OutreachRecord Begin(DateOnly day, string begun) => new(day, begun, null, 0, 0, 0, Finished: false, []);

    [JsonIgnore]
    public long Findings => Found.Sum(found => found.Count);

    /// <summary>The run after one more page.</summary>
    public OutreachRecord With(OutreachPage page) => this with
    {
        After = page.Next,
        Pages = Pages + 1,
        Elders = Elders + page.Elders,
        Unreadable = Unreadable + page.Unreadable,
        Finished = page.Next is null,
        Found = [.. Found.Concat(page.Findings.Select(finding => new FoundCount(finding.Kind, 1))).GroupBy(found => found.Kind)
            .OrderBy(kind => kind.Key).Select(kind => new FoundCount(kind.Key, kind.Sum(found => found.Count)))],
    };
}

/// <summary>How many findings of a kind a run has.</summary>
[GenerateSerializer, Immutable, Alias("timebank.found-count")]
public sealed record FoundCount(
    [property: Id(0), JsonPropertyName("kind")] FindingKind Kind, [property: Id(1), JsonPropertyName("count")] long Count);

/// <summary>The stored state of an outreach run.</summary>
public sealed class OutreachState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps runs and lists find them. Stored: never change it.</summary>
    public const string Kind = "outreach";

    /// <summary>When a run began, in the stored state.</summary>
    public const string BegunPath = "run.begun";

    /// <summary>Null until the run begins.</summary>
    [JsonPropertyName("run")]
    public OutreachRecord? Run { get; set; }
}

/// <summary>The stored state of a page of findings.</summary>
public sealed class OutreachPageState
{
    /// <summary>The kind under which grain storage keeps pages and lists find them. Stored: never change it.</summary>
    public const string Kind = "outreach-page";

    /// <summary>The run's id in the stored state.</summary>
    public const string RunPath = "run";

    [JsonPropertyName(RunPath)]
    public string Run { get; set; } = "";

    /// <summary>Null until it is searched.</summary>
    [JsonPropertyName("page")]
    public OutreachPage? Page { get; set; }
}

/// <inheritdoc cref="IOutreachGrain"/>
public sealed class OutreachGrain(
    [PersistentState(OutreachState.Kind, GrainStorageNames.TimeBank)] IPersistentState<OutreachState> state, IRegistry registry,
    BusinessClock clock)
    : WorkflowGrain<OutreachState>(state, clock), IOutreachGrain
{
    public async Task<Reply<OutreachRecord>> BeginAsync(Command run)
    {
        string begun = State.Run?.Begun ?? (await NextTimeAsync()).ToString();
        DateOnly today = Today;
        Refusal? refusal = await OnceAsync(run, () => null, () => State.Run ??= OutreachRecord.Begin(today, begun));
        return refusal is null ? State.Run! : refusal;
    }

    /// <summary>Now, or just after the region's last run where the clock has not moved since. Lists put the newest first by it.</summary>
    private async Task<LedgerTime> NextTimeAsync()
    {
        var latest = new RegistryQuery(Region, OutreachState.Kind) { SortBy = OutreachState.BegunPath, Descending = true, Limit = 1 };
        LedgerTime now = LedgerTime.From(Now);
        return (await registry.ListAsync<OutreachState>(latest, CancellationToken.None)) is [{ IsReadable: true, State.Run: { } last }]
            ? LedgerTime.Parse(last.Begun).Next(now) : now;
    }

    public async Task<OutreachRecord> NextAsync()
    {
        OutreachRecord run = State.Run ?? throw new InvalidOperationException($"The run {LocalKey} has not begun.");
        if (run.Finished) return run;
        // If this grain's write fails, the next call finds the same page again, under the same number.
        string page = string.Create(CultureInfo.InvariantCulture, $"{LocalKey}-{run.Pages:D6}");
        OutreachPage found = await GrainFactory.GetGrain<IOutreachPageGrain>(Region, page).SearchAsync(LocalKey, run.Day, run.After);
        State.Run = run.With(found);
        await SaveAsync();
        return State.Run;
    }

    public Task<OutreachRecord?> GetAsync() => Task.FromResult(Stored.Run);
}

/// <inheritdoc cref="IOutreachPageGrain"/>
public sealed class OutreachPageGrain(
    [PersistentState(OutreachPageState.Kind, GrainStorageNames.TimeBank)] IPersistentState<OutreachPageState> state, OutreachSearch search)
    : Grain, IOutreachPageGrain
{
    public async Task<OutreachPage> SearchAsync(string run, DateOnly day, string? after)
    {
        if (state.State.Page is { } known) return known;
        RegionCode region = GrainKey.Parse(this.GetPrimaryKeyString()).Region;
        OutreachPage page = await search.PageAsync(region, day, after, CancellationToken.None);
        (state.State.Run, state.State.Page) = (run, page);
        await this.WriteAsync(state);
        return page;
    }
}

/// <summary>Drives a run that looks for people, and tells its caller how far it is.</summary>
public sealed class OutreachRuns(IGrainFactory grains, IRegistry registry, OutreachSearch search, BusinessClock clock)
{
    public const string Collection = "outreachRuns";

    /// <param name="begun">The id of a run to go on with, whoever began it; null for the command's own run.</param>
    public async IAsyncEnumerable<RunPage> PagesAsync(
        Command run, RegionCode region, string? begun, RunReport report, [EnumeratorCancellation] CancellationToken cancellation)
    {
        report.Expect(await registry.CountAsync(new RegistryQuery(region, ElderState.Kind), cancellation));
        string id = begun ?? run.NewId.Text;
        IOutreachGrain grain = grains.GetGrain<IOutreachGrain>(region, id);
        OutreachRecord record = begun is not null ? await grain.GetAsync() ?? throw Problem.Of(Reason.OutreachRunNotFound)
            : run.IsDryRun ? await TryAsync(run, region)
            : (await grain.BeginAsync(run)).OrThrow();
        // What earlier calls have looked at comes first.
        yield return PageOf(OutreachRecord.Begin(record.Day, record.Begun), record);
        while (!record.Finished)
        {
            OutreachRecord before = record;
            record = run.IsDryRun ? before.With(await search.PageAsync(region, before.Day, before.After, cancellation))
                : await grain.NextAsync();
            yield return PageOf(before, record);
        }
        report.Find(run.IsDryRun ? "" : ResourceName.Of(region, Collection, id), record.Found);
    }

    private async Task<OutreachRecord> TryAsync(Command run, RegionCode region)
    {
        DateOnly today = clock.Today;
        (await grains.Writer(region).DecideAsync(Entries.Note(run.Header(today, "")), run.IsDryRun)).OrThrow();
        return OutreachRecord.Begin(today, "");
    }

    private static RunPage PageOf(OutreachRecord before, OutreachRecord after)
    {
        long unreadable = after.Unreadable - before.Unreadable;
        ImmutableDictionary<Reason, long> skipped = ImmutableDictionary<Reason, long>.Empty;
        return new RunPage(
            after.Elders - before.Elders, after.Findings - before.Findings, ImmutableDictionary<string, long>.Empty,
            unreadable == 0 ? skipped : skipped.Add(Reason.StateUnreadable, unreadable), null);
    }
}
