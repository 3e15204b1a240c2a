using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Server;

/// <summary>
/// The order's hold and the hold's end. Their ids are made from the order's own id, the number of steps taken back, and the attempt's
/// number, since a refused attempt may be tried again. So between two such steps an order has one hold and a hold has one end, and after a
/// crash the next call finds both in the ledger.
/// </summary>
public sealed partial class ServiceOrderGrain
{
    private const string System = "system";

    private bool _mustLook = true;

    private bool IsUnderWay =>
        State.State is OrderState.Accepted or OrderState.CheckedIn or OrderState.CheckedOut or OrderState.InReview;

    private EntryId HoldId(int attempt) => StepId(State, "hold", attempt);

    private EntryId EndId(int attempt) => StepId(State, "end", attempt);

    private EntryId UndoId(int attempt) => StepId(State, "undo", attempt);

    // Without a round as earlier builds wrote them: their entries must be found.
    private static EntryId StepId(ServiceOrderState order, string what, int attempt) =>
        EntryId.Parse(order.MadeAs).Step(order.Round == 0 ? $"{what} {attempt}" : $"{what} {order.Round} {attempt}");

    /// <summary>
    /// Finishes what a crash left open, and ends an order that is over. While a dispute is open, only staff end the hold.
    /// </summary>
    private async Task LookAsync()
    {
        if (!Exists) return;
        if (_mustLook)
        {
            while (await CatchUpAsync()) { }
            _mustLook = false;
        }
        if (!State.IsOver(Now)) return;
        if (State.State == OrderState.Requested) await LapseAsync();
        else await ExpireAsync();
    }

    /// <summary>Applies the next entry that the ledger has and the state lacks. False: there is none.</summary>
    private async Task<bool> CatchUpAsync()
    {
        if (State.State == OrderState.Requested && (await Writer.AttemptAsync(HoldId)).Happened?.Entry is { } hold)
        {
            await AppliedAsync(hold, await ApplyAsync(hold));
            return true;
        }
        if ((IsUnderWay || State.State == OrderState.Disputed) && (await Writer.AttemptAsync(EndId)).Happened?.Entry is { } end)
        {
            await AppliedAsync(end, await ApplyEndAsync(end));
            if (State.State == OrderState.Cancelled) await ReleaseAllAsync();
            return true;
        }
        if (MayBeTakenBack && (await Writer.AttemptAsync(UndoId)).Happened?.Entry is { } undo)
        {
            await TakenBackAsync(undo);
            return true;
        }
        return false;
    }

    /// <summary>Cancels an order that no volunteer accepted in time. No hours are held, so no entry is written.</summary>
    private async Task LapseAsync()
    {
        State.State = OrderState.Cancelled;
        State.Ended = Now;
        State.Steps = null;
        await SaveAsync();
        await ReleaseAllAsync();
    }

    /// <summary>Holds the recipient's hours for a volunteer. Null: they are held.</summary>
    private async Task<Refusal?> HoldAsync(Command command, OpaqueId volunteer, Policy policy)
    {
        while (true)
        {
            (int attempt, Outcome? outcome) = await Writer.AttemptAsync(HoldId);
            if (outcome is null)
            {
                HoursBalance hours = await due.HoursAsync(Region, Recipient);
                if (Shortage(hours, Plan.Length) is { } shortage) return shortage;
                HoursSpent held = HoursSpent.Take(Plan.Length, hours.Available);
                EntryHeader header = command.Header(
                    HoldId(attempt), Today, policy.Version.ToString(), OrderDetails.OfHold(command, LocalKey, volunteer.Text));
                outcome = await WriteAsync(
                    HourEntries.HoldService(header, Recipient, volunteer, held, LedgerTime.From(Plan.HoldExpires)));
            }
            // Another order may have taken hours since the balance was read: read it again.
            if (outcome.Refusal?.Reason == Reason.InsufficientBalance) continue;
            if (outcome.Refusal is { } refusal) return refusal;
            return await FinishAsync(command, outcome.Entry!, await ApplyAsync(outcome.Entry!));
        }
    }

    /// <summary>Posts the hold for the given minutes, through the volunteer's grain, which knows the room under the cap.</summary>
    private async Task<Refusal?> EarnAsync(Command command, OrderEnd end, long minutes, Action words)
    {
        HoldState hold = State.Hold!;
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(EndId);
        outcome ??= (await GrainFactory.Volunteer(Region, State.Volunteer).EarnAsync(new ServiceEarned(
            command, EndId(attempt), hold.EntryId, hold.Issued, hold.Gifted, hold.Earned, minutes, Plan.Day, Id, end)));
        // The journal's time decides whether a hold has expired, and may be a little ahead of this clock. Then the order is over too.
        if (outcome.Refusal?.Reason == Reason.HoldExpired && IsUnderWay)
        {
            await ExpireAsync();
            if (!IsUnderWay) return OrderRule.WrongState(State.State);
        }
        return outcome.Refusal ?? await FinishEndAsync(command, outcome.Entry!, words);
    }

