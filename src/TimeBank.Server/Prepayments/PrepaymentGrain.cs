using System.Globalization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// An agreement on prepaid fees; key: region/id. All that moves its money but a reversal goes through this grain, one call at a time, so a
/// refund and a draw wait for each other.
/// </summary>
[Alias("timebank.prepayment")]
public interface IPrepaymentGrain : IGrainWithStringKey
{
    /// <summary>The agreement with what it has in custody; null if there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<PrepaymentView?> GetAsync();

    [Alias("propose")]
    Task<Reply<PrepaymentView>> ProposeAsync(Command command, PrepaymentRecord proposed);

    [Alias("agree")]
    Task<Reply<PrepaymentView>> AgreeAsync(Command command);

    [Alias("pay-in")]
    Task<Reply<PrepaymentView>> PayInAsync(Command command, PrepaymentBank bank, long feesFen, long depositFen);

    /// <summary>The provider draws each month up to a day that it has not drawn. A month has one entry, whatever the run.</summary>
    /// <returns>What this run drew, in fen, now or in an earlier call; zero: nothing is due.</returns>
    [Alias("draw")]
    Task<Reply<long>> DrawAsync(Command run, DateOnly through);

    [Alias("dispute")]
    Task<Reply<PrepaymentView>> DisputeAsync(Command command, bool disputes);

    [Alias("end")]
    Task<Reply<PrepaymentView>> EndAsync(Command command, DateOnly lastDay, bool byProvider);

    [Alias("approve-refund")]
    Task<Reply<PrepaymentView>> ApproveRefundAsync(Command command);

    [Alias("pay-refund")]
    Task<Reply<PrepaymentView>> PayRefundAsync(Command command, PrepaymentBank bank);
}

