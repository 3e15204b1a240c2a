using System.Net;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <content>An elder's file at the counter: number of identity, telephone, address, assessment.</content>
public sealed partial class PeopleRoadTests
{
    [Fact]
    public async Task The_counter_registers_by_the_identity_card_and_finds_by_its_number()
    {
        // Made up: a region and an order that nobody has.
        const string number = "439999193601319985";
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (form["Sent.Kind"], form["Sent.Name"], form["Sent.Born"]) = ("elder", "李证", "1936-01-31");
        (form["Sent.Number"], form["Sent.Telephone"], form["Sent.Address"]) = (number[..^1] + "0", "138 0000 4417", "演示路 1 号");
        var wrong = await counter.PostAsync("/desk/register", form);
        await ToldAsync(wrong, "INVALID_FIELD", "证件号码");
        form["Sent.RequestId"] = Surfer.Hidden(wrong.Text, "register")["Sent.RequestId"];
        form["Sent.Number"] = number;
        string file = await DoneAsync(counter, "/desk/register", form);

        string shown = WebUtility.HtmlDecode((await counter.GetAsync(file)).Text);
        Assert.Contains("****9985", shown, StringComparison.Ordinal);
        Assert.Contains("13800004417", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(number, shown, StringComparison.Ordinal);
        Dictionary<string, string> find = Surfer.Hidden((await counter.FollowAsync("/desk/people")).Text, "find");
        find["Sent.Number"] = number;
        string found = (await counter.PostAsync("/desk/people", find)).Text;
        Assert.Contains($"href=\"{file}\"", found, StringComparison.Ordinal);
        Assert.DoesNotContain(number, found, StringComparison.Ordinal);

        Dictionary<string, string> details = Surfer.Hidden((await counter.FollowAsync(file)).Text, "details");
        details["Sent.Telephone"] = "13900004418";
        await DoneAsync(counter, file, details);
        shown = WebUtility.HtmlDecode((await counter.GetAsync(file)).Text);
        Assert.Contains("13900004418", shown, StringComparison.Ordinal);
        Assert.Contains("演示路 1 号", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_assessment_is_recorded_by_its_items_and_says_why_the_grade_is_worse()
    {
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> register = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (register["Sent.Kind"], register["Sent.Name"], register["Sent.Born"]) = ("elder", "王评估", "1938-01-31");
        string file = await DoneAsync(counter, "/desk/register", register);
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync(file)).Text, "assess");
        (form["Sent.SelfCare"], form["Sent.Movement"], form["Sent.MentalState"], form["Sent.Participation"]) = ("33", "10", "20", "12");
        form["Sent.Day"] = $"{await days.TodayAsync():yyyy-MM-dd}";
        var wrong = await counter.PostAsync(file, form);
        await ToldAsync(wrong, "INVALID_FIELD", "自理能力");
        form["Sent.RequestId"] = Surfer.Hidden(wrong.Text, "assess")["Sent.RequestId"];
        form["Sent.SelfCare"] = "24";
        form["Sent.Changes"] = $"{GradeChange.Dementia}";
        await DoneAsync(counter, file, form);

        string shown = WebUtility.HtmlDecode((await counter.GetAsync(file)).Text);
        Assert.Contains("中度失能，66 分", shown, StringComparison.Ordinal);
        Assert.Contains("初步等级 轻度失能，变更依据：确诊痴呆（F00–F03）", shown, StringComparison.Ordinal);
        string due = WebUtility.HtmlDecode((await counter.GetAsync("/desk/people?kind=elders&due=30")).Text);
        Assert.DoesNotContain("王评估", due, StringComparison.Ordinal);
    }
}
