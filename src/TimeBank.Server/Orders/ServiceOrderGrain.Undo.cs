using System.Diagnostics;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Takes the last step back. Acceptance, confirmation, and the cancellation of an accepted order moved hours: an entry under an id of its
/// own takes them back, and the state follows, as with the steps themselves. The others are one write of the state.
/// </summary>
public sealed partial class ServiceOrderGrain
{
    private bool MayBeTakenBack =>
        State.LastStep is
        {
            Step: ServiceStep.Acceptance or ServiceStep.Confirmation or ServiceStep.Cancellation or ServiceStep.Absence
        };

    public Task<Reply<OrderRecord>> UndoAsync(StepUndo undo) => StepAsync(undo.Command, () => MayUndo(undo), async () =>
    {
        StepTaken? last = State.LastStep;
        if (UndoRule.Judge(last, undo.Step, undo.Party, Now, State.Hold?.Expires) is { } refusal) return refusal;
        return last!.Step switch
        {
            ServiceStep.Acceptance => await EnterUndoAsync(undo.Command, Today, header =>
                HourEntries.ReleaseService(header, State.Hold!.EntryId)),
            ServiceStep.CheckIn => await UndoCheckInAsync(undo.Command),
            ServiceStep.CheckOut => await UndoCheckOutAsync(undo.Command),
            ServiceStep.Record => await UndoRecordAsync(undo.Command),
            // Nothing has moved while staff have still to look.
            ServiceStep.Confirmation when State.State == OrderState.InReview =>
                await DropAsync(undo.Command, () => State.State = OrderState.CheckedOut),
            ServiceStep.Confirmation => await UndoConfirmationAsync(undo.Command),
            ServiceStep.Dispute => await DropAsync(undo.Command, () =>
                (State.State, State.Dispute) = (OrderState.CheckedOut, null)),
            ServiceStep.Cancellation or ServiceStep.Absence => await UndoCancellationAsync(undo.Command),
            ServiceStep.Rating => await DropAsync(undo.Command, () => State.Rating = null),
            ServiceStep.None => throw new UnreachableException(),
        };
    });

    /// <summary>
    /// Who gave an acceptance back is no party of the order any more. The retry must have its answer all the same, until another takes it.
    /// </summary>
    private bool MayUndo(StepUndo undo) => IsRecipient(undo.Party) || IsVolunteer(undo.Party)
        || (State.State == OrderState.Requested && State.Done.ContainsKey(undo.Command.Id.ToString()));

    private async Task<Refusal?> UndoCheckInAsync(Command command)
    {
        EvidencePolicy policy = await EvidencePolicyAsync();
        await DropAsync(command, () =>
        {
            (State.State, State.CheckedIn) = (OrderState.Accepted, null);
            DropRecord(ServiceEnd.Begin, policy);
        });
        await LeaveAsync();
        return null;
    }

    private async Task<Refusal?> UndoCheckOutAsync(Command command)
    {
        if (await EnterAsync() is { } busy) return busy;
        EvidencePolicy policy = await EvidencePolicyAsync();
        await DropAsync(command, () =>
        {
            (State.State, State.CheckedOut, State.ServedMinutes) = (OrderState.CheckedIn, null, null);
            DropRecord(ServiceEnd.End, policy);
        });
        // Last: until then the day counts these minutes, and no other order gets them too.
        await ServeAsync(Minutes.Zero, (await rules.PolicyAsync(Region, Plan.Day)).Hours, keep: true);
        return null;
    }

    /// <summary>The service is over, so the volunteer isn't entered as present again.</summary>
    private async Task<Refusal?> UndoRecordAsync(Command command)
    {
        EvidencePolicy policy = await EvidencePolicyAsync();
        await DropAsync(command, () =>
        {
            if (State.Record!.BothEnds)
            {
                (State.State, State.CheckedIn) = (OrderState.Accepted, null);
                DropRecord(ServiceEnd.Begin, policy);
            }
            else State.State = OrderState.CheckedIn;
            (State.CheckedOut, State.ServedMinutes, State.Record) = (null, null, null);
            DropRecord(ServiceEnd.End, policy);
        });
        await ServeAsync(Minutes.Zero, (await rules.PolicyAsync(Region, Plan.Day)).Hours, keep: true);
        return null;
    }

    /// <summary>The reversal counts for the day of service, as the confirmation does.</summary>
    private async Task<Refusal?> UndoConfirmationAsync(Command command)
    {
        if ((await Writer.AttemptAsync(EndId)).Happened?.Entry is not { } rendered) throw new InvalidOperationException(
            $"The confirmation of order {Key} has no entry.");
        return await EnterUndoAsync(command, rendered.Header.EffectiveDate, header =>
            HourEntries.TakeBackService(header, rendered.Id, LedgerTime.From(State.Hold!.Expires)));
    }

