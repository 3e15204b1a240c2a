using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>A month is netted over gRPC and by the tool. It moves the clock, so no other class shares the server.</summary>
public sealed class NettingApiTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Zhuzhou = "430200", Name = $"regions/{Zhuzhou}/nettings/2026-10";

    [Fact]
    public async Task Two_persons_net_a_month_and_each_region_has_its_entry()
    {
        Desk here = new(server), there = new(server, TestServer.Lusong);
        string home = await here.EnrolAsync(), away = await there.EnrolWithHoursAsync(await there.EnrolAsync(home: home));
        TransferHoursResponse moved = await new ClearingService.ClearingServiceClient(
            server.As(Role.Volunteer, away, "", TestServer.Lusong)).TransferHoursAsync(
                new TransferHoursRequest { RequestId = Id(), From = away, To = home, Amount = Minutes(75) });
        Assert.NotEmpty(moved.ArrivalEntry);
        RunNettingRequest run = new() { RequestId = Id(), Name = Name };
        await Maker.RunNettingAsync(new RunNettingRequest { RequestId = Id(), Name = Name }).IsRefusedAsync(Reason.NettingMonthNotOver);
        await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Id(), To = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 2, 9, 0, 0, ChinaTime.Offset)),
        });

        // A district's officer, an auditor, and names that are none.
        await As(Role.FinanceMaker, TestServer.Lusong).RunNettingAsync(run).IsRefusedAsync(Reason.RegionNotAllowed);
        await As(Role.Auditor).RunNettingAsync(run).IsRefusedAsync(Reason.RoleNotAllowed);
        await Maker.ApproveNettingAsync(Approve(Name)).IsRefusedAsync(Reason.RoleNotAllowed);
        await Maker.RunNettingAsync(new RunNettingRequest { Name = $"regions/{Zhuzhou}/nettings/2026-13" })
            .IsRefusedAsync(Reason.InvalidField, "request_id", "name");
        // A district has no regions inside, and would only keep the province's desk.
        await As(Role.FinanceMaker, TestServer.Lusong)
            .RunNettingAsync(new RunNettingRequest { RequestId = Id(), Name = "regions/430203/nettings/2026-10" })
            .IsRefusedAsync(Reason.InvalidField, "name");
        await Checker.ApproveNettingAsync(Approve(Name)).IsRefusedAsync(Reason.NettingNotFound);
        await Maker.GetNettingAsync(new GetNettingRequest { Name = Name }).IsRefusedAsync(Reason.NettingNotFound);
        await Maker.ListNettingsAsync(new ListNettingsRequest { Parent = $"regions/{Zhuzhou}", PageToken = "x" })
            .IsRefusedAsync(Reason.PageTokenInvalid);

        run.ValidateOnly = true;
        Netting shown = await Maker.RunNettingAsync(run);
        Assert.Empty((await Maker.ListNettingsAsync(new ListNettingsRequest { Parent = $"regions/{Zhuzhou}" })).Nettings);
        run.ValidateOnly = false;
        Netting proposed = await Maker.RunNettingAsync(run);
        Assert.Equal(proposed, await Maker.RunNettingAsync(run));
        Assert.Equal((shown.Pairs, shown.Settlements), (proposed.Pairs, proposed.Settlements));
        Assert.Equal((V1.NettingState.Proposed, "maker"), (proposed.State, proposed.ProposedBy));
        V1.NettedSettlement paid = Assert.Single(proposed.Settlements);
        Assert.Equal((there.Region, here.Region, Minutes(75)), (paid.Payer, paid.Payee, paid.Amount));
        await Maker.RunNettingAsync(new RunNettingRequest { RequestId = Id(), Name = Name }).IsRefusedAsync(Reason.NettingWrongState);
        await As(Role.FinanceMaker, "430000").RunNettingAsync(
            new RunNettingRequest { RequestId = Id(), Name = "regions/430000/nettings/2026-10" }).IsRefusedAsync(Reason.NettingOpen);
        await As(Role.FinanceChecker, subject: "maker").ApproveNettingAsync(Approve(Name)).IsRefusedAsync(Reason.MakerIsChecker);

        ApproveNettingRequest approve = Approve(Name);
        Netting posted = await Checker.ApproveNettingAsync(approve);

        Assert.Equal(posted, await Checker.ApproveNettingAsync(approve));
        Assert.Equal(posted, await Maker.GetNettingAsync(new GetNettingRequest { Name = Name }));
        Assert.Equal(posted, Assert.Single(
            (await Maker.ListNettingsAsync(new ListNettingsRequest { Parent = $"regions/{Zhuzhou}" })).Nettings));
        Assert.Equal((V1.NettingState.Posted, "checker"), (posted.State, posted.ApprovedBy));
        Assert.Equal(2, posted.Regions.Count(region => region.Entry.Length > 0));
        foreach (Desk desk in new[] { here, there })
        {
            var clearing = new ClearingService.ClearingServiceClient(server.As(Role.Auditor, regions: desk.Region.Split('/')[1]));
            Assert.All((await clearing.ListPositionsAsync(new ListPositionsRequest { Parent = desk.Region })).Positions, position =>
                Assert.Equal((0, 0), (position.DueTo.Value, position.DueFrom.Value)));
            await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: desk.Region.Split('/')[1]))
                .ReverseAsync(new ReverseRequest
                {
                    RequestId = Id(), Entry = posted.Regions.Single(region => region.Region == desk.Region).Entry, Memo = "no",
                }).IsRefusedAsync(Reason.EntryNotReversible);
        }
        Assert.Matches("430203.+430211.+1 h 15 min", await ToolAsync("show", "2026-10"));
        Assert.Matches("2026-10.+posted.+maker.+checker", await ToolAsync("list"));

        await Maker.RunNettingAsync(new RunNettingRequest { RequestId = Id(), Name = $"regions/{Zhuzhou}/nettings/2026-09" });
        Assert.Equal(V1.NettingState.Withdrawn, (await Maker.WithdrawNettingAsync(new WithdrawNettingRequest
        {
            RequestId = Id(), Name = $"regions/{Zhuzhou}/nettings/2026-09",
        })).State);
    }

    private ClearingService.ClearingServiceClient Maker => As(Role.FinanceMaker, subject: "maker");

    private ClearingService.ClearingServiceClient Checker => As(Role.FinanceChecker, subject: "checker");

    private static ApproveNettingRequest Approve(string name) => new() { RequestId = Id(), Name = name };

    private ClearingService.ClearingServiceClient As(Role role, string region = Zhuzhou, string subject = "") =>
        new(server.As(role, subject: subject, regions: region));

    private async Task<string> ToolAsync(params string[] args)
    {
        (int code, string text, string why) = await Tool.RunAsync(server.Data, server, ["clearing", .. args, "--region", Zhuzhou]);
        Assert.True(code == 0, why);
        return text;
    }
}
