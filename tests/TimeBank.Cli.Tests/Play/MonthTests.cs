using TimeBank.Demo;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests.Play;

public sealed class MonthTests
{
    private static readonly CatalogueVersion Catalogue = MakeCatalogue();
    private static readonly Month Demo = Month.Of(430211, Catalogue);

    [Fact]
    public void Same_seed_is_the_same_month() =>
        Assert.Equal(Demo.Steps.Select(step => step.ToString()), Month.Of(430211, Catalogue).Steps.Select(step => step.ToString()));

    [Fact]
    public void Other_seed_is_another_month() =>
        Assert.NotEqual(Demo.Steps.Select(step => step.ToString()), Month.Of(1, Catalogue).Steps.Select(step => step.ToString()));

    [Theory]
    [InlineData(430211)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(long.MaxValue)]
    public void Month_is_of_the_size_that_it_should_be(long seed)
    {
        Month month = Month.Of(seed, Catalogue);
        Assert.Equal((200, 60, 12),
            (month.Cast.Elders.Count(elder => elder.Region == Roles.Tianyuan), month.Cast.Volunteers.Length, month.Cast.Providers.Length));
        // Ages are reckoned in the play as at the server, also of people whose birthday most years lack.
        Assert.Contains(month.Cast.Elders, elder => elder is { Born: { Month: 2, Day: 29 }, GetsHours: true });
        Assert.InRange(month.Steps.OfType<RedeemStep>().Count(), 1_300, 1_750);
        Assert.InRange(month.Steps.OfType<RefundStep>().Count(), 15, 90);
        Assert.InRange(month.Steps.OfType<RequestStep>().Count(), 120, 350);
        Assert.NotEmpty(month.Steps.OfType<CancelStep>());
        Assert.NotEmpty(month.Steps.OfType<ResolveStep>());
        Assert.NotEmpty(month.Steps.OfType<GiftStep>());
        Assert.NotEmpty(month.Steps.OfType<DonateStep>());
        Assert.NotEmpty(month.Steps.OfType<TransferStep>());
        Assert.Equal(10, month.Steps.Count(step => step.RefusedAs is not null));
    }

    [Fact]
    public void Steps_have_ids_of_their_own_and_stand_in_their_order()
    {
        Assert.Equal(Demo.Steps.Length, Demo.Steps.Select(step => Demo.Dice.RequestId(step.Key)).Distinct().Count());
        Assert.Equal(Demo.Steps.Select(step => step.At).Order(), Demo.Steps.Select(step => step.At));
    }

    [Fact]
    public void Vouchers_are_used_once_in_a_moment_by_those_who_have_them()
    {
        RedeemStep[] redemptions = [.. Demo.Steps.OfType<RedeemStep>()];
        Assert.All(redemptions.GroupBy(step => (step.Programme, step.Elder, step.At)), moment => Assert.Single(moment));
        Dictionary<string, ElderPart> elders = Demo.Cast.Elders.ToDictionary(elder => elder.Key);
        Assert.All(redemptions, step =>
            Assert.True(elders[step.Elder].Gets(step.Programme), step.Key));
    }

    [Fact]
    public void Meal_vouchers_never_pay_more_than_they_have() =>
        Assert.All(Demo.Steps.OfType<RedeemStep>().Where(step => step.Programme == Roles.Meals && step.RefusedAs is null)
            .GroupBy(step => step.Elder), elder => Assert.InRange(elder.Sum(step => step.Quantity), 1, 20));

    [Fact]
    public void Prices_lie_below_and_above_the_ceilings()
    {
        Dictionary<string, long> ceilings = Catalogue.Items.Where(item => item.CeilingPrice is not null)
            .ToDictionary(item => item.Id, item => item.CeilingPrice.Value);
        bool[] above = [.. Demo.Steps.OfType<RedeemStep>().Select(step => step.PriceFen > ceilings[step.Item] * step.Quantity)];
        Assert.InRange(above.Count(is_ => is_), above.Length / 10, above.Length * 9 / 10);
    }

