using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>To register an elder.</summary>
[GenerateSerializer, Immutable, Alias("timebank.register-elder")]
public sealed record RegisterElderMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] Difficulties Difficulties);
