using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

[Collection(HoursCollection.Name)]
public sealed class VolunteerApiTests(TestServer server)
{
    private const string Nobody = "regions/430211/volunteers/000000000000";

    private readonly Desk _desk = new(server);

    [Fact]
    public async Task EnrolVolunteer_answers_again_and_refuses_another_content()
    {
        var request = new EnrolVolunteerRequest
        {
            RequestId = Id(), Parent = _desk.Region, DisplayName = "王芳",
            BirthDate = new DateOnly(1980, 2, 29).ToContract()
        };

        Volunteer first = await _desk.Volunteers().EnrolVolunteerAsync(request);

        Assert.Equal(first, await _desk.Volunteers().EnrolVolunteerAsync(request));
        Assert.Equal(("王芳", 0), (first.DisplayName, first.Stars));
        Assert.Equal(first, await _desk.Volunteers(Role.Volunteer, first.Name)
            .GetVolunteerAsync(new GetVolunteerRequest { Name = first.Name }));
        request.DisplayName = "别人";
        await _desk.Volunteers().EnrolVolunteerAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task EnrolVolunteer_refuses_wrong_input()
    {
        await _desk.Volunteers().EnrolVolunteerAsync(new EnrolVolunteerRequest { Parent = _desk.Region })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "display_name", "birth_date");
        await _desk.Volunteers().EnrolVolunteerAsync(new EnrolVolunteerRequest
        {
            RequestId = "no uuid", Parent = _desk.Region, DisplayName = new string('长', 100_000),
            BirthDate = new Date { Year = 2026, Month = 2, Day = 30 }, Home = "regions/430203/elders/000000000000",
        }).IsRefusedAsync(Reason.InvalidField, "request_id", "display_name", "birth_date", "home");
        await _desk.Volunteers().EnrolVolunteerAsync(Enrol(_desk.Today.AddYears(-18).AddDays(1))).IsRefusedAsync(Reason.VolunteerTooYoung);
        await _desk.Volunteers().EnrolVolunteerAsync(Enrol(new DateOnly(1980, 1, 1), "regions/430203/volunteers/000000000000"))
            .IsRefusedAsync(Reason.HomeNotFound);
        var unknown = new Desk(server, "439900");
        await unknown.Volunteers()
            .EnrolVolunteerAsync(new EnrolVolunteerRequest
            {
                RequestId = Id(), Parent = unknown.Region, DisplayName = "王",
                BirthDate = new DateOnly(1980, 1, 1).ToContract()
            })
            .IsRefusedAsync(Reason.RegionUnknown);
    }

    [Fact]
    public async Task SetFamily_replaces_the_list_and_refuses_what_is_wrong()
    {
        string volunteer = await _desk.EnrolAsync(), mother = await _desk.RegisterAsync();
        SetFamilyRequest Family(params FamilyMember[] family) => new() { RequestId = Id(), Volunteer = volunteer, Family = { family } };
        var parent = new FamilyMember { Person = mother, Kinship = V1.Kinship.Parent };

        Assert.Equal([parent], (await _desk.Volunteers().SetFamilyAsync(Family(parent))).Family);
        Assert.Empty((await _desk.Volunteers().SetFamilyAsync(Family())).Family);
        await _desk.Volunteers().SetFamilyAsync(Family(parent, parent)).IsRefusedAsync(Reason.InvalidField, "family[1].person");
        await _desk.Volunteers().SetFamilyAsync(Family(new FamilyMember { Person = "x", Kinship = (V1.Kinship)99 }))
            .IsRefusedAsync(Reason.InvalidField, "family[0].person", "family[0].kinship");
        await _desk.Volunteers()
            .SetFamilyAsync(Family(new FamilyMember { Person = "regions/430203/elders/000000000000", Kinship = V1.Kinship.Parent }))
            .IsRefusedAsync(Reason.InvalidField, "family[0].person");
        await _desk.Volunteers()
            .SetFamilyAsync(
            Family([.. Enumerable.Range(0, 21)
            .Select(at => new FamilyMember { Person = $"regions/430211/elders/0000000000{at:D2}", Kinship = V1.Kinship.Child })]))
            .IsRefusedAsync(Reason.InvalidField, "family");
        await _desk.Volunteers()
            .SetFamilyAsync(Family(new FamilyMember { Person = "regions/430211/elders/000000000000", Kinship = V1.Kinship.Parent }))
            .IsRefusedAsync(Reason.FamilyMemberNotFound);
    }

