using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// How the service is proven: what each side records of its begin and end, what staff record afterwards, who did not come, and what staff
/// say of the evidence. A position is measured when it comes and is kept nowhere.
/// </summary>
public sealed partial class ServiceOrderGrain
{
    private OrderPlan StoredPlan => new(Stored.PlannedStart, new Minutes(Stored.PlannedMinutes));

    /// <summary>The policy of the day of service, which is final once that day has begun.</summary>
    private async ValueTask<EvidencePolicy> EvidencePolicyAsync() => (await rules.PolicyAsync(Region, StoredPlan.Day)).Evidence;

    public Task<Reply<OrderRecord>> PresenceAsync(OrderStep step, ServiceEnd end) =>
        StepAsync(step.Command, () => IsRecipient(step.Party), async () =>
    {
        if (OrderRule.Presence(State.State, end, Plan, Now) is { } notNow) return notNow;
        // Once: a second record without a place would wipe out what the first one showed.
        if (EvidenceOf(end)?.Recipient is not null) return OrderRule.WrongState(State.State);
        EvidencePolicy policy = await EvidencePolicyAsync();
        Sighting seen = await SightingAsync(step, policy);
        return await ChangeAsync(step.Command, () =>
        {
            Judge(end, EvidenceOf(end)?.Volunteer, seen, policy);
            State.RecordBy(step.Command.Actor);
        });
    });

    public Task<Reply<OrderRecord>> RecordAsync(ServiceRecorded recorded) =>
        StepAsync(recorded.Command, () => MayServe(recorded.Party), async () =>
    {
        Policy policy = await rules.PolicyAsync(Region, Plan.Day);
        if (OrderRule.Record(State.State, Plan, State.CheckedIn, recorded.Begin, recorded.End, Now, policy.Evidence) is { } notNow)
            return notNow;
        bool both = State.CheckedIn is null;
        DateTimeOffset begin = State.CheckedIn ?? recorded.Begin!.Value.ToUniversalTime(), end = recorded.End.ToUniversalTime();
        Minutes counts = await ServeAsync(OrderRule.Served(Plan, begin, end, policy.Hours), policy.Hours, keep: true);
        await TakeAsync(new OrderStep(recorded.Command, recorded.Party, ""), ServiceStep.Record, () =>
        {
            State.State = OrderState.CheckedOut;
            (State.CheckedIn, State.CheckedOut) = (begin, end);
            State.ServedMinutes = CreditedMinutes.Of(counts, Minutes.Zero, policy.Hours).Value;
            if (both) Judge(ServiceEnd.Begin, Given(begin), State.Begin?.Recipient, policy.Evidence);
            Judge(ServiceEnd.End, Given(end), State.End?.Recipient, policy.Evidence);
            State.Record = new RecordedLater(Now, recorded.Document, both);
            State.RecordBy(recorded.Command.Actor);
        });
        await LeaveAsync();
        return null;

        Sighting Given(DateTimeOffset at) => new(at, recorded.Source, null, ClockDiffers: false);
    });

    public Task<Reply<OrderRecord>> AbsenceAsync(OrderStep step) =>
        StepAsync(step.Command, () => IsRecipient(step.Party) || IsVolunteer(step.Party), async () =>
        OrderRule.Absence(State.State, Plan, Now, await EvidencePolicyAsync()) ?? await ReleaseHoldAsync(step.Command,
            IsRecipient(step.Party) ? OrderEnd.VolunteerAbsent : OrderEnd.RecipientAbsent, () => { }, step.Party));

    public Task<Reply<OrderRecord>> ReviewAsync(Command command, bool accepted, string note)
    {
        void Words()
        {
            if (State.Review is { Note: "" } review) State.Review = review with { Note = note };
        }

        return StepAsync(
            command, () => true,
            async () => OrderRule.Review(State.State, State.Actors ?? [], command.Actor)
                ?? (accepted ? await EarnAsync(command, OrderEnd.Reviewed, State.ServedMinutes!.Value, Words)
                    : await ReleaseHoldAsync(command, OrderEnd.Rejected, Words)),
            Words);
    }

    private EndEvidence? EvidenceOf(ServiceEnd end) => end == ServiceEnd.Begin ? State.Begin : State.End;

    private void Judge(ServiceEnd end, Sighting? volunteer, Sighting? recipient, EvidencePolicy policy)
    {
        EndEvidence? judged = EvidenceRule.Judge(
            volunteer, recipient, policy,
            State.TakenBack?.Where(one => one.End == end && one.Volunteer == State.Volunteer).Select(one => one.Doubt));
        if (end == ServiceEnd.Begin) State.Begin = judged;
        else State.End = judged;
    }

    /// <summary>
    /// Drops what the volunteer's side recorded of an end. What was doubtful about it by itself is kept; what lay in its time beside the
    /// recipient's is judged anew with the next record.
    /// </summary>
    private void DropRecord(ServiceEnd end, EvidencePolicy policy)
    {
        EndEvidence? evidence = EvidenceOf(end);
        foreach (EvidenceDoubt doubt in EvidenceRule.Judge(evidence?.Volunteer, null, policy)?.Doubts ?? [])
        {
            var kept = new DoubtTakenBack(end, State.Volunteer, doubt);
            if (State.TakenBack?.Contains(kept) != true) (State.TakenBack ??= []).Add(kept);
        }
        Judge(end, null, evidence?.Recipient, policy);
    }

    /// <summary>What a side records now. The position becomes a distance from the recipient's home, if that is known.</summary>
    private async Task<Sighting> SightingAsync(OrderStep step, EvidencePolicy policy)
    {
        DateTimeOffset now = Now;
        bool differs = step.Place?.Found is { } found && EvidenceRule.ClockDiffers(found, now, policy);
        int? meters = step.Place is { } place && !differs
            ? await GrainFactory.GetGrain<IHomeGrain>(Region, Recipient).MetersAsync(place) : null;
        return new Sighting(
            now, step.Command.OnBehalfOf.Length > 0 ? EvidenceSource.Counter : EvidenceSource.Person, meters, differs);
    }
}
