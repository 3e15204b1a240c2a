using System.Text.Json;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A grain that keeps its own records beside the ledger. Each command is carried out once: the rules are asked, their answer is
/// remembered by the region's writer under the command's id, then the state changes in one write. A crash between the last two
/// leaves a command whose retry finds its outcome and finishes.
/// </summary>
public abstract class WorkflowGrain<TState>(IPersistentState<TState> state, BusinessClock clock) : Grain
    where TState : WorkflowState, new()
{
    private TState? _dryRun;

    /// <summary>What is stored; while a command is only tried, a copy of it, which that command alone may see.</summary>
    protected TState State => _dryRun ?? state.State;

    /// <summary>What is stored, for calls that come in between.</summary>
    protected TState Stored => state.State;

    /// <summary>Whether the command at work only asks what would happen.</summary>
    protected bool IsDryRun => _dryRun is not null;

    protected bool Exists => state.RecordExists;

    protected RegionCode Region => RegionCode.Parse(this.GetPrimaryKeyString().Split('/')[0]);

    /// <summary>The part of the key after the region.</summary>
    protected string LocalKey => this.GetPrimaryKeyString().Split('/', 2)[1];

    protected DateTimeOffset Now => clock.Now;

    protected DateOnly Today => clock.Today;

    /// <summary>Whether nothing may be written now. The writer refuses by itself; this is for what is written before.</summary>
    protected bool IsClockDoubted => clock.Doubt() is not null;

    protected ILedgerGrain Writer => GrainFactory.GetGrain<ILedgerGrain>(Region.ToString());

    /// <summary>Carries a command out whose whole effect is this grain's state.</summary>
    /// <param name="decide">The rules: null to go ahead.</param>
    /// <param name="change">The change of the state; must not fail.</param>
    /// <returns>Null where it is done, now or before.</returns>
    protected Task<Refusal?> OnceAsync(Command command, Func<Refusal?> decide, Action change) =>
        OnceAsync(command, decide, () => Entries.Note(command.Header(Today, "")), _ => change());

    /// <summary>Carries a command out that also writes an entry.</summary>
    /// <param name="propose">The entry, under the command's id.</param>
    /// <param name="change">The change of the state, told the outcome; must not fail.</param>
    protected async Task<Refusal?> OnceAsync(Command command, Func<Refusal?> decide, Func<Proposal> propose, Action<Outcome> change)
    {
        if (command.IsDryRun && !IsDryRun) throw new InvalidOperationException("A command that only asks would be carried out.");
        string id = command.Id.ToString();
        if (State.Done.TryGetValue(id, out string? digest)) return digest == command.RequestDigest ? null
            : new Refusal(Reason.RequestIdReused);

        Refusal? refusal = decide();
        Proposal proposal = refusal is null ? propose() : Entries.Refuse(command.Header(Today, ""), EntryCode.Note, refusal);
        Outcome outcome = await WriteAsync(proposal);
        if (outcome.Refusal is not null) return outcome.Refusal;

        // The outcome is durable: from here on the change must be written, now or by a retry.
        State.Done[id] = command.RequestDigest;
        change(outcome);
        await SaveAsync();
        return null;
    }

    /// <summary>
    /// Carries a command out that only asks: by the same code, on a copy of the state that is thrown away. Meanwhile
    /// <see cref="WriteAsync"/> only tries, and
    /// <see cref="SaveAsync"/> saves nothing; what else the command would change is left out where it would be changed.
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

/// <summary>The state of a grain that keeps its own records: it knows which commands it has carried out.</summary>
public abstract class WorkflowState
{
    /// <summary>The digest of each command carried out, by its entry id.</summary>
    [JsonPropertyName("done")]
    public Dictionary<string, string> Done { get; set; } = [];
}

/// <summary>How grains write what they keep.</summary>
internal static class StateWrites
{
    /// <exception cref="StorageUnavailableException">It was not written, or may not have been. What is in memory is forgotten; the next
    /// call reads what is stored.</exception>
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
