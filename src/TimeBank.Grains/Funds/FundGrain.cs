using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <inheritdoc cref="IFundGrain"/>
public sealed class FundGrain([PersistentState(FundState.Kind, GrainStorageNames.TimeBank)] IPersistentState<FundState> state, BusinessClock clock)
    : WorkflowGrain<FundState>(state, clock), IFundGrain
{
    private Slug Id => Slug.Parse(LocalKey);

    public async Task<Reply<FundRecord>> CreateAsync(CreateFundMessage creation)
    {
        Refusal? refusal = await OnceAsync(
            creation.Command,
            () => State.Fund is null ? null : Refusal.Of(Reason.FundExists, ("id", LocalKey)),
            () => State.Fund ??= creation.Fund);
        return refusal is null ? State.Fund! : refusal;
    }

    public Task<FundRecord?> GetAsync() => Task.FromResult(State.Fund);

    public async Task<OutcomeMessage> ReceiveAsync(ReceiveMoneyMessage receipt)
    {
        Policy policy = await GrainFactory.PolicyAsync(Region, Today);
        Outcome outcome = await Ledger.DecideAsync(
            receipt.Command, Today,
            State.Fund is null ? new Refusal(Reason.FundNotFound) : null,
            () => MoneyEntries.Receive(receipt.Command.Header(receipt.Received, policy.Version.ToString()), Slug.Parse(receipt.BankAccount), Id, new Fen(receipt.Fen)));
        return new OutcomeMessage(outcome);
    }
}
