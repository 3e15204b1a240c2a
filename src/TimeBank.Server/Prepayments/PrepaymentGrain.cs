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

    /// <summary>Agrees for the elder. The elder's grain alone calls this (<see cref="IElderGrain.AgreePrepaymentAsync"/>).</summary>
    [Alias("agree")]
    Task<Reply<PrepaymentView>> AgreeAsync(Command command);

    [Alias("pay-in")]
    Task<Reply<PrepaymentView>> PayInAsync(Command command, PrepaymentBank bank, long feesFen, long depositFen);

    /// <summary>Takes in what a line of the bank brought and stood in suspense, as part of its case's approval.</summary>
    /// <param name="cleared">The approval's entry, from suspense into the agreement's custody.</param>
    /// <param name="bank">The account of ours that has the line, by its slug.</param>
    [Alias("clear-in")]
    Task<Reply<PrepaymentView>> ClearInAsync(Command command, Proposal cleared, string bank, long feesFen, long depositFen);

    /// <summary>The provider draws each month up to a day that it has not drawn. A month has one entry, whatever the run.</summary>
    /// <returns>What this run drew, in fen, now or in an earlier call; zero: nothing is due.</returns>
    [Alias("draw")]
    Task<Reply<long>> DrawAsync(Command run, DateOnly through);

    [Alias("dispute")]
    Task<Reply<PrepaymentView>> DisputeAsync(Command command, bool disputes);

    [Alias("end")]
    Task<Reply<PrepaymentView>> EndAsync(Command command, DateOnly lastDay, PrepaymentEnder by);

    [Alias("approve-refund")]
    Task<Reply<PrepaymentView>> ApproveRefundAsync(Command command);

    [Alias("pay-refund")]
    Task<Reply<PrepaymentView>> PayRefundAsync(Command command, PrepaymentBank bank);
}

