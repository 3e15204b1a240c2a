namespace TimeBank.Simulation;

/// <summary>
/// Every mutation that the simulator must find. A developer who changes one of these texts in the ledger changes it here too: a mutation
/// that can't be made fails the tests like one that isn't found.
/// </summary>
internal static class Mutants
{
    private const string Ledger = "TimeBank.Ledger", Writer = "TimeBank.Writer", Proofs = "TimeBank.Proofs";

    public static IReadOnlyList<Mutation> All { get; } =
    [
        // The order of writing: head, ids, answers.
        new("head-unchecked", Ledger, "Journal/BatchDraft.cs",
            "Region == other.Region && Size == other.Size && Remembered == other.Remembered\n        && Tree.Root == other.Tree.Root;",
            "Region == other.Region;"),
        new("head-by-size-alone", Ledger, "Journal/BatchDraft.cs", " && Tree.Root == other.Tree.Root", ""),
        new("head-without-refusals", Ledger, "Journal/BatchDraft.cs", " && Remembered == other.Remembered", ""),
        new("refusals-unsealed", Ledger, "Journal/EntryDraft.cs", "view.Remembered.Chain is null ? null : view.Remembered);", "null);"),
        new("sealed-twice", Ledger, "Journal/WorkingState.cs", "Remembered = Remembered.Sealed();", ""),
        new("id-not-looked-up", Ledger, "Journal/Decide.cs", "if (view.Outcome(header.Id) is { } known)",
            "if (view.Outcome(header.Id) is { } known && known.Id != header.Id)"),
        new("command-not-compared", Ledger, "Journal/Decide.cs", "known.RequestDigest == header.RequestDigest", "known.Id == header.Id"),
        new("rejection-dropped", Ledger, "Journal/BatchDraft.cs", "_remembered.Add(decision.Outcome);",
            "if (decision.Outcome.Refusal?.Reason != Reason.InsufficientBalance) _remembered.Add(decision.Outcome);"),
        new("acknowledged-early", Writer, "LedgerWriter.cs", "(_deciding, _draft) = ([], null);",
            "foreach (LedgerCall call in _deciding) call.Complete(); (_deciding, _draft) = ([], null);"),
        new("uncertain-is-stored", Writer, "LedgerWriter.cs",
            "return (await store.ReadHeadAsync(region, CancellationToken.None)).IsAt(append.After);", "return true;"),
        new("state-never-forgotten", Writer, "LedgerWriter.cs", "_head = null;\n        _state = null;", "_head = null;"),
        new("lost-race-keeps-state", Writer, "LedgerWriter.cs", "Forget();\n            if (attempt ==", "if (attempt =="),
        new("one-bad-fails-all", Writer, "LedgerWriter.cs", "foreach (LedgerCall call in batch) await AnswerAsync([call]);",
            "foreach (LedgerCall call in batch) call.Fail(Reason.InternalError);"),
        new("leaves-its-turn", Writer, "LedgerWriter.cs", "return await store.AppendAsync(append, CancellationToken.None);",
            "return await store.AppendAsync(append, CancellationToken.None).ConfigureAwait(false);"),
        new("shown-before-stored", Writer, "LedgerWriter.cs", "(_deciding, _draft) = ([], null);",
            "if (!append.IsEmpty) watch?.Stored(append.After); (_deciding, _draft) = ([], null);"),
        new("recovery-keeps-state", Writer, "LedgerWriter.cs", "Forget();\n        if (sent is not null && stored)",
            "if (sent is not null && stored)"),
        new("shape-of-a-known-id", Writer, "LedgerWriter.cs", " && Shape.Check(proposal) is null) _state.Assume", ") _state.Assume"),
        new("memory-overtaken-by-store", Ledger, "Journal/WorkingState.cs",
            "Put(_byNumber.TryGet(account.Number, out Account? held) || (_byPath.TryGet(account.Path, out held) && held is not null)\n"
                + "                ? held : account);", "Put(account);"),
        new("index-reused", Ledger, "Journal/WorkingState.cs", "NextIndex = entry.Index + 1;",
            "NextIndex = entry.Index % 10 == 9 ? entry.Index : entry.Index + 1;"),
        new("time-stands-still", Ledger, "Values/LedgerTime.cs", "Math.Max(now.Microseconds, Microseconds + 1)",
            "Math.Max(now.Microseconds, Microseconds)"),
        new("tree-turned-round", Proofs, "Tree.cs", "node = Node(Roots[^at], node);", "node = Node(node, Roots[^at]);"),

        // Amounts and limits.
        new("pending-forgotten", Ledger, "Journal/Account.cs", "CreditsPosted - DebitsPosted - DebitsPending;",
            "CreditsPosted - DebitsPosted;"),
        new("limit-ignored", Ledger, "Journal/EntryDraft.cs", "&& amount > from.Counters.DebitRoom)",
            "&& amount > from.Counters.DebitRoom + 1)"),
        new("other-limit-ignored", Ledger, "Journal/EntryDraft.cs", "&& amount > to.Counters.CreditRoom)",
            "&& amount > long.MaxValue - 1)"),
        new("overflow-unguarded", Ledger, "Journal/EntryDraft.cs",
            "from.Counters.DebitsPosted + from.Counters.DebitsPending > MaxCounter - amount",
            "from.Counters.DebitsPosted + from.Counters.DebitsPending > MaxCounter"),
        new("at-most-is-all-or-nothing", Ledger, "Journal/EntryDraft.cs",
            "wanted.AtMost ? Math.Clamp(Room(debit, credit), 1, wanted.Amount) : wanted.Amount", "wanted.Amount"),
        new("commitment-rounded", Ledger, "Vouchers/VoucherEntries.cs", "if (left > 0) transfers", "if (left > 1) transfers"),

        // Holds.
        new("part-post-keeps-rest", Ledger, "Journal/EntryDraft.cs", "Released = held[at].Held });",
            "Released = Math.Max(amounts[at], 1) });"),
        new("part-post-rounded", Ledger, "Journal/EntryDraft.cs", "Posted = amounts[at], Held = 0,",
            "Posted = amounts[at] / 15 * 15, Held = 0,"),
        new("part-post-from-the-wrong-end", Ledger, "Volunteering/HoursBalance.cs",
            "Minutes issued = Minutes.Min(wanted, available.Issued);",
            "Minutes issued = Minutes.Min(wanted > available.Earned ? wanted - available.Earned : Minutes.Zero, available.Issued);"),
        new("hold-ends-twice", Ledger, "Journal/EntryDraft.cs", "if (hold.EndedBy is not null) return new Refusal(Reason.HoldEnded);", ""),
        new("expired-hold-posts", Ledger, "Journal/EntryDraft.cs", "if (posts && due) return new Refusal(Reason.HoldExpired);", ""),
        new("expiry-a-moment-late", Ledger, "Journal/EntryDraft.cs", "expires && expires <= time;",
            "expires && new LedgerTime(expires.Microseconds + 1_000) <= time;"),

        // Reversals and accounts.
        new("reversed-twice", Ledger, "Journal/EntryDraft.cs",
            "if (original.ReversedBy is not null) return new Refusal(Reason.EntryAlreadyReversed);", ""),
        new("reversed-in-order", Ledger, "Journal/EntryDraft.cs", "Where(transfer => transfer.Posted > 0).Reverse()];",
            "Where(transfer => transfer.Posted > 0)];"),
        new("frozen-moves", Ledger, "Journal/EntryDraft.cs",
            "var account when account.Is(AccountFlags.Frozen) => Refusal.Of(Reason.AccountFrozen, (\"account\", account.Path.Text)),", ""),
        new("closed-with-money", Ledger, "Journal/EntryDraft.cs", "!_touched[at].Counters.IsEmpty) return",
            "_touched[at].Counters.DebitsPending > 0) return"),
        new("voucher-issued-twice", Ledger, "Journal/EntryDraft.cs",
            "if (spec.Opening == Opening.New && account.Opened != view.NextIndex) return",
            "if (spec.Opening == Opening.New && account.Opened > view.NextIndex) return"),

        // Settlements, the bank and closed days.
        new("approved-by-its-maker", Ledger, "Funding/Settlement.cs", "actor == preparedBy || actor == submittedBy ?",
            "actor == submittedBy ?"),
        new("approved-twice", Ledger, "Funding/Settlement.cs", "state != SettlementState.Submitted ? WrongState(state)",
            "state is not (SettlementState.Submitted or SettlementState.Approved) ? WrongState(state)"),
        new("withdrawn-after-approval", Ledger, "Funding/Settlement.cs",
            "state is SettlementState.Draft or SettlementState.Submitted ? null",
            "state is SettlementState.Draft or SettlementState.Submitted or SettlementState.Approved ? null"),
        new("refund-not-netted", Ledger, "Funding/Settlement.cs", "Netted => Fen.Min(Owed, Taken);", "Netted => Fen.Zero;"),
        new("debt-still-paid", Ledger, "Funding/Settlement.cs", "Paid => Taken - Netted;", "Paid => Taken;"),
        new("dispute-paid", Ledger, "Funding/Settlement.cs", "Payable > SetAside ? Payable - SetAside : Fen.Zero;", "Payable;"),
        new("paid-another-amount", Ledger, "Funding/Settlement.cs", "Chart.Settlement(batch), Chart.Bank(bank), amount.Value));",
            "Chart.Settlement(batch), Chart.Bank(bank), amount.Value / 10 * 10 + 1));"),
        new("returned-twice", Ledger, "Funding/Settlement.cs", "(PaymentState.Paid, PaymentState.Returned) => null,",
            "(PaymentState.Paid or PaymentState.Returned, PaymentState.Returned) => null,"),
        new("paid-after-rejection", Ledger, "Funding/Settlement.cs",
            "(PaymentState.Approved, PaymentState.Paid or PaymentState.Rejected) => null,",
            "(PaymentState.Approved or PaymentState.Rejected, PaymentState.Paid or PaymentState.Rejected) => null,"),
        new("return-not-owed-again", Ledger, "Funding/Settlement.cs", "Chart.Bank(bank), Chart.ProviderPayable(provider), amount.Value));",
            "Chart.Bank(bank), Chart.FundAvailable(bank), amount.Value));"),
        new("suspense-cleared-the-wrong-way", Ledger, "Payments/BankEntries.cs",
            "Chart.Suspense(bank), Chart.FundAvailable(fund), amount, isIn);",
            "Chart.Suspense(bank), Chart.FundAvailable(fund), amount, !isIn);"),
        new("last-closed-day-open", Ledger, "Journal/ClosedPeriods.cs", "header.EffectiveDate > closed ? header",
            "header.EffectiveDate >= closed ? header"),
        new("late-day-forgotten", Ledger, "Journal/ClosedPeriods.cs",
            ": header.Details.Add(LateFor, header.EffectiveDate.ToString(\"O\", CultureInfo.InvariantCulture)),", ": header.Details,"),
        new("days-moved-meanwhile", Ledger, "Journal/ClosedPeriods.cs", "? new Refusal(Reason.PeriodChanged) : null;", "? null : null;"),
        new("month-closed-early", Ledger, "Funding/Period.cs", "today <= month.Last ?", "today < month.Last ?"),
        new("month-opened-out-of-order", Ledger, "Funding/Period.cs", "closed is { } day && day > month.Last ?",
            "closed is { } day && day > month.Last.AddDays(60) ?"),
    ];
}
