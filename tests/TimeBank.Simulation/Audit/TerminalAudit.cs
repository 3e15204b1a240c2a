using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Simulation;

/// <summary>
/// At the end holds what became of each receipt against the journal: every receipt has an answer, each accepted one has exactly one entry
/// that pays what was taken, nothing else was paid, and who came second came second, and names who came first.
/// </summary>
internal static class TerminalAudit
{
    public static string? Wrong(World world, Auditor auditor, Terminals terminals)
    {
        foreach (Terminal of in terminals.Devices)
        {
            if (Receipts(world, auditor, terminals, of) is { } wrong) return wrong;
        }
        foreach (TerminalPaid paid in terminals.Paid.Where(paid => paid.Counter > 0))
        {
            bool isWritten = auditor.Fates.GetValueOrDefault(paid.Id)?.Index is not null;
            TerminalRow? row = terminals.Store.Stored($"{paid.Device}-{paid.Counter}");
            if (isWritten && row is not { Verdict.Stage: TerminalStage.Accepted })
                return $"receipt {paid.Counter} of {paid.Device} was paid, and is {row?.Verdict.Words ?? "not kept"}";
        }
        return null;
    }

    private static string? Receipts(World world, Auditor auditor, Terminals terminals, Terminal of)
    {
        foreach ((string digest, (OfflineReceipt receipt, _)) in of.Signed)
        {
            string name = $"receipt {receipt.Counter} of {of.Id}";
            TerminalRow[] rows = [.. terminals.Store.Rows(of.Id).Select(row => row.Row)
                .Where(row => row.Digest == digest && row.Verdict.Stage != TerminalStage.Settled)];
            // One that its terminal lost before it was ever kept.
            if (of.Gone.Contains(digest) && rows is []) continue;
            if (rows is not [{ Verdict: { IsFinal: true } verdict }])
                return $"{name} has {rows.Length} rows at the end, and is {string.Join("; ", rows.Select(row => row.Verdict.Words))}";
            if (of.Gone.Contains(digest)) world.Tally.Add("receipts decided that were kept and then lost");
            Fate? fate = auditor.Fates.GetValueOrDefault(Terminals.IdOf(of.Id, receipt.Counter));
            TerminalPaid? paid = terminals.Paid.FirstOrDefault(one => one.Id == fate?.Intent.Id && one.Digest == digest);
            if (verdict.Stage == TerminalStage.Accepted)
            {
                if (fate?.Index is null || fate.Index != verdict.Entry || paid is null) return $"{name} is accepted, and stored is {fate}";
                string account = paid.Voucher.Path;
                long moved = fate.Intent.Want.Legs.Where(leg => leg.Debit == account).Sum(leg => leg.Amount);
                if (moved != receipt.FromVoucher || fate.Intent.Header.Details.GetValueOrDefault("offlineReceipt") != digest)
                    return $"{name} took {receipt.FromVoucher}, and its entry moves {moved}";
            }
            else if (Unnamed(auditor, terminals, of, digest, verdict) is { } unnamed)
            {
                return $"{name} is {verdict.Words}, and {unnamed}";
            }
            else if (verdict.Reason is Reason.OfflineSpent && !WasSpent(auditor, terminals, receipt, verdict))
            {
                return $"{name} came second for {receipt.FromVoucher} of its voucher, which always had that";
            }
        }
        return null;
    }

    /// <summary>
    /// A receipt that lost names what came first, with its receipt where a terminal made it, so that the signed receipts of both are there.
    /// The model says who that was at the moment of the verdict.
    /// </summary>
    private static string? Unnamed(Auditor auditor, Terminals terminals, Terminal of, string digest, TerminalVerdict verdict)
    {
        OfflineReceipt receipt = of.Signed[digest].Receipt;
        TerminalRow? other = verdict.OtherReceipt.Length == 0 ? null : terminals.Store.Stored(verdict.OtherReceipt);
        switch (verdict.Reason)
        {
            case Reason.OfflineFork:
                // Another receipt has this one's counter: where that is not decided yet, it has no entry either.
                return verdict.OtherReceipt == $"{of.Id}-{receipt.Counter}" && other is not null && other.Digest != digest
                    && of.Signed.ContainsKey(other.Digest)
                    && (verdict.OtherEntry is null || verdict.OtherEntry == other.Verdict.Entry)
                    ? null : $"under its counter is {other?.Verdict.Words ?? "nothing"}";
            case Reason.OfflineChainBroken or Reason.OfflineDeclaredLost:
                return verdict.OtherReceipt.Length == 0 || other is not null ? null : "that is not kept";
            case Reason.OfflineSpent or Reason.OfflineVoucherLimit:
                TerminalPaid? first = FirstOf(auditor, terminals, receipt, verdict);
                string by = first is null or { Counter: 0 } ? "" : $"{first.Device}-{first.Counter}";
                int? index = first is null ? null : auditor.Fates[first.Id].Index;
                bool isShown = other is null ? by.Length == 0
                    : other.Verdict.Entry == index && terminals.Devices.Any(one => one.Signed.ContainsKey(other.Digest));
                return verdict.OtherEntry == index && verdict.OtherReceipt == by && isShown ? null : $"first came {index} {by}";
            default:
                return verdict.OtherEntry is null && verdict.OtherReceipt.Length == 0 ? null : "nobody came first";
        }
    }

    /// <summary>
    /// The last that took something from the voucher and was not refunded, of all or, within a code's promise, of terminals; null where
    /// nobody did, or where the receipt took more than its own code allows.
    /// </summary>
    private static TerminalPaid? FirstOf(Auditor auditor, Terminals terminals, OfflineReceipt receipt, TerminalVerdict verdict)
    {
        TerminalCode code = terminals.Codes[receipt.Code];
        bool isShared = verdict.Reason == Reason.OfflineVoucherLimit;
        if (isShared && receipt.FromVoucher > code.Allowed) return null;
        HashSet<EntryId?> refunded =
            [.. auditor.Fates.Values.Where(fate => fate.Index < verdict.Moment && fate.Intent.Want.Kind == WantKind.Reverse)
                .Select(fate => fate.Intent.Want.Of)];
        return terminals.Paid.Where(paid => paid.Voucher.Id == code.Says.Id && !refunded.Contains(paid.Id)
                && auditor.Fates.GetValueOrDefault(paid.Id)?.Index is { } index && index < verdict.Moment
                && (!isShared || (paid.Counter > 0 && index > code.Serial)))
            .MaxBy(paid => auditor.Fates[paid.Id].Index);
    }

    /// <summary>At some moment before the verdict the voucher had less than the receipt took.</summary>
    private static bool WasSpent(Auditor auditor, Terminals terminals, OfflineReceipt receipt, TerminalVerdict verdict)
    {
        string path = terminals.Codes[receipt.Code].Says.Path;
        return Enumerable.Range(0, verdict.Moment + 1).Select(moment => auditor.Model.Find(path, moment))
            .Any(book => book is not null && book.LeftToPay < Math.Max(receipt.FromVoucher, receipt.Quantity));
    }
}
