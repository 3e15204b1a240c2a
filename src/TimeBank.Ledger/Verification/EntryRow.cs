using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>An entry as a store has it, column by column: nothing of it is believed.</summary>
/// <param name="Effective">The date as yyyy-MM-dd.</param>
public sealed record EntryRow(
    long Index,
    long TimeMicroseconds,
    string Effective,
    long Kind,
    string Code,
    long? Of,
    long? ExpiresMicroseconds,
    byte[] Bytes,
    byte[] Salt,
    byte[] Leaf,
    ImmutableArray<TransferRow> Transfers);
