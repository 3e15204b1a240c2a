using Google.Protobuf.Collections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using FindingKind = TimeBank.V1.FindingKind;

namespace TimeBank.Server.Tests;

/// <summary>The class has its own server, because it moves the clock over months.</summary>
public sealed class OutreachTests : IAsyncLifetime
{
    private readonly TestServer _server = new() { Settings = ["--Logging:LogLevel:TimeBank.Server.ElderApi=Information"] };
    private Desk _desk = null!;

    private ElderService.ElderServiceClient Finance => _desk.Elders(Role.FinanceMaker);

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _desk = new Desk(_server);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_run_finds_who_should_get_something_who_no_longer_does_and_who_uses_nothing()
    {
        string fund = await _desk.FundAsync("lottery", 100_000_000),
            care = await _desk.FundedAsync(_desk.National("care"), (fund, 50_000_000));
        string uses = await _desk.RegisterElderAsync(40), unused = await _desk.RegisterElderAsync(40);
        await _desk.RegisterElderAsync();
        RunOutreachRequest run = Request();

        RunSummary dry = await RunAsync(new RunOutreachRequest(run) { ValidateOnly = true });
        Assert.Equal("NotIssued 2", Text(dry.Findings));
        Assert.Equal(("", 3L, 2L), (dry.OutreachRun, dry.Total, dry.Changed));
        Assert.Empty((await Finance.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = _desk.Region })).Runs);

        await IssueAsync(care);
        string carer = await _desk.ProviderAsync(V1.ServiceType.Care);
        await _desk.Clerk(carer).RedeemVoucherAsync(_desk.Care((await _desk.VoucherOfAsync(uses, care)).Name, carer));
        // What was taken back was no use.
        V1.Redemption mistake = (await _desk.Clerk(carer).RedeemVoucherAsync(
            _desk.Care((await _desk.VoucherOfAsync(unused, care)).Name, carer))).Redemption;
        await _desk.Clerk(carer).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Id(), Redemption = mistake.Name, Memo = "记错了人" });
        await AdvanceAsync(2026, 10, 20);
        string late = await _desk.RegisterElderAsync(40);
        await ImportAsync(new NoticeLine { Number = 1, Key = "1", Elder = uses, Kind = NoticeKind.Left, Date = Day(2026, 10, 19) });

        RunSummary october = await RunAsync(run);
        OutreachFinding[] found = await FindingsAsync(october.OutreachRun);
        Assert.Equal("NotIssued 1, Changes 1, NotUsed 1", Text(october.Findings));
        OutreachFinding left = One(FindingKind.Changes), idle = One(FindingKind.NotUsed), due = One(FindingKind.NotIssued);
        Assert.Equal(
            (uses, Day(2026, 11, 1), EntitlementGround.NotActive), (left.Elder, left.FromDate, left.Entitlement.Ground));
        Assert.Equal((unused, care, true), (idle.Elder, idle.Entitlement.Programme, idle.Entitlement.Entitled));
        Assert.Equal(
            (late, Day(2026, 10, 20), Day(2026, 10, 27), false), (due.Elder, due.FromDate, due.DueDate, due.Late));
        Assert.Equal((true, true, false), (left.Entitlement.Issued, idle.Entitlement.Issued, due.Entitlement.Issued));
        Assert.Contains("次月", ReasonCatalogue.Word(left.Kind, "zh-CN"), StringComparison.Ordinal);

        await AdvanceAsync(2026, 11, 3);
        await _desk.RegisterElderAsync(40);
        RunSummary again = await RunAsync(run);
        Assert.Equal((october.OutreachRun, october.Findings, october.Changed), (again.OutreachRun, again.Findings, again.Changed));
        Assert.Equal(found, await FindingsAsync(october.OutreachRun));

        RunSummary november = await RunAsync(Request());
        Assert.Equal("NotIssued 3, Ended 1", Text(november.Findings));
        OutreachFinding[] later = await FindingsAsync(november.OutreachRun, FindingKind.NotIssued);
        Assert.Equal([Day(2026, 11, 1), Day(2026, 11, 1), Day(2026, 11, 10)], later.Select(one => one.DueDate).OrderBy(one => one.Day));
        Assert.Equal(2, later.Count(one => one.Late));
        OutreachFinding ended = Assert.Single(await FindingsAsync(november.OutreachRun, FindingKind.Ended));
        Assert.Equal((uses, false), (ended.Elder, ended.Entitlement.Issued));
        Assert.All(later, one => Assert.False(one.Entitlement.Issued));
        Assert.Equal([november.OutreachRun, october.OutreachRun],
            (await ListRunsAsync()).Select(one => one.Name));

        OutreachFinding One(FindingKind kind) => Assert.Single(found, one => one.Kind == kind);
    }

    [Fact]
    public async Task No_use_for_three_months_is_an_alert_also_when_the_vouchers_have_expired_and_a_year_without_a_notice_has_no_due_date()
    {
        string fund = await _desk.FundAsync("lottery", 100_000_000),
            care = await _desk.FundedAsync(_desk.National("care"), (fund, 50_000_000));
        string unused = await _desk.RegisterElderAsync(40), uses = await _desk.RegisterElderAsync(40);
        string carer = await _desk.ProviderAsync(V1.ServiceType.Care), mistake = "";
        foreach (int month in new[] { 10, 11, 12 })
        {
            if (month > 10) await AdvanceAsync(2026, month, 1);
            await IssueAsync(care);
            if (month == 11) await RedeemAsync(uses);
            if (month == 11) mistake = await RedeemAsync(unused);
        }
        await AdvanceAsync(2026, 12, 28);
        string late = await _desk.RegisterElderAsync(40);

        RunSummary december = await RunAsync(Request());
        OutreachFinding unknown = Assert.Single(await FindingsAsync(december.OutreachRun, FindingKind.NotIssued));
        Assert.Equal(
            (late, null, "CALENDAR_YEAR_UNKNOWN", 2027), (unknown.Elder, unknown.DueDate, unknown.DueUnknown, unknown.DueUnknownYear));
        Assert.Empty(await FindingsAsync(december.OutreachRun, FindingKind.NoUse));

        await AdvanceAsync(2027, 1, 2);
        Assert.Equal(4, (await Desk.RunAsync(_desk.Vouchers.ExpireVouchers(
            new ExpireVouchersRequest { RequestId = Id(), Parent = _desk.Region })))[^1].Summary.Changed);
        // The only use of the other one is taken back after its voucher has expired.
        await _desk.Clerk(carer).RefundRedemptionAsync(
            new RefundRedemptionRequest { RequestId = Id(), Redemption = mistake, Memo = "没有来" });
        RunSummary january = await RunAsync(Request());

        OutreachFinding silent = Assert.Single(await FindingsAsync(january.OutreachRun, FindingKind.NoUse));
        Assert.Equal((unused, Day(2026, 10, 1), false), (silent.Elder, silent.FromDate, silent.Entitlement.Issued));

        async Task<string> RedeemAsync(string elder)
        {
            string voucher = (await _desk.Vouchers.ListVouchersAsync(new ListVouchersRequest
            {
                Parent = _desk.Region, Elder = elder, State = VoucherState.Active,
            })).Vouchers.Last().Name;
            return (await _desk.Clerk(carer).RedeemVoucherAsync(_desk.Care(voucher, carer))).Redemption.Name;
        }
    }

    [Fact]
    public async Task Notices_come_once_by_key_and_a_bad_row_is_named_by_number_and_field()
    {
        string elder = await _desk.RegisterElderAsync(), other = await _desk.RegisterElderAsync();
        NoticeLine Line(int number, string key, Action<NoticeLine> change)
        {
            var line = new NoticeLine { Number = number, Key = key, Elder = elder, Kind = NoticeKind.Left, Date = Day(2026, 9, 30) };
            change(line);
            return line;
        }
        NoticeLine[] file =
        [
            Line(2, "a", line => (line.Kind, line.Benefit) = (NoticeKind.BenefitBegun, Benefit.HomeCareProject)),
            Line(3, "b", line => line.Elder = $"{_desk.Region}/elders/000000000000"),
            Line(4, "c", line => line.Date = Day(2026, 10, 2)),
            Line(5, "d", line => line.Date = Day(1939, 12, 31)),
            Line(6, "e", line => line.Kind = NoticeKind.Moved),
            Line(7, "f", line => line.Benefit = Benefit.HomeCareProject),
            Line(8, "g", line => line.Kind = NoticeKind.BenefitEnded),
            Line(9, "h", line => line.Elder = other),
            Line(10, "h", _ => { }),
            Line(11, "", _ => { }),
            Line(12, "i", line => line.Elder = "regions/430203/elders/000000000000"),
            Line(13, "j", line => line.Kind = NoticeKind.DifficultyEnded),
            Line(14, "k", line => line.Difficulty = Difficulty.LowIncome),
            Line(15, "l", line => (line.Kind, line.Difficulty) = (NoticeKind.DifficultyBegun, (Difficulty)99)),
        ];

        using var log = new RecordedLog(_server.Services, LogLevel.Information);
        ImportNoticesResponse dry = await ImportAsync(validateOnly: true, file), first = await ImportAsync(file),
            again = await ImportAsync(file);

        Assert.Equal((1, 0, 1, 0), (dry.Recorded, dry.Known, first.Recorded, first.Known));
        // Who reported what of whom stands in the log, once, and neither the dry run nor what was refused.
        string said = Assert.Single(log.Lines, line => line.Contains(" reported ", StringComparison.Ordinal));
        Assert.Contains($"SENDER reported BenefitBegun of {elder} for 2026-09-30, from civil-affairs.", said, StringComparison.Ordinal);
        Assert.Equal(dry.Refused, first.Refused);
        Assert.Equal((0, 1), (again.Recorded, again.Known));
        Assert.Equal(
            ["3 elder", "4 date", "5 date", "6 residence", "7 benefit", "8 benefit", "9 key", "10 key", "11 key", "12 elder",
                "13 difficulty", "14 difficulty", "15 difficulty"],
            first.Refused.Select(line => $"{line.Number} {line.Field}"));
        Assert.Equal("ELDER_NOT_FOUND", first.Refused[0].Reason);
        Elder read = await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder });
        Assert.Equal((V1.ElderStatus.Active, Benefit.HomeCareProject), (read.Status, Assert.Single(read.Benefits)));
        Assert.Equal(
            new Notice
            {
                Kind = NoticeKind.BenefitBegun, Date = Day(2026, 9, 30), ReportedDate = Day(2026, 10, 1), Benefit = Benefit.HomeCareProject,
                Source = "civil-affairs", Key = "a", ReportedBy = "SENDER",
            },
            Assert.Single(read.Notices));
        Assert.All((await _desk.Elders().ListEldersAsync(new ListEldersRequest { Parent = _desk.Region })).Elders,
            listed => Assert.Empty(listed.Notices));

        NoticeLine corrected = Line(3, "b", line => line.Elder = other), changed = Line(2, "a", line => line.Kind = NoticeKind.Deceased);
        ImportNoticesResponse more = await ImportAsync(corrected, changed);
        Assert.Equal((1, "2 key REQUEST_ID_REUSED"),
            (more.Recorded, string.Join(',', more.Refused.Select(line => $"{line.Number} {line.Field} {line.Reason}"))));
        // The same key in another source is another line.
        Assert.Equal(1, (await _desk.Elders().ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Id(), Parent = _desk.Region, Source = "police", Lines = { changed },
        })).Recorded);
        Assert.Equal(V1.ElderStatus.Deceased, (await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder })).Status);
        await _desk.Elders().ImportNoticesAsync(new ImportNoticesRequest { RequestId = Id(), Parent = _desk.Region, Source = "A" })
            .IsRefusedAsync(Reason.InvalidField, "source", "lines");
    }

    [Fact]
    public async Task A_programme_that_cannot_be_read_is_counted_and_what_yields_to_it_is_a_finding_that_names_it()
    {
        string care = (await _desk.Maker.CreateProgrammeAsync(_desk.Meals("care"))).Name;
        CreateProgrammeRequest after = _desk.Meals("after"), beside = _desk.Meals("beside");
        after.Eligibility.YieldsTo.Add(care);
        (string meals, string others) = (
            (await _desk.Maker.CreateProgrammeAsync(after)).Name, (await _desk.Maker.CreateProgrammeAsync(beside)).Name);
        string elder = await _desk.RegisterElderAsync();
        Damage("programme", "care");

        RunSummary run = await RunAsync(Request());

        Assert.Equal("NotIssued 1, Undecided 1", Text(run.Findings));
        Assert.Equal(("STATE_UNREADABLE", 1L), (Assert.Single(run.SkippedByReason).Reason, run.SkippedByReason[0].Count));
        OutreachFinding[] found = await FindingsAsync(run.OutreachRun);
        OutreachFinding open = Assert.Single(found, one => one.Kind == FindingKind.Undecided);
        Assert.Equal((elder, meals, care, EntitlementGround.OtherUnreadable, "STATE_UNREADABLE"), (
            open.Elder, open.Entitlement.Programme, open.Entitlement.Instead, open.Entitlement.Ground, open.Entitlement.Reason));
        Assert.Equal(others, Assert.Single(found, one => one.Kind == FindingKind.NotIssued).Entitlement.Programme);
        ListEntitlementsResponse entitled = await _desk.Elders().ListEntitlementsAsync(new ListEntitlementsRequest { Elder = elder });
        Assert.Equal(["", meals, others], entitled.Entitlements.Select(one => one.Programme));
        Assert.Equal([care], entitled.Unreadable);
    }

    [Fact]
    public async Task A_run_that_was_begun_is_gone_on_with_by_its_name_on_its_own_day_by_anybody()
    {
        await _desk.RegisterAsync();
        RunOutreachRequest request = Request();
        RunSummary whole = await RunAsync(request);
        await AdvanceAsync(2026, 10, 3);
        await _desk.RegisterAsync();

        RunSummary again = (await Desk.RunAsync(_desk.Elders().RunOutreach(
            new RunOutreachRequest { RequestId = Id(), Parent = _desk.Region, Run = whole.OutreachRun })))[^1].Summary;

        Assert.Equal((whole.OutreachRun, whole.Total, whole.Findings), (again.OutreachRun, again.Total, again.Findings));
        Assert.Single(await ListRunsAsync());
        await RefusedAsync(Reason.OutreachRunNotFound, $"{_desk.Region}/outreachRuns/000000000000");
        await RefusedAsync(Reason.InvalidField, "regions/430203/outreachRuns/000000000000", "run");
        await RefusedAsync(Reason.InvalidField, "x", "run");

        Task RefusedAsync(Reason reason, string run, params string[] fields) => ((Func<Task>)(() => Desk.RunAsync(Finance.RunOutreach(
            new RunOutreachRequest { RequestId = Id(), Parent = _desk.Region, Run = run })))).IsRefusedAsync(reason, fields);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_also_while_the_clock_stands()
    {
        List<string> begun = [];
        for (int i = 0; i < 5; i++) begun.Add((await RunAsync(Request())).OutreachRun);

        Assert.Equal(Enumerable.Reverse(begun), (await ListRunsAsync()).Select(run => run.Name));
    }

    [Fact]
    public async Task Findings_come_in_pages_by_elder_and_of_one_kind()
    {
        foreach (int _ in Enumerable.Range(0, 3)) await _desk.RegisterAsync();
        string run = (await RunAsync(Request())).OutreachRun;

        List<string> elders = [];
        var request = new ListOutreachFindingsRequest { Run = run, PageSize = 2, Kind = FindingKind.NotIssued };
        do
        {
            ListOutreachFindingsResponse page = await Finance.ListOutreachFindingsAsync(request);
            elders.AddRange(page.Findings.Select(finding => finding.Elder));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(3, elders.Count);
        Assert.Equal(elders.Distinct().Order(StringComparer.Ordinal), elders);
        Assert.Empty(await FindingsAsync(run, FindingKind.Ended));
        Assert.True(Assert.Single(await ListRunsAsync()).Finished);
        await Finance.ListOutreachFindingsAsync(new ListOutreachFindingsRequest { Run = $"{_desk.Region}/outreachRuns/000000000000" })
            .IsRefusedAsync(Reason.OutreachRunNotFound);
        request.PageToken = "x";
        await Finance.ListOutreachFindingsAsync(request).IsRefusedAsync(Reason.PageTokenInvalid);
    }

    private void Damage(string kind, string id)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_server.Data, "timebank.db")};Pooling=false");
        connection.Open();
        using SqliteCommand damage = connection.CreateCommand();
        damage.CommandText = "UPDATE grain_state SET payload = '[]' WHERE state_name = $kind AND grain_key = $key";
        damage.Parameters.AddWithValue("$kind", kind);
        damage.Parameters.AddWithValue("$key", $"{TestServer.Tianyuan}/{id}");
        Assert.Equal(1, damage.ExecuteNonQuery());
    }

    private static string Text(RepeatedField<FindingCount> counts) =>
        string.Join(", ", counts.Select(count => $"{count.Kind} {count.Count}"));

    private static Google.Type.Date Day(int year, int month, int day) => new() { Year = year, Month = month, Day = day };

    private RunOutreachRequest Request() => new() { RequestId = Id(), Parent = _desk.Region };

    private async Task<RunSummary> RunAsync(RunOutreachRequest request) =>
        (await Desk.RunAsync(Finance.RunOutreach(request)))[^1].Summary;

    private async Task<OutreachFinding[]> FindingsAsync(string run, FindingKind kind = FindingKind.Unspecified) =>
        [.. (await Finance.ListOutreachFindingsAsync(new ListOutreachFindingsRequest { Run = run, Kind = kind })).Findings];

    private async Task<IEnumerable<OutreachRun>> ListRunsAsync() =>
        (await Finance.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = _desk.Region })).Runs;

    [Fact]
    public async Task A_low_income_that_ends_or_begins_is_a_notice_and_needs_no_assessment()
    {
        CreateProgrammeRequest meals = _desk.Meals("meals");
        meals.Eligibility = new Eligibility { LowIncome = true };
        string programme = (await _desk.Maker.CreateProgrammeAsync(meals)).Name,
            poor = (await RegisterAsync(Difficulty.LowIncome, Difficulty.LivesAlone)).Name, other = (await RegisterAsync()).Name;
        await AdvanceAsync(2026, 10, 20);
        Assert.Equal(2, (await ImportAsync(
            new NoticeLine
            {
                Number = 1, Key = "1", Elder = poor, Kind = NoticeKind.DifficultyEnded, Date = Day(2026, 10, 18),
                Difficulty = Difficulty.LowIncome,
            },
            new NoticeLine
            {
                Number = 2, Key = "2", Elder = other, Kind = NoticeKind.DifficultyBegun, Date = Day(2026, 10, 18),
                Difficulty = Difficulty.LowIncome,
            })).Recorded);

        Elder read = await _desk.Elders().GetElderAsync(new GetElderRequest { Name = poor });
        Assert.Equal([Difficulty.LivesAlone], read.Difficulties);
        Assert.Equal((NoticeKind.DifficultyEnded, Difficulty.LowIncome, Day(2026, 10, 20)),
            (read.Notices[0].Kind, read.Notices[0].Difficulty, read.Notices[0].ReportedDate));
        Assert.Null(read.Assessment);
        Assert.Equal((true, false), (await EntitledAsync(poor, 10), await EntitledAsync(poor, 11)));
        Assert.Equal((true, true), (await EntitledAsync(other, 10), await EntitledAsync(other, 11)));
        OutreachFinding due = Assert.Single(
            await FindingsAsync((await RunAsync(Request())).OutreachRun, FindingKind.NotIssued), one => one.Elder == other);
        Assert.Equal((Day(2026, 10, 20), Day(2026, 10, 27)), (due.FromDate, due.DueDate));

        async Task<Elder> RegisterAsync(params Difficulty[] difficulties)
        {
            var request = new RegisterElderRequest
            {
                RequestId = Id(), Parent = _desk.Region, DisplayName = "测试老人", BirthDate = Day(1950, 1, 1),
            };
            request.Difficulties.Add(difficulties);
            return await _desk.Elders().RegisterElderAsync(request);
        }

        async Task<bool> EntitledAsync(string elder, int month) => (await _desk.Elders().ListEntitlementsAsync(
            new ListEntitlementsRequest { Elder = elder, Month = new Date { Year = 2026, Month = month } }))
            .Entitlements.Single(one => one.Programme == programme).Entitled;
    }

    private Task<ImportNoticesResponse> ImportAsync(params NoticeLine[] lines) => ImportAsync(validateOnly: false, lines);

    private async Task<ImportNoticesResponse> ImportAsync(bool validateOnly, params NoticeLine[] lines) =>
        await new ElderService.ElderServiceClient(_server.As(Role.Counter, subject: "SENDER")).ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Id(), Parent = _desk.Region, Source = "civil-affairs", Lines = { lines }, ValidateOnly = validateOnly,
        });

    private Task IssueAsync(string programme) => Desk.RunAsync(_desk.Vouchers.IssueVouchers(
        new IssueVouchersRequest { RequestId = Id(), Programme = programme, Month = _desk.Month() }));

    private Task AdvanceAsync(int year, int month, int day) =>
        _desk.AdvanceToAsync(ChinaTime.StartOf(new DateOnly(year, month, day)).AddHours(9));
}
