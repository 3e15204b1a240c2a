using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>
/// The month's vouchers: issued on the 1st, redeemed by their elders at lunch and supper, some refunded, two voided, some claimed late, the
/// rest expired. A voucher is used at most once in a moment and never for more than it has, so that the order of calls changes no outcome.
/// </summary>
internal sealed class VoucherPlan
{
    /// <summary>The day on which what is left expires, the day after the last claim.</summary>
    public const int ExpiryDay = ClaimByDay + 1;

    // The national e-voucher of the shipped policy, and the highest share that the national band allows.
    private const long NationalFen = 80_000;
    private const int HighestSharePercent = 60, MealsAMonth = 20;
    private const int VoidDay = 12, ClaimByDay = 59, LateClaimDay = 34;

    private readonly Dice _dice;
    private readonly Cast _cast;
    private readonly IReadOnlyList<CatalogueItem> _mealItems, _moneyItems;
    private readonly List<Step> _steps = [];
    private readonly Dictionary<(string Programme, string Elder), long> _left = [];

    private VoucherPlan(Dice dice, Cast cast, CatalogueVersion catalogue)
    {
        _dice = dice;
        _cast = cast;
        _mealItems = [.. catalogue.Items.Where(item => item.Unit == "MEAL")];
        _moneyItems = [.. catalogue.Items.Where(item => item.Unit == "CNY" && Cast.NationalServices.Contains(item.ServiceType))];
        if (_mealItems.Count == 0 || _moneyItems.Count == 0) throw new InvalidOperationException(
            "The service list has no meals, or nothing that a money voucher pays for.");
    }

    /// <param name="left">What no step uses of an elder's voucher, at least, in its unit; voided vouchers are missing.</param>
    public static IReadOnlyList<Step> Of(Dice dice, Cast cast, CatalogueVersion catalogue,
        out IReadOnlyDictionary<(string Programme, string Elder), long> left)
    {
        var plan = new VoucherPlan(dice, cast, catalogue);
        plan.Make();
        left = plan._left;
        return plan._steps;
    }

    private void Make()
    {
        _steps.Add(new IssueVouchersStep(Roles.National, Calendar.At(1, 8, 0)));
        _steps.Add(new IssueVouchersStep(Roles.Meals, Calendar.At(1, 8, 0)));
        _steps.Add(new IssueVouchersStep(Roles.Baths, Calendar.At(1, 8, 0)));
        ElderPart[] national = [.. _cast.Elders.Where(elder => elder.GetsNationalVoucher)],
            meals = [.. _cast.Elders.Where(elder => elder.GetsMeals)];
        HashSet<string> voided = [.. _dice.For("voided").Sample(national, 2).Select(elder => elder.Key)];
        List<ElderPart> withMealsLeft = [.. meals.Where(elder => AddMeals(elder) > 0)];
        foreach (ElderPart elder in national) AddServices(elder, voided.Contains(elder.Key));
        foreach (string elder in voided) _steps.Add(new VoidStep(Roles.National, elder, Calendar.At(VoidDay, 20, 30)));
        AddRefusals(withMealsLeft);
        _steps.Add(new ExpireVouchersStep(Calendar.At(ExpiryDay, 9, 0)));
    }

    /// <returns>The meals that are left.</returns>
    private int AddMeals(ElderPart elder)
    {
        Draw draw = _dice.For($"meals/{elder.Key}");
        ProviderPart[] canteens = [.. _cast.Providers.Where(provider => provider.Gives(ServiceType.Meal))];
        ProviderPart usual = draw.Pick(canteens);
        int left = MealsAMonth, number = 0;
        foreach ((int day, int hour, int minute) in Times(draw, draw.Int(8, 14)))
        {
            int quantity = draw.Chance(25) ? 2 : 1;
            ProviderPart canteen = draw.Chance(80) ? usual : draw.Pick(canteens);
            if (canteen.IsSuspended(day)) canteen = canteens[0];
            CatalogueItem item = draw.Pick(_mealItems);
            long price = draw.Int(16, 36) * 50L * quantity;
            bool atCounter = draw.Chance(8), refunded = draw.Chance(3);
            if (quantity > left) continue;
            left -= quantity;
            Add(new RedeemStep($"{Roles.Meals}/{elder.Key}/{++number}", Roles.Meals, elder.Key, canteen.Key, item.Id, item.Place, quantity,
                price, 0, 0, atCounter, Calendar.At(day, hour, minute)), refunded);
        }
        // Some canteens claim meals of the month's last day after the month.
        if (left > 0 && draw.Chance(15))
        {
            Add(new RedeemStep($"{Roles.Meals}/{elder.Key}/late", Roles.Meals, elder.Key, usual.Key, _mealItems[0].Id, _mealItems[0].Place,
                1, 1_150, 0, Calendar.Days, false, Calendar.At(LateClaimDay, 10, 0)), refunded: false);
            left--;
        }
        _left[(Roles.Meals, elder.Key)] = left;
        return left;
    }