    /// <summary>Voids the hold: the recipient gets the hours back.</summary>
    /// <param name="party">The party who cancels or says that the other did not come; empty where staff decide.</param>
    private async Task<Refusal?> ReleaseHoldAsync(Command command, OrderEnd end, Action words, string party = "")
    {
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(EndId);
        Policy policy = await rules.PolicyAsync(Region, Today);
        outcome ??= await WriteAsync(HourEntries.ReleaseService(
            command.Header(EndId(attempt), Today, policy.Version.ToString(), OrderDetails.OfEnd(command.Id, LocalKey, end, 0, 0, party)),
                State.Hold!.EntryId));
        return outcome.Refusal ?? await FinishEndAsync(command, outcome.Entry!, words);
    }

    private async Task ExpireAsync()
    {
        (int attempt, Outcome? outcome) = await Writer.AttemptAsync(EndId);
        if (outcome is null)
        {
            EntryId id = EndId(attempt);
            Policy policy = await rules.PolicyAsync(Region, Today);
            var details = EntryDetails.Of(OrderDetails.OfEnd(null, LocalKey, OrderEnd.Expired, 0, 0));
            var header = new EntryHeader(id, Digest.Of(id.ToArray()), System, "", Today, policy.Version.ToString(), "", details);
            outcome = await Writer.SubmitIfAcceptedAsync(HourEntries.ExpireService(header, State.Hold!.EntryId), IsDryRun);
        }
        // The writer cannot write now, its time is a moment behind, or an account is frozen: the next call tries again.
        if (outcome.Entry is not { } entry) return;
        await AppliedAsync(entry, await ApplyEndAsync(entry));
        await ReleaseAllAsync();
        await EndHoursAsync();
    }

    /// <summary>Issued hours that came back may belong to a past month: then they end at once.</summary>
    private Task EndHoursAsync() => IsDryRun ? Task.CompletedTask : due.EndHoursAsync(Region, Recipient, null);

    private async Task<Refusal?> FinishEndAsync(Command command, JournalEntry entry, Action words)
    {
        Refusal? refusal = await FinishAsync(command, entry, await ApplyEndAsync(entry) + words);
        if (State.State == OrderState.Cancelled) await ReleaseAllAsync();
        await EndHoursAsync();
        return refusal;
    }

    /// <summary>Applies an entry to the state. If another command wrote the entry, this command came too late and is refused.</summary>
    private async Task<Refusal?> FinishAsync(Command command, JournalEntry entry, Action change)
    {
        bool isOwn = OrderDetails.RequestOf(entry) == command.Id;
        await AppliedAsync(entry, change);
        return isOwn ? null : OrderRule.WrongState(State.State);
    }

    private async Task AppliedAsync(JournalEntry entry, Action change)
    {
        change();
        EntryId? request = OrderDetails.RequestOf(entry);
        if (request is { } id) State.Done[id.ToString()] = entry.Header.RequestDigest.ToString();
        await SaveAsync();
        // The entry has an id of its own, so note the command's id in the ledger as well.
        if (request is { } noted) await WriteAsync(Entries.Note(entry.Header with { Id = noted, Details = EntryHeader.NoDetails }));
    }

    /// <summary>
    /// Prepares the change that a hold makes to the state. Asks other grains first, so that the returned change cannot fail.
    /// </summary>
    private async Task<Action> ApplyAsync(JournalEntry hold)
    {
        string volunteer = OrderDetails.VolunteerOf(hold), agenda = await AgendaOfAsync(volunteer);
        HoldState held = await HeldAsync(hold);
        StepTaken taken = await TakenAsync(ServiceStep.Acceptance, PersonCalls.Volunteers + volunteer, hold.Time.ToDateTimeOffset());
        return () =>
        {
            State.State = OrderState.Accepted;
            State.Accepted = hold.Time.ToDateTimeOffset();
            (State.Volunteer, State.VolunteerAgenda, State.Hold) = (volunteer, agenda, held);
            State.Take(taken);
        };
    }

    /// <summary>Reads from a hold's transfers the minutes held of each of the recipient's accounts.</summary>
    private async Task<HoldState> HeldAsync(JournalEntry hold)
    {
        ImmutableArray<Account> accounts = await Writer.AccountsAsync([.. HoursBalance.Paths(Recipient)]);
        return new HoldState(
            hold.Id.ToString(), hold.Index, Of(HoursOrigin.Issued), Of(HoursOrigin.Gifted), Of(HoursOrigin.Earned),
            hold.Expires!.Value.ToDateTimeOffset());

        long Of(HoursOrigin origin)
        {
            long? number = accounts.Find(Chart.PersonHours(Recipient, origin).Path)?.Number;
            return hold.Transfers.Where(transfer => transfer.Debit == number).Sum(transfer => transfer.Held);
        }
    }

