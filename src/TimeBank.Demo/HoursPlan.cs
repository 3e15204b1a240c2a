using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// The month's hours: issued on the 1st, spent on services in both districts, given, donated, granted and moved between the districts; the
/// rest of the issued hours ends with the month. The plan counts along, so that no step asks for hours that are not there, and so that the
/// server's figures can be compared with it.
/// </summary>
internal sealed class HoursPlan
{
    private const int MonthsHours = 240, LastOrderDay = 30, GiftsFromDay = 12, DonationsFromDay = 14, OldSpendFromDay = 16, GrantDay = 25;
    private const int Step = 15;

    private static readonly int[] Lengths = [45, 60, 60, 90, 120];
    private static readonly (int Hour, int Minute)[] Slots = [(9, 0), (14, 30)];

    private readonly Dice _dice;
    private readonly Cast _cast;
    private readonly string[] _items;
    private readonly List<Step> _steps = [];
    private readonly Dictionary<string, int> _earned = [], _free = [];
    private readonly HashSet<string> _givers = [];
    private readonly SortedDictionary<(int Day, int Slot), List<Wish>> _wishes = [];
    private int _orders, _pool;

    private HoursPlan(Dice dice, Cast cast, CatalogueVersion catalogue)
    {
        _dice = dice;
        _cast = cast;
        _items = [.. catalogue.Items.Where(item => item.Unit == "MIN").Select(item => item.Id)];
        if (_items.Length == 0) throw new InvalidOperationException("The service list has nothing that volunteers give.");
    }

    /// <summary>A person's wish for a service.</summary>
    private sealed record Wish(string Recipient, string Region, int Minutes);

    /// <param name="earned">What every enrolment must have earned and kept at the month's end, in minutes.</param>
    public static IReadOnlyList<Step> Of(Dice dice, Cast cast, CatalogueVersion catalogue, out IReadOnlyDictionary<string, int> earned)
    {
        var plan = new HoursPlan(dice, cast, catalogue);
        plan.Make();
        earned = plan._earned;
        return plan._steps;
    }

    private void Make()
    {
        foreach (string region in (string[])[Roles.Tianyuan, Roles.Lusong])
        {
            _steps.Add(new IssueHoursStep(region, Calendar.At(1, 8, 0)));
            // This is when the last disputes are resolved.
            _steps.Add(new ExpireHoursStep(region, Calendar.At(Calendar.Days + 2, 8, 0)));
        }
        foreach (VolunteerPart volunteer in _cast.Volunteers)
        {
            foreach (string? enrolment in (string?[])[volunteer.Key, volunteer.AwayKey])
            {
                if (enrolment is not null) _earned[enrolment] = _free[enrolment] = 0;
            }
        }
        foreach (ElderPart elder in _cast.Elders.Where(elder => elder.GetsHours)) AddWishes(elder);
        for (int day = 2; day <= Calendar.Days; day++)
        {
            for (int slot = 0; slot < Slots.Length; slot++) AddOrders(day, slot);
            AddEvening(day);
        }
    }

    /// <summary>Spreads an elder's monthly hours over some days.</summary>
    private void AddWishes(ElderPart elder)
    {
        Draw draw = _dice.For($"wishes/{elder.Key}");
        int left = MonthsHours;
        foreach (int day in draw.Sample(Enumerable.Range(2, LastOrderDay - 2), draw.Int(3, 4)).Order())
        {
            int minutes = draw.Pick(Lengths);
            if (minutes > left) continue;
            left -= minutes;
            Want(day, draw.Int(0, Slots.Length - 1), new Wish(elder.Key, elder.Region, minutes));
        }
    }

    private void Want(int day, int slot, Wish wish)
    {
        if (!_wishes.TryGetValue((day, slot), out List<Wish>? wishes)) _wishes[(day, slot)] = wishes = [];
        wishes.Add(wish);
    }

    private void AddOrders(int day, int slot)
    {
        if (!_wishes.TryGetValue((day, slot), out List<Wish>? wishes)) return;
        Draw draw = _dice.For($"orders/{day}/{slot}");
        // Nobody is in two places at once, in either district. A volunteer who is served on a day does not serve on it, so that the
        // statement has one order.
        HashSet<VolunteerPart> busy = [.. _cast.Volunteers.Where(volunteer => Wants(volunteer.Key, day))];
        foreach (Wish wish in wishes)
        {
            VolunteerPart[] able =
                [.. _cast.Volunteers.Where(volunteer => volunteer.EnrolledIn(wish.Region) is not null && !busy.Contains(volunteer))];
            VolunteerPart volunteer = draw.Pick(able);
            busy.Add(volunteer);
            AddOrder(draw, wish, volunteer.EnrolledIn(wish.Region)!, day, Calendar.At(day, Slots[slot].Hour, Slots[slot].Minute));
        }
    }

