using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// A process of the office, until it crashes. It carries out one step after the other: asks the rules, stores that the step is decided, has
/// the ledger write its entry under the step's id, and changes its state. Where it knows nothing any more, it forgets all and reads its
/// state again, and the next step first finishes the one that was decided.
/// </summary>
internal sealed partial class OfficeServer(World world, Network network, Auditor auditor, Shelf<OfficeState> shelf, string name)
{
    private const string Days = "period/closed";

    private readonly Turns _turns = new(world, name);
    private Task _busy = Task.CompletedTask;
    private OfficeState? _state;
    private long _version;

    public bool IsAlive => _turns.IsAlive;

    private OfficeState State => _state!;

    public void Crash()
    {
        world.Note($"{name} crashes");
        world.Tally.Add("office crashes");
        _turns.Die();
    }

    /// <summary>Carries out a step in its turn, and gives its answer where there is one.</summary>
    public void Carry(OfficeStep step, Action<OfficeAnswer> answer) => _turns.Post(async _ =>
    {
        Task before = _busy;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _busy = done.Task;
        await before;
        try
        {
            answer(await CarryAsync(step));
        }
        catch (OfficeUnavailableException)
        {
            _state = null;
            world.Tally.Add("office knows nothing");
        }
        catch (Exception error) when (error is not FindingException)
        {
            throw world.Report($"{name} threw at {step}: {error}");
        }
        finally
        {
            done.SetResult();
        }
    }, null);

    private async Task<OfficeAnswer> CarryAsync(OfficeStep step)
    {
        if (_state is null) (_state, _version) = await shelf.ReadAsync();
        if (State.Pending is { } decided) await FinishAsync(decided);
        if (State.Done.TryGetValue(step.Id, out OfficeAnswer? known)) return known;
        switch (step.Kind)
        {
            case OfficeStepKind.Prepare: return await PrepareAsync(step);
            case OfficeStepKind.Refund: return await RefundAsync(step);
            case OfficeStepKind.CloseMonth or OfficeStepKind.SignMonth or OfficeStepKind.WithdrawMonth or OfficeStepKind.ReopenMonth:
                long days = Room((await BalancesAsync([Days])).GetValueOrDefault(Days));
                step = step with { Closed = days == 0 ? null : new DateOnly(1999, 12, 31).AddDays((int)days) };
                (Refusal? no, bool may) = JudgeMonth(step, MonthOf(step));
                return await DecideAsync(step, no, may);
            default:
                OfficeBatch batch = await GiveBackAsync(State.Batches[step.Batch]);
                (Refusal? refusal, bool mayBe) = JudgeBatch(step, batch);
                // What a line says may come too early. It is refused without a trace, and comes again.
                if (step.Kind != OfficeStepKind.RecordLine || refusal is null) return await DecideAsync(step, refusal, mayBe);
                OfficeRules.Check(world, step, refusal, mayBe);
                return new OfficeAnswer(refusal.Reason);
        }
    }

    private async Task<OfficeAnswer> DecideAsync(OfficeStep step, Refusal? refusal, bool may)
    {
        OfficeRules.Check(world, step, refusal, may);
        if (refusal is not null) return new OfficeAnswer((await WriteAsync(step, step.Id, OfficeEntries.Refuse(refusal))).Refusal!.Reason);
        await SaveAsync(State with { Pending = step });
        return await FinishAsync(step);
    }

    /// <summary>Writes the entry of a decided step, now or again, and changes the state by it.</summary>
    private async Task<OfficeAnswer> FinishAsync(OfficeStep step)
    {
        (Draft draft, Func<OfficeState, OfficeState> change, OfficeAnswer answer) = Plan(step);
        Outcome outcome = await WriteAsync(step, step.Id, draft);
        if (outcome.Refusal is { } late) (change, answer) = (state => state, new OfficeAnswer(late.Reason));
        await SaveAsync(change(State) with { Pending = null, Drafted = null, Done = State.Done.Add(step.Id, answer) });
        if (State.Batches.TryGetValue(step.Batch, out OfficeBatch? batch)) await GiveBackAsync(batch);
        return answer;
    }

    private (Refusal? Refusal, bool May) JudgeBatch(OfficeStep step, OfficeBatch batch)
    {
        (SettlementState state, string actor) = (batch.State, step.Actor);
        bool isExported = state == SettlementState.Exported && !batch.IsAnswered;
        return step.Kind switch
        {
            OfficeStepKind.Submit => (SettlementRule.Submit(state), state == SettlementState.Draft),
            OfficeStepKind.Approve => (SettlementRule.Approve(state, batch.Prepared.Actor, batch.SubmittedBy, actor),
                state == SettlementState.Submitted && actor != batch.Prepared.Actor && actor != batch.SubmittedBy),
            OfficeStepKind.Withdraw => (SettlementRule.Withdraw(state), state is SettlementState.Draft or SettlementState.Submitted),
            OfficeStepKind.Export => (SettlementRule.Export(state), state == SettlementState.Approved),
            OfficeStepKind.AskToWithdrawExport => (SettlementRule.WithdrawExport(state, batch.IsAnswered), isExported),
            OfficeStepKind.WithdrawExport => (SettlementRule.ConfirmWithdrawExport(state, batch.IsAnswered, batch.AskedBy, actor),
                isExported && batch.AskedBy.Length > 0 && batch.AskedBy != actor),
            _ => (SettlementRule.Record(batch.Payments[step.Payment - 1].State, step.Word.State),
                OfficeRules.MayRecord(batch.Payments[step.Payment - 1].State, step.Word.State)),
        };
    }

