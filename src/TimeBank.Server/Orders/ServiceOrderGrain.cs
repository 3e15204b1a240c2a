using System.Collections.Immutable;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <inheritdoc cref="IServiceOrderGrain"/>
/// <remarks>
/// This part has the steps. <c>ServiceOrderGrain.Ledger.cs</c> has the hold, its end and the recovery after a crash;
/// <c>ServiceOrderGrain.Undo.cs</c> takes steps back; <c>ServiceOrderGrain.Agenda.cs</c> has the persons' times;
/// <c>ServiceOrderGrain.Evidence.cs</c> has how the service is proven.
/// </remarks>
public sealed partial class ServiceOrderGrain(
    [PersistentState(ServiceOrderState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ServiceOrderState> state,
    DueHours due, DayRules rules, BusinessClock clock)
    : WorkflowGrain<ServiceOrderState>(state, clock), IServiceOrderGrain
{
    private OrderPlan Plan => new(State.PlannedStart, new Minutes(State.PlannedMinutes));

    private OpaqueId Id => OpaqueId.Parse(LocalKey);

    private OpaqueId Recipient => PersonCalls.IdOf(State.Recipient);

    public Task<Reply<OrderRecord>> RequestAsync(ServiceWanted request) =>
        request.Command.IsDryRun ? DryRunAsync(() => MakeAsync(request)) : MakeAsync(request);

    private async Task<Reply<OrderRecord>> MakeAsync(ServiceWanted request)
    {
        try
        {
            string agenda = "";
            Refusal? refusal = null;
            // The agenda is written before the writer sees the command, so ask the clock here.
            if (!Exists && IsClockDoubted) return Reason.ClockDoubtful;
            if (!Exists)
            {
                var plan = new OrderPlan(request.Start, new Minutes(request.Minutes));
                (refusal, agenda) = await RequestRefusalAsync(request, plan);
                refusal ??= await ReserveAsync(agenda, plan, serves: false, Minutes.Zero);
            }
            refusal = await OnceAsync(request.Command, () => refusal, () => Make(request, agenda));
            if (refusal is null) return View();
            if (!Exists && agenda.Length > 0) await ReleaseAsync(agenda);
            return refusal;
        }
        finally
        {
            _reserving.Clear();
        }
    }

    public async Task<OrderRecord?> GetAsync()
    {
        await LookAsync();
        return Exists ? View() : null;
    }

    public Task<ImmutableArray<string>> ActorsAsync() => Task.FromResult<ImmutableArray<string>>(
        [.. (State.Actors ?? []).Concat(State.Dispute is { Actor.Length: > 0 } dispute ? [dispute.Actor] : []).Distinct()]);

    public Task<Reply<OrderRecord>> AcceptAsync(Command command, OpaqueId volunteer) =>
        StepAsync(command, () => MayAccept(command, volunteer), async () =>
    {
        if (OrderRule.Accept(State.State, Plan, Now) is { } notNow) return notNow;
        VolunteerRecord? person = await GrainFactory.GetGrain<IVolunteerGrain>(Region, volunteer).GetAsync();
        if (person is null) return new Refusal(Reason.VolunteerNotFound);
        string agenda = AgendaOf(person);
        if (agenda == State.RecipientAgenda) return new Refusal(Reason.OrderSelfService);
        Policy policy = await rules.PolicyAsync(Region, Plan.Day);
        Refusal? refusal = OrderRule.Earn(person.BirthDate, Plan.Day, policy.Hours)
            ?? await ReserveAsync(agenda, Plan, serves: true, policy.Hours.DayMax);
        if (refusal is not null) return refusal;

        refusal = await HoldAsync(command, volunteer, policy);
        if (refusal?.IsTransient() == false) await ReleaseAsync(agenda);
        return refusal;
    });

    public Task<Reply<OrderRecord>> CheckInAsync(OrderStep step) =>
        StepAsync(step.Command, () => MayServe(step.Party), async () =>
    {
        if ((OrderRule.CheckIn(State.State, Plan, Now) ?? await EnterAsync()) is { } refusal) return refusal;
        EvidencePolicy policy = await EvidencePolicyAsync();
        Sighting seen = await SightingAsync(step, policy);
        return await TakeAsync(step, ServiceStep.CheckIn, () =>
        {
            State.State = OrderState.CheckedIn;
            State.CheckedIn = seen.At;
            Judge(ServiceEnd.Begin, seen, State.Begin?.Recipient, policy);
            State.RecordBy(step.Command.Actor);
        });
    });

    public Task<Reply<OrderRecord>> CheckOutAsync(OrderStep step) =>
        StepAsync(step.Command, () => MayServe(step.Party), async () =>
    {
        Policy policy = await rules.PolicyAsync(Region, Plan.Day);
        if (OrderRule.CheckOut(State.State, Plan, Now, policy.Evidence) is { } notNow) return notNow;
        Sighting seen = await SightingAsync(step, policy.Evidence);
        DateTimeOffset now = seen.At;
        Minutes counts = await ServeAsync(OrderRule.Served(Plan, State.CheckedIn!.Value, now, policy.Hours), policy.Hours, keep: true);
        await TakeAsync(step, ServiceStep.CheckOut, () =>
        {
            State.State = OrderState.CheckedOut;
            State.CheckedOut = now;
            State.ServedMinutes = CreditedMinutes.Of(counts, Minutes.Zero, policy.Hours).Value;
            Judge(ServiceEnd.End, seen, State.End?.Recipient, policy.Evidence);
            State.RecordBy(step.Command.Actor);
        });
        await LeaveAsync();
        return null;
    });

    public Task<Reply<OrderRecord>> ConfirmAsync(OrderStep step) =>
        StepAsync(step.Command, () => IsRecipient(step.Party), async () =>
        OrderRule.Confirm(
            State.State, State.RecordedBy ?? State.Actors ?? [], step.Command.OnBehalfOf.Length > 0 ? step.Command.Actor : null)
        ?? ((await EvidencePolicyAsync()).WaitsForReview(State.Grade)
            ? await TakeAsync(step, ServiceStep.Confirmation, () => State.State = OrderState.InReview)
            : await EarnAsync(step.Command, OrderEnd.Confirmed, State.ServedMinutes!.Value, () => { })));

    public Task<Reply<OrderRecord>> DisputeAsync(OrderStep step) =>
        StepAsync(step.Command, () => IsRecipient(step.Party) || IsVolunteer(step.Party), async () =>
        OrderRule.Dispute(State.State) ?? await TakeAsync(step, ServiceStep.Dispute, () =>
        {
            State.State = OrderState.Disputed;
            State.Dispute = new DisputeState { RaisedBy = step.Party, Actor = step.Command.Actor, Raised = Now, Note = step.Note };
        }));

    public Task<Reply<OrderRecord>> ResolveAsync(Command command, long? minutes, string note)
    {
        Minutes? settled = minutes is { } given ? new Minutes(given) : null;
        void Words() => State.Dispute!.ResolveNote = note;
        return StepAsync(
            command, () => true,
            async () => OrderRule.Resolve(State.State, Plan, State.Dispute?.Actor ?? "", State.Actors ?? [], command.Actor, settled)
            ?? (settled is { } moved
                ? await DayRefusalAsync(moved) ?? await EarnAsync(command, OrderEnd.Settled, moved.Value, Words)
                : await ReleaseHoldAsync(command, OrderEnd.Dropped, Words)),
            Words);
    }

    /// <summary>
    /// Minutes that staff settle count towards the day's limit. If they do not fit, the order refuses them and never cuts them silently.
    /// </summary>
    private async Task<Refusal?> DayRefusalAsync(Minutes settled)
    {
        HoursPolicy policy = (await rules.PolicyAsync(Region, Plan.Day)).Hours;
        if (await ServeAsync(settled, policy, keep: false) < settled)
            return Refusal.Of(Reason.DayTooLong, ("limit", $"{policy.DayMax.Value}"), ("unit", Unit.Minutes.Code));
        await ServeAsync(settled, policy, keep: true);
        return null;
    }

    public Task<Reply<OrderRecord>> CancelAsync(OrderStep step)
    {
        // A retry of a cancellation that was taken back since must not leave its words.
        void Words()
        {
            if (State.State == OrderState.Cancelled) State.CancelNote = step.Note;
        }

        return StepAsync(
            step.Command, () => IsRecipient(step.Party) || IsVolunteer(step.Party),
            async () => OrderRule.Cancel(State.State) ?? (State.Hold is null
                ? await WithdrawAsync(step, Words)
                : await ReleaseHoldAsync(step.Command, OrderEnd.Cancelled, Words, step.Party)),
            Words);
    }

    public Task<Reply<OrderRecord>> RateAsync(Command command, string party, int stars, string comment) =>
        StepAsync(command, () => IsRecipient(party), async () =>
        OrderRule.Rate(State.State, State.Rating is not null)
            ?? await TakeAsync(new OrderStep(command, party, ""), ServiceStep.Rating,
                () => State.Rating = new RatingRecord(stars, comment, Now)));

    private void Make(ServiceWanted request, string agenda)
    {
        State.MadeAs = request.Command.Id.ToString();
        State.Recipient = request.Recipient;
        State.RecipientAgenda = agenda;
        State.Item = request.Item;
        State.PlannedStart = request.Start.ToUniversalTime();
        State.PlannedMinutes = request.Minutes;
        State.State = OrderState.Requested;
        State.Created = Now;
    }

    private bool IsRecipient(string party) => State.Recipient == party;

    private bool IsVolunteer(string party) => State.Volunteer.Length > 0 && party == PersonCalls.Volunteers + State.Volunteer;

    /// <summary>True also for an order without a volunteer: the check of the state then refuses with the right reason.</summary>
    private bool MayServe(string party) => State.Volunteer.Length == 0 || IsVolunteer(party);

    /// <summary>False for a volunteer who gave the order back, and sends the acceptance again when another has it.</summary>
    private bool MayAccept(Command command, OpaqueId volunteer) =>
        State.Volunteer.Length == 0 || State.Volunteer == volunteer.Text || !State.Done.ContainsKey(command.Id.ToString());

    /// <summary>Carries a command out once, or as a dry run.</summary>
    /// <param name="carryOut">Asks the rules and acts. Everything it leaves is durable and records the command's id.</param>
    /// <param name="words">Stores the words that came with the command. Words are personal and not in the journal, so after a crash only a
    /// retry can bring them back.</param>
    private async Task<Reply<OrderRecord>> StepAsync(Command command, Func<bool> mayCall, Func<Task<Refusal?>> carryOut,
        Action? words = null)
    {
        if (!command.IsDryRun) return await LookAndStepAsync(command, mayCall, carryOut, words);
        // A dry run finishes open work in its copy only, so the next call must look again.
        bool mustLook = _mustLook;
        try
        {
            return await DryRunAsync(() => LookAndStepAsync(command, mayCall, carryOut, words));
        }
        finally
        {
            _mustLook = mustLook;
        }
    }

    /// <summary>
    /// Looks the command's id up before any rule. The writer remembers a refusal by the rules under that id. The base's OnceAsync can't do
    /// this: it writes the state after the entry, while most steps of an order write it before, and look in the ledger after a crash.
    /// </summary>
    private async Task<Reply<OrderRecord>> LookAndStepAsync(Command command, Func<bool> mayCall, Func<Task<Refusal?>> carryOut,
        Action? words)
    {
        await LookAsync();
        if (!Exists) return Reason.OrderNotFound;
        if (!mayCall()) return Reason.PartyNotAllowed;
        if (State.HasDone(command, out Refusal? reused))
        {
            if (reused is not null) return reused;
            (string?, string, string?) before = (State.Dispute?.ResolveNote, State.CancelNote, State.Review?.Note);
            // A retry brings back words that a crash lost. It leaves stored words alone: today's rules may read an older build's text
            // differently.
            if (State.CancelNote.Length == 0 && State.Dispute?.ResolveNote is null or "") words?.Invoke();
            if ((State.Dispute?.ResolveNote, State.CancelNote, State.Review?.Note) != before) await SaveAsync();
            return View();
        }

        Outcome? known = await Writer.FindAsync(command.Id);
        if (known is not null && known.RequestDigest != Digest.Parse(command.RequestDigest)) return Reason.RequestIdReused;
        if (known?.Refusal is { } stored) return stored;
        if (IsClockDoubted) return Reason.ClockDoubtful;

        // If the command throws, the next call must look in the ledger for how far it came.
        _mustLook = true;
        Refusal? refusal;
        try
        {
            refusal = await carryOut();
        }
        finally
        {
            _reserving.Clear();
        }
        // The ids of hold and end belong to this order alone. If another command took one, a second activation of this grain is at work:
        // let the caller retry.
        if (refusal?.Reason == Reason.RequestIdReused) return Reason.StoreUnavailable;
        if (refusal?.IsTransient() == true) return refusal;
        _mustLook = false;
        if (refusal is null) return View();
        return (await WriteAsync(Entries.Refuse(command.Header(Today, ""), EntryCode.Note, refusal))).Refusal ?? refusal;
    }

    /// <summary>
    /// A step that changes the order's state only: one write of the state, then a note in the ledger under the command's id.
    /// </summary>
    private async Task<Refusal?> ChangeAsync(Command command, Action change)
    {
        change();
        State.Involve(command.Actor);
        State.Remember(command);
        await SaveAsync();
        await WriteAsync(Entries.Note(command.Header(Today, "")));
        return null;
    }

    /// <summary>A step of a person that changes the order's state only, and can be taken back.</summary>
    private async Task<Refusal?> TakeAsync(OrderStep step, ServiceStep which, Action change)
    {
        StepTaken taken = await TakenAsync(which, step.Party, Now);
        return await ChangeAsync(step.Command, () =>
        {
            change();
            State.Take(taken);
        });
    }

    /// <summary>Cancels an order that no volunteer has accepted.</summary>
    private async Task<Refusal?> WithdrawAsync(OrderStep step, Action words)
    {
        await TakeAsync(step, ServiceStep.Cancellation, () =>
        {
            State.State = OrderState.Cancelled;
            State.Ended = Now;
            words();
        });
        await ReleaseAllAsync();
        return null;
    }

    private OrderRecord View()
    {
        OrderRecord order = State.ToRecord(Id, Now);
        // A dry run wrote no entry, so its answer names only stored ones.
        return IsDryRun ? order with { HoldEntry = If(order.HoldEntry, Stored.Hold?.Entry), EndEntry = If(order.EndEntry, Stored.EndEntry) }
            : order;

        static long? If(long? now, long? stored) => now == stored ? now : null;
    }
}
