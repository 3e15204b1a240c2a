using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The persons' times. The grain reserves a slot before it stores the order's step, and releases it after. A crash in between leaves a slot
/// that no order needs. The next order that conflicts with that slot asks about it and frees it.
/// </summary>
public sealed partial class ServiceOrderGrain
{
    /// <summary>Agendas that the running command has asked for a slot. They count as taken until the command is through.</summary>
    private readonly HashSet<string> _reserving = [];

    public async Task<bool> OccupiesAsync(string agenda, bool now)
    {
        // The running command may be about to take this slot.
        if (_reserving.Contains(agenda)) return true;
        // Read the stored state, not the copy of a running dry run. An order that is over takes no one's time, even before a call ends it.
        if (!Exists || Stored.IsOver(Now)) return false;
        // A check-out that was forgotten keeps nobody from their other orders.
        if (now) return Stored.State == OrderState.CheckedIn && Now <= StoredPlan.CheckOutUntil(await EvidencePolicyAsync());
        bool isOf = agenda == Stored.RecipientAgenda || agenda == Stored.VolunteerAgenda;
        // After a crash the ledger may know that a cancellation was taken back, or a volunteer, and the state does not.
        if (Stored.State == OrderState.Cancelled) return isOf && Stored.LastStep is not null
            && (await Writer.AttemptAsync(attempt => StepId(Stored, "undo", attempt))).Happened is not null;
        if (isOf) return true;
        return Stored.State == OrderState.Requested
            && (await Writer.AttemptAsync(attempt => StepId(Stored, "hold", attempt))).Happened?.Entry is { } hold
            && await AgendaOfAsync(OrderDetails.VolunteerOf(hold)) == agenda;
    }

    /// <summary>The rules' refusal of a request, if any, and the recipient's agenda.</summary>
    private async Task<(Refusal? Refusal, string Agenda)> RequestRefusalAsync(ServiceWanted request, OrderPlan plan)
    {
        Policy policy = await rules.PolicyAsync(Region, plan.Day);
        CatalogueItem? item = Slug.TryParse(request.Item, out Slug id)
            ? (await rules.CatalogueAsync(Region, plan.Day)).Find(id) : null;
        Refusal? noItem = item is null ? Refusal.Of(Reason.ItemNotFound, ("item", request.Item))
            : item.Payer != Payer.TimeBank ? Refusal.Of(Reason.ItemNotFound, ("item", request.Item), ("paid_in", Unit.Fen.Code))
            : null;
        string agenda;
        Refusal? refusal;
        if (request.Recipient.StartsWith(PersonCalls.Volunteers, StringComparison.Ordinal))
        {
            if (await GrainFactory.Volunteer(Region, request.Recipient[PersonCalls.Volunteers.Length..])
                .GetAsync() is not { } volunteer) return (new Refusal(Reason.VolunteerNotFound), "");
            agenda = AgendaOf(volunteer);
            refusal = OrderRule.Spend(volunteer.BirthDate, plan.Day, policy.Hours) ?? noItem;
        }
        else
        {
            if (await GrainFactory.Elder(Region, request.Recipient[PersonCalls.Elders.Length..]).GetAsync() is not { } elder) return (
                new Refusal(Reason.ElderNotFound), "");
            agenda = new GrainKey(Region, elder.Id.Text).ToString();
            refusal = noItem ?? (MayHave(elder, item!, plan.Day, policy) ? null : new Refusal(Reason.ElderNotEntitled));
        }
        refusal ??= OrderRule.Request(plan, Now, policy.Hours)
            ?? Shortage(await due.HoursAsync(Region, PersonCalls.IdOf(request.Recipient)), plan.Length);
        return (refusal, agenda);
    }

    /// <summary>True if the elder's age and ability grade entitle to the item of the service list.</summary>
    private bool MayHave(ElderRecord elder, CatalogueItem item, DateOnly day, Policy policy) =>
        Age.On(elder.BirthDate, day) >= item.FromAge
        && (item.FromGrade == AbilityGrade.Able || elder.Facts(Region).GradeOn(day, policy.Ability) >= item.FromGrade);

    /// <summary>The agenda of a volunteer who has accepted and therefore is enrolled. It stays the same: a home never changes.</summary>
    private async Task<string> AgendaOfAsync(string volunteer) => await GrainFactory.Volunteer(Region, volunteer).GetAsync() is { } enrolled
        ? AgendaOf(enrolled)
        : throw new InvalidOperationException($"The volunteer {volunteer} of an order isn't enrolled.");

    private string AgendaOf(VolunteerRecord volunteer) => volunteer.Home.Length > 0
        ? volunteer.Home : new GrainKey(Region, volunteer.Id.Text).ToString();