    private static (Refusal? Refusal, bool May) JudgeMonth(OfficeStep step, OfficeMonth month) => step.Kind switch
    {
        OfficeStepKind.CloseMonth => (PeriodRule.Prepare(month.State, step.Month, step.Closed, step.Day),
            OfficeRules.MayClose(month, step)),
        OfficeStepKind.SignMonth => (PeriodRule.Approve(month.State, month.PreparedBy, step.Actor),
            month.State == PeriodState.Prepared && month.PreparedBy != step.Actor),
        OfficeStepKind.WithdrawMonth => (PeriodRule.Reopen(month.State, PeriodState.Prepared, step.Month, step.Closed),
            OfficeRules.MayReopen(month, PeriodState.Prepared, step)),
        _ => (PeriodRule.Reopen(month.State, PeriodState.Closed, step.Month, step.Closed),
            OfficeRules.MayReopen(month, PeriodState.Closed, step)),
    };

    /// <summary>The entry of a decided step, and what it changes. Nothing else changes the state in between.</summary>
    private (Draft Draft, Func<OfficeState, OfficeState> Change, OfficeAnswer Answer) Plan(OfficeStep step)
    {
        OfficeBatch? batch = State.Batches.GetValueOrDefault(step.Batch);
        switch (step.Kind)
        {
            case OfficeStepKind.Prepare:
                OfficeBatch drafted = State.Drafted!;
                return (OfficeEntries.Prepare(drafted), state => state with { Batches = state.Batches.Add(drafted.Id, drafted) },
                    OfficeAnswer.Done);
            case OfficeStepKind.Submit:
                return Of(OfficeEntries.Note($"submit {step.Batch}"),
                    batch! with { State = SettlementState.Submitted, SubmittedBy = step.Actor });
            case OfficeStepKind.Approve:
                return Of(OfficeEntries.Approve(batch!), Over(batch! with
                {
                    // A payment that the provider's debt took whole needs no bank.
                    State = SettlementState.Approved,
                    Payments = [.. batch.Payments.Select(one =>
                        one with { State = one.Fen == 0 ? PaymentState.Paid : PaymentState.Approved })],
                }));
            case OfficeStepKind.Withdraw:
                return Of(OfficeEntries.Withdraw(batch!), batch! with { State = SettlementState.Withdrawn });
            case OfficeStepKind.Export:
                OfficeBatch exported = Withheld(step, batch!);
                return Of(OfficeEntries.Note($"export {step.Batch}"),
                    Over(exported with { State = SettlementState.Exported, AskedBy = "" }),
                    new OfficeAnswer(null, [.. exported.Payments.Where(payment => payment.State == PaymentState.Approved)]));
            case OfficeStepKind.AskToWithdrawExport:
                return Of(OfficeEntries.Note($"ask {step.Batch}"), batch! with { AskedBy = step.Actor });
            case OfficeStepKind.WithdrawExport:
                return Of(OfficeEntries.Note($"withdraw {step.Batch}"),
                    batch! with { State = SettlementState.Approved, AskedBy = "" });
            case OfficeStepKind.Record or OfficeStepKind.RecordLine:
                OfficePayment payment = batch!.Payments[step.Payment - 1];
                return Of(OfficeEntries.Word(batch, payment, step.Word.State, step.Word.Fen),
                    Over(batch.With(payment with { State = step.Word.State, IsAnswered = true })));
            case OfficeStepKind.CloseMonth:
                return OfMonth(OfficeEntries.MoveDays(step.Closed, step.Month.Last),
                    new OfficeMonth(PeriodState.Prepared, step.Actor, step.Closed));
            case OfficeStepKind.SignMonth:
                return OfMonth(OfficeEntries.Note($"sign {step.Month}"), MonthOf(step) with { State = PeriodState.Closed });
            default:
                return OfMonth(OfficeEntries.MoveDays(step.Closed, MonthOf(step).ClosedBefore),
                    new OfficeMonth(PeriodState.Open, "", null));
        }

        (Draft, Func<OfficeState, OfficeState>, OfficeAnswer) Of(Draft draft, OfficeBatch next, OfficeAnswer? answer = null) =>
            (draft, state => state with { Batches = state.Batches.SetItem(step.Batch, next) }, answer ?? OfficeAnswer.Done);

        (Draft, Func<OfficeState, OfficeState>, OfficeAnswer) OfMonth(Draft draft, OfficeMonth next) =>
            (draft, state => state with { Months = state.Months.SetItem(step.Month.ToString(), next) }, OfficeAnswer.Done);
    }

    private OfficeMonth MonthOf(OfficeStep step) =>
        State.Months.GetValueOrDefault(step.Month.ToString(), new OfficeMonth(PeriodState.Open, "", null));

    /// <summary>A batch is closed once no payment waits for the bank.</summary>
    private static OfficeBatch Over(OfficeBatch batch) =>
        batch.Payments.Any(payment => payment.State == PaymentState.Approved) ? batch : batch with { State = SettlementState.Closed };

    /// <summary>A payment whose provider has another account by now is withheld: the state says so, and its entry follows.</summary>
    private static OfficeBatch Withheld(OfficeStep step, OfficeBatch batch) =>
        batch.Payments.FirstOrDefault(one => one.Number == step.Payment && one.State == PaymentState.Approved) is { } withheld
            ? batch.With(withheld with { State = PaymentState.Rejected, GivesBack = true }) : batch;
}