    [Fact]
    public void Suspended_provider_is_asked_only_to_be_refused()
    {
        ProviderPart suspended = Demo.Cast.Providers.Single(provider => provider.SuspendedFrom > 0);
        Step asked = Assert.Single(Demo.Steps.OfType<RedeemStep>(), step => step.Provider == suspended.Key
            && suspended.IsSuspended(step.At.Day) && step.At.Month == 10);
        Assert.Equal("PROVIDER_SUSPENDED", asked.RefusedAs);
    }

    [Fact]
    public void Nobody_is_in_two_places_at_once()
    {
        Dictionary<string, string> person =
            Demo.Cast.Volunteers.SelectMany(
            volunteer => new[] { volunteer.Key, volunteer.AwayKey }.OfType<string>().Select(key => (key, volunteer.Key))).ToDictionary();
        Dictionary<string, RequestStep> orders = Demo.Steps.OfType<RequestStep>().ToDictionary(step => step.Order);
        IEnumerable<(string Person, DateTimeOffset Start)> served = Demo.Steps.OfType<AcceptStep>()
            .Select(step => (person[step.Volunteer], orders[step.Order].Start));
        IEnumerable<(string Person, DateTimeOffset Start)> asked =
            orders.Values.Select(order => (person.GetValueOrDefault(order.Recipient, order.Recipient), order.Start));
        Assert.All(served.Concat(asked).GroupBy(at => at), place => Assert.Single(place));
    }

    [Fact]
    public void Elders_never_ask_for_more_hours_than_they_were_issued_granted_and_given()
    {
        Dictionary<string, int> has = Demo.Cast.Elders.ToDictionary(elder => elder.Key, elder => elder.GetsHours ? 240 : 0);
        foreach (Step step in Demo.Steps.Where(step => step.RefusedAs is null))
        {
            if (step is GiftStep gift) has[gift.Receiver] += gift.Minutes;
            if (step is GrantStep grant) has[grant.Elder] += grant.Minutes;
            if (step is RequestStep request && has.ContainsKey(request.Recipient)) Assert.True(
                (has[request.Recipient] -= request.Minutes) >= 0, request.Key);
        }
    }

    [Fact]
    public void Pool_is_never_granted_more_than_was_donated()
    {
        int pool = 0;
        foreach (Step step in Demo.Steps)
        {
            if (step is DonateStep donation) pool += donation.Minutes;
            if (step is GrantStep grant) Assert.True((pool -= grant.Minutes) >= 0, grant.Key);
        }
    }

    [Fact]
    public void Nobody_ends_with_less_than_nothing() => Assert.All(Demo.Earned, earned => Assert.True(earned.Value >= 0, earned.Key));

    [Theory]
    [InlineData(430211)]
    [InlineData(2)]
    public void Providers_are_paid_for_all_that_they_redeemed(long seed)
    {
        Month month = Month.Of(seed, Catalogue);
        PrepareBatchStep first = month.Steps.OfType<PrepareBatchStep>().First();
        // What a complaint took back was set aside.
        Assert.All(month.Steps.Where(step => step is RedeemStep or RefundStep && step.RefusedAs is null
            && step.Key != $"refund/{month.Counter.Refunded.Name}"), step => Assert.True(step.At < first.At, step.Key));
        Assert.Equal([.. month.Cast.Providers.Select(provider => provider.Key), PrepaidPlan.Home.Key],
            month.Steps.OfType<ApprovePayeeStep>().Where(step => step.At.Date < first.At.Date).Select(step => step.Provider.Key));
    }

