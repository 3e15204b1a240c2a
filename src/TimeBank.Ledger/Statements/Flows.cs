namespace TimeBank.Ledger;

/// <summary>Sums over flows.</summary>
public static class Flows
{
    /// <summary>What an event debited, with its reversals taken off.</summary>
    public static long NetDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code).Sum(flow => flow.IsDebit ? flow.Amount : -flow.Amount);

    /// <summary>What an event credited, with its reversals taken off.</summary>
    public static long NetCredit(this IEnumerable<Flow> flows, EntryCode code) => -flows.NetDebit(code);

    /// <summary>What reversals of an event credited.</summary>
    public static long ReversedDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code && flow.IsReversal && !flow.IsDebit).Sum(flow => flow.Amount);

    /// <summary>What reversals of an event debited.</summary>
    public static long ReversedCredit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code && flow.IsReversal && flow.IsDebit).Sum(flow => flow.Amount);
}
