using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <content>Monthly visits.</content>
public sealed partial class PeopleRoadTests
{
    [Fact]
    public async Task The_counter_sees_whom_nobody_met_records_a_visit_and_the_elder_is_off_the_list()
    {
        string today = $"{await days.NextDayAsync(8):yyyy-MM-dd}";
        using Surfer counter = await InAsync("counter");
        string listed = (await counter.GetAsync("/desk/visits")).Text;
        string file = VisitsOf().Match(listed).Value;
        Assert.NotEmpty(file);
        Dictionary<string, string> form = Surfer.Hidden((await counter.GetAsync(file)).Text, "visit");

        (form["Sent.Method"], form["Sent.Finding"]) = ("InPerson", "NotMet");
        form["Sent.Day"] = "";
        string refused = WebUtility.HtmlDecode((await counter.PostAsync(file, form)).Text);
        Assert.Contains("请选择日期。", refused, StringComparison.Ordinal);
        form["Sent.Day"] = today;
        await DoneAsync(counter, file, form);
        Assert.Contains(file, (await counter.GetAsync("/desk/visits")).Text, StringComparison.Ordinal);
        form = Surfer.Hidden((await counter.GetAsync(file)).Text, "visit");
        (form["Sent.Method"], form["Sent.Finding"], form["Sent.Day"]) = ("Telephone", "Well", today);
        await DoneAsync(counter, file, form);

        Assert.DoesNotContain(file, (await counter.GetAsync("/desk/visits")).Text, StringComparison.Ordinal);
        string visits = WebUtility.HtmlDecode((await counter.GetAsync(file)).Text);
        Assert.Contains("情况良好", visits[visits.IndexOf("各次探访", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Contains("没有见到", visits[visits.IndexOf("各次探访", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [GeneratedRegex("/desk/elders/[0-9A-Z]{12}/visits")]
    private static partial Regex VisitsOf();
}
