using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Commands about volunteer hours.</summary>
internal sealed class HourWants(World world, People people)
{
    private const string Unit = "MIN";

    public Draft Issue(bool plenty)
    {
        (OpaqueId person, Minutes amount) = (people.Person(), plenty ? new Minutes(Amounts.Plenty(world.Chance)) : Some());
        return Post(EntryCode.IssueHours, "hours/issued", Of(person, "issued"), amount, header =>
            HourEntries.Issue(header, person, amount));
    }

    public Draft Expire()
    {
        (OpaqueId person, Minutes amount) = (people.Person(), Some());
        return Post(EntryCode.ExpireHours, Of(person, "issued"), "hours/issued", amount, header =>
            HourEntries.Expire(header, person, amount));
    }

    public Draft Grant()
    {
        (OpaqueId person, Minutes amount) = (people.Person(), Some());
        return Post(EntryCode.GrantHours, "pool/donated", Of(person, "issued"), amount, header =>
            HourEntries.Grant(header, person, amount));
    }

    public Draft Gift()
    {
        (OpaqueId giver, OpaqueId receiver, Minutes amount) = (people.Person(), people.Person(), Some());
        return Post(EntryCode.GiftHours, Of(giver, "earned"), Of(receiver, "gifted"), amount, header =>
            HourEntries.Gift(header, giver, receiver, amount));
    }

    public Draft Donate()
    {
        (OpaqueId giver, Minutes amount) = (people.Person(), Some());
        return Post(EntryCode.DonateHours, Of(giver, "earned"), "pool/donated", amount, header =>
            HourEntries.Donate(header, giver, amount));
    }

    public Draft ClearOut()
    {
        (OpaqueId giver, Minutes amount) = (people.Person(), Some());
        return Post(EntryCode.ClearOut, Of(giver, "earned"), $"clearing/{People.Neighbour}/due-to", amount, header =>
            HourEntries.ClearOut(header, giver, People.Neighbour, amount));
    }

    public Draft ClearIn()
    {
        (OpaqueId receiver, Minutes amount) = (people.Person(), Some());
        return Post(EntryCode.ClearIn, $"clearing/{People.Neighbour}/due-from", Of(receiver, "earned"), amount, header =>
            HourEntries.ClearIn(header, People.Neighbour, receiver, amount));
    }

    public Draft Hold()
    {
        (OpaqueId elder, OpaqueId volunteer) = (people.Person(), people.Person());
        // Most people have issued hours, fewer have others.
        var minutes = new HoursSpent(Part(900), Part(200), Part(250));
        // Some holds expire before any caller can post them.
        LedgerTime? expires = world.Chance.Permille(200)
            ? null : ProcessClock.At(world.Now + world.Chance.Between(-1_000, world.Chance.Permille(600) ? 2_000_000 : 60_000_000));
        Leg[] legs = [.. new[] { (minutes.Issued, "issued"), (minutes.Gifted, "gifted"), (minutes.Earned, "earned") }
            .Where(part => part.Item1.Value > 0)
                .Select(part => new Leg(Of(elder, part.Item2), Of(volunteer, "earned"), Unit, part.Item1.Value))];
        return new Draft(
            new Want(WantKind.Hold, EntryCode.HoldService) { Legs = legs, Expires = expires },
            header => HourEntries.HoldService(header, elder, volunteer, minutes, expires),
            id => people.Holds.Add(new HoldAsked(id, minutes, volunteer, expires)));
    }

    public Draft? Render() => people.Recent(people.Holds) is { } hold ? Render(hold) : null;

    public Draft? Release() => people.Recent(people.Holds) is { } hold ? Release(hold.Id) : null;

    public Draft? ExpireHold() => people.Recent(people.Holds) is { } hold ? ExpireHold(hold.Id) : null;

    /// <summary>Takes the posting of a hold back and holds the same again; or asks for that of an entry that ended none.</summary>
    public Draft? TakeBack()
    {
        if (people.Recent(people.Rendered) is not { } rendered) return null;
        EntryId of = world.Chance.Permille(900) ? rendered.Id : people.RecentEntry() ?? rendered.Id;
        LedgerTime expires = rendered.Expires ?? ProcessClock.At(world.Now + world.Chance.Between(-1_000, 60_000_000));
        return new Draft(
            new Want(WantKind.Reverse, EntryCode.Reverse) { Of = of, Expires = expires },
            header => HourEntries.TakeBackService(header, of, expires),
            id => people.Holds.Add(rendered with { Id = id, Expires = expires }));
    }

    /// <summary>Ends a hold in one of the possible ways.</summary>
    public Draft End(EntryId id)
    {
        HoldAsked? hold = people.Holds.Find(asked => asked.Id == id);
        return world.Chance.Below(3) switch
        {
            0 when hold is not null => Render(hold) ?? Release(id),
            1 => Release(id),
            _ => ExpireHold(id),
        };
    }

    /// <summary>Posts a part of a hold, or all of it. Minutes above the volunteer's cap go on to the pool.</summary>
    private Draft? Render(HoldAsked hold)
    {
        if (hold.Held.Total.Value == 0) return null;
        long total = hold.Held.Total.Value, given = world.Chance.Permille(300) ? total : world.Chance.Between(0, total);
        long overCap = world.Chance.Permille(700) ? 0 : world.Chance.Between(0, given);
        var parts = new List<long>();
        long left = given;
        foreach (long held in new[] { hold.Held.Issued.Value, hold.Held.Gifted.Value, hold.Held.Earned.Value })
        {
            if (held == 0) continue;
            parts.Add(Math.Min(left, held));
            left -= parts[^1];
        }
        Leg[] legs = overCap == 0 ? [] : [new Leg(Of(hold.Volunteer, "earned"), "pool/donated", Unit, overCap)];
        return new Draft(
            new Want(WantKind.PostHold, EntryCode.RenderService) { Of = hold.Id, Parts = parts, Legs = legs },
            header => HourEntries.RenderService(header, hold.Id, hold.Held, new Minutes(given), hold.Volunteer, new Minutes(overCap)),
            id =>
            {
                people.Entries.Add(id);
                people.Rendered.Add(hold with { Id = id });
            });
    }

    private static Draft Release(EntryId hold) =>
        new(new Want(WantKind.VoidHold, EntryCode.ReleaseService) { Of = hold }, header => HourEntries.ReleaseService(header, hold));

    private static Draft ExpireHold(EntryId hold) =>
        new(new Want(WantKind.ExpireHold, EntryCode.ReleaseService) { Of = hold }, header => HourEntries.ExpireService(header, hold));

    public static string Of(OpaqueId person, string origin) => $"person/{person}/hours/{origin}";

    private Draft Post(EntryCode code, string debit, string credit, Minutes amount, Func<EntryHeader, Proposal> make) =>
        new(new Want(WantKind.Post, code) { Legs = [new Leg(debit, credit, Unit, amount.Value)] }, make, people.Entries.Add);

    private Minutes Some() => new(Amounts.Any(world.Chance));

    private Minutes Part(int permille) => world.Chance.Permille(permille) ? new Minutes(world.Chance.Between(1, 120)) : Minutes.Zero;
}