    private void AddServices(ElderPart elder, bool isVoided)
    {
        Draw draw = _dice.For($"services/{elder.Key}");
        long atMost = 0;
        int number = 0;
        foreach ((int day, int hour, int minute) in Times(draw, draw.Int(4, 9)))
        {
            CatalogueItem item = draw.Pick(_moneyItems);
            ProviderPart provider = draw.Pick([.. _cast.Providers.Where(one => one.Gives(item.ServiceType))]);
            // From well below the ceiling to well above it, in whole yuan.
            long price = item.CeilingPrice.Value * draw.Int(60, 130) / 100 / 100 * 100;
            long insurance = item.ServiceType == ServiceType.Care && draw.Chance(20) ? price * draw.Int(10, 40) / 100 : 0;
            bool atCounter = draw.Chance(8), refunded = draw.Chance(3);
            long pays = Math.Min(price, item.CeilingPrice.Value) * HighestSharePercent / 100;
            if (atMost + pays > NationalFen || (isVoided && day >= VoidDay)) continue;
            atMost += pays;
            Add(new RedeemStep($"{Roles.National}/{elder.Key}/{++number}", Roles.National, elder.Key, provider.Key, item.Id, item.Place, 1,
                price, insurance, 0, atCounter, Calendar.At(day, hour, minute)), refunded && !isVoided);
        }
        if (!isVoided) _left[(Roles.National, elder.Key)] = NationalFen - atMost;
    }

    private void Add(RedeemStep redemption, bool refunded)
    {
        _steps.Add(redemption);
        if (refunded) _steps.Add(new RefundStep(redemption, new DateTimeOffset(redemption.At.Date, redemption.At.Offset).AddHours(20)));
    }

    /// <summary>Steps that the server must refuse, each for one reason alone.</summary>
    private void AddRefusals(List<ElderPart> withMealsLeft)
    {
        List<ElderPart> elders = _dice.For("refusals").Sample(withMealsLeft, 5);
        CatalogueItem meal = _mealItems[0], service = _moneyItems[0];
        ProviderPart canteen = _cast.Providers.First(provider => provider.Gives(ServiceType.Meal));
        ProviderPart suspended = _cast.Providers.First(provider => provider.SuspendedFrom > 0);
        ProviderPart other = _cast.Providers.First(provider => provider.Gives(service.ServiceType));
        RedeemStep Ask(string name, ElderPart elder, ProviderPart provider, CatalogueItem item, int quantity, int serviceDay,
            DateTimeOffset at, string refusedAs) =>
            new($"refused/{name}", Roles.Meals, elder.Key, provider.Key, item.Id, item.Place, quantity, 1_000L * quantity, 0, serviceDay,
                false, at)
            { RefusedAs = refusedAs };
        _steps.AddRange([
            Ask("suspended-provider", elders[0], suspended, meal, 1, 0, Calendar.At(suspended.SuspendedFrom + 1, 13, 0),
                "PROVIDER_SUSPENDED"),
            Ask("other-service", elders[1], other, service, 1, 0, Calendar.At(9, 13, 0), "VOUCHER_NOT_FOR_SERVICE"),
            Ask("too-many", elders[2], canteen, meal, MealsAMonth + 10, 0, Calendar.At(2, 13, 0), "INSUFFICIENT_BALANCE"),
            Ask("after-the-month", elders[3], canteen, meal, 1, 33, Calendar.At(33, 13, 0), "VOUCHER_EXPIRED"),
            Ask("claimed-too-late", elders[4], canteen, meal, 1, Calendar.Days, Calendar.At(ExpiryDay, 8, 0),
            "VOUCHER_CLAIM_BY_PASSED"),
        ]);
    }

    /// <summary>Draws lunch and supper times, each once, earliest first.</summary>
    private static IEnumerable<(int Day, int Hour, int Minute)> Times(Draw draw, int count) =>
        draw.Sample(Enumerable.Range(1, Calendar.Days).SelectMany(day => new[] { (day, 12, 30), (day, 18, 0) }), count).Order();
}