    private async Task<Refusal?> UndoCancellationAsync(Command command)
    {
        // That somebody did not come is often said after the end; then what really was can still be recorded.
        if (Now >= Plan.End && State.Absent is null) return new Refusal(Reason.OrderStartsInPast);
        bool isAccepted = State.Hold is not null;
        Minutes dayMax = (await rules.PolicyAsync(Region, Plan.Day)).Hours.DayMax;
        Refusal? refusal = await ReserveAsync(State.RecipientAgenda, Plan, serves: false, Minutes.Zero)
            ?? (isAccepted ? await ReserveAsync(State.VolunteerAgenda, Plan, serves: true, dayMax) : null);
        if (refusal is null) refusal = isAccepted ? await HoldAgainAsync(command) : await DropAsync(command, Reopen);
        if (refusal?.IsTransient() == false) await ReleaseAllAsync();
        return refusal;

        void Reopen() => (State.State, State.Ended, State.CancelNote) = (OrderState.Requested, null, "");
    }

    /// <summary>Holds the recipient's hours again. They may come from other accounts than before: some may have ended since.</summary>
    private async Task<Refusal?> HoldAgainAsync(Command command)
    {
        HoursBalance hours = await due.HoursAsync(Region, Recipient);
        if (Shortage(hours, Plan.Length) is not null) return new Refusal(Reason.UndoHoursSpent);
        HoursSpent held = HoursSpent.Take(Plan.Length, hours.Available);
        return await EnterUndoAsync(command, Today, header => HourEntries.HoldService(
            header, Recipient, OpaqueId.Parse(State.Volunteer), held, LedgerTime.From(Plan.HoldExpires)));
    }

    /// <summary>Takes a step back by an entry. Null: it is taken back.</summary>
    private async Task<Refusal?> EnterUndoAsync(Command command, DateOnly effective, Func<EntryHeader, Proposal> propose)
    {
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(UndoId);
        Policy policy = await rules.PolicyAsync(Region, Today);
        outcome ??= await WriteAsync(propose(
            command.Header(UndoId(attempt), effective, policy.Version.ToString(), OrderDetails.OfUndo(command, LocalKey))));
        // The ledger's refusal says how much is left with another person, which is not the caller's to know.
        if (outcome.Refusal?.Reason == Reason.InsufficientBalance) return new Refusal(Reason.UndoHoursSpent);
        if (outcome.Refusal is { } refusal) return refusal;
        bool isOwn = OrderDetails.RequestOf(outcome.Entry!) == command.Id;
        await TakenBackAsync(outcome.Entry!);
        return isOwn ? null : OrderRule.WrongState(State.State);
    }

    /// <summary>Changes the state by an entry that took a step back: now, or after a crash.</summary>
    private async Task TakenBackAsync(JournalEntry undo)
    {
        HoldState? held = undo.OpensHold ? await HeldAsync(undo) : null;
        string left = State.VolunteerAgenda;
        ServiceStep step = State.LastStep!.Step;
        await AppliedAsync(undo, () =>
        {
            State.TakeLastBack();
            State.Round++;
            State.Hold = held;
            (State.EndEntry, State.Ended, State.CancelNote) = (null, null, "");
            (State.CreditedMinutes, State.ToPoolMinutes, State.Absent) = (null, null, null);
            State.State = step switch
            {
                ServiceStep.Acceptance => OrderState.Requested,
                ServiceStep.Confirmation => OrderState.CheckedOut,
                ServiceStep.Cancellation or ServiceStep.Absence => OrderState.Accepted,
                ServiceStep.None or ServiceStep.CheckIn or ServiceStep.CheckOut or ServiceStep.Dispute or ServiceStep.Rating
                    or ServiceStep.Record => throw new UnreachableException(),
            };
            if (step != ServiceStep.Acceptance) return;
            (State.Volunteer, State.VolunteerAgenda, State.Accepted) = ("", "", null);
            (State.Begin, State.End) = (null, null);
        });
        if (step != ServiceStep.Acceptance) return;
        await ReleaseAsync(left);
        await EndHoursAsync();
        // Nobody can take it any more: the answer must not show it as open.
        if (State.IsOver(Now)) await LapseAsync();
    }

    /// <summary>Takes back a step that changed the order's state only.</summary>
    private Task<Refusal?> DropAsync(Command command, Action change) => ChangeAsync(command, () =>
    {
        change();
        State.TakeLastBack();
    });

    private async Task<StepTaken> TakenAsync(ServiceStep step, string party, DateTimeOffset at) =>
        new(step, party, at, (await rules.PolicyAsync(Region, ChinaTime.DateOf(at))).UndoMinutes);
}
