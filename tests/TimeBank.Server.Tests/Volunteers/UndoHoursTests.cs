using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>Gifts and donations of hours that the giver takes back within the minutes of the policy.</summary>
[Collection(HoursCollection.Name)]
public sealed class UndoHoursTests(TestServer server)
{
    private readonly Desk _desk = new(server);

    [Fact]
    public async Task A_gift_comes_back_once_whatever_is_sent_again()
    {
        (string giver, string mother, string gift) = await GivenAsync();
        VolunteerService.VolunteerServiceClient own = Own(giver);
        UndoHoursRequest request = Undo(giver, gift);
        string before = await server.TrialBalanceAsync();

        UndoHoursResponse would = await own.UndoHoursAsync(new UndoHoursRequest(request) { ValidateOnly = true });
        Assert.Equal(("", 120, before), (would.Entry, would.Hours.Earned.Value, await server.TrialBalanceAsync()));
        UndoHoursResponse undone = await own.UndoHoursAsync(request);

        Assert.Equal((120, 120, 120), (undone.Hours.Earned.Value, undone.Hours.Available.Value, undone.Hours.Lifetime.Value));
        Assert.Equal(undone, await own.UndoHoursAsync(request));
        await own.UndoHoursAsync(Undo(giver, gift)).IsRefusedAsync(Reason.EntryAlreadyReversed);
        Assert.Equal((120, 0), ((await _desk.HoursAsync(giver)).Earned.Value, (await _desk.HoursAsync(mother)).Gifted.Value));
        Entry reversal = await EntryAsync(undone.Entry);
        Assert.Equal(("REVERSE", V1.EntryKind.Reverse, gift), (reversal.Code, reversal.Kind, reversal.Reverses));
        request.Entry = $"{_desk.Region}/entries/0";
        await own.UndoHoursAsync(request).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task The_minutes_are_the_policys_and_the_postings_tell_them()
    {
        string giver = await _desk.EnrolWithHoursAsync();
        DonateHoursResponse donated = await Own(giver).DonateHoursAsync(
            new DonateHoursRequest { RequestId = Id(), Volunteer = giver, Amount = Minutes(30) });
        DateTimeOffset at = _desk.Now;

        HourPosting posting = await LatestAsync(giver);
        Assert.Equal(posting.Posting.Time.ToDateTimeOffset().AddMinutes(10), posting.UndoUntil.ToDateTimeOffset());
        await _desk.AdvanceToAsync(at.AddMinutes(9));
        Assert.Equal(120, (await Own(giver).UndoHoursAsync(
            new UndoHoursRequest(Undo(giver, donated.Entry)) { ValidateOnly = true })).Hours.Earned.Value);
        await _desk.AdvanceToAsync(at.AddMinutes(10).AddSeconds(30));

        await Own(giver).UndoHoursAsync(Undo(giver, donated.Entry)).IsRefusedAsync(Reason.UndoTimePassed);
        Assert.Null((await LatestAsync(giver)).UndoUntil);
        Assert.Equal(90, (await _desk.HoursAsync(giver)).Earned.Value);
    }

    [Fact]
    public async Task Nobody_takes_back_what_another_gave()
    {
        // Two hours pass until the stranger has two hours.
        string stranger = await _desk.EnrolWithHoursAsync();
        (string giver, string mother, string gift) = await GivenAsync();
        string before = await server.TrialBalanceAsync();

        await Own(stranger).UndoHoursAsync(Undo(stranger, gift)).IsRefusedAsync(Reason.EntryNotFound);
        await Own(stranger).UndoHoursAsync(Undo(giver, gift)).IsRefusedAsync(Reason.PartyNotAllowed);
        await _desk.Volunteers().UndoHoursAsync(Undo(giver, gift)).IsRefusedAsync(Reason.OnBehalfOfRequired);
        await _desk.Volunteers().UndoHoursAsync(Undo(giver, gift, stranger)).IsRefusedAsync(Reason.PartyNotAllowed);
        await Own(giver).UndoHoursAsync(Undo(giver, $"{_desk.Region}/entries/{long.MaxValue}")).IsRefusedAsync(Reason.EntryNotFound);
        await Own(giver).UndoHoursAsync(new UndoHoursRequest { Volunteer = giver, Entry = "regions/430203/entries/1" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "entry");
        string service = (await _desk.Volunteers().ListHourPostingsAsync(new ListHourPostingsRequest { Person = giver }))
            .Postings.Single(one => one.Posting.Code == "RENDER_SERVICE").Posting.Entry;
        await Own(giver).UndoHoursAsync(Undo(giver, service)).IsRefusedAsync(Reason.EntryNotReversible);

        Assert.Equal(before, await server.TrialBalanceAsync());
        Assert.Null((await LatestAsync(mother)).UndoUntil);
        Assert.Equal(120, (await _desk.Volunteers().UndoHoursAsync(Undo(giver, gift, giver))).Hours.Earned.Value);
    }

    [Fact]
    public async Task Hours_that_the_receiver_has_promised_stay_and_the_refusal_says_no_figure()
    {
        (string giver, string mother, string gift) = await GivenAsync(minutes: 120);
        // The mother's order holds what she was given.
        await _desk.AcceptedAsync(mother, await _desk.EnrolAsync());

        UndoHoursRequest request = Undo(giver, gift);
        await Own(giver).UndoHoursAsync(request).IsRefusedAsync(Reason.UndoHoursSpent);
        RpcException again = await Assert.ThrowsAsync<RpcException>(async () => await Own(giver).UndoHoursAsync(request));

        Assert.Equal(["reason"], again.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata.Keys.Prepend("reason"));
        Assert.Equal(0, (await _desk.HoursAsync(giver)).Earned.Value);
    }

    private VolunteerService.VolunteerServiceClient Own(string volunteer) => _desk.Volunteers(Role.Volunteer, volunteer);

    private static UndoHoursRequest Undo(string giver, string entry, string onBehalfOf = "") =>
        new() { RequestId = Id(), OnBehalfOf = onBehalfOf, Volunteer = giver, Entry = entry };

    /// <summary>A volunteer with two hours who gave some of them to an elder.</summary>
    private async Task<(string Giver, string Receiver, string Entry)> GivenAsync(long minutes = 30)
    {
        string giver = await _desk.EnrolWithHoursAsync(), mother = await _desk.RegisterAsync();
        await _desk.Volunteers().SetFamilyAsync(new SetFamilyRequest
        {
            RequestId = Id(), Volunteer = giver, Family = { new FamilyMember { Person = mother, Kinship = V1.Kinship.Parent } },
        });
        GiftHoursResponse given = await Own(giver).GiftHoursAsync(
            new GiftHoursRequest { RequestId = Id(), Volunteer = giver, Receiver = mother, Amount = Minutes(minutes) });
        return (giver, mother, given.Entry);
    }

    private async Task<HourPosting> LatestAsync(string person) => (await _desk.Volunteers().ListHourPostingsAsync(
        new ListHourPostingsRequest { Person = person, PageSize = 1 })).Postings.Single();

    private async Task<Entry> EntryAsync(string name) => await new LedgerService.LedgerServiceClient(server.As(Role.Auditor))
        .GetEntryAsync(new GetEntryRequest { Name = name });
}
