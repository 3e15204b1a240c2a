using System.Text;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>
/// Numbers of identity, telephones and addresses of elders and volunteers, over gRPC. The numbers are made up, under a region and orders
/// that nobody has.
/// </summary>
public sealed class PersonDetailsTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211", Number = "439999194001319986", FirstGeneration = "439999400131998",
        Other = "439999194001319994", Telephone = "138 0000-4417", Address = "株洲市天元区不存在路 7319 号";

    private static readonly Date Born = new() { Year = 1940, Month = 1, Day = 31 };

    private readonly Desk _desk = new(server, Region);

    [Fact]
    public async Task The_counter_reads_where_to_call_and_everybody_else_the_last_four()
    {
        Elder elder = await _desk.Elders().RegisterElderAsync(Elder(Details("43999919400131996x")));
        Volunteer volunteer = await _desk.Volunteers().EnrolVolunteerAsync(Volunteer(Details("43999919400131996X")));
        var full = new V1.PersonDetails { IdentityNumber = "****996X", Telephone = "13800004417", Address = Address };
        var masked = new V1.PersonDetails { IdentityNumber = "****996X", Telephone = "****4417" };

        Assert.Equal(full, elder.Details);
        Assert.Equal(full, volunteer.Details);
        Assert.Equal(full, (await GetAsync(_desk.Elders(), elder)).Details);
        Assert.Equal(masked, (await GetAsync(_desk.Elders(Role.Auditor), elder)).Details);
        Assert.Equal(masked, (await GetAsync(_desk.Elders(Role.Elder, elder.Name), elder)).Details);
        Assert.Equal(masked, (await _desk.Volunteers(Role.Volunteer, volunteer.Name)
            .GetVolunteerAsync(new GetVolunteerRequest { Name = volunteer.Name })).Details);
        Assert.All((await _desk.Elders().ListEldersAsync(new ListEldersRequest { Parent = _desk.Region, PageSize = 1_000 })).Elders,
            listed => Assert.Null(listed.Details));
        Assert.Null((await _desk.Elders().RegisterElderAsync(Elder(null))).Details);
    }

    [Fact]
    public async Task A_number_is_one_elders_and_one_volunteers()
    {
        Elder first = await _desk.Elders().RegisterElderAsync(Elder(Details(Number)));

        // The same number as it stood on the card of the first generation.
        foreach (string again in (string[])[Number, FirstGeneration])
        {
            RpcException refused = await RefusedAsync(
                _desk.Elders().RegisterElderAsync(Elder(Details(again))), Reason.IdentityNumberRegistered);
            Assert.Contains(first.Name, Text(refused), StringComparison.Ordinal);
        }
        // One person may be both, and another region has its own register.
        Volunteer both = await _desk.Volunteers().EnrolVolunteerAsync(Volunteer(Details(FirstGeneration)));
        await _desk.Volunteers().EnrolVolunteerAsync(Volunteer(Details(Number))).IsRefusedAsync(Reason.IdentityNumberRegistered);
        var there = new Desk(server, "430203");
        RegisterElderRequest elsewhere = Elder(Details(Number));
        elsewhere.Parent = there.Region;
        await there.Elders().RegisterElderAsync(elsewhere);

        IdentityHolder found = await FindAsync(Role.Counter, FirstGeneration);
        Assert.Equal((first.Name, both.Name), (found.Elder, found.Volunteer));
        Assert.Equal(found, await FindAsync(Role.Auditor, Number));
        Assert.Equal(new IdentityHolder(), await FindAsync(Role.Counter, "439999194001319900"));
        await _desk.Volunteers(Role.Volunteer, both.Name)
            .GetIdentityHolderAsync(new GetIdentityHolderRequest { Parent = _desk.Region, IdentityNumber = Number })
            .IsRefusedAsync(Reason.RoleNotAllowed);
    }

    [Fact]
    public async Task A_retry_is_one_effect_and_with_another_number_another_request()
    {
        RegisterElderRequest request = Elder(Details("439999194001319919"));
        Elder first = await _desk.Elders().RegisterElderAsync(request);

        Assert.Equal(first, await _desk.Elders().RegisterElderAsync(request));
        request.Details = Details("439999194001319927");
        await _desk.Elders().RegisterElderAsync(request).IsRefusedAsync(Reason.RequestIdReused);
        // The number that was refused is nobody's.
        await _desk.Elders().RegisterElderAsync(Elder(request.Details));

        EnrolVolunteerRequest volunteer = Volunteer(Details("439999194001319919"));
        Volunteer enrolled = await _desk.Volunteers().EnrolVolunteerAsync(volunteer);
        Assert.Equal(enrolled, await _desk.Volunteers().EnrolVolunteerAsync(volunteer));
        volunteer.Details.Telephone = "13800000000";
        await _desk.Volunteers().EnrolVolunteerAsync(volunteer).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task Details_are_set_later_and_a_number_that_was_wrong_is_free()
    {
        string elder = (await _desk.Elders().RegisterElderAsync(Elder(null))).Name,
            right = (await _desk.Elders().RegisterElderAsync(Elder(null))).Name;
        var set = new SetPersonDetailsRequest { RequestId = Id(), Person = elder, Details = Details("439999194001319935") };
        V1.PersonDetails first = await _desk.Volunteers().SetPersonDetailsAsync(set);

        Assert.Equal(first, await _desk.Volunteers().SetPersonDetailsAsync(set));
        Assert.Equal(("****9935", "13800004417", Address), (first.IdentityNumber, first.Telephone, first.Address));
        await _desk.Volunteers().SetPersonDetailsAsync(new SetPersonDetailsRequest(set) { Details = Details("439999194001319943") })
            .IsRefusedAsync(Reason.RequestIdReused);
        // What is left out stays.
        V1.PersonDetails moved = await SetAsync(elder, new V1.PersonDetails { Address = "别处" });
        Assert.Equal(("****9935", "13800004417", "别处"), (moved.IdentityNumber, moved.Telephone, moved.Address));
        await Refused(right, Details("439999194001319935")).IsRefusedAsync(Reason.IdentityNumberRegistered);
        // The number was the other elder's: it is corrected, and the other elder gets it.
        await SetAsync(elder, new V1.PersonDetails { IdentityNumber = "439999194001319943" });
        Assert.Equal("", (await FindAsync(Role.Counter, "439999194001319935")).Elder);
        await SetAsync(right, new V1.PersonDetails { IdentityNumber = "439999194001319935" });
        Assert.Equal(right, (await FindAsync(Role.Counter, "439999194001319935")).Elder);
        Assert.Equal(elder, (await FindAsync(Role.Counter, "439999194001319943")).Elder);
        await Refused("regions/430211/elders/000000000000", Details("439999194001319951")).IsRefusedAsync(Reason.ElderNotFound);
        await Refused("regions/430211/volunteers/000000000000", Details("439999194001319951")).IsRefusedAsync(Reason.VolunteerNotFound);
        await Refused(elder, new V1.PersonDetails()).IsRefusedAsync(Reason.InvalidField, "details");

        async Task<V1.PersonDetails> SetAsync(string person, V1.PersonDetails details) => await Refused(person, details);
        AsyncUnaryCall<V1.PersonDetails> Refused(string person, V1.PersonDetails details) => _desk.Volunteers().SetPersonDetailsAsync(
            new SetPersonDetailsRequest { RequestId = Id(), Person = person, Details = details });
    }

    [Theory]
    [InlineData("identity_number", "12345", "NOT_AN_IDENTITY_NUMBER")]
    [InlineData("identity_number", "199999194001319986", "IDENTITY_NUMBER_PROVINCE")]
    [InlineData("identity_number", "439999194013319986", "IDENTITY_NUMBER_BIRTH_DATE")]
    [InlineData("identity_number", "439999194001319987", "IDENTITY_NUMBER_CHECK")]
    // A right number, of somebody born on another day.
    [InlineData("identity_number", "659999193602299964", "BIRTH_DATE_DIFFERS")]
    [InlineData("telephone", "123456", "NOT_A_TELEPHONE")]
    [InlineData("address", "天元区\u200b", "STRANGE_LETTER")]
    public async Task What_is_wrong_is_named_by_its_field_and_never_repeated(string field, string value, string violation)
    {
        V1.PersonDetails details = Details(Other);
        V1.PersonDetails.Descriptor.FindFieldByName(field).Accessor.SetValue(details, value);

        RpcException refused = await RefusedAsync(
            _desk.Elders().RegisterElderAsync(Elder(details)), Reason.InvalidField, $"details.{field}");
        Assert.Contains($"{violation}: ", Text(refused), StringComparison.Ordinal);
        Assert.DoesNotContain(value, Text(refused), StringComparison.Ordinal);
        await _desk.Volunteers().EnrolVolunteerAsync(Volunteer(details)).IsRefusedAsync(Reason.InvalidField, $"details.{field}");
    }

    /// <summary>They are in no file, journal, log or error, but sealed; nor is any eight characters of the number.</summary>
    [Fact]
    public async Task The_details_are_nowhere_but_sealed()
    {
        const string number = "43999919900701991X", telephone = "13917586213", address = "独一无二的巷子";
        using var log = new RecordedLog(server.Services);
        EnrolVolunteerRequest request = Volunteer(
            new V1.PersonDetails { IdentityNumber = number, Telephone = telephone, Address = address });
        request.BirthDate = new Date { Year = 1990, Month = 7, Day = 1 };
        Volunteer volunteer = await _desk.Volunteers().EnrolVolunteerAsync(request);
        RpcException refused = await RefusedAsync(
            _desk.Volunteers().EnrolVolunteerAsync(new EnrolVolunteerRequest(request) { RequestId = Id() }),
            Reason.IdentityNumberRegistered);

        string[] texts = [.. server.StoredFiles(), .. log.Lines, Text(refused), $"{volunteer.Details.IdentityNumber}"];
        Assert.Contains(texts, text => text.Contains("identity-number", StringComparison.Ordinal));
        Assert.All(texts, text =>
        {
            for (int at = 0; at + 8 <= number.Length; at++)
            {
                Assert.DoesNotContain(number.Substring(at, 8), text, StringComparison.Ordinal);
            }
            Assert.DoesNotContain(telephone, text, StringComparison.Ordinal);
            Assert.DoesNotContain(address, text, StringComparison.Ordinal);
        });
    }

    private static V1.PersonDetails Details(string number) => new() { IdentityNumber = number, Telephone = Telephone, Address = Address };

    private RegisterElderRequest Elder(V1.PersonDetails? details) => new()
    {
        RequestId = Id(), Parent = _desk.Region, DisplayName = "李奶奶", BirthDate = Born, Details = details,
    };

    private EnrolVolunteerRequest Volunteer(V1.PersonDetails? details) => new()
    {
        RequestId = Id(), Parent = _desk.Region, DisplayName = "王芳", BirthDate = Born, Details = details,
    };

    private async Task<IdentityHolder> FindAsync(Role role, string number) =>
        await _desk.Volunteers(role)
            .GetIdentityHolderAsync(new GetIdentityHolderRequest { Parent = _desk.Region, IdentityNumber = number });

    private static async Task<Elder> GetAsync(ElderService.ElderServiceClient client, Elder elder) =>
        await client.GetElderAsync(new GetElderRequest { Name = elder.Name });

    private static async Task<RpcException> RefusedAsync<T>(AsyncUnaryCall<T> call, Reason reason, params string[] fields)
    {
        await call.IsRefusedAsync(reason, fields);
        return await Assert.ThrowsAsync<RpcException>(async () => await call);
    }

    /// <summary>All that an error says, in every encoding that it travels in.</summary>
    private static string Text(RpcException error) => string.Join('\n', error.Trailers.Select(entry =>
        entry.IsBinary ? Encoding.UTF8.GetString(entry.ValueBytes) : entry.Value)) + error.Status.Detail;
}
