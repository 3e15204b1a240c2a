using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>Whether an elder is entitled to a month's hours, how many minutes, and whether they have been issued; or the reason why not.</summary>
[GenerateSerializer, Immutable, Alias("timebank.entitled-hours")]
public sealed record EntitledHoursMessage([property: Id(0)] long Minutes, [property: Id(1)] bool Issued, [property: Id(2)] Reason Reason);
