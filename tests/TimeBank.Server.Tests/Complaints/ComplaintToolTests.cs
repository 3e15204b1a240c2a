using System.Text.Json;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>The tool's <c>complaint</c> commands against a running server, whose clock goes on.</summary>
public sealed class ComplaintToolTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("timebank-tool-tests-").FullName;

    [Theory]
    [InlineData("en", "overdue", "waiting for an answer", "set aside: complaint")]
    [InlineData("zh-CN", "逾期", "待答复", "留出：投诉")]
    public async Task A_complaint_goes_its_way_by_the_tool(string language, string late, string waits, string aside)
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", language]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        string Name(string json) => JsonDocument.Parse(json).RootElement.GetProperty("name").GetString()!;
        ComplaintDesk desk = new(server, TestServer.Tianyuan);
        await desk.OpenAsync();
        Redemption eaten = await desk.EatAsync(1_000);
        await desk.EatAsync(300);
        string redemption = eaten.Name.Split('/', 3)[2], elder = desk.Elder.Split('/', 3)[2];
        string[] file = ["complaint", "file", redemption, "--by", elder, "--category", "not-received", "--words", "没有吃"];

        Assert.Contains("burnt", await RunAsync(2, [.. file[..^3], "burnt", .. file[^2..]]), StringComparison.Ordinal);
        await RunAsync(0, [.. file, "--dry-run"]);
        string name = Name(await RunAsync(0, [.. file, "--json"]));
        string id = name.Split('/')[^1];
        Assert.Contains("COMPLAINT_OPEN", await RunAsync(1, file), StringComparison.Ordinal);
        string shown = await RunAsync(0, "complaint", "show", id);
        foreach (string part in (string[])["没有吃", waits, "2026-10-13", redemption]) Assert.Contains(part, shown, StringComparison.Ordinal);
        Assert.Contains(id, await RunAsync(0, "settlement", "prepare", "--dry-run"), StringComparison.Ordinal);
        string batch = Name(await RunAsync(0, "settlement", "prepare", "--json"));
        Assert.Contains($"{aside} {id}", await RunAsync(0, "settlement", "lines", $"{batch}/payments/1"), StringComparison.Ordinal);

        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-10-14 08:00");
        Assert.Contains(late, await RunAsync(0, "complaint", "list", "--overdue"), StringComparison.Ordinal);
        Assert.Contains(id, await RunAsync(0, "complaint", "list", "--party", elder, "--subject", redemption, "--open"),
            StringComparison.Ordinal);
        await RunAsync(0, "complaint", "answer", id, "--words", "已核对");
        await RunAsync(0, "complaint", "contest", id, "--by", elder, "--words", "不对");
        await RunAsync(4, "complaint", "answer", id, "--words", "再答");
        await RunAsync(0, "complaint", "answer", id, "--words", "复核无误", "--as", "administrator");
        Assert.Contains("MUST_BE_EMPTY", await RunAsync(2, "complaint", "close", id, "--entry", "1", "--reason", "没错", "--json"),
            StringComparison.Ordinal);
        // Who answered first judges no more.
        await RunAsync(4, "complaint", "close", id, "--reason", "签到无误");
        string[] close = ["complaint", "close", id, "--as", "administrator"];
        Assert.Contains("COMPLAINT_ENTRY_OTHER", await RunAsync(1, [.. close, "--entry", eaten.Entry.Split('/')[^1]]),
            StringComparison.Ordinal);
        await RunAsync(0, [.. close, "--reason", "签到无误"]);
        await RunAsync(1, "complaint", "withdraw", id, "--by", elder);
        Assert.DoesNotContain(id, await RunAsync(0, "complaint", "list", "--open"), StringComparison.Ordinal);
    }

    /// <summary>
    /// From late December no working days of the next year are known: the complaint is filed, answered and shown in words all the same, is
    /// never overdue, and stands after those with a day.
    /// </summary>
    [Fact]
    public async Task A_complaint_at_the_end_of_a_year_without_the_next_calendar_is_filed_and_answered()
    {
        await using TestServer server = await TestServer.StartAsync(_data, "--TimeBank:Scenario=2026-10-01T08:00:00+08:00");
        async Task<string> RunAsync(int expected, params string[] args)
        {
            (int code, string output, string error) = await Tool.RunAsync(_data, server, [.. args, "--lang", "en"]);
            Assert.True(code == expected, $"{string.Join(' ', args)} ended with {code}: {output}{error}");
            return output + error;
        }
        ComplaintDesk desk = new(server, TestServer.Tianyuan);
        await desk.OpenAsync();
        Redemption first = await desk.EatAsync(1_000), second = await desk.EatAsync(300), third = await desk.EatAsync(200);
        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-12-22 08:00");
        Complaint dated = await desk.FiledAsync(first.Name);
        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2026-12-29 08:00");
        Complaint late = await desk.FiledAsync(second.Name), answered = await desk.FiledAsync(third.Name);
        Assert.Equal((29, null), (dated.DueDate.Day, late.DueDate));

        await desk.First.AnswerComplaintAsync(desk.Answer(answered));
        string id = answered.Name.Split('/')[^1];
        Assert.Contains("COMPLAINT_DAYS_UNKNOWN", await RunAsync(1, "complaint", "close", id, "--reason", "ate it"),
            StringComparison.Ordinal);
        Assert.Contains("not known yet", await RunAsync(0, "complaint", "show", id), StringComparison.Ordinal);
        await Tool.RunDemoAsync(_data, server, "scenario", "advance", "2027-01-20 08:00");
        Assert.Contains("not known yet", await RunAsync(0, "complaint", "list", "--open"), StringComparison.Ordinal);
        ListComplaintsResponse list = await desk.Auditor.ListComplaintsAsync(
            new ListComplaintsRequest { Parent = desk.Desk.Region, OnlyOpen = true });
        Assert.Equal([(dated.Name, true), (late.Name, false), (answered.Name, false)],
            list.Complaints.Select(one => (one.Name, one.Overdue)));
        Assert.Equal((3, 1), (list.OpenCount, list.OverdueCount));
        // A review stands, so nobody waits for the calendar any more.
        await desk.OfElder.ContestAnswerAsync(desk.Contest(answered));
        Assert.Contains("not known yet", await RunAsync(0, "complaint", "show", id), StringComparison.Ordinal);
        await desk.Second.AnswerComplaintAsync(desk.Answer(answered));
        await RunAsync(0, "complaint", "close", id, "--reason", "ate it");
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
