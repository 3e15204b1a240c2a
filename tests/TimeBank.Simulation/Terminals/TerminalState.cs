using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>What the server keeps of a terminal, as its grain does. It is replaced as a whole.</summary>
/// <param name="Waiting">The counters of receipts that wait for one before them, by their rows' keys.</param>
/// <param name="KnownTo">The simulator's own: up to which counter the device knew its answers, by the receipts that were decided.</param>
internal sealed record TerminalState(
    OfflineChain Chain, DateTimeOffset? RevokedSince, ImmutableSortedDictionary<string, long> Waiting, long KnownTo = 0)
{
    public static TerminalState New { get; } = new(
        new OfflineChain(0, "", default, 0, ImmutableSortedDictionary<long, long>.Empty, [], ImmutableSortedDictionary<long, long>.Empty),
        null, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));
}

/// <summary>A receipt as the server keeps it, in a row of its own.</summary>
/// <param name="Received">When it came first.</param>
internal sealed record TerminalRow(string Digest, ImmutableArray<byte> Signed, DateTimeOffset Received, TerminalVerdict Verdict);

/// <summary>What became of a receipt.</summary>
/// <param name="Entry">The index of its redemption; null unless accepted.</param>
/// <param name="Moment">How many entries the journal had when it was given, for the auditor.</param>
/// <param name="OtherEntry">The index of the redemption that came first; null where there is none.</param>
/// <param name="OtherReceipt">The key of the row of that redemption's receipt; empty where it was made with a network.</param>
internal sealed record TerminalVerdict(
    TerminalStage Stage, Reason? Reason = null, long? Entry = null, int Moment = 0, long? OtherEntry = null, string OtherReceipt = "")
{
    public bool IsFinal => Stage is TerminalStage.Accepted or TerminalStage.Exception or TerminalStage.Settled;

    /// <summary>As a terminal sees it.</summary>
    public string Words => $"{Stage} {Reason} {Entry} {OtherEntry} {OtherReceipt}".TrimEnd();
}

/// <summary>How far a receipt is.</summary>
internal enum TerminalStage
{
    /// <summary>Kept, and not decided yet.</summary>
    Received,
    Accepted,
    Exception,
    Waiting,

    /// <summary>It waited, and the row of its counter has the answer.</summary>
    Settled,

    /// <summary>Not signed by its terminal, or no receipt at all: nothing is kept of it.</summary>
    Invalid,
}

/// <summary>What somebody asks the server about one terminal.</summary>
/// <param name="Receipts">Of a sync.</param>
/// <param name="RevokedSince">Of a revocation.</param>
/// <param name="Lost">Of a declaration that receipts are lost: the key of a row that waits for them.</param>
internal sealed record TerminalCall(
    Terminal Of, ImmutableArray<byte[]> Receipts = default, DateTimeOffset? RevokedSince = null, string? Lost = null)
{
    public override string ToString() => RevokedSince is { } since ? $"revoke {Of.Id} since {since:s}"
        : Lost is not null ? $"declare lost before {Lost}" : $"sync {Receipts.Length} of {Of.Id}";
}

/// <summary>A voucher of the terminals' world.</summary>
/// <param name="Issued">The id of its issue.</param>
internal sealed record TerminalVoucher(OpaqueId Id, VoucherTerms Terms, long Amount, EntryId Issued)
{
    public string Path => $"voucher/{Id}";

    public bool IsMoney => Terms.Kind == VoucherKind.Money;
}

/// <summary>A voucher's code on paper.</summary>
/// <param name="Says">What it says; null where its signature is another's.</param>
/// <param name="UseBy">The last day by the paper.</param>
/// <param name="Allowed">How much of the voucher it allows without a network.</param>
/// <param name="Serial">The index of the voucher's last entry when it was made.</param>
internal sealed record TerminalCode(
    string Text, TerminalVoucher Says, bool IsGenuine, bool FitsBooks, DateOnly UseBy, long Allowed, long Serial);

/// <summary>A redemption that somebody asked for, of a receipt or with a network.</summary>
/// <param name="Counter">0: with a network.</param>
internal sealed record TerminalPaid(EntryId Id, TerminalVoucher Voucher, string Device, long Counter, string Digest, long Amount);
