using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IProviderGrain"/>
public sealed class ProviderGrain([PersistentState(ProviderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ProviderState> state, BusinessClock clock)
    : WorkflowGrain<ProviderState>(state, clock), IProviderGrain
{
    public async Task<Reply<ProviderRecord>> RegisterAsync(RegisterProviderMessage registration)
    {
        // The key is made from the command's id, so that nobody else can have taken it.
        Refusal? refusal = await OnceAsync(registration.Command, () => null, () => State.Provider = registration.Provider);
        return refusal is null ? State.Provider! : refusal;
    }

    public Task<ProviderRecord?> GetAsync() => Task.FromResult(State.Provider);

    public async Task<Reply<ProviderRecord>> SetStandingAsync(SetStandingMessage decision)
    {
        Refusal? refusal = await OnceAsync(
            decision.Command,
            () => State.Provider is null ? new Refusal(Reason.ProviderNotFound) : null,
            () => State.Provider = State.Provider! with { Standings = State.Provider.Standings.Add(decision.Standing) });
        return refusal is null ? State.Provider! : refusal;
    }
}