    private async Task<Refusal?> ReserveAsync(string agenda, OrderPlan plan, bool serves, Minutes dayMax)
    {
        var wanted = new Reservation(Key.ToString(), plan.Start.ToUniversalTime(), plan.End.ToUniversalTime(), serves, dayMax.Value);
        ReservationReply reply = IsDryRun
            ? await WithoutUnneededAsync(agenda, now: false, without => Agenda(agenda).TryReserveAsync(wanted, without))
            : await AskAsync(agenda, now: false, person => person.ReserveAsync(wanted));
        return reply.DayFull ? Refusal.Of(Reason.DayTooLong, ("limit", $"{dayMax.Value}"), ("unit", Unit.Minutes.Code)) : Overlap(reply);
    }

    public Task<DateTimeOffset?> CheckedInAsync() =>
        Task.FromResult(Exists && Stored.State == OrderState.CheckedIn && !Stored.IsOver(Now) ? Stored.CheckedIn : null);

    /// <summary>
    /// A volunteer who is still checked in elsewhere has mostly forgotten to check out: the refusal names that order and the time.
    /// </summary>
    private async Task<Refusal?> EnterAsync()
    {
        string agenda = State.VolunteerAgenda;
        while (true)
        {
            ReservationReply reply = IsDryRun ? await WithoutUnneededAsync(agenda, now: true, without =>
                Agenda(agenda).TryEnterAsync(Key.ToString(), without))
                : await AskAsync(agenda, now: true, person => person.EnterAsync(Key.ToString()));
            if (reply.Orders.IsEmpty) return null;
            // Null: the volunteer checked out meanwhile. Ask again.
            if (await GrainFactory.GetGrain<IServiceOrderGrain>(reply.Orders[0]).CheckedInAsync() is not { } since) continue;
            var busy = GrainKey.Parse(reply.Orders[0]);
            return Refusal.Of(
                Reason.StillCheckedIn, ("order", ResourceName.Of(busy.Region, "orders", busy.LocalId)), ("time", ChinaTime.Minute(since)));
        }
    }

    /// <summary>The served minutes that count under the limit of the day of service, over all orders of that day.</summary>
    private async Task<Minutes> ServeAsync(Minutes served, HoursPolicy policy, bool keep)
    {
        (DateTimeOffset start, DateTimeOffset end) = (Plan.Start.ToUniversalTime(), Plan.End.ToUniversalTime());
        var message = new ServedTime(Key.ToString(), start, end, served.Value, policy.DayMax.Value, keep && !IsDryRun);
        return new Minutes(await Agenda(State.VolunteerAgenda).ServeAsync(message));
    }

    private Task LeaveAsync() => IsDryRun ? Task.CompletedTask : Agenda(State.VolunteerAgenda).LeaveAsync(Key.ToString());

    private Task ReleaseAsync(string agenda) => IsDryRun ? Task.CompletedTask : Agenda(agenda).ReleaseAsync(Key.ToString());

    private async Task ReleaseAllAsync()
    {
        await ReleaseAsync(State.RecipientAgenda);
        if (State.VolunteerAgenda.Length > 0) await ReleaseAsync(State.VolunteerAgenda);
    }

    /// <summary>
    /// Tries the agenda. Asks each conflicting order whether it still needs its slot, frees the slot if not, and tries again.
    /// </summary>
    private async Task<ReservationReply> AskAsync(string agenda, bool now, Func<IAgendaGrain, Task<ReservationReply>> ask)
    {
        _reserving.Add(agenda);
        while (true)
        {
            ReservationReply reply = await ask(Agenda(agenda));
            bool freed = false;
            foreach (string order in reply.Orders)
            {
                if (await OccupiesAsync(order, agenda, now)) continue;
                await (now ? Agenda(agenda).LeaveAsync(order) : Agenda(agenda).ReleaseAsync(order));
                freed = true;
            }
            if (!freed) return reply;
        }
    }

    /// <summary>The same as a dry run: ignores slots that no order needs any more, and does not free them.</summary>
    private async Task<ReservationReply> WithoutUnneededAsync(string agenda, bool now,
        Func<ImmutableArray<string>, Task<ReservationReply>> tryIt)
    {
        ImmutableArray<string> without = [];
        while (true)
        {
            ReservationReply reply = await tryIt(without);
            int before = without.Length;
            foreach (string order in reply.Orders)
            {
                if (!await OccupiesAsync(order, agenda, now)) without = without.Add(order);
            }
            if (without.Length == before) return reply;
        }
    }

    private Task<bool> OccupiesAsync(string order, string agenda, bool now) =>
        GrainFactory.GetGrain<IServiceOrderGrain>(order).OccupiesAsync(agenda, now);

    private static Refusal? Overlap(ReservationReply reply) => reply.Orders.IsEmpty ? null : new Refusal(Reason.OrderTimesOverlap);

    private IAgendaGrain Agenda(string key) => GrainFactory.GetGrain<IAgendaGrain>(key);
}