    [Fact]
    public void Receipts_are_on_the_first_statement_and_each_is_confirmed()
    {
        (long Fen, string Reference)[] receipts = [.. Demo.Steps.OfType<ReceiveStep>().Select(step => (step.Fen, step.Reference))];
        StatementPlan statement = Demo.Steps.OfType<ImportStep>().First().Plan;
        Assert.Equal(receipts, statement.Movements.Take(receipts.Length).Select(movement => (movement.Fen, movement.Reference)));
        Assert.Equal([.. receipts.Select(receipt => receipt.Reference), CardPlan.Arrival.Reference],
            Demo.Steps.OfType<ConfirmMatchStep>().Where(step => step.Account == DemoAccounts.Slug).Select(step => step.Reference));
    }

    [Fact]
    public void Gifts_by_card_are_paid_given_back_and_paid_out_in_this_order_for_their_nets()
    {
        Step[] cards = [.. Demo.Steps.Where(step => step.Lane == "cards")];

        Assert.Equal(
            [
                typeof(StartGiftStep), typeof(PayGiftStep), typeof(StartGiftStep), typeof(PayGiftStep), typeof(StartGiftStep),
                typeof(PayGiftStep), typeof(RefundGiftStep), typeof(PayOutCardsStep), typeof(SyncCardsStep),
            ],
            cards.Select(step => step.GetType()));
        // 200.00, 50.50 and 123.45 less fees of 0.50 and 2.9 %, rounded down; 50.50 given back without its fee.
        Assert.Equal(20_000 - 630 + 12_345 - 408 - 196, Assert.Single(cards.OfType<PayOutCardsStep>()).Fen);
        Assert.True(cards[^1].At < Calendar.At(CardPlan.Arrival.Day, 0, 0));
    }

    [Fact]
    public void Statements_follow_each_other_and_are_imported_when_they_end()
    {
        ImportStep[] imports = [.. Demo.Steps.OfType<ImportStep>()];
        Assert.All(imports.GroupBy(step => step.Plan.Account), account => Assert.Equal(
            [1, .. account.SkipLast(1).Select(step => step.Plan.LastDay + 1)], account.Select(step => step.Plan.FirstDay)));
        Assert.All(imports, step => Assert.Equal(Calendar.Date(step.Plan.LastDay), DateOnly.FromDateTime(step.At.DateTime)));
    }

    [Fact]
    public void A_statement_that_the_bank_still_owes_is_no_figure_and_every_other_difference_is()
    {
        DailyReport report = Tying();
        report.Lines.Add([
            new ReportLine { Leg = ReportLeg.Whole, Gap = ReportGap.StatementMissing, Subject = $"{LastStatement:yyyy-MM-dd}" },
            new ReportLine { Leg = ReportLeg.Paid, Gap = ReportGap.LineOpen },
        ]);

        Assert.Equal([(1, 1), (1, 1), (1, 1), (1, 2), (1, 1)],
            MonthFigures.FiveLegs(report).Select(check => (check.Left, check.Right)));
    }

    [Fact]
    public void All_statements_missing_during_the_play_or_the_last_one_is_a_difference()
    {
        foreach (string through in new[] { "", $"{LastStatement.AddDays(-1):yyyy-MM-dd}" })
        {
            DailyReport report = Tying();
            report.Lines.Add(new ReportLine { Leg = ReportLeg.Whole, Gap = ReportGap.StatementMissing, Subject = through });
            Assert.Equal((1, 2), MonthFigures.FiveLegs(report).Select(check => (check.Left, check.Right)).Last());
        }
    }

    [Fact]
    public void A_leg_of_which_nothing_was_compared_does_not_tie_but_for_payments_of_which_none_waits() =>
        Assert.Equal([(0, 1), (0, 1), (0, 1), (0, 0), (0, 1)],
            MonthFigures.FiveLegs(new DailyReport()).Select(check => (check.Left, check.Right)));

    private static DateOnly LastStatement { get; } = Calendar.Date(Demo.Steps.OfType<ImportStep>().Max(step => step.Plan.LastDay));

    private static DailyReport Tying()
    {
        var report = new DailyReport();
        report.Lines.Add(Enum.GetValues<ReportLeg>().Where(leg => leg != ReportLeg.Unspecified)
            .Select(leg => new ReportLine { Leg = leg, Ties = true }));
        return report;
    }

