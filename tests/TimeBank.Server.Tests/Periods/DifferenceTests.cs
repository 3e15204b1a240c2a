using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A difference of the five legs has somebody who looks into it, and its history outlives it.</summary>
public sealed class DifferenceTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211";

    private static readonly Date First = new() { Year = 2026, Month = 10, Day = 1 }, Last = new() { Year = 2026, Month = 10, Day = 31 };

    private readonly Desk _desk = new(server, Region);
    private readonly Bank _bank = new(server, Region, "main");

    [Fact]
    public async Task A_difference_has_an_owner_and_its_history_stays_when_it_is_gone()
    {
        await _bank.OpenAsync();
        string fund = await _desk.FundAsync("owned", 0);
        RecordReceiptRequest receipt = _desk.Receipt(fund, 70_000);
        receipt.ReceivedDate = First;
        await _desk.Maker.RecordReceiptAsync(receipt);
        await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 2, 9, 0, 0, ChinaTime.Offset)),
        });
        ReportLine unseen = await LineAsync(V1.ReportGap.NotAtBank);
        Assert.Equal((32, ""), (unseen.AgeDays, unseen.Owner));

        // Another region's officer, a checker, a name that no report has, and a day on which it doesn't stand.
        await As(Role.FinanceMaker, "430105").AssignDifferenceAsync(Assign(unseen.Difference)).IsRefusedAsync(Reason.RegionNotAllowed);
        await As(Role.FinanceChecker).AssignDifferenceAsync(Assign(unseen.Difference)).IsRefusedAsync(Reason.RoleNotAllowed);
        await Maker.AssignDifferenceAsync(Assign($"regions/{Region}/differences/0123456789AB")).IsRefusedAsync(Reason.DifferenceNotFound);
        await Maker.AssignDifferenceAsync(Assign(unseen.Difference, until: null)).IsRefusedAsync(Reason.DifferenceNotFound);
        await Maker.AssignDifferenceAsync(Assign(unseen.Difference, owner: "")).IsRefusedAsync(Reason.InvalidField, "owner");
        await Maker.AssignDifferenceAsync(Assign("main")).IsRefusedAsync(Reason.InvalidField, "name");
        AssignDifferenceRequest dry = Assign(unseen.Difference);
        dry.ValidateOnly = true;
        Assert.Equal("WANG", (await Maker.AssignDifferenceAsync(dry)).Owner);
        await Auditor.GetDifferenceAsync(new GetDifferenceRequest { Name = unseen.Difference }).IsRefusedAsync(Reason.DifferenceNotFound);

        AssignDifferenceRequest assign = Assign(unseen.Difference);
        LegDifference assigned = await Maker.AssignDifferenceAsync(assign);
        Assert.Equal(assigned, await Maker.AssignDifferenceAsync(assign));
        await Maker.AssignDifferenceAsync(Assign(unseen.Difference, owner: "LI", id: assign.RequestId))
            .IsRefusedAsync(Reason.RequestIdReused);
        Assert.Equal((V1.ReportLeg.Paid, "bank/main", unseen.Subject), (assigned.Leg, assigned.Account, assigned.Subject));
        unseen = await LineAsync(V1.ReportGap.NotAtBank);
        Assert.Equal(("WANG", "asked the bank"), (unseen.Owner, unseen.Note));

        string id = unseen.Difference.Split('/')[^1];
        string shown = await ToolAsync("period", "check", "--day", "2026-10-01", "--to", "2026-10-31");
        Assert.Matches($"{id}.+bank/main.+32.+WANG.+asked the bank", shown);
        Assert.Matches("asked the bank(.|\n)+退回银行", await ToolAsync(
            "period", "assign", id, "--day", "2026-10-01", "--owner", "LI", "--note", "退回银行", "--dry-run"));
        Assert.DoesNotContain("LI", await ToolAsync("period", "difference", id), StringComparison.Ordinal);

        (int refused, _, string why) = await Tool.RunAsync(server.Data, server, "period", "prepare", "2026-10");
        Assert.Equal(1, refused);
        // The reader's words and yuan; fen and names of members stay in the error's values.
        Assert.Contains("2 differences stand in the way of the close. The first: the whole bank/main "
            + "bank statements don't reach the last day: CNY 0.00 and CNY 700.00", why, StringComparison.Ordinal);

        // The receipt was a mistake: the difference is gone, what was done about it isn't.
        long size = (await server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(RegionCode.Parse(Region), default)).Size;
        await new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: Region)).ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = $"regions/{Region}/entries/{size - 1}", Memo = "typing error" });
        Assert.DoesNotContain((await ReportAsync()).Lines, line => line.Gap == V1.ReportGap.NotAtBank);
        Assert.Equal(assigned, await Maker.AssignDifferenceAsync(assign));
        await Maker.AssignDifferenceAsync(Assign(unseen.Difference, owner: "LI"));
        Assert.Equal([("WANG", "maker"), ("LI", "maker")],
            (await Auditor.GetDifferenceAsync(new GetDifferenceRequest { Name = unseen.Difference }))
                .History.Select(step => (step.Owner, step.By)));

        // A line of the bank has its owner as an exception.
        await _bank.TakenAsync(_bank.File("1", 0, (6, 300, "INTEREST")));
        ReportLine open = await LineAsync(V1.ReportGap.LineOpen);
        Assert.Equal(("", "", 27), (open.Difference, open.Owner, open.AgeDays));
        await _bank.Maker.AssignExceptionAsync(new AssignExceptionRequest { RequestId = Desk.Id(), Line = open.Subject, Owner = "ZHAO" });
        Assert.Equal("ZHAO", (await LineAsync(V1.ReportGap.LineOpen)).Owner);
    }

    private async Task<string> ToolAsync(params string[] words)
    {
        (int code, string output, string error) = await Tool.RunAsync(server.Data, server, words);
        Assert.True(code == 0, error);
        return output;
    }

    private async Task<DailyReport> ReportAsync() => await Auditor.GetDailyReportAsync(
        new GetDailyReportRequest { Parent = _desk.Region, FirstDate = First, LastDate = Last });

    private async Task<ReportLine> LineAsync(V1.ReportGap gap) => Assert.Single((await ReportAsync()).Lines, line => line.Gap == gap);

    private static AssignDifferenceRequest Assign(string name, string owner = "WANG", string? id = null) =>
        Assign(name, Last, owner, id);

    private static AssignDifferenceRequest Assign(string name, Date? until, string owner = "WANG", string? id = null) => new()
    {
        RequestId = id ?? Desk.Id(), Name = name, FirstDate = new Date { Year = 2026, Month = 9, Day = 30 }, LastDate = until,
        Owner = owner, Note = "asked the bank",
    };

    private PeriodService.PeriodServiceClient As(Role role, string region = Region) =>
        new(server.As(role, subject: "maker", regions: region));

    private PeriodService.PeriodServiceClient Maker => As(Role.FinanceMaker);

    private PeriodService.PeriodServiceClient Auditor => As(Role.Auditor);
}