    private void AddOrder(Draw draw, Wish wish, string volunteer, int day, DateTimeOffset start)
    {
        string order = $"order/{++_orders}";
        bool isElder = !_earned.ContainsKey(wish.Recipient);
        bool atCounter = isElder && draw.Chance(25);
        int fate = draw.Int(0, 99), leaveEarly = draw.Int(0, 99), share = draw.Int(1, 3), stars = draw.Int(3, 5);
        bool rates = draw.Chance(60);
        DateTimeOffset morning = Calendar.At(day, 8, 0), evening = Calendar.At(day, 19, 0);
        _steps.Add(new RequestStep(order, wish.Region, wish.Recipient, draw.Pick(_items), start, wish.Minutes, atCounter, morning));
        if (fate < 4)
        {
            _steps.Add(new CancelStep(order, wish.Recipient, "演示：临时有事", Calendar.At(day, 8, 20)));
            GiveBack(wish, wish.Minutes);
            return;
        }
        _steps.Add(new AcceptStep(order, volunteer, Calendar.At(day, 8, 10)));
        if (fate < 11)
        {
            _steps.Add(new CancelStep(order, fate < 8 ? volunteer : wish.Recipient, "演示：身体不适", Calendar.At(day, 8, 30)));
            GiveBack(wish, wish.Minutes);
            return;
        }

        (int stays, int served) = Visit(wish.Minutes, leavesEarly: leaveEarly < 15);
        _steps.Add(new CheckInStep(order, volunteer, start));
        _steps.Add(new CheckOutStep(order, volunteer, start.AddMinutes(stays)));
        if (fate < 20)
        {
            // A third of the disputes end without hours.
            int settled = fate < 17 ? Math.Max(Step, served * share / 3 / Step * Step) : 0;
            _steps.Add(new DisputeStep(order, wish.Recipient, volunteer, evening));
            _steps.Add(new ResolveStep(order, volunteer, settled, Calendar.At(day + 2, 19, 30)));
            Earn(wish, volunteer, settled);
            return;
        }
        _steps.Add(new ConfirmStep(order, wish.Recipient, volunteer, served, atCounter, evening));
        if (rates && !atCounter) _steps.Add(new RateStep(order, wish.Recipient, volunteer, stars, evening));
        Earn(wish, volunteer, served);
        // Hours of a later dispute are not spent before the month's end.
        _free[volunteer] += served;
    }

    /// <summary>How long a volunteer stays, and how much of that counts: whole steps, at most the planned time.</summary>
    private static (int Stays, int Served) Visit(int planned, bool leavesEarly) => (planned, leavesEarly) switch
    {
        (60, true) => (50, 45),
        (90, true) => (62, 60),
        (120, true) => (92, 90),
        _ => (planned + (planned == 45 ? 5 : 2), planned),
    };

    private void Earn(Wish wish, string volunteer, int minutes)
    {
        _earned[volunteer] += minutes;
        if (_earned.ContainsKey(wish.Recipient)) _earned[wish.Recipient] -= minutes;
    }

    /// <summary>A volunteer may spend hours again that were set aside for a cancelled service.</summary>
    private void GiveBack(Wish wish, int minutes)
    {
        if (_free.ContainsKey(wish.Recipient)) _free[wish.Recipient] += minutes;
    }

    /// <summary>What volunteers do with their hours in the evening.</summary>
    private void AddEvening(int day)
    {
        Draw draw = _dice.For($"evening/{day}");
        if (day is >= GiftsFromDay and <= LastOrderDay - 3) AddGift(draw, day);
        if (day is >= DonationsFromDay and < GrantDay) AddDonation(draw, day);
        if (day is >= OldSpendFromDay and < LastOrderDay) AddOldSpender(draw, day);
        if (day == GrantDay) AddGrants(draw);
        if (day is 20 or 27) AddTransfers(draw, day);
        if (day == GiftsFromDay) AddRefusals();
    }

