namespace TimeBank.Ledger;

/// <summary>Sums over flows.</summary>
public static class Flows
{
    /// <summary>What all of them debited, with what they credited taken off.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows) => flows.Aggregate(Int128.Zero, (sum, flow) => flow.IsDebit ? sum + flow.Amount : sum - flow.Amount);

    /// <summary>What an event debited, with its reversals taken off.</summary>
    public static Int128 NetDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code).NetDebit();

    /// <summary>What all of them credited, with what they debited taken off.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows) => -flows.NetDebit();

    /// <summary>What an event credited, with its reversals taken off.</summary>
    public static Int128 NetCredit(this IEnumerable<Flow> flows, EntryCode code) => -flows.NetDebit(code);

    /// <summary>What reversals of an event credited.</summary>
    public static Int128 ReversedDebit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code && flow.IsReversal && !flow.IsDebit).NetCredit();

    /// <summary>What reversals of an event debited.</summary>
    public static Int128 ReversedCredit(this IEnumerable<Flow> flows, EntryCode code) => flows.Where(flow => flow.Code == code && flow.IsReversal && flow.IsDebit).NetDebit();
}
