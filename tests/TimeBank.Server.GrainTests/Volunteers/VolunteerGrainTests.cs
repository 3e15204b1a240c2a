using System.Collections.Immutable;
using TimeBank.Ledger;
using Xunit;
using static TimeBank.Server.GrainTests.District;

namespace TimeBank.Server.GrainTests;

public sealed class VolunteerGrainTests : DistrictTests
{
    [Theory]
    [InlineData(17, Reason.VolunteerTooYoung)]
    [InlineData(18, Reason.None)]
    public async Task Enrolment_is_from_the_age_of_the_policy(int age, Reason expected)
    {
        Command command = Here.Command();
        DateOnly born = ChinaTime.DateOf(Here.Now).AddYears(-age);

        Reply<VolunteerRecord> reply = await Here.Volunteer(command.NewId.Text)
            .EnrolAsync(command, "V", born, "");

        Assert.Equal(expected, reply.Reason);
        Assert.Equal(expected == Reason.None, await Here.Volunteer(command.NewId.Text).GetAsync() is not null);
    }

    [Fact]
    public async Task Home_is_a_first_enrolment_in_another_region()
    {
        string home = await Here.EnrolAsync(region: Lusong), here = await Here.EnrolAsync(),
            second = await Here.EnrolAsync(home: $"{Lusong}/{home}");

        foreach (string wrong in new[] { $"{Tianyuan}/{here}", $"{Lusong}/000000000000", $"{Tianyuan}/{second}" })
        {
            Command command = Here.Command();
            await RefusedAsync(Reason.HomeNotFound, () =>
                Here.Volunteer(command.NewId.Text).EnrolAsync(command, "V", new DateOnly(1980, 1, 1), wrong));
        }
    }

    [Fact]
    public async Task Enrolment_again_gives_the_same_answer_and_another_content_is_a_conflict()
    {
        Command command = Here.Command(content: "a");
        IVolunteerGrain volunteer = Here.Volunteer(command.NewId.Text);

        VolunteerRecord first = Value(await volunteer.EnrolAsync(command, "V", new DateOnly(1980, 1, 1), ""));
        await Here.ForgetAsync(volunteer);
        VolunteerRecord again = Value(await volunteer.EnrolAsync(command, "V", new DateOnly(1980, 1, 1), ""));

        Assert.Equal(first with { Family = [] }, again with { Family = [] });
        await RefusedAsync(Reason.RequestIdReused, () =>
            volunteer.EnrolAsync(Here.Command(content: "b", request: command.RequestId.ToByteArray()[0]), "V", new DateOnly(1980, 1, 1),
                ""));
    }

    [Fact]
    public async Task Enrolment_survives_a_crash_before_its_state_is_written()
    {
        Command command = Here.Command();
        Here.States.FailNext(VolunteerState.Kind);
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => Here.Volunteer(command.NewId.Text).EnrolAsync(command, "V", new DateOnly(1980, 1, 1), ""));