    [Fact]
    public async Task SetFamily_refuses_oneself()
    {
        string volunteer = await _desk.EnrolAsync(), mother = await _desk.RegisterAsync();
        var family = new SetFamilyRequest
        {
            RequestId = Id(), Volunteer = volunteer,
            Family = { new FamilyMember { Person = mother, Kinship = V1.Kinship.Parent },
                new FamilyMember { Person = volunteer, Kinship = V1.Kinship.Spouse } },
        };

        await _desk.Volunteers().SetFamilyAsync(family).IsRefusedAsync(Reason.FamilyMemberIsSelf);

        Assert.Empty((await _desk.Volunteers().GetVolunteerAsync(new GetVolunteerRequest { Name = volunteer })).Family);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1066, 10, 14)]
    [InlineData(1899, 12, 31)]
    [InlineData(2099, 1, 1)]
    [InlineData(9999, 12, 31)]
    public async Task Nobody_is_born_before_1900_or_in_the_future(int year, int month, int day)
    {
        var born = new Date { Year = year, Month = month, Day = day };

        await _desk.Volunteers()
            .EnrolVolunteerAsync(new EnrolVolunteerRequest
            {
                RequestId = Id(), Parent = _desk.Region, DisplayName = "王芳",
                BirthDate = born
            })
            .IsRefusedAsync(Reason.InvalidField, "birth_date");
        await _desk.Elders().RegisterElderAsync(new RegisterElderRequest
        {
            RequestId = Id(), Parent = _desk.Region, DisplayName = "李奶奶",
            BirthDate = born
        })
            .IsRefusedAsync(Reason.InvalidField, "birth_date");
    }

    [Fact]
    public async Task ListVolunteers_goes_by_name_in_pages_that_cannot_be_tampered_with()
    {
        foreach (int _ in Enumerable.Range(0, 3)) await _desk.EnrolAsync();
        var request = new ListVolunteersRequest { Parent = _desk.Region, PageSize = 2 };
        List<string> names = [];
        do
        {
            ListVolunteersResponse page = await _desk.Volunteers().ListVolunteersAsync(request);
            Assert.InRange(page.Volunteers.Count, 1, 2);
            names.AddRange(page.Volunteers.Select(volunteer => volunteer.Name));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(names.Distinct().Count(), names.Count);
        request.PageToken = "AAAA";
        await _desk.Volunteers().ListVolunteersAsync(request).IsRefusedAsync(Reason.PageTokenInvalid);
        await _desk.Volunteers().ListVolunteersAsync(new ListVolunteersRequest { Parent = _desk.Region, PageSize = -1 })
            .IsRefusedAsync(Reason.InvalidField, "page_size");
    }

    [Fact]
    public async Task Hours_earned_stand_on_statement_and_postings()
    {
        string volunteer = await _desk.EnrolWithHoursAsync();
        VolunteerService.VolunteerServiceClient own = _desk.Volunteers(Role.Volunteer, volunteer);

        Hours hours = await own.GetHoursAsync(new GetHoursRequest { Person = volunteer });
        Statement statement = await own.GetHourStatementAsync(new GetHourStatementRequest { Person = volunteer, Period = new Period() });
        ListHourPostingsResponse postings = await own.ListHourPostingsAsync(new ListHourPostingsRequest { Person = volunteer });

        Assert.Equal((120, 0, 120, 120, 90_000),
            (hours.Earned.Value, hours.Held.Value, hours.Available.Value, hours.Lifetime.Value, hours.Cap.Value));
        Assert.Equal((0, 120, 120), (statement.Opening.Amount.Value, statement.TotalCredits.Value, statement.Closing.Amount.Value));
        Assert.Equal(V1.Side.Unspecified, statement.Opening.Side);
        HourPosting posting = Assert.Single(postings.Postings);
        Assert.Equal((HourAccount.Earned, "RENDER_SERVICE", V1.Side.Credit), (posting.Account, posting.Posting.Code, posting.Posting.Side));
    }

    [Fact]
    public async Task Postings_of_all_accounts_come_newest_first_in_pages()
    {
        string volunteer = await _desk.EnrolAsync(age: 70), child = await _desk.EnrolWithHoursAsync();
        await _desk.EnrolWithHoursAsync(volunteer);
        await _desk.Volunteers()
            .SetFamilyAsync(new SetFamilyRequest
            {
                RequestId = Id(), Volunteer = child,
                Family = { new FamilyMember { Person = volunteer, Kinship = V1.Kinship.Parent } }
            });
        await _desk.Volunteers(Role.Volunteer, child)
            .GiftHoursAsync(new GiftHoursRequest { RequestId = Id(), Volunteer = child, Receiver = volunteer, Amount = Minutes(15) });
        await _desk.Volunteers(Role.Volunteer, volunteer)
            .DonateHoursAsync(new DonateHoursRequest { RequestId = Id(), Volunteer = volunteer, Amount = Minutes(5) });
        var request = new ListHourPostingsRequest { Person = volunteer, PageSize = 1 };
        List<HourPosting> postings = [];
        do
        {
            ListHourPostingsResponse page = await _desk.Volunteers().ListHourPostingsAsync(request);
            postings.AddRange(page.Postings);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(["DONATE_HOURS", "GIFT_HOURS", "RENDER_SERVICE"], postings.Select(posting => posting.Posting.Code));
        Assert.Equal([HourAccount.Earned, HourAccount.Gifted, HourAccount.Earned], postings.Select(posting => posting.Account));
        Assert.Equal(
            "GIFT_HOURS",
            Assert.Single(
            (await _desk.Volunteers().ListHourPostingsAsync(
            new ListHourPostingsRequest { Person = volunteer, Account = HourAccount.Gifted })).Postings).Posting.Code);
    }

    [Fact]
    public async Task Reads_of_nobody_and_of_wrong_fields_are_refused()
    {
        await _desk.Volunteers().GetVolunteerAsync(new GetVolunteerRequest { Name = Nobody }).IsRefusedAsync(Reason.VolunteerNotFound);
        await _desk.Volunteers().GetHoursAsync(new GetHoursRequest { Person = Nobody }).IsRefusedAsync(Reason.VolunteerNotFound);
        await _desk.Volunteers().GetHoursAsync(new GetHoursRequest { Person = "regions/430211/elders/000000000000" })
            .IsRefusedAsync(Reason.ElderNotFound);
        await _desk.Volunteers().GetHoursAsync(new GetHoursRequest { Person = "regions/430211/providers/000000000000" })
            .IsRefusedAsync(Reason.InvalidField, "person");
        await _desk.Volunteers().GetHourStatementAsync(new GetHourStatementRequest { Person = Nobody, Account = (HourAccount)9 })
            .IsRefusedAsync(Reason.InvalidField, "account", "period");
        await _desk.Volunteers().ListHourPostingsAsync(new ListHourPostingsRequest { Person = Nobody })
            .IsRefusedAsync(Reason.VolunteerNotFound);
    }

    [Fact]
    public async Task GiftHours_by_counter_staff_names_whom_they_act_for()
    {
        string volunteer = await _desk.EnrolWithHoursAsync(), mother = await _desk.RegisterAsync();
        await _desk.Volunteers()
            .SetFamilyAsync(new SetFamilyRequest
            {
                RequestId = Id(), Volunteer = volunteer,
                Family = { new FamilyMember { Person = mother, Kinship = V1.Kinship.Parent } }
            });
        GiftHoursRequest Gift(string onBehalfOf, long minutes = 30) =>
            new()
            {
                RequestId = Id(), OnBehalfOf = onBehalfOf, Volunteer = volunteer, Receiver = mother, Amount = Minutes(minutes),
                Memo = "生日"
            };

        string before = await server.TrialBalanceAsync();
        await _desk.Volunteers().GiftHoursAsync(Gift("")).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Volunteers().GiftHoursAsync(Gift(Nobody)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Volunteers(Role.Volunteer, volunteer).GiftHoursAsync(Gift(volunteer)).IsRefusedAsync(Reason.OnBehalfOfNotAllowed);
        await _desk.Volunteers().GiftHoursAsync(Gift(volunteer, 121)).IsRefusedAsync(Reason.InsufficientBalance);
        Assert.Equal(before, await server.TrialBalanceAsync());

        GiftHoursRequest request = Gift(volunteer);
        GiftHoursResponse would = await _desk.Volunteers().GiftHoursAsync(new GiftHoursRequest(request) { ValidateOnly = true });
        Assert.Equal(("", 90), (would.Entry, would.Hours.Earned.Value));
        Assert.Equal(before, await server.TrialBalanceAsync());
        GiftHoursResponse given = await _desk.Volunteers().GiftHoursAsync(request);
        Assert.Equal(90, given.Hours.Earned.Value);
        Assert.Equal(given, await _desk.Volunteers().GiftHoursAsync(request));
        Assert.Equal(30, (await _desk.HoursAsync(mother)).Gifted.Value);
        request.Amount = Minutes(31);
        await _desk.Volunteers().GiftHoursAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Theory]
    [InlineData(0, "MIN", Reason.AmountNotPositive)]
    [InlineData(-1, "MIN", Reason.AmountNotPositive)]
    [InlineData(long.MaxValue, "MIN", Reason.AmountTooLarge)]
    [InlineData(1, "CNY", Reason.UnitMismatch)]
    [InlineData(1, "HOURS OF MINE", Reason.UnitUnknown)]
    [InlineData(1, "", Reason.UnitUnknown)]
    [InlineData(1, "MIN", Reason.InsufficientBalance)]
    public async Task Amounts_that_cannot_be_move_nothing(long value, string unit, Reason expected)
    {
        string volunteer = await _desk.EnrolAsync(), mother = await _desk.RegisterAsync();
        await _desk.Volunteers()
            .SetFamilyAsync(new SetFamilyRequest
            {
                RequestId = Id(), Volunteer = volunteer,
                Family = { new FamilyMember { Person = mother, Kinship = V1.Kinship.Parent } }
            });
        VolunteerService.VolunteerServiceClient own = _desk.Volunteers(Role.Volunteer, volunteer);
        var amount = new Amount { Value = value, Unit = unit };
        string before = await server.TrialBalanceAsync();

        await own.GiftHoursAsync(new GiftHoursRequest { RequestId = Id(), Volunteer = volunteer, Receiver = mother, Amount = amount })
            .IsRefusedAsync(expected);
        await own.DonateHoursAsync(new DonateHoursRequest { RequestId = Id(), Volunteer = volunteer, Amount = amount })
            .IsRefusedAsync(expected);

        Assert.Equal(before, await server.TrialBalanceAsync());
    }

    [Fact]
    public async Task GiftHours_and_DonateHours_refuse_wrong_fields()
    {
        string volunteer = await _desk.EnrolAsync();
        VolunteerService.VolunteerServiceClient own = _desk.Volunteers(Role.Volunteer, volunteer);

        await own.GiftHoursAsync(
            new GiftHoursRequest { Volunteer = volunteer, Receiver = "regions/430203/elders/000000000000", Memo = new string('x', 201) })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "receiver", "memo", "amount");
        await own.DonateHoursAsync(new DonateHoursRequest { Volunteer = volunteer, Memo = "a\u0000b" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "memo", "amount");
        await own.GiftHoursAsync(new GiftHoursRequest
        {
            RequestId = Id(), Volunteer = volunteer, Receiver = volunteer,
            Amount = Minutes(1)
        }).IsRefusedAsync(Reason.GiftReceiverIsGiver);
        await own.GiftHoursAsync(new GiftHoursRequest
        {
            RequestId = Id(), Volunteer = volunteer,
            Receiver = "regions/430211/elders/000000000000", Amount = Minutes(1)
        }).IsRefusedAsync(Reason.GiftReceiverNotFound);
    }

    private EnrolVolunteerRequest Enrol(DateOnly birthDate, string home = "") =>
        new() { RequestId = Id(), Parent = _desk.Region, DisplayName = "王芳", BirthDate = birthDate.ToContract(), Home = home };
}