    [Theory]
    [InlineData(430211)]
    [InlineData(2)]
    public void The_run_that_looks_for_people_has_somebody_to_find(long seed)
    {
        Month month = Month.Of(seed, Catalogue);

        IReadOnlyDictionary<FindingKind, int> expected = OutreachPlan.Expected(month);

        Assert.InRange(expected[FindingKind.NotIssued], 100, 600);
        Assert.InRange(expected[FindingKind.Changes], 2, 60);
        Assert.InRange(expected[FindingKind.Ended], 1, 60);
        Assert.Equal(Calendar.At(OutreachPlan.Day, 9, 0), Assert.Single(month.Steps.OfType<OutreachStep>()).At);
    }

    /// <summary>What the bank moves of prepaid fees is what people agreed on, and what one of them gets back is by days.</summary>
    [Fact]
    public void Prepaid_fees_are_drawn_paid_and_given_back_as_planned()
    {
        StatementPlan statement = Assert.Single(
            Demo.Steps.OfType<ImportStep>(), step => step.Plan.Account == DemoAccounts.Custody).Plan;
        Assert.Equal(
            [PrepaidPlan.StaysFen, PrepaidPlan.LeavesFen, -PrepaidPlan.BackFen], statement.Movements.Select(movement => movement.Fen));
        PrepaidPart leaves = Assert.Single(Demo.Steps.OfType<EndPrepaidStep>()).Part;
        int day = Assert.Single(Demo.Steps.OfType<EndPrepaidStep>()).At.Day;
        // October is drawn whole, and the rest goes back but for the days of November.
        Assert.Equal(PrepaidPlan.BackFen, leaves.MonthlyFen - (leaves.MonthlyFen * day / 30));
        Assert.Equal(PrepaidPlan.DrawnFen, Demo.Steps.OfType<ReceivePrepaidStep>().Sum(step => step.Part.MonthlyFen));
        Assert.Single(Demo.Steps.OfType<PrepareBatchStep>(), step => step.Pays == PayableKind.Prepaid);
    }

    [Fact]
    public void Month_is_closed_last_of_all() => Assert.Equal(
        [
            typeof(ExpireVouchersStep), typeof(ReturnFundsStep), typeof(ProposeNettingStep), typeof(ApproveNettingStep),
            typeof(PrepareCloseStep), typeof(ApproveCloseStep),
        ],
        Demo.Steps.TakeLast(6).Select(step => step.GetType()));

    [Fact]
    public void Made_up_codes_of_banks_have_the_check_digit_and_no_bank() => Assert.All(Enumerable.Range(0, 13), number =>
    {
        Assert.Null(Ledger.BankCode.Check(DemoAccounts.BankCode(number)));
        Assert.StartsWith("000", DemoAccounts.BankCode(number), StringComparison.Ordinal);
    });

    internal static CatalogueVersion MakeCatalogue()
    {
        CatalogueItem Item(string id, ServiceType type, string unit, long ceiling) =>
            new()
            {
                Id = id, ServiceType = type, Unit = unit, Place = ServicePlace.Home, CeilingPrice = unit == "MIN"
            ? null : new Amount { Value = ceiling, Unit = "CNY" }
            };
        var catalogue = new CatalogueVersion();
        catalogue.Items.Add([
            Item("meal-canteen", ServiceType.Meal, "MEAL", 1_400), Item("meal-delivered", ServiceType.Meal, "MEAL", 1_800),
                Item("bath-home", ServiceType.Bath, "BATH", 14_400), Item("care-home", ServiceType.Care, "CNY", 9_600),
            Item("medical-escort", ServiceType.Medical, "CNY", 12_000), Item("urgent-call", ServiceType.Urgent, "CNY", 6_000),
            Item("companionship", ServiceType.Companionship, "MIN", 0),
        ]);
        return catalogue;
    }
}
