using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A grain that keeps its own records beside the ledger and carries out each command once. It asks the rules, has the region's writer
/// remember their answer under the command's id, then changes its state in one write. After a crash between the last two steps the retry
/// finds the outcome and finishes.
/// </summary>
public abstract class WorkflowGrain<TState>(IPersistentState<TState> state, BusinessClock clock) : Grain
    where TState : WorkflowState, new()
{
    private TState? _dryRun;
    private GrainKey? _key;

    /// <summary>The state that a command sees and changes: the stored one; during a dry run a copy.</summary>
    protected TState State => _dryRun ?? state.State;

    /// <summary>The stored state, also during a dry run: for calls that interleave and must not see the copy.</summary>
    protected TState Stored => state.State;

    protected bool IsDryRun => _dryRun is not null;

    protected bool Exists => state.RecordExists;

    protected GrainKey Key => _key ??= GrainKey.Parse(this.GetPrimaryKeyString());

    protected RegionCode Region => Key.Region;

    /// <summary>The part of the key after the region.</summary>
    protected string LocalKey => Key.LocalId;

    protected DateTimeOffset Now => clock.Now;

    protected DateOnly Today => clock.Today;

    /// <summary>
    /// True if the server doubts its clock, so that nothing may be written. The writer checks the clock itself; a grain that stores a time
    /// or an agenda before it calls the writer must check first.
    /// </summary>
    protected bool IsClockDoubted => clock.Doubt() is not null;

    protected ILedgerGrain Writer => GrainFactory.Writer(Region);

    /// <summary>Carries out a command that changes only this grain's state.</summary>
    /// <param name="decide">The rules: a refusal, or null to go ahead.</param>
    /// <param name="change">The change of the state; must not fail.</param>
    /// <returns>The refusal; null if the command is done, now or earlier.</returns>
    protected Task<Refusal?> OnceAsync(Command command, Func<Refusal?> decide, Action change) =>
        OnceAsync(command, decide, () => Entries.Note(command.Header(Today, "")), _ => change(), isNote: true);

    /// <summary>Carries out a command that also writes an entry.</summary>
    /// <param name="propose">Makes the entry, under the command's id.</param>
    /// <param name="change">Changes the state, given the outcome; must not fail.</param>
    /// <exception cref="InvalidOperationException">A dry run outside of <see cref="DryRunAsync"/>, which would write.</exception>
    protected Task<Refusal?> OnceAsync(Command command, Func<Refusal?> decide, Func<Proposal> propose, Action<Outcome> change) =>
        OnceAsync(command, decide, propose, change, isNote: false);

    private async Task<Refusal?> OnceAsync(
        Command command, Func<Refusal?> decide, Func<Proposal> propose, Action<Outcome> change, bool isNote)
    {
        if (command.IsDryRun && !IsDryRun) throw new InvalidOperationException("A command that only asks would be carried out.");
        using Activity? span = GrainTraces.Begin(GetType().Name);
        if (State.HasDone(command, out Refusal? reused)) return reused;

        Refusal? refusal = decide();
        Proposal proposal = refusal is null ? propose() : Entries.Refuse(command.Header(Today, ""), EntryCode.Note, refusal);
        Outcome outcome = await WriteAsync(proposal);
        if (outcome.Refusal is not null) return outcome.Refusal;
        // A note without its change, as a crash leaves it, has moved nothing, and others may have changed the state since. What they did
        // stands: this change would overwrite it. An entry is different, since it has moved something that only its change explains.
        if (isNote && refusal is not null) return refusal;

        // The outcome is durable: from here on the change must be written, now or by a retry.
        State.Remember(command);
        change(outcome);
        await SaveAsync();
        return null;
    }

    /// <summary>
    /// Makes a dry run by the same code as the real command, on a copy of the state that is thrown away. Meanwhile
    /// <see cref="WriteAsync"/> asks the writer for a dry run, and <see cref="SaveAsync"/> saves nothing. Code that changes anything else
    /// (an agenda) must ask <see cref="IsDryRun"/> itself.
    /// </summary>
    protected async Task<T> DryRunAsync<T>(Func<Task<T>> carryOut)
    {
        _dryRun = JsonSerializer.Deserialize<TState>(JsonSerializer.SerializeToUtf8Bytes(state.State))!;
        try
        {
            return await carryOut();
        }
        finally
        {
            _dryRun = null;
        }
    }

    protected Task<Outcome> WriteAsync(Proposal proposal) => Writer.DecideAsync(proposal, IsDryRun);

    protected Task SaveAsync() => IsDryRun ? Task.CompletedTask : this.WriteAsync(state);
}

/// <summary>The stored state of a grain with records of its own, with the commands that it has carried out.</summary>
public abstract class WorkflowState
{
    /// <summary>The request digest of each carried out command, by the command's entry id.</summary>
    [JsonPropertyName("done")]
    public Dictionary<string, string> Done { get; set; } = [];

    /// <summary>True if a command under this id was carried out.</summary>
    /// <param name="reused">The refusal if that was another request; null if it was this one.</param>
    public bool HasDone(Command command, out Refusal? reused)
    {
        bool found = Done.TryGetValue(command.Id.ToString(), out string? digest);
        reused = found && digest != command.RequestDigest ? new Refusal(Reason.RequestIdReused) : null;
        return found;
    }

    public void Remember(Command command) => Done[command.Id.ToString()] = command.RequestDigest;
}

/// <summary>Writes the states of grains.</summary>
internal static class StateWrites
{
    /// <summary>Writes a grain's state. If the write fails, deactivates the grain, so that the next call reads the stored state.</summary>
    /// <exception cref="StorageUnavailableException">The state was not written, or the storage can't tell.</exception>
    public static async Task WriteAsync<T>(this IGrainBase grain, IPersistentState<T> state)
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception error)
        {
            grain.DeactivateOnIdle();
            throw new StorageUnavailableException($"The state of {grain.GrainContext.GrainId} could not be written.", error);
        }
    }
}
