using Orleans;

namespace TimeBank.Grains;

/// <summary>To record money that has arrived.</summary>
/// <param name="BankAccount">The bank account's slug.</param>
/// <param name="Received">The bank's value date.</param>
[GenerateSerializer, Immutable, Alias("timebank.receive-money")]
public sealed record ReceiveMoneyMessage([property: Id(0)] Command Command, [property: Id(1)] string BankAccount, [property: Id(2)] long Fen, [property: Id(3)] DateOnly Received);
