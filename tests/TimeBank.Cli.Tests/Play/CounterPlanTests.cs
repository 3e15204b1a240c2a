using TimeBank.Demo;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests.Play;

/// <summary>What happens at counters out of the ordinary, as it is planned.</summary>
public sealed class CounterPlanTests
{
    private static readonly CatalogueVersion Catalogue = MonthTests.MakeCatalogue();

    public static TheoryData<long> Seeds => [430211, 1, 2, 7, long.MaxValue];

    [Theory, MemberData(nameof(Seeds))]
    public void Nobody_has_two_parts(long seed)
    {
        CounterCast counter = Month.Of(seed, Catalogue).Counter;
        string[] elders =
        [
            .. new[] { counter.Twice, counter.Late, counter.Billed, counter.Pin, counter.Card, counter.Telephoned, counter.Refused }
                .Select(elder => elder.Key),
            counter.Refunded.Elder, counter.Kept.Elder, .. counter.Notices.Select(notice => notice.Elder.Key),
        ];
        Assert.Equal(elders.Length, elders.Distinct().Count());
        Assert.NotEqual(counter.Refunded.Provider, counter.Kept.Provider);
    }

    [Fact]
    public void Every_seed_has_somebody_for_each_part() =>
        Assert.All(Enumerable.Range(100, 60), seed => Assert.NotNull(Month.Of(seed, Catalogue).Counter));

    [Theory, MemberData(nameof(Seeds))]
    public void Vouchers_have_what_terminals_bills_and_bathers_take(long seed)
    {
        Month month = Month.Of(seed, Catalogue);
        long Redeemed(string programme, ElderPart elder) => month.Steps.OfType<RedeemStep>()
            .Where(step => step.Programme == programme && step.Elder == elder.Key && step.RefusedAs is null).Sum(step => step.Quantity);

        // The voucher has enough for one of the two terminals. The late receipt is not paid.
        Assert.InRange(Redeemed(Roles.Meals, month.Counter.Twice) + TerminalPlan.MealsTwice, 4, 20);
        Assert.True(Redeemed(Roles.Meals, month.Counter.Twice) + 2 * TerminalPlan.MealsTwice > 20);
        Assert.InRange(Redeemed(Roles.Meals, month.Counter.Billed) + BillPlan.Meals, 2, 20);
        Assert.All(
            new[] { month.Counter.Pin, month.Counter.Card, month.Counter.Telephoned },
            elder => Assert.InRange(Redeemed(Roles.Baths, elder), 1, BathPlan.BathsAMonth));
        long issued = month.Cast.Elders.Count(elder => elder.GetsBaths) * BathPlan.BathsAMonth * BathPlan.ContractFen;
        Assert.InRange(
            month.Steps.OfType<AllotStep>().Single(step => step.Name == "baths").Allotment.ByShares.Total.Value, issued + 1, 5_000_000);
    }

