using Orleans;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// A grain that keeps its own records beside the ledger. Each command is carried out once: the rules are asked, their answer is
/// remembered by the region's writer under the command's id, then the state changes in one write. A crash between the last two
/// leaves a command whose retry finds its outcome and finishes.
/// </summary>
public abstract class WorkflowGrain<TState>(IPersistentState<TState> state, BusinessClock clock) : Grain
    where TState : WorkflowState, new()
{
    protected TState State => state.State;

    protected bool Exists => state.RecordExists;

    protected RegionCode Region => RegionCode.Parse(this.GetPrimaryKeyString().Split('/')[0]);

    /// <summary>The part of the key after the region.</summary>
    protected string LocalKey => this.GetPrimaryKeyString().Split('/', 2)[1];

    protected DateTimeOffset Now => clock.Now;

    protected DateOnly Today => clock.Today;

    protected ILedgerGrain Ledger => GrainFactory.GetGrain<ILedgerGrain>(Region.ToString());

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
        string id = command.Id.ToString();
        if (State.Done.TryGetValue(id, out string? digest)) return digest == command.Digest ? null : new Refusal(Reason.RequestIdReused);

        Refusal? refusal = decide();
        Proposal proposal = refusal is null ? propose() : Entries.Refuse(command.Header(Today, ""), EntryCode.Note, refusal);
        Outcome outcome = (await Ledger.SubmitAsync(new ProposalMessage(proposal))).Outcome;
        if (outcome.Refusal is not null) return outcome.Refusal;

        // The outcome is durable: from here on the change must be written, now or by a retry.
        State.Done[id] = command.Digest;
        change(outcome);
        await SaveAsync();
        return null;
    }

    protected Task SaveAsync() => this.WriteAsync(state);
}
