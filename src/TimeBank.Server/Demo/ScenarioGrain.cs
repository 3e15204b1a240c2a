using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>The authority for a demonstration's clock. A cluster has one; key: <see cref="Key"/>.</summary>
[Alias("timebank.scenario")]
public interface IScenarioGrain : IGrainWithStringKey
{
    const string Key = "scenario";

    [Alias("get")]
    Task<ScenarioRecord> GetAsync();

    /// <summary>Moves the clock forward. An earlier time leaves the clock where it is.</summary>
    [Alias("advance")]
    Task<Reply<ScenarioRecord>> AdvanceAsync(Command command, DateTimeOffset to);

    /// <summary>Ends the demonstration: from now on the business follows the system's clock.</summary>
    [Alias("finish")]
    Task<Reply<ScenarioRecord>> FinishAsync(Command command);
}

/// <summary>A demonstration's start, its time now, and whether it is over.</summary>
[GenerateSerializer, Immutable, Alias("timebank.scenario-state")]
public sealed record ScenarioRecord([property: Id(0)] DateTimeOffset Start, [property: Id(1)] DateTimeOffset Now,
    [property: Id(2)] bool Finished);

/// <summary>The stored state of a demonstration, so that it goes on after the server's restart.</summary>
public sealed class ScenarioState : WorkflowState
{
    [JsonPropertyName("now")]
    public DateTimeOffset? Now { get; set; }

    [JsonPropertyName("finished")]
    public bool Finished { get; set; }
}

/// <summary>
/// Keeps a demonstration's clock. Its commands belong to no region, so the grain remembers them itself instead of a region's writer.
/// </summary>
public sealed class ScenarioGrain([PersistentState("scenario", GrainStorageNames.TimeBank)] IPersistentState<ScenarioState> state,
    ScenarioClock clock) : Grain, IScenarioGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Kept is { } kept) clock.Set(kept);
        return Task.CompletedTask;
    }

    public Task<ScenarioRecord> GetAsync() => Task.FromResult(Record());

    public Task<Reply<ScenarioRecord>> AdvanceAsync(Command command, DateTimeOffset to) =>
        ChangeAsync(command, TooFar(to), scenario =>
        {
            if (to > clock.GetUtcNow()) scenario.Now = to;
        });

    public Task<Reply<ScenarioRecord>> FinishAsync(Command command) => ChangeAsync(command, null, scenario => scenario.Finished = true);

    /// <param name="refusal">The rules' refusal of a new command; null to go ahead. It does not apply to a retry.</param>
    private async Task<Reply<ScenarioRecord>> ChangeAsync(Command command, Refusal? refusal, Action<ScenarioState> change)
    {
        if (state.State.HasDone(command, out Refusal? reused))
        {
            if (reused is not null) return reused;
            await TellAsync();
            return Record();
        }
        if (state.State.Finished) return Reason.ScenarioFinished;
        if (refusal is not null) return refusal;
        state.State.Remember(command);
        state.State.Now ??= clock.GetUtcNow();
        change(state.State);
        await this.WriteAsync(state);
        await TellAsync();
        return Record();
    }

    /// <summary>
    /// Sets the clocks of all servers, and waits until each has its time or counts as dead. If one could not be told, the call fails; a
    /// retry with its request id tells them again.
    /// </summary>
    private async Task TellAsync()
    {
        clock.Set(Kept!);
        await GrainFactory.GetGrain<IManagementGrain>(0).SendControlCommandToProvider<ScenarioClock>(ScenarioClock.Name, 0, Kept!);
    }

    private ScenarioRecord? Kept => state.State.Now is { } now ? new ScenarioRecord(clock.Start, now, state.State.Finished) : null;

    private static Refusal? TooFar(DateTimeOffset to) =>
        ScenarioClock.IsBeyond(to) ? Refusal.Of(Reason.ScenarioTooFar, ("field", "to"), ("last", $"{ScenarioClock.LastDay:O}")) : null;

    private ScenarioRecord Record() => new(clock.Start, clock.GetUtcNow(), state.State.Finished);
}