    private void AddGift(Draw draw, int day)
    {
        VolunteerPart[] able =
            [.. _cast.Volunteers.Where(volunteer => volunteer.ParentKey is not null && _free[volunteer.Key] >= 45
            && !_givers.Contains(volunteer.Key))];
        if (able.Length == 0) return;
        VolunteerPart giver = draw.Pick(able);
        _givers.Add(giver.Key);
        int minutes = _free[giver.Key] >= 60 ? 60 : 45;
        Move(giver.Key, minutes);
        _steps.Add(new GiftStep(giver.Key, giver.Key, giver.ParentKey!, minutes, Calendar.At(day, 20, 0)));
        // The parent asks for a service soon after, unless one is planned on that day.
        int when = day + draw.Int(1, 2);
        if (!Wants(giver.ParentKey!, when)) Want(when, draw.Int(0, Slots.Length - 1), new Wish(giver.ParentKey!, Roles.Tianyuan, minutes));
    }

    private void AddDonation(Draw draw, int day)
    {
        string[] able = [.. _cast.Volunteers.Select(volunteer => volunteer.Key)
            .Where(volunteer => _free[volunteer] >= 30 && !_givers.Contains(volunteer))];
        if (able.Length == 0) return;
        string giver = draw.Pick(able);
        _givers.Add(giver);
        Move(giver, 30);
        _pool += 30;
        _steps.Add(new DonateStep(giver, day, 30, Calendar.At(day, 20, 10)));
    }

    /// <summary>Volunteers aged sixty or older spend earned hours.</summary>
    private void AddOldSpender(Draw draw, int day)
    {
        VolunteerPart[] able =
            [.. _cast.Volunteers.Where(volunteer => volunteer.MaySpend && _free[volunteer.Key] >= 60 && !Wants(volunteer.Key, day + 1))];
        if (able.Length == 0) return;
        VolunteerPart spender = draw.Pick(able);
        _free[spender.Key] -= 60;
        Want(day + 1, draw.Int(0, Slots.Length - 1), new Wish(spender.Key, Roles.Tianyuan, 60));
    }

    private void AddGrants(Draw draw)
    {
        foreach (ElderPart elder in draw.Sample(_cast.Elders.Where(elder => elder.Region == Roles.Tianyuan && !elder.GetsHours), 4)
            .Where(_ => _pool >= 60))
        {
            _pool -= 60;
            _steps.Add(new GrantStep(elder.Key, 60, Calendar.At(GrantDay, 20, 20)));
            if (!Wants(elder.Key, GrantDay + 3)) Want(GrantDay + 3, 0, new Wish(elder.Key, Roles.Tianyuan, 60));
        }
    }

    /// <summary>Most volunteers take hours earned in Lusong home; some bring a few there.</summary>
    private void AddTransfers(Draw draw, int day)
    {
        foreach (VolunteerPart volunteer in _cast.Volunteers.Where(volunteer => volunteer.AwayKey is not null))
        {
            bool goesHome = draw.Chance(75);
            (string from, string to) = goesHome ? (volunteer.AwayKey!, volunteer.Key) : (volunteer.Key, volunteer.AwayKey!);
            int minutes = goesHome ? _free[from] : Math.Min(_free[from], 30);
            if (minutes < 30) continue;
            Move(from, minutes);
            _earned[to] += minutes;
            _steps.Add(new TransferStep(from, to, day, minutes, Calendar.At(day, 20, 30)));
        }
    }

    /// <summary>Steps that the server must refuse, each for one reason alone.</summary>
    private void AddRefusals()
    {
        VolunteerPart child = _cast.Volunteers.First(volunteer => volunteer.ParentKey is not null);
        string stranger = _cast.Elders.First(elder => elder.Region == Roles.Tianyuan && elder.Key != child.ParentKey).Key;
        _steps.Add(new GiftStep("refused/stranger", child.Key, stranger, 15,
            Calendar.At(GiftsFromDay, 20, 40))
        { RefusedAs = "GIFT_RECEIVER_NOT_FAMILY" });
        _steps.Add(new GiftStep("refused/too-much", child.Key, child.ParentKey!, 6_000,
            Calendar.At(GiftsFromDay, 20, 45))
        { RefusedAs = "INSUFFICIENT_BALANCE" });
    }

    private void Move(string volunteer, int minutes)
    {
        _earned[volunteer] -= minutes;
        _free[volunteer] -= minutes;
    }

    private bool Wants(string recipient, int day) => Enumerable.Range(0, Slots.Length)
        .Any(slot => _wishes.TryGetValue((day, slot), out List<Wish>? wishes) && wishes.Any(wish => wish.Recipient == recipient));
}
