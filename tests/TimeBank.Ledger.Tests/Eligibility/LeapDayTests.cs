using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// People born on 29 February. A person reaches an age on the last day of the period from birth, which in a year without that day is 28
/// February (Civil Code, articles 201 and 202). Sixty and eighty years after a leap year there is a 29 February again, except in 2100; an
/// age of 18 or 75 is always reached in a common year.
/// </summary>
public sealed class LeapDayTests
{
    private static readonly RegionCode Home = RegionCode.Parse("430211");

    /// <summary>The age, the year of birth, and the first day on which it is reached.</summary>
    public static TheoryData<int, int, string> Birthdays => new()
    {
        { 18, 2008, "2026-02-28" }, { 60, 1968, "2028-02-29" }, { 60, 2040, "2100-02-28" }, { 75, 1952, "2027-02-28" },
        { 80, 1948, "2028-02-29" }, { 80, 2020, "2100-02-28" },
    };

    [Theory]
    [MemberData(nameof(Birthdays))]
    public void Every_rule_that_asks_for_an_age_says_yes_from_that_day_on(int age, int year, string first)
    {
        DateOnly born = new(year, 2, 29), day = DateOnly.Parse(first, null);
        foreach ((DateOnly asked, bool isOldEnough) in ((DateOnly, bool)[])[(day.AddDays(-1), false), (day, true), (day.AddDays(1), true)])
        {
            Policy policy = PolicyHistory.BuiltIn.At(asked);
            Assert.Equal(isOldEnough ? age : age - 1, Age.On(born, asked));
            Assert.Equal(isOldEnough, UnitsFrom(age, born, asked, policy).IsGranted);
            switch (age)
            {
                case 18:
                    Assert.Equal(isOldEnough ? null : Reason.VolunteerTooYoung, OrderRule.Earn(born, asked, policy.Hours)?.Reason);
                    break;
                case 60:
                    Assert.Equal(isOldEnough ? null : Reason.SpenderTooYoung, OrderRule.Spend(born, asked, policy.Hours)?.Reason);
                    Assert.Equal(isOldEnough ? null : Reason.GiftReceiverTooYoung, GiftTo(born, asked, policy.Hours)?.Reason);
                    Assert.Equal(isOldEnough, NationalOf(born, asked, policy).IsGranted);
                    break;
                case 80:
                    Assert.Equal(isOldEnough, IssuedHoursRule.Judge(Alone(born), asked, policy).IsGranted);
                    break;
            }
        }
    }

    [Theory]
    [InlineData("480229", true)]
    [InlineData("290248", true)]
    [InlineData("022948", true)]
    [InlineData("480228", false)]
    [InlineData("010348", false)]
    public void A_day_of_birth_that_most_years_lack_is_a_weak_PIN_as_it_is_written(string pin, bool isWeak) =>
        Assert.Equal(isWeak, HolderPin.IsWeak(pin, new DateOnly(1948, 2, 29)));

    private static Entitlement UnitsFrom(int age, DateOnly born, DateOnly day, Policy policy) => ProgrammeRule.Judge(
        Of(ProgrammeScheme.UnitVoucher, Unit.Meal, new ProgrammeEligibility(age, null, Difficulties.None)), Alone(born), day, policy);

    private static Entitlement NationalOf(DateOnly born, DateOnly day, Policy policy) => ProgrammeRule.Judge(
        Of(ProgrammeScheme.NationalEVoucher, Unit.Fen, new ProgrammeEligibility(0, null, Difficulties.None)),
        Alone(born) with { Assessments = [new Assessment(40, day.AddDays(-1), Home)] }, day, policy);

    private static Refusal? GiftTo(DateOnly born, DateOnly day, HoursPolicy policy)
    {
        var earned = new HoursSpent(Minutes.Zero, Minutes.Zero, new Minutes(60));
        return GiftRule.Judge(new HoursBalance(earned, earned, new Minutes(60)), new Minutes(60), isFamily: true, born, day, policy);
    }

    private static Programme Of(ProgrammeScheme scheme, Unit unit, ProgrammeEligibility conditions) => new(
        Slug.Parse("programme"), scheme, unit, [ServiceType.Meal], 20, new Fen(unit == Unit.Fen ? 0 : 1_200), conditions);

    private static ElderFacts Alone(DateOnly born) => new(born, Home, Difficulties.EmptyNest | Difficulties.LivingAlone, []);
}