/// <inheritdoc cref="IPrepaymentGrain"/>
public sealed class PrepaymentGrain(
    [PersistentState(PrepaymentGrainState.Kind, GrainStorageNames.TimeBank)] IPersistentState<PrepaymentGrainState> state,
    ILedgerReader ledger, IRegistry registry, BusinessClock clock, DayRules rules)
    : WorkflowGrain<PrepaymentGrainState>(state, clock), IPrepaymentGrain
{
    private const int AtOnce = 100;

    private PrepaymentRecord Agreement => State.Prepayment!;

    public async Task<PrepaymentView?> GetAsync() =>
        Stored.Prepayment is { } agreement ? await ViewAsync(agreement, await SumsAsync()) : null;

    public Task<Reply<PrepaymentView>> ProposeAsync(Command command, PrepaymentRecord proposed)
    {
        return command.IsDryRun ? DryRunAsync(ProposeOnceAsync) : ProposeOnceAsync();

        async Task<Reply<PrepaymentView>> ProposeOnceAsync()
        {
            Policy policy = await rules.PolicyAsync(Region, Today);
            Refusal? barred = await BarredAsync(proposed);
            IReadOnlyCollection<PrepaymentPlan> live = await LiveAsync(proposed);
            Refusal? refusal = await OnceAsync(
                command,
                () => PrepaymentRule.Propose(proposed.Plan, policy.Prepayments, live, Today, barred),
                () => Change(command, PrepaymentStep.Propose, proposed));
            return refusal is null ? new PrepaymentView(Agreement, await SumsAsync()) : refusal;
        }
    }

    public Task<Reply<PrepaymentView>> AgreeAsync(Command command) => StepAsync(command, async _ =>
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? barred = await BarredAsync(Agreement);
        IReadOnlyCollection<PrepaymentPlan> live = await LiveAsync(Agreement);
        return await OnceAsync(
            command,
            () => PrepaymentRule.Agree(
                Agreement.State, Agreement.Plan, policy.Prepayments, live, Today, barred, Agreement.History[0].By, command.Actor),
            () => Change(command, PrepaymentStep.Agree, Agreement with { State = PrepaymentState.Agreed }));
    });

    public Task<Reply<PrepaymentView>> PayInAsync(Command command, PrepaymentBank bank, long feesFen, long depositFen)
    {
        var more = (Fees: new Fen(feesFen), Deposit: new Fen(depositFen));
        return BookAsync(
            command, bank, EntryCode.ReceivePrepayment, sums => PayInAsync(sums, more),
            (header, _) => PrepaymentEntries.Receive(header, Slug.Parse(bank.Account), Agreement.Custody, more.Fees, more.Deposit),
            sums => sums with { Fees = sums.Fees + feesFen, Deposit = sums.Deposit + depositFen });
    }

    public Task<Reply<PrepaymentView>> ClearInAsync(
        Command command, Proposal cleared, string bank, long feesFen, long depositFen) => MoveAsync(
        command,
        async sums => await PayInAsync(sums, (new Fen(feesFen), new Fen(depositFen)))
            ?? await GrainFactory.AtBankAsync(Region, bank, isCustody: true),
        _ => Writer.DecideAsync(cleared, command.IsDryRun),
        sums => sums with { Fees = sums.Fees + feesFen, Deposit = sums.Deposit + depositFen });

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

    public Task<Reply<PrepaymentView>> EndAsync(Command command, DateOnly lastDay, PrepaymentEnder by) =>
        StepAsync(command, sums => EndOnceAsync(command, lastDay, by, sums));

    public Task<Reply<PrepaymentView>> ApproveRefundAsync(Command command) => StepAsync(command, async sums =>
    {
        long? paid = await LastRefundAsync();
        return await OnceAsync(
            command,
            () => PrepaymentRule.ApproveRefund(
                Agreement.State, new Fen(sums.Refund), Agreement.End?.ApproverAfter(paid) is not null, Agreement.End?.By ?? "",
                command.Actor),
            () => Change(command, PrepaymentStep.ApproveRefund, Agreement with
            {
                End = Agreement.End! with { ApprovedBy = command.Actor, ApprovedAfter = paid },
            }));
    });

    public Task<Reply<PrepaymentView>> PayRefundAsync(Command command, PrepaymentBank bank) => BookAsync(
        command, bank, EntryCode.RefundPrepayment,
        async sums => PrepaymentRule.PayRefund(
            Agreement.State, new Fen(sums.Refund), Agreement.End?.ApproverAfter(await LastRefundAsync()), command.Actor),
        (header, sums) => PrepaymentEntries.PayRefund(header, Agreement.Custody, Slug.Parse(bank.Account), new Fen(sums.Refund)),
        sums => sums with { Refund = 0 });

    private async Task<Reply<long>> DrawOnceAsync(Command run, DateOnly through)
    {
        if (await FinishAsync(run) is { } waits) return waits;
        Policy policy = await rules.PolicyAsync(Region, Today);
        var left = new Fen((await SumsAsync()).Fees);
        DateOnly? died = await DeathAsync();
        Refusal? stopped = null;
        // A proposed agreement has no money, and draws nothing.
        while (stopped is null && Agreement.State != PrepaymentState.Proposed
            && PrepaymentRule.Next(Agreement.Plan, Agreement.Draws.Length, Agreement.End?.LastDay, died, left, through) is { } due)
        {
            stopped = await NotDrawnAsync() ?? (due.Amount == Fen.Zero ? new Refusal(Reason.PrepaymentNotPaidIn) : null);
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

    private async Task<Refusal?> NotDrawnAsync() =>
        Agreement.IsDisputed ? new Refusal(Reason.PrepaymentDisputed)
        : (await ProviderAsync(Agreement.Provider))?.StandingOn(Today) switch
        {
            Standing.BlackListed => new Refusal(Reason.ProviderBlackListed),
            Standing.Suspended => new Refusal(Reason.ProviderSuspended),
            null or Standing.None or Standing.Good or Standing.WhiteListed => null,
        };

    /// <summary>Why the elder can't prepay the provider for the service today: neither agree on it nor pay in.</summary>
    private async Task<Refusal?> BarredAsync(PrepaymentRecord agreement) =>
        await ProviderAsync(agreement.Provider) is not { } provider ? new Refusal(Reason.ProviderNotFound)
        : provider.RefusalFor(agreement.Service, Today) is { } why ? why
        : (await ElderAsync(agreement))?.LastServed(Today) is { } last && last.Day < Today
            ? Refusal.Of(Reason.PrepaymentElderGone, ("date", Written(last.Day))) : null;

    private async Task<ElderFacts?> ElderAsync(PrepaymentRecord agreement) =>
        (await GrainFactory.GetGrain<IElderGrain>(Region, agreement.Elder).GetAsync())?.Facts(Region);

    private async Task<DateOnly?> DeathAsync() => (await ElderAsync(Agreement))?.DeathOn(Today);

    /// <summary>What else the elder has agreed to with the provider and not ended.</summary>
    private async Task<IReadOnlyCollection<PrepaymentPlan>> LiveAsync(PrepaymentRecord agreement)
    {
        var live = new List<PrepaymentPlan>();
        RegistryQuery query = new RegistryQuery(Region, PrepaymentGrainState.Kind) { Limit = AtOnce }
            .Where(new RegistryCondition(
                PrepaymentGrainState.PartiesKey, $"{VoucherContract.Elders}/{agreement.Elder}", RegistryTest.Holds))
            .Where(new RegistryCondition(PrepaymentGrainState.StatePath, StoredName.Of(PrepaymentState.Agreed)));
        IReadOnlyList<RegistryRow<PrepaymentGrainState>> page;
        do
        {
            page = await registry.ListAsync<PrepaymentGrainState>(query, CancellationToken.None);
            live.AddRange(page.Where(row => row.Key != LocalKey && row.IsReadable).Select(row => row.State.Prepayment!)
                .Where(other => other.Provider == agreement.Provider).Select(other => other.Plan));
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
        return live;
    }

    private Task<long?> LastRefundAsync() => ledger.LastRefundAsync(Region, OpaqueId.Parse(LocalKey));

    /// <summary>The agreement as people see it.</summary>
    private async Task<PrepaymentView> ViewAsync(PrepaymentRecord agreement, CustodySums sums, long? entry = null) =>
        new(await ledger.ShownAsync(Region, agreement, sums), sums, entry);

    private async Task<Refusal?> EndOnceAsync(Command command, DateOnly lastDay, PrepaymentEnder by, CustodySums sums)
    {
        if (State.HasDone(command, out Refusal? reused)) return reused;
        PrepaymentPlan plan = Agreement.Plan;
        DateOnly last = PrepaymentRule.LastDay(plan, lastDay, await DeathAsync());
        Fen back = PrepaymentRule.Back(plan, Agreement.Draws.Length, last, new Fen(sums.Fees)), deposit = new(sums.Deposit);
        Refusal? refusal = PrepaymentRule.End(Agreement.State, by, Agreement.End?.LastDay, last, back);
        // After a crash the entry is there and the money has gone from where it was.
        JournalEntry? known = (await Writer.FindAsync(command.Id))?.Entry;
        bool isNote = known is null ? back + deposit == Fen.Zero : known.Code == EntryCode.Note;
        // Found no money, was lost, and money came in since: that end would leave it behind.
        if (known is not null && isNote && back + deposit > Fen.Zero) refusal = new Refusal(Reason.RequestIdReused);
        if (refusal is null && !IsDryRun)
        {
            if (IsClockDoubted && known is null) return new Refusal(Reason.ClockDoubtful);
            State.Planned = PlannedCommand.Of(Written(last), command);
            await SaveAsync();
        }
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? failed = isNote ? await OnceAsync(command, () => refusal, () => End(0)) : await OnceAsync(
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
            // What was approved before is another sum now.
            Change(command, PrepaymentStep.End, Agreement with
            {
                State = PrepaymentState.Ended,
                End = new PrepaymentEndRecord(last, command.Actor, fen + (Agreement.End?.BackFen ?? 0)),
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
            long back = (Agreement.End?.BackFen ?? 0) - (Stored.Prepayment!.End?.BackFen ?? 0);
            // In a dry run nothing has moved: shows what would.
            if (IsDryRun && back > 0) after = new CustodySums(sums.Fees + sums.Deposit - back, 0, sums.Refund + back);
            return await ViewAsync(Agreement, after, entry);
        }
    }

    private async Task<Refusal?> PayInAsync(CustodySums sums, (Fen Fees, Fen Deposit) more) => PrepaymentRule.PayIn(
        Agreement.State, Agreement.Plan, Agreement.Draws.Length, (sums.Fees + Agreement.DrawnFen, sums.Deposit), more,
        await BarredAsync(Agreement));

    /// <summary>A movement at the bank that a person typed.</summary>
    private async Task<Reply<PrepaymentView>> BookAsync(
        Command command, PrepaymentBank bank, EntryCode code, Func<CustodySums, Task<Refusal?>> rule,
        Func<EntryHeader, CustodySums, Proposal> propose, Func<CustodySums, CustodySums> after)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        return await MoveAsync(
            command,
            async sums => await rule(sums) ?? await AtBankAsync(bank, code),
            sums => GrainFactory.GetGrain<IBankAccountGrain>(Region, bank.Account).BookAsync(
                command, propose(command.Header(bank.Day, policy.Version.ToString(), ("agreement", LocalKey)), sums),
                bank.AllowRepeat, Reason.PrepaymentReferenceUsed),
            after);
    }

    /// <summary>Money that comes in or is paid back. It is the ledger's alone, so the agreement's own state stays.</summary>
    private async Task<Reply<PrepaymentView>> MoveAsync(
        Command command, Func<CustodySums, Task<Refusal?>> rule, Func<CustodySums, Task<Outcome>> book,
        Func<CustodySums, CustodySums> after)
    {
        if (State.Prepayment is null) return Reason.PrepaymentNotFound;
        return command.IsDryRun ? await DryRunAsync(AnswerAsync) : await AnswerAsync();

        async Task<Reply<PrepaymentView>> AnswerAsync()
        {
            if (await FinishAsync(command) is { } waits) return waits;
            CustodySums sums = await SumsAsync();
            Outcome outcome = await rule(sums) is { } refusal
                ? await Writer.DecideAsync(command, Today, refusal, () => Entries.Note(command.Header(Today, ""))) : await book(sums);
            if (outcome.Refusal is { } refused) return refused;
            bool isTrial = command.IsDryRun && !outcome.Replayed;
            return await ViewAsync(Agreement, isTrial ? after(sums) : await SumsAsync(), isTrial ? null : outcome.Entry!.Index);
        }
    }

    private async Task<Refusal?> AtBankAsync(PrepaymentBank bank, EntryCode code)
    {
        string field = code == EntryCode.ReceivePrepayment ? "received_date" : "paid_date";
        return await GrainFactory.AtBankAsync(Region, bank.Account, isCustody: true) is { } unfit ? unfit
            : bank.Day < Today.AddYears(-1)
                ? Refusal.Of(Reason.ReceiptTooOld, ("field", field), ("date", Written(Today.AddYears(-1)))) : null;
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
        Refusal? refusal = await EndOnceAsync(planned.ToCommand(), last, PrepaymentEnder.Finance, await SumsAsync());
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