/// <inheritdoc cref="IPrepaymentGrain"/>
public sealed class PrepaymentGrain(
    [PersistentState(PrepaymentGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<PrepaymentGrainState> state,
    ILedgerReader ledger, BusinessClock clock, DayRules rules)
    : WorkflowGrain<PrepaymentGrainState>(state, clock), IPrepaymentGrain
{
    private const int MovementsLookedAt = 500;

    private PrepaymentRecord Agreement => State.Prepayment!;

    public async Task<PrepaymentView?> GetAsync() =>
        Stored.Prepayment is { } agreement ? new PrepaymentView(agreement, await SumsAsync()) : null;

    public Task<Reply<PrepaymentView>> ProposeAsync(Command command, PrepaymentRecord proposed)
    {
        return command.IsDryRun ? DryRunAsync(ProposeOnceAsync) : ProposeOnceAsync();

        async Task<Reply<PrepaymentView>> ProposeOnceAsync()
        {
            Policy policy = await rules.PolicyAsync(Region, Today);
            ProviderFacts? provider = await ProviderAsync(proposed.Provider);
            Refusal? refusal = await OnceAsync(
                command,
                () => provider is null ? new Refusal(Reason.ProviderNotFound)
                    : PrepaymentRule.Propose(proposed.Plan, policy.Prepayments, provider.RefusalFor(proposed.Service, Today)),
                () => Change(command, PrepaymentStep.Propose, proposed));
            return refusal is null ? new PrepaymentView(Agreement, await SumsAsync()) : refusal;
        }
    }

    public Task<Reply<PrepaymentView>> AgreeAsync(Command command) => StepAsync(command, _ => OnceAsync(
        command,
        () => PrepaymentRule.Agree(Agreement.State),
        () => Change(command, PrepaymentStep.Agree, Agreement with { State = PrepaymentState.Agreed })));

    public Task<Reply<PrepaymentView>> PayInAsync(Command command, PrepaymentBank bank, long feesFen, long depositFen)
    {
        var more = (Fees: new Fen(feesFen), Deposit: new Fen(depositFen));
        return MoveAsync(
            command, bank, EntryCode.ReceivePrepayment,
            sums => PrepaymentRule.PayIn(
                Agreement.State, Agreement.Plan, Agreement.Draws.Length, (sums.Fees + Agreement.DrawnFen, sums.Deposit), more),
            (header, _) => PrepaymentEntries.Receive(header, Slug.Parse(bank.Account), Agreement.Custody, more.Fees, more.Deposit),
            sums => sums with { Fees = sums.Fees + feesFen, Deposit = sums.Deposit + depositFen });
    }

    public async Task<Reply<long>> DrawAsync(Command run, DateOnly through)
    {
        if (State.Prepayment is null) return Reason.PrepaymentNotFound;
        return run.IsDryRun ? await DryRunAsync(() => DrawOnceAsync(run, through)) : await DrawOnceAsync(run, through);
    }

    public Task<Reply<PrepaymentView>> DisputeAsync(Command command, bool disputes) => StepAsync(command, _ => OnceAsync(
        command,
        () => PrepaymentRule.Dispute(Agreement.State, Agreement.IsDisputed, disputes),
        () => Change(
            command, disputes ? PrepaymentStep.Dispute : PrepaymentStep.SettleDispute, Agreement with { IsDisputed = disputes })));

    public Task<Reply<PrepaymentView>> EndAsync(Command command, DateOnly lastDay, bool byProvider) =>
        StepAsync(command, sums => EndOnceAsync(command, lastDay, byProvider, sums));

    public Task<Reply<PrepaymentView>> ApproveRefundAsync(Command command) => StepAsync(command, sums => OnceAsync(
        command,
        () => PrepaymentRule.ApproveRefund(
            Agreement.State, new Fen(sums.Refund), Agreement.End?.ApprovedBy is not null, Agreement.End?.By ?? "", command.Actor),
        () => Change(command, PrepaymentStep.ApproveRefund, Agreement with
        {
            End = Agreement.End! with { ApprovedBy = command.Actor },
        })));

    public Task<Reply<PrepaymentView>> PayRefundAsync(Command command, PrepaymentBank bank) => MoveAsync(
        command, bank, EntryCode.RefundPrepayment,
        sums => PrepaymentRule.PayRefund(Agreement.State, new Fen(sums.Refund), Agreement.End?.ApprovedBy, command.Actor),
        (header, sums) => PrepaymentEntries.PayRefund(header, Agreement.Custody, Slug.Parse(bank.Account), new Fen(sums.Refund)),
        sums => sums with { Refund = 0 });

    private async Task<Reply<long>> DrawOnceAsync(Command run, DateOnly through)
    {
        if (await FinishAsync(run) is { } waits) return waits;
        Policy policy = await rules.PolicyAsync(Region, Today);
        var left = new Fen((await SumsAsync()).Fees);
        Refusal? stopped = null;
        // A proposed agreement has no money, and draws nothing.
        while (stopped is null && Agreement.State != PrepaymentState.Proposed
            && PrepaymentRule.Next(Agreement.Plan, Agreement.Draws.Length, Agreement.End?.LastDay, left, through) is { } due)
        {
            stopped = await BarredAsync() ?? (due.Amount == Fen.Zero ? new Refusal(Reason.PrepaymentNotPaidIn) : null);
            if (stopped is not null) break;
            (int attempt, _) = await Writer.AttemptAsync(DrawId);
            Outcome outcome = await Writer.SubmitIfAcceptedAsync(
                PrepaymentEntries.Draw(
                    run.Header(DrawId(attempt), Today, policy.Version.ToString(), ("agreement", LocalKey), ("month", Written(due.Month))),
                    Agreement.Custody, due.Amount),
                IsDryRun);
            stopped = outcome.Refusal;
            if (outcome.Entry is not { } entry) continue;
            Remember(entry);
            left -= due.Amount;
            await SaveAsync();
        }
        long drawn = Agreement.Draws.Where(draw => draw.Run == run.RequestDigest).Sum(draw => draw.Fen);
        return stopped is not null && (drawn == 0 || stopped.IsTransient()) ? stopped : drawn;
    }

    private async Task<Refusal?> BarredAsync() =>
        Agreement.IsDisputed ? new Refusal(Reason.PrepaymentDisputed)
        : (await ProviderAsync(Agreement.Provider))?.StandingOn(Today) switch
        {
            Standing.BlackListed => new Refusal(Reason.ProviderBlackListed),
            Standing.Suspended => new Refusal(Reason.ProviderSuspended),
            null or Standing.None or Standing.Good or Standing.WhiteListed => null,
        };

    private async Task<Refusal?> EndOnceAsync(Command command, DateOnly lastDay, bool byProvider, CustodySums sums)
    {
        if (State.HasDone(command, out Refusal? reused)) return reused;
        PrepaymentPlan plan = Agreement.Plan;
        DateOnly last = lastDay < plan.Last ? lastDay : plan.Last;
        Fen back = PrepaymentRule.Back(plan, Agreement.Draws.Length, last, new Fen(sums.Fees)), deposit = new(sums.Deposit);
        Refusal? refusal = PrepaymentRule.End(Agreement.State, byProvider);
        // After a crash the entry is there and the money has gone from where it was.
        if (back + deposit == Fen.Zero && (await Writer.FindAsync(command.Id))?.Entry is null)
        {
            return await OnceAsync(command, () => refusal, () => End(0));
        }
        if (refusal is null && !IsDryRun)
        {
            State.Planned = PlannedCommand.Of(Written(last), command);
            await SaveAsync();
        }
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? failed = await OnceAsync(
            command,
            () => refusal,
            () => PrepaymentEntries.End(
                command.Header(Today, policy.Version.ToString(), ("agreement", LocalKey), ("lastDay", Written(last))),
                Agreement.Custody, back, deposit),
            outcome =>
            {
                // A retry on another day finds the entry of the first one.
                last = DayOf(outcome.Entry!.Detail("lastDay"));
                End(outcome.Entry!.Transfers.Sum(transfer => transfer.Posted));
            });
        if (failed is null || failed.IsTransient() || State.Planned is null) return failed;
        State.Planned = null;
        await SaveAsync();
        return failed;

        void End(long fen)
        {
            State.Planned = null;
            Change(command, PrepaymentStep.End, Agreement with
            {
                State = PrepaymentState.Ended,
                End = new PrepaymentEndRecord(last, command.Actor, fen),
            });
        }
    }

    /// <summary>A command that changes the agreement's own state.</summary>
    private async Task<Reply<PrepaymentView>> StepAsync(Command command, Func<CustodySums, Task<Refusal?>> step)
    {
        if (State.Prepayment is null) return Reason.PrepaymentNotFound;
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();

        async Task<Reply<PrepaymentView>> AnswerAsync()
        {
            if (await FinishAsync(command) is { } waits) return waits;
            CustodySums sums = await SumsAsync();
            if (await step(sums) is { } refusal) return refusal;
            long? entry = IsDryRun ? null : (await Writer.FindAsync(command.Id))?.Entry?.Index;
            CustodySums after = await SumsAsync();
            if (IsDryRun && Stored.Prepayment!.End is null && Agreement.End is { } end)
            {
                // Nothing has moved: shows what would.
                after = new CustodySums(sums.Fees + sums.Deposit - end.BackFen, 0, end.BackFen);
            }
            return new PrepaymentView(Agreement, after, entry);
        }
    }

    /// <summary>A movement at the bank. Its money is the ledger's alone, so the agreement's own state stays.</summary>
    private async Task<Reply<PrepaymentView>> MoveAsync(
        Command command, PrepaymentBank bank, EntryCode code, Func<CustodySums, Refusal?> rule,
        Func<EntryHeader, CustodySums, Proposal> propose, Func<CustodySums, CustodySums> after)
    {
        if (State.Prepayment is null) return Reason.PrepaymentNotFound;
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();

        async Task<Reply<PrepaymentView>> AnswerAsync()
        {
            if (await FinishAsync(command) is { } waits) return waits;
            CustodySums sums = await SumsAsync();
            Policy policy = await rules.PolicyAsync(Region, Today);
            Refusal? refusal = rule(sums) ?? await AtBankAsync(command.Memo, bank, code);
            Outcome outcome = await Writer.DecideAsync(
                command, Today, refusal,
                () => propose(command.Header(bank.Day, policy.Version.ToString(), ("agreement", LocalKey)), sums));
            if (outcome.Refusal is { } refused) return refused;
            bool isTrial = command.IsDryRun && !outcome.Replayed;
            return new PrepaymentView(Agreement, isTrial ? after(sums) : await SumsAsync(), isTrial ? null : outcome.Entry!.Index);
        }
    }

    private async Task<Refusal?> AtBankAsync(string reference, PrepaymentBank bank, EntryCode code)
    {
        string field = code == EntryCode.ReceivePrepayment ? "received_date" : "paid_date";
        return await GrainFactory.GetGrain<IBankAccountGrain>(Region, bank.Account).GetAsync() is null
                ? Refusal.Of(Reason.BankAccountNotFound, ("account", bank.Account))
            : bank.Day < Today.AddYears(-1)
                ? Refusal.Of(Reason.ReceiptTooOld, ("field", field), ("date", Written(Today.AddYears(-1))))
            : bank.AllowRepeat ? null : await ReferencedAsync(reference, bank.Account, code);
    }

    /// <summary>A bank's reference names one movement of an account: a second one is most likely a typing error.</summary>
    private async Task<Refusal?> ReferencedAsync(string reference, string bankAccount, EntryCode code)
    {
        AccountFilter[] bank = [new(Chart.Bank(Slug.Parse(bankAccount)).Path.Text)];
        EntryCode[] codes = code == EntryCode.ReceivePrepayment ? [code, EntryCode.ReceiveMoney] : [code];
        foreach (EntryCode one in codes)
        {
            IReadOnlyList<LinkedEntry> latest = await ledger.EntriesAsync(
                Region, new EntryFilter(one, Reversed: false) { Touching = [.. bank] }, long.MaxValue, MovementsLookedAt,
                CancellationToken.None);
            if (latest.FirstOrDefault(linked => linked.Entry.Header.Memo == reference)?.Entry is not { } other) continue;
            return Refusal.Of(
                Reason.PrepaymentReferenceUsed, ("field", "reference"),
                ("entry", other.Index.ToString(CultureInfo.InvariantCulture)),
                ("available", other.Transfers[0].Posted.ToString(CultureInfo.InvariantCulture)), ("unit", Unit.Fen.Code),
                ("date", Written(other.Header.EventDate())));
        }
        return null;
    }

    /// <summary>
    /// Finishes what a crash has cut short: an entry is there, and the state knows nothing of it. Nothing else happens to the agreement
    /// before, since its sums would be read wrong.
    /// </summary>
    /// <returns>The refusal where the writer can't be reached.</returns>
    private async Task<Refusal?> FinishAsync(Command command)
    {
        while ((await Writer.AttemptAsync(DrawId)).Happened?.Entry is { } entry)
        {
            Remember(entry);
            await SaveAsync();
        }
        if (State.Planned is not { } planned || planned.ToCommand().Id == command.Id) return null;
        DateOnly last = DayOf(planned.Step);
        Refusal? refusal = await EndOnceAsync(planned.ToCommand(), last, byProvider: false, await SumsAsync());
        return refusal is { } outage && outage.IsTransient() ? outage : null;
    }

    /// <summary>The id of the entry by which the next month is drawn.</summary>
    private EntryId DrawId(int attempt) => EntryId.Of("prepayment", Guid.Empty, string.Create(
        CultureInfo.InvariantCulture, $"draw {Region} {LocalKey} {Agreement.Draws.Length} {attempt}"));

    private void Remember(JournalEntry entry) => State.Prepayment = Agreement with
    {
        Draws = Agreement.Draws.Add(new PrepaymentDrawRecord(
            DayOf(entry.Detail("month")), entry.Transfers[0].Posted, entry.Index,
            entry.Header.RequestDigest.ToString())),
    };

    private void Change(Command command, PrepaymentStep step, PrepaymentRecord agreement) => State.Prepayment = agreement with
    {
        History = agreement.History.Add(new PrepaymentStepRecord(step, command.Actor, command.OnBehalfOf, Now, command.Memo)),
    };

    private async Task<CustodySums> SumsAsync()
    {
        IReadOnlyList<long> sums = await GrainFactory.AvailableAsync(Region, CustodySums.Paths(OpaqueId.Parse(LocalKey)));
        return new CustodySums(sums[0], sums[1], sums[2]);
    }

    private async Task<ProviderFacts?> ProviderAsync(string provider) =>
        (await GrainFactory.GetGrain<IProviderGrain>(Region, provider).GetAsync())?.ToFacts();

    private static DateOnly DayOf(string text) => DateOnly.ParseExact(text, "O", CultureInfo.InvariantCulture);

    private static string Written(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);
}