    /// <summary>Prepares the change that the end of a hold makes to the state.</summary>
    private async Task<Action> ApplyEndAsync(JournalEntry entry)
    {
        (OrderEnd end, long minutes, long toPool) = OrderDetails.ReadEnd(entry);
        bool moved = end is OrderEnd.Confirmed or OrderEnd.Settled or OrderEnd.Reviewed;
        OrderSide? absent = end switch
        {
            OrderEnd.VolunteerAbsent => OrderSide.Volunteer,
            OrderEnd.RecipientAbsent => OrderSide.Recipient,
            OrderEnd.None or OrderEnd.Confirmed or OrderEnd.Settled or OrderEnd.Dropped or OrderEnd.Cancelled or OrderEnd.Expired
                or OrderEnd.Reviewed or OrderEnd.Rejected => null,
        };
        StepTaken? taken = end switch
        {
            OrderEnd.Confirmed => await TakenAsync(ServiceStep.Confirmation, State.Recipient, entry.Time.ToDateTimeOffset()),
            OrderEnd.Cancelled when OrderDetails.PartyOf(entry) is { } party =>
                await TakenAsync(ServiceStep.Cancellation, party, entry.Time.ToDateTimeOffset()),
            // What staff or the clock did is not taken back, and neither is what was before it.
            OrderEnd.VolunteerAbsent or OrderEnd.RecipientAbsent =>
                await TakenAsync(ServiceStep.Absence, OrderDetails.PartyOf(entry)!, entry.Time.ToDateTimeOffset()),
            OrderEnd.None or OrderEnd.Settled or OrderEnd.Dropped or OrderEnd.Cancelled or OrderEnd.Expired
                or OrderEnd.Reviewed or OrderEnd.Rejected => null,
        };
        return () =>
        {
            State.State = moved ? OrderState.Confirmed : OrderState.Cancelled;
            State.EndEntry = entry.Index;
            State.Ended = entry.Time.ToDateTimeOffset();
            if (moved) (State.CreditedMinutes, State.ToPoolMinutes) = (minutes, toPool);
            State.Absent = absent;
            if (end is OrderEnd.Reviewed or OrderEnd.Rejected) State.Review = new ReviewRecord(moved, State.Ended.Value, "");
            if (State.Dispute is { } dispute) (dispute.Settled, dispute.Resolved) = (moved, State.Ended);
            if (taken is null) State.Steps = null;
            else State.Take(taken);
        };
    }

    private static Refusal? Shortage(HoursBalance hours, Minutes needed) => hours.Available.Total >= needed
        ? null
        : Refusal.Of(Reason.InsufficientBalance, ("available", $"{hours.Available.Total.Value}"), ("needed", $"{needed.Value}"),
        ("unit", Unit.Minutes.Code));
}

/// <summary>The details of an order's entries, from which the grain rebuilds its state after a crash. The keys are stored.</summary>
public static class OrderDetails
{
    private const string Order = "order", Request = "request", Volunteer = "volunteer", End = "end", Minutes = "minutes", ToPool = "toPool",
        Party = "party";

    /// <summary>
    /// Recipient and volunteer may both read a hold. So it does not say how the recipient came by the hours or where the volunteer enrolled
    /// first; the order reads both from the transfers and the enrolment. Holds of earlier builds say it (Issued, Gifted, Earned, agenda).
    /// </summary>
    /// <param name="volunteer">The id of the volunteer who accepted.</param>
    internal static (string, string)[] OfHold(Command command, string order, string volunteer) =>
        [(Order, order), (Request, command.Id.ToString()), (Volunteer, volunteer)];

    /// <param name="party">The party whose word it is, as the order names it; empty where that is known without, or staff decide.</param>
    internal static (string, string)[] OfEnd(EntryId? command, string order, OrderEnd end, long minutes, long toPool, string party = "")
    {
        (string, string)[] details = [(Order, order), (Request, command?.ToString() ?? ""), (End, StoredName.Of(end)),
            (Minutes, Text(minutes)), (ToPool, Text(toPool))];
        return party.Length == 0 ? details : [.. details, (Party, party)];
    }

    /// <summary>The details of an entry that takes a step back.</summary>
    internal static (string, string)[] OfUndo(Command command, string order) => [(Order, order), (Request, command.Id.ToString())];

    /// <summary>The order that a hold belongs to; null for a hold of another kind.</summary>
    public static string? OrderOf(JournalEntry entry) => entry.Header.Details.GetValueOrDefault(Order);

    /// <summary>The id of the command that asked for the entry; null if the clock did.</summary>
    internal static EntryId? RequestOf(JournalEntry entry) => EntryId.TryParse(entry.Detail(Request), out EntryId id) ? id : null;

    /// <summary>The id of the volunteer who accepted.</summary>
    internal static string VolunteerOf(JournalEntry hold) => hold.Detail(Volunteer);

    /// <summary>The party who cancelled, or said that the other did not come; null in cancellations of earlier builds.</summary>
    internal static string? PartyOf(JournalEntry end) => end.Header.Details.GetValueOrDefault(Party);

    internal static (OrderEnd End, long Minutes, long ToPool) ReadEnd(JournalEntry entry) =>
        (StoredName.Parse<OrderEnd>(entry.Detail(End)), Number(entry, Minutes), Number(entry, ToPool));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
