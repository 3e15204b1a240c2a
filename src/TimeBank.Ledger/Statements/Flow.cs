namespace TimeBank.Ledger;

/// <summary>What one event has moved on one side of some accounts, summed over a stretch of their history.</summary>
/// <param name="Code">The event; of a reversal, the event that was reversed.</param>
/// <param name="IsReversal">Whether these are the legs of reversals.</param>
/// <param name="Counter">The account on the other side, where flows were asked for by it.</param>
/// <param name="Amount">The sum of the legs; of many accounts wider than a counter.</param>
/// <param name="Legs">How many legs.</param>
/// <param name="Stretch">Which of the stretches that were asked for, from 0.</param>
public sealed record Flow(
    EntryCode Code, bool IsReversal, bool IsDebit, Unit Unit, AccountPath? Counter, Int128 Amount, long Legs, int Stretch = 0);
