using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The times of the persons of an order. A reservation is made before the order says so, and released after: a crash in between leaves one
/// that nobody needs, which the next order that meets it asks about and takes away.
/// </summary>
public sealed partial class ServiceOrderGrain
{
    /// <summary>The agendas in which the command at work has asked for time; they are counted as taken until it is through.</summary>
    private readonly HashSet<string> _reserving = [];

    private string Key => $"{Region}/{LocalKey}";

    public async Task<bool> OccupiesAsync(string agenda, bool now)
    {
        // The order of now: what it is about to take counts as taken.
        if (_reserving.Contains(agenda)) return true;
        // Not what a command at work only tries. What is over takes nobody's time, whether or not anybody has looked at it.
        if (!Exists || Stored.State == OrderState.Cancelled || Stored.IsOver(Now)) return false;
        if (now) return Stored.State == OrderState.CheckedIn;
        if (agenda == Stored.RecipientAgenda || agenda == Stored.VolunteerAgenda) return true;
        // A crash may have kept the volunteer from the state, but not from the ledger.
        return Stored.State == OrderState.Requested && (await Writer.AttemptAsync(HoldId)).Happened?.Entry is { } hold
            && await AgendaOfAsync(OrderDetails.VolunteerOf(hold)) == agenda;
    }

    /// <summary>What the rules have against a request, and the recipient's agenda.</summary>
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
            agenda = $"{Region}/{elder.Id}";
            refusal = noItem ?? (MayHave(elder, item!, plan.Day, policy) ? null : new Refusal(Reason.ElderNotEntitled));
        }
        refusal ??= OrderRule.Request(plan, Now, policy.Hours)
            ?? Shortage(await settlement.HoursAsync(Region, PersonCalls.IdOf(request.Recipient)), plan.Length);
        return (refusal, agenda);
    }

    /// <summary>Whether the service list gives the item to this elder.</summary>
    private bool MayHave(ElderRecord elder, CatalogueItem item, DateOnly day, Policy policy) =>
        Age.On(elder.BirthDate, day) >= item.FromAge
        && (item.FromGrade == AbilityGrade.Able || elder.Facts(Region).GradeOn(day, policy.Ability) >= item.FromGrade);

    /// <summary>The agenda of a volunteer who has accepted, and so is enrolled; the first enrolment never changes.</summary>
    private async Task<string> AgendaOfAsync(string volunteer) => await GrainFactory.Volunteer(Region, volunteer).GetAsync() is { } enrolled
        ? AgendaOf(enrolled)
        : throw new InvalidOperationException($"The volunteer {volunteer} of an order isn't enrolled.");

    private string AgendaOf(VolunteerRecord volunteer) => volunteer.Home.Length > 0 ? volunteer.Home : $"{Region}/{volunteer.Id}";

    private async Task<Refusal?> ReserveAsync(string agenda, OrderPlan plan, bool serves, Minutes dayMax)
    {
        var wanted = new Reservation(Key, plan.Start.ToUniversalTime(), plan.End.ToUniversalTime(), serves, dayMax.Value);
        ReservationReply reply = IsDryRun
            ? await TryReserveAsync(agenda, wanted) : await AskAsync(agenda, now: false, person => person.ReserveAsync(wanted));
        return reply.DayFull ? Refusal.Of(Reason.DayTooLong, ("limit", $"{dayMax.Value}"), ("unit", Unit.Minutes.Code)) : Overlap(reply);
    }

    public Task<DateTimeOffset?> CheckedInAsync() =>
        Task.FromResult(Exists && Stored.State == OrderState.CheckedIn && !Stored.IsOver(Now) ? Stored.CheckedIn : null);

    /// <summary>Who is still checked in elsewhere is told where and since when: mostly they forgot to check out.</summary>
    private async Task<Refusal?> EnterAsync()
    {
        if (IsDryRun) throw new InvalidOperationException("No call only asks for a check-in.");
        while (true)
        {
            ReservationReply reply = await AskAsync(State.VolunteerAgenda, now: true, person => person.EnterAsync(Key));
            if (reply.Orders.IsEmpty) return null;
            // Null where they checked out meanwhile: ask again.
            if (await GrainFactory.GetGrain<IServiceOrderGrain>(reply.Orders[0]).CheckedInAsync() is not { } since) continue;
            string[] busy = reply.Orders[0].Split('/');
            return Refusal.Of(Reason.StillCheckedIn, ("order", $"regions/{busy[0]}/orders/{busy[1]}"), ("time", ChinaTime.Minute(since)));
        }
    }

    /// <summary>How much of what was served counts under the limit of the day of service, all orders of that day together.</summary>
    private async Task<Minutes> ServeAsync(Minutes served, HoursPolicy policy, bool keep)
    {
        (DateTimeOffset start, DateTimeOffset end) = (Plan.Start.ToUniversalTime(), Plan.End.ToUniversalTime());
        var message = new ServedTime(Key, start, end, served.Value, policy.DayMax.Value, keep && !IsDryRun);
        return new Minutes(await Agenda(State.VolunteerAgenda).ServeAsync(message));
    }

    private Task LeaveAsync() => IsDryRun ? Task.CompletedTask : Agenda(State.VolunteerAgenda).LeaveAsync(Key);

    private Task ReleaseAsync(string agenda) => IsDryRun ? Task.CompletedTask : Agenda(agenda).ReleaseAsync(Key);

    private async Task ReleaseAllAsync()
    {
        await ReleaseAsync(State.RecipientAgenda);
        if (State.VolunteerAgenda.Length > 0) await ReleaseAsync(State.VolunteerAgenda);
    }

    /// <summary>Asks an agenda; what stands in the way is asked whether it still does.</summary>
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

    /// <summary>What would stand in the way of a reservation. Times that nobody needs any more are left out and not taken away.</summary>
    private async Task<ReservationReply> TryReserveAsync(string agenda, Reservation wanted)
    {
        ImmutableArray<string> without = [];
        while (true)
        {
            ReservationReply reply = await Agenda(agenda).TryReserveAsync(wanted, without);
            int before = without.Length;
            foreach (string order in reply.Orders)
            {
                if (!await OccupiesAsync(order, agenda, now: false)) without = without.Add(order);
            }
            if (without.Length == before) return reply;
        }
    }

    private Task<bool> OccupiesAsync(string order, string agenda, bool now) =>
        GrainFactory.GetGrain<IServiceOrderGrain>(order).OccupiesAsync(agenda, now);

    private static Refusal? Overlap(ReservationReply reply) => reply.Orders.IsEmpty ? null : new Refusal(Reason.OrderTimesOverlap);

    private IAgendaGrain Agenda(string key) => GrainFactory.GetGrain<IAgendaGrain>(key);
}
