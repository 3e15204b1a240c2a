using System.Data.Common;

namespace TimeBank.Storage;

/// <summary>How an engine gives the rows of one snapshot to the verifier. Each query but the first has one parameter, the region.</summary>
/// <param name="Heads">Region, size, root, frontier, time, accounts, remembered, chain, by region.</param>
/// <param name="Books">Size, root, frontier, time, accounts.</param>
/// <param name="Entries">Index, time, effective date as text, kind, code, named entry, expiry, bytes, salt, leaf, by index.</param>
/// <param name="Transfers">Index, position, debit, credit, unit, posted, held, released and the four counters after, by index and position.</param>
/// <param name="Outcomes">Id as bytes, index, command, reason, detail, number among what is remembered.</param>
/// <param name="Holds">Index, expiry, by index.</param>
/// <param name="Accounts">As <see cref="LedgerRows.Account"/> reads them, by number.</param>
/// <param name="Read">Begins a query.</param>
/// <param name="ReadBeside">Begins a query while another one is being read.</param>
/// <param name="Abandon">Called before queries are left half read.</param>
internal sealed record StoredRows(
    string Heads, string Books, string Entries, string Transfers, string Outcomes, string Holds, string Accounts,
    Func<string, object?[], DbDataReader> Read, Func<string, object?[], DbDataReader> ReadBeside, Action Abandon);