        Assert.Equal("V", Value(await Here.Volunteer(command.NewId.Text).EnrolAsync(command, "V", new DateOnly(1980, 1, 1), ""))
            .DisplayName);
    }

    [Fact]
    public async Task Family_is_known_people_only()
    {
        string volunteer = await Here.EnrolAsync();
        await RefusedAsync(Reason.FamilyMemberNotFound, () =>
            Here.Volunteer(volunteer).SetFamilyAsync(Here.Command(), Family("elders/000000000000")));
        await RefusedAsync(Reason.VolunteerNotFound, () => Here.Volunteer("000000000000").SetFamilyAsync(Here.Command(), Family()));
    }

    [Fact]
    public async Task Gift_moves_earned_hours_and_its_retry_answers_the_same()
    {
        (string giver, string mother) = await GiverAsync(600, receiverAge: 70);
        Command command = Here.Command();

        MovedHours first = Value(await Here.Volunteer(giver).GiftAsync(command, $"elders/{mother}", 90));
        Value(await Here.Volunteer(giver).DonateAsync(Here.Command(), 30));
        MovedHours again = Value(await Here.Volunteer(giver).GiftAsync(command, $"elders/{mother}", 90));

        Assert.Equal(first, again);
        Assert.Equal(510, first.Hours.Earned);
        Assert.Equal(480, (await Here.HoursAsync(giver)).Earned);
        Assert.Equal((90, 90), ((await Here.HoursAsync(mother)).Gifted, (await Here.HoursAsync(mother)).Available));
    }

    [Theory]
    [InlineData("stranger", 70, 60, Reason.GiftReceiverNotFamily)]
    [InlineData("mother", 59, 60, Reason.GiftReceiverTooYoung)]
    [InlineData("mother", 60, 601, Reason.InsufficientBalance)]
    [InlineData("nobody", 70, 60, Reason.GiftReceiverNotFound)]
    [InlineData("self", 70, 60, Reason.GiftReceiverIsGiver)]
    public async Task Gift_is_refused(string to, int age, long minutes, Reason expected)
    {
        (string giver, string mother) = await GiverAsync(600, age);
        string receiver = to switch
        {
            "mother" => age < 60 ? $"volunteers/{mother}" : $"elders/{mother}",
            "stranger" => $"elders/{await Here.RegisterAsync()}",
            "self" => $"volunteers/{giver}",
            _ => "elders/000000000000",
        };
        Command gift = Here.Command();

        Refusal first = await RefusedAsync(expected, () => Here.Volunteer(giver).GiftAsync(gift, receiver, minutes));
        await Here.CreditAsync(giver, 1_000);

        // A retry gets the first outcome, even if the rules would now allow the command.
        Assert.Equal(first, (await Here.Volunteer(giver).GiftAsync(gift, receiver, minutes)).Refusal);
    }

    [Fact]
    public async Task Gifted_hours_are_not_given_on()
    {
        (string giver, _) = await GiverAsync(600, 70);
        string father = await Here.EnrolAsync(age: 70);
        Value(await Here.Volunteer(giver).SetFamilyAsync(Here.Command(), Family($"volunteers/{father}")));
        Value(await Here.Volunteer(giver).GiftAsync(Here.Command(), $"volunteers/{father}", 100));

        Refusal refusal = await RefusedAsync(Reason.GiftedHoursNotGivable, () =>
            Here.Volunteer(father).DonateAsync(Here.Command(), 100));

        Assert.Contains(("available", "0"), refusal.Values);
        await RefusedAsync(Reason.InsufficientBalance, () =>
            Here.Volunteer(father).DonateAsync(Here.Command(), 101));
        await RefusedAsync(Reason.VolunteerNotFound, () =>
            Here.Volunteer("000000000000").DonateAsync(Here.Command(), 1));
    }

    [Fact]
    public async Task Two_people_who_give_each_other_at_once_do_not_wait_for_ever()
    {
        string one = await Here.EnrolAsync(age: 65), other = await Here.EnrolAsync(age: 66);
        await Here.CreditAsync(one, 100);
        await Here.CreditAsync(other, 100);
        Value(await Here.Volunteer(one).SetFamilyAsync(Here.Command(), Family($"volunteers/{other}")));
        Value(await Here.Volunteer(other).SetFamilyAsync(Here.Command(), Family($"volunteers/{one}")));

        Reply<MovedHours>[] gifts = await Task.WhenAll(
            Enumerable.Range(0, 10).SelectMany(_ => new[]
            {
                Here.Volunteer(one).GiftAsync(Here.Command(), $"volunteers/{other}", 1),
                Here.Volunteer(other).GiftAsync(Here.Command(), $"volunteers/{one}", 1),
            })).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.All(gifts, gift => Assert.Null(gift.Refusal));
    }

    /// <summary>Enrols a volunteer with earned minutes, and a relative: an elder, or a volunteer if younger than that.</summary>
    private async Task<(string Giver, string Relative)> GiverAsync(long minutes, int receiverAge)
    {
        string giver = await Here.EnrolAsync();
        await Here.CreditAsync(giver, minutes);
        bool isElder = receiverAge >= 60;
        string relative = isElder ? await Here.RegisterAsync(receiverAge) : await Here.EnrolAsync(receiverAge);
        Value(await Here.Volunteer(giver)
            .SetFamilyAsync(Here.Command(), Family(isElder ? $"elders/{relative}" : $"volunteers/{relative}")));
        return (giver, relative);
    }

    private static ImmutableArray<FamilyRecord> Family(params string[] people) =>
        [.. people.Select(person => new FamilyRecord(person, Kinship.Parent))];

    [Fact]
    public async Task A_reversal_takes_from_lifetime_what_it_gave_and_gives_nothing()
    {
        string volunteer = await Here.EnrolAsync();
        await Here.CreditAsync(volunteer, 120);
        OrderRecord served = await ServedAsync(volunteer, minutes: 60);
        Assert.Equal((180, 180), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(volunteer)).Lifetime));

        for (int time = 0; time < 120; time++)
        {
            Value(await Here.Volunteer(volunteer).DonateAsync(Here.Command(), 60));
            LedgerHead head = await Here.Journal.ReadHeadAsync(RegionCode.Parse(Tianyuan), default);
            await ReverseAsync(head.Size - 1);
        }
        PersonHours hours = await Here.HoursAsync(volunteer);
        Assert.Equal((180, 180, 0), (hours.Earned, hours.Lifetime, hours.Stars));

        await ReverseAsync(served.EndEntry!.Value);
        Assert.Equal((120, 120), ((await Here.HoursAsync(volunteer)).Earned, (await Here.HoursAsync(volunteer)).Lifetime));
        await Here.ForgetAsync(Here.Volunteer(volunteer));
        Assert.Equal(120, (await Here.HoursAsync(volunteer)).Lifetime);
    }

    private async Task<OrderRecord> ServedAsync(string volunteer, long minutes)
    {
        string elder = await Here.RegisterWithHoursAsync();
        OrderRecord order = Value(await Here.RequestAsync($"elders/{elder}", TimeSpan.FromMinutes(10), minutes));
        Value(await Here.AcceptAsync(order.Id, volunteer));
        Value(await Here.Order(order.Id).CheckInAsync(Here.Step($"volunteers/{volunteer}")));
        Here.Now = Here.Now.AddMinutes(minutes);
        Value(await Here.Order(order.Id).CheckOutAsync(Here.Step($"volunteers/{volunteer}")));
        return Value(await Here.Order(order.Id).ConfirmAsync(Here.Step($"elders/{elder}")));
    }

    private async Task ReverseAsync(long index)
    {
        StoredEntry original = (await Here.Journal.EntryAsync(RegionCode.Parse(Tianyuan), index, default))!;
        EntryHeader header = Here.Command().Header(ChinaTime.DateOf(Here.Now), "");
        Outcome outcome = await Here.Ledger().SubmitAsync(Entries.Reverse(header, original.Entry.Id));
        Assert.Null(outcome.Refusal);
    }
}