    [Fact]
    public void Two_terminals_accept_the_same_voucher_and_the_later_one_sends_first()
    {
        Month month = Month.Of(430211, Catalogue);
        AcceptOfflineStep[] accepted = [.. month.Steps.OfType<AcceptOfflineStep>().Where(step => step.Elder == month.Counter.Twice.Key)];
        Assert.Equal([TerminalPlan.First, TerminalPlan.Second], accepted.Select(step => step.Terminal));
        Assert.Equal([TerminalPlan.Second, TerminalPlan.First],
            month.Steps.OfType<SyncTerminalStep>().Where(step => step.Receipt == 1).Select(step => step.Terminal));
        // Between the first paper and the last receipt nobody else uses the voucher.
        DateTimeOffset last = month.Steps.OfType<SyncTerminalStep>().Where(step => step.Receipt == 1).Max(step => step.At);
        Assert.DoesNotContain(month.Steps, step => step is RedeemStep redemption && redemption.Elder == month.Counter.Twice.Key
            && step.At >= accepted[0].At && step.At <= last);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Bathers_show_what_the_table_asks_for_what_they_get(long seed)
    {
        RedeemStep[] baths = [.. Month.Of(seed, Catalogue).Steps.OfType<RedeemStep>()
            .Where(step => step.Programme == Roles.Baths && step.RefusedAs is null)];
        Assert.Equal(3, baths.Length);
        Assert.All(baths, step =>
        {
            Assert.Equal(BathPlan.Table.First(row => row.FromFen <= step.Quantity * BathPlan.ContractFen).Needs, step.Needs);
            Assert.True(step.At >= Calendar.At(BathPlan.PolicyDay, 0, 0), step.Key);
        });
        Assert.Equal(BathPlan.Table.Select(row => row.Needs).Order(), baths.Select(step => step.Needs).Order());
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Pin_is_one_that_the_counter_takes(long seed)
    {
        Month month = Month.Of(seed, Catalogue);
        SetPinStep set = Assert.Single(month.Steps.OfType<SetPinStep>());
        Assert.True(Ledger.HolderPin.IsPin(set.Pin));
        Assert.False(Ledger.HolderPin.IsWeak(set.Pin, month.Counter.Pin.Born));
        Assert.NotEqual(set.Pin, month.Steps.OfType<RedeemStep>().Single(step => step.RefusedAs == "PIN_WRONG").Pin);
    }

    [Fact]
    public void Card_has_a_check_digit_and_is_nobodys()
    {
        Assert.StartsWith("0000", BathPlan.CardNumber, StringComparison.Ordinal);
        Assert.True(Ledger.HolderCard.IsNumber(BathPlan.CardNumber));
    }

    [Fact]
    public void Provider_on_the_black_list_is_asked_only_to_be_refused_and_is_cleared_before_the_second_batch()
    {
        Step[] steps = [.. Month.Of(430211, Catalogue).Steps];
        Step listed = Assert.Single(steps.OfType<SetStandingStep>(), step => step.Standing == Standing.BlackListed);
        Step cleared = Assert.Single(steps.OfType<UpholdAppealStep>());
        Assert.All(steps.OfType<RedeemStep>().Where(step => step.Provider == BathPlan.Provider && step.At > listed.At), step =>
            Assert.Equal("PROVIDER_BLACK_LISTED", step.RefusedAs));
        PrepareBatchStep[] batches = [.. steps.OfType<PrepareBatchStep>().Where(step => step.Pays == PayableKind.Services)];
        Assert.InRange(batches[0].At, listed.At, cleared.At);
        Assert.True(cleared.At < batches[1].At);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Complaints_are_open_at_the_first_batch_and_closed_before_the_second(long seed)
    {
        Step[] steps = [.. Month.Of(seed, Catalogue).Steps];
        PrepareBatchStep[] batches = [.. steps.OfType<PrepareBatchStep>().Where(step => step.Pays == PayableKind.Services)];
        Assert.All(steps.OfType<FileComplaintStep>(), filed =>
        {
            Step[] rest = [.. steps.Where(step => step.Lane == filed.Lane && step != filed)];
            Assert.Equal([typeof(AnswerComplaintStep), typeof(CloseComplaintStep)], rest.Select(step => step.GetType()));
            Assert.True(filed.Of.At < filed.At && filed.At < batches[0].At, filed.Key);
            Assert.True(rest[0].At > batches[0].At && rest[1].At < batches[1].At, filed.Key);
        });
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Nobody_is_served_after_what_was_reported(long seed)
    {
        Month month = Month.Of(seed, Catalogue);
        foreach (NoticePart notice in month.Counter.Notices)
        {
            Assert.All(month.Steps.OfType<RedeemStep>().Where(step => step.Elder == notice.Elder.Key), step => Assert.True(
                (step.ServiceDay > 0 ? Calendar.Date(step.ServiceDay) : DateOnly.FromDateTime(step.At.DateTime)) < notice.Day, step.Key));
            Assert.DoesNotContain(month.Steps.OfType<RequestStep>(), step => step.Recipient == notice.Elder.Key);
        }
    }
}
