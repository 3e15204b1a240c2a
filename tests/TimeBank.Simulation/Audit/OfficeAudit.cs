using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// At the end holds the office's accounts against what clerks and the bank know, in the simulator's own arithmetic: what was redeemed and
/// refunded by the outcomes, what was paid, rejected and returned by the bank alone.
/// </summary>
internal static class OfficeAudit
{
    public static string? Wrong(Auditor auditor, Office office, Officers officers) =>
        Batches(auditor, office) ?? Payments(auditor, office) ?? Providers(auditor, office, officers) ?? Bank(auditor, office)
        ?? Days(auditor);

    /// <summary>Every batch is over, and nothing is left on its account. It was approved once at most, by nobody who prepared it.</summary>
    private static string? Batches(Auditor auditor, Office office)
    {
        foreach (OfficeBatch batch in office.Stored.Batches.Values)
        {
            if (batch.State is not (SettlementState.Closed or SettlementState.Withdrawn))
                return $"batch {batch.Id} is {batch.State} at the end";
            Intent[] approvals = [.. Written(auditor, EntryCode.ApproveSettlement).Where(intent => intent.Want.Of == batch.Prepared.Id)];
            if (approvals.Length != (batch.State == SettlementState.Closed ? 1 : 0))
                return $"batch {batch.Id} was approved {approvals.Length} times";
            if (approvals.Any(approval => approval.Header.Actor == batch.Prepared.Actor || approval.Header.Actor == batch.SubmittedBy))
                return $"batch {batch.Id} was approved by its maker";
            if (auditor.Model.Find($"settlement/{batch.Id}") is { IsEmpty: false } account)
                return $"batch {batch.Id} is over, and leaves {account}";
        }
        return null;
    }

    /// <summary>Each payment's entries are the bank's words, one for one: a return opens the payable again once.</summary>
    private static string? Payments(Auditor auditor, Office office)
    {
        var written = new Dictionary<string, List<PaymentState>>(StringComparer.Ordinal);
        foreach (Intent intent in Written(auditor, EntryCode.PayProvider, EntryCode.RejectPayment, EntryCode.ReturnPayment))
        {
            if (!written.TryGetValue(intent.Want.Memo, out List<PaymentState>? words)) written[intent.Want.Memo] = words = [];
            words.Add(intent.Want.Code switch
            {
                EntryCode.PayProvider => PaymentState.Paid,
                EntryCode.RejectPayment => PaymentState.Rejected,
                _ => PaymentState.Returned,
            });
        }
        foreach (OfficeBatch batch in office.Stored.Batches.Values.Where(batch => batch.State == SettlementState.Closed))
        {
            foreach (OfficePayment payment in batch.Payments.Where(payment => payment.Fen > 0))
            {
                string name = OfficeEntries.Name(batch.Id, payment.Number);
                // What the bank never got was withheld.
                IReadOnlyList<PaymentState> said = office.Bank.Words.GetValueOrDefault(name) ?? [PaymentState.Rejected];
                IReadOnlyList<PaymentState> are = written.GetValueOrDefault(name) ?? [];
                if (!said.SequenceEqual(are))
                    return $"payment {name} is {string.Join(", ", are)}, and the bank says {string.Join(", ", said)}";
            }
        }
        return null;
    }

    /// <summary>Each provider got from the bank what it earned, and nothing is left, neither owed to it nor by it.</summary>
    private static string? Providers(Auditor auditor, Office office, Officers officers)
    {
        Intent[] refunds = [.. Written(auditor, EntryCode.RefundRedemption)];
        HashSet<EntryId> redeemed = [.. Written(auditor, EntryCode.RedeemVoucher).Select(intent => intent.Id)];
        HashSet<EntryId> refunded = [.. refunds.Select(intent => intent.Want.Of!.Value)];
        if (refunded.Count != refunds.Length) return "a redemption was refunded twice";
        foreach (string provider in officers.Providers)
        {
            long earned = officers.Redeemed
                .Where(one => one.Provider == provider && redeemed.Contains(one.Id) && !refunded.Contains(one.Id)).Sum(one => one.Fen);
            long moved = office.Bank.Lines.Where(line => line.Batch.Length > 0
                && office.Stored.Batches[line.Batch].Payments[line.Payment - 1].Provider == provider).Sum(line => line.Fen);
            (Book? payable, Book? owed) = (
                auditor.Model.Find(OfficeEntries.Payable(provider)), auditor.Model.Find(OfficeEntries.Owed(provider)));
            long open = (payable is null ? 0 : payable.PaidIn - payable.PaidOut) - (owed is null ? 0 : owed.PaidOut - owed.PaidIn);
            if (open != earned + moved) return $"{provider} earned {earned} and got {-moved}, and the ledger owes it {open}";
            if (payable is { IsEmpty: false } || owed is { IsEmpty: false }) return
                $"after the last settlement {provider} has {payable} and {owed}";
        }
        return null;
    }

    private static string? Bank(Auditor auditor, Office office)
    {
        Book bank = auditor.Model.Find("bank/office")!;
        if (bank.PaidOut - bank.PaidIn != office.Bank.Balance) return
            $"the bank has {office.Bank.Balance}, and the ledger {bank.PaidOut - bank.PaidIn}";
        return auditor.Model.Find("suspense/office") is { IsEmpty: false } suspense ? $"in suspense is still {suspense}" : null;
    }

    /// <summary>No entry is dated on a day that was closed before it.</summary>
    private static string? Days(Auditor auditor)
    {
        var first = new DateOnly(2000, 1, 1);
        long closed = 0;
        foreach (StoredBytes stored in auditor.Stored)
        {
            var entry = TimeBank.Simulation.Written.Read(stored.Bytes);
            DateOnly day = DateOnly.Parse(entry.Text("effective"), null);
            if (day < first.AddDays((int)closed)) return $"entry {entry.Index} is of {day:O}, and {closed} days are closed";
            closed += entry.Code switch
            {
                "ClosePeriod" => entry.Moves.Single().Posted,
                "ReopenPeriod" => -entry.Moves.Single().Posted,
                _ => 0,
            };
        }
        return null;
    }

    private static IEnumerable<Intent> Written(Auditor auditor, params EntryCode[] codes) => auditor.Fates.Values
        .Where(fate => fate.Index is not null && codes.Contains(fate.Intent.Want.Code)).OrderBy(fate => fate.Index)
        .Select(fate => fate.Intent);
}
