using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TimeBank.V1;
using Xunit;
using static Microsoft.Playwright.Assertions;
using Cookie = System.Net.Cookie;

namespace TimeBank.Pages.Tests;

/// <summary>
/// The roads of elders, volunteers, the counter and a clerk from end to end, with what they take back. Each has a day of its own.
/// </summary>
[Collection(FirstDay.Name)]
public sealed partial class PeopleRoadTests(FirstDay days)
{
    private const string Parent = $"regions/{PlayedServer.Tianyuan}";

    [Fact]
    public async Task An_elder_asks_a_volunteer_serves_and_both_take_steps_back()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        string elderId = await ElderAsync(120), volunteerId = await PersonAsync("volunteer", 0);
        IPage elder = await days.SignInAsync("elder", elderId, scripts: false);
        await elder.GotoAsync("/orders/new?item=companionship");
        await elder.FillAsync("#day", $"{today:yyyy-MM-dd}");
        await elder.SelectOptionAsync("#minutes", "120");
        await PressAsync(elder, "确认");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("待接单");
        string order = elder.Url.Split('/')[^1];

        IPage volunteer = await days.SignInAsync("volunteer", volunteerId);
        await volunteer.GotoAsync("/requests");
        await volunteer.Locator($"a[href='/services/{order}']").ClickAsync();
        await Expect(volunteer.Locator("dl.facts")).ToContainTextAsync("接单后显示姓名");
        await PressAsync(volunteer, "接这一单");
        await Expect(volunteer.Locator("dl.facts")).ToContainTextAsync(await NameOfElderAsync(elderId));
        await Expect(volunteer.Locator("main section")).ToContainTextAsync("“接单”，08:10以前可以撤回");
        await PressAsync(volunteer, "撤回接单");
        await Expect(volunteer.Locator("dl.facts")).ToContainTextAsync("待接单");
        await PressAsync(volunteer, "接这一单");
        await Expect(volunteer.Locator("dl.facts")).ToContainTextAsync("已接单");

        await days.MoveAsync(TimeSpan.FromHours(1));
        await volunteer.ReloadAsync();
        await Expect(volunteer.Locator("main section")).ToHaveCountAsync(0);
        await PressAsync(volunteer, "签到，开始服务");
        await PressAsync(volunteer, "撤回签到");
        await PressAsync(volunteer, "签到，开始服务");
        await days.MoveAsync(TimeSpan.FromMinutes(76));
        await volunteer.ReloadAsync();
        await PressAsync(volunteer, "签退，结束服务");
        await PressAsync(volunteer, "撤回签退");
        await PressAsync(volunteer, "签退，结束服务");
        await Expect(volunteer.Locator("dl.facts")).ToContainTextAsync("1小时15分钟");

        await elder.ReloadAsync();
        // What the volunteer did is not the elder's to take back.
        await Expect(elder.Locator("main section")).ToHaveCountAsync(0);
        await PressAsync(elder, "对，确认");
        await Expect(elder.Locator("main section")).ToContainTextAsync("“确认”，10:26以前可以撤回");
        await PressAsync(elder, "撤回确认");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("待确认");
        await PressAsync(elder, "对，确认");
        await elder.Locator("input[value='4']").CheckAsync();
        await PressAsync(elder, "提交评价");
        await PressAsync(elder, "撤回评价");
        await elder.Locator("input[value='5']").CheckAsync();
        await elder.FillAsync("#say", "很好");
        await PressAsync(elder, "提交评价");
        await Expect(elder.Locator("dl.facts")).ToContainTextAsync("★★★★★ 很好");

        await volunteer.ReloadAsync();
        await volunteer.Locator("main a[href^='/hours/proof/']").ClickAsync();
        await Expect(volunteer.Locator("main pre")).ToContainTextAsync("c2sp.org/tlog-proof@v1");
        await volunteer.GotoAsync("/hours/certificate");
        await Expect(volunteer.Locator("main .panel")).ToContainTextAsync("1小时15分钟");
        await volunteer.Context.CloseAsync();
        await elder.Context.CloseAsync();
    }

    [Fact]
    public async Task A_complaint_is_taken_back_made_again_and_ended_at_the_counter()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        (Surfer elder, Surfer volunteer, string order) = await ServedAsync(today, 1);
        using (elder)
        using (volunteer)
        {
            string file = $"href=\"/complaints/new?about=orders/{order}\"";
            Assert.Contains(file, (await elder.GetAsync($"/orders/{order}")).Text, StringComparison.Ordinal);
            Assert.Contains(file, (await volunteer.GetAsync($"/services/{order}")).Text, StringComparison.Ordinal);
            Dictionary<string, string> complain = Surfer.Hidden((await elder.GetAsync($"/orders/{order}")).Text, "dispute");
            complain["Sent.Note"] = "<b>没来</b>";
            await DoneAsync(elder, $"/orders/{order}", complain);
            Assert.Contains("服务对象提出：<bdi>&lt;b&gt;没来", (await elder.GetAsync($"/orders/{order}")).Text, StringComparison.Ordinal);
            Assert.DoesNotContain("value=\"undo\"", (await volunteer.GetAsync($"/services/{order}")).Text, StringComparison.Ordinal);
            await PressAsync(elder, $"/orders/{order}", "undo");
            Assert.DoesNotContain("没来", (await elder.GetAsync($"/orders/{order}")).Text, StringComparison.Ordinal);
            complain = Surfer.Hidden((await elder.GetAsync($"/orders/{order}")).Text, "dispute");
            complain["Sent.Note"] = "只来了一会儿";
            await DoneAsync(elder, $"/orders/{order}", complain);

            using Surfer counter = await InAsync("counter");
            string desk = $"/desk/orders/{order}";
            Assert.Contains($"href=\"{desk}\"", (await counter.GetAsync("/desk")).Text, StringComparison.Ordinal);
            Dictionary<string, string> decide = Surfer.Hidden((await counter.GetAsync(desk)).Text, "resolve");
            (decide["Sent.Minutes"], decide["Sent.Note"]) = ("30", "看了录像");
            await DoneAsync(counter, desk, decide);
            string decided = (await elder.GetAsync($"/orders/{order}")).Text;
            Assert.Contains("看了录像", decided, StringComparison.Ordinal);
            // What staff decided is nobody's to take back.
            Assert.DoesNotContain("value=\"undo\"", decided, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_counter_acts_for_an_elder_and_a_volunteer_and_the_journal_keeps_both_names()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        string elder = $"{Parent}/elders/{await ElderAsync(60)}";
        string volunteer = $"{Parent}/volunteers/{await PersonAsync("volunteer", 2)}";
        string asElder = $"?for={Uri.EscapeDataString(elder)}", asVolunteer = $"?for={Uri.EscapeDataString(volunteer)}";
        using Surfer counter = await InAsync("counter");
        var asking = await counter.FollowAsync($"/orders/new{asElder}");
        Assert.Contains($"<bdi>{await NameOfElderAsync(elder.Split('/')[^1])}</bdi>", asking.Text, StringComparison.Ordinal);
        Assert.Contains(elder.Split('/')[^1], asking.Text, StringComparison.Ordinal);
        string order = await AskAsync(counter, $"/orders/new{asElder}", today);

        await PressAsync(counter, $"/services/{order}{asVolunteer}", "accept");
        string page = (await counter.GetAsync($"/services/{order}{asVolunteer}")).Text;
        Assert.Contains("服务台代办：为", page, StringComparison.Ordinal);
        Assert.Contains(volunteer.Split('/')[^1], page, StringComparison.Ordinal);
        Assert.Contains("撤回接单", page, StringComparison.Ordinal);
        // For the elder the counter may not take back what it did for the volunteer.
        Assert.DoesNotContain("撤回接单", (await counter.GetAsync($"/orders/{order}{asElder}")).Text, StringComparison.Ordinal);
        ServiceOrder held = await OrderAsync(order);
        Entry hold = await EntryAsync(held.HoldEntry);
        Assert.Equal(("counter", volunteer.Split('/')[^1]), (hold.Actor, hold.OnBehalfOf.Split('/')[^1]));
        await PressAsync(counter, $"/services/{order}{asVolunteer}", "undo");
        Entry undone = await EntryAsync((await EntryAsync(held.HoldEntry)).EndedBy);
        Assert.Equal(("counter", volunteer.Split('/')[^1], OrderState.Requested),
            (undone.Actor, undone.OnBehalfOf.Split('/')[^1], (await OrderAsync(order)).State));
        await PressAsync(counter, $"/orders/{order}{asElder}", "cancel");
        await PressAsync(counter, $"/orders/{order}{asElder}", "undo");
        Assert.Equal(OrderState.Requested, (await OrderAsync(order)).State);
    }

    [Fact]
    public async Task Of_two_volunteers_who_take_one_request_the_second_is_told_that_it_is_gone()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        using Surfer elder = await InAsync("elder", await ElderAsync(60));
        using Surfer first = await InAsync("volunteer", await PersonAsync("volunteer", 0));
        using Surfer second = await InAsync("volunteer", await PersonAsync("volunteer", 1));
        string path = $"/services/{await AskAsync(elder, "/orders/new", today)}";
        Dictionary<string, string> take = Surfer.Hidden((await second.GetAsync(path)).Text, "accept");
        await PressAsync(first, path, "accept");

        await ToldAsync(await second.PostAsync(path, take), "ORDER_WRONG_STATE", "别的志愿者已经接单");
        var shown = await second.GetAsync(path);
        Assert.Equal(HttpStatusCode.Forbidden, shown.Status);
        Assert.Contains("href=\"/requests\"", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"accept\"", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tabs_do_one_thing_once_and_the_second_is_told()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        (Surfer elder, Surfer volunteer, string order) = await ServedAsync(today, 3);
        using (elder)
        using (volunteer)
        {
            string path = $"/orders/{order}";
            string first = (await elder.GetAsync(path)).Text, second = (await elder.GetAsync(path)).Text;
            Dictionary<string, string> one = Surfer.Hidden(first, "confirm"), two = Surfer.Hidden(second, "confirm");
            Assert.NotEqual(one["Sent.RequestId"], two["Sent.RequestId"]);
            await DoneAsync(elder, path, one);
            string entry = (await OrderAsync(order)).EndEntry;
            await ToldAsync(await elder.PostAsync(path, two), "ORDER_WRONG_STATE", "已确认");
            // The same form again is the same thing, and no news.
            await DoneAsync(elder, path, one);
            Assert.Equal(entry, (await OrderAsync(order)).EndEntry);

            one = Surfer.Hidden((await elder.GetAsync(path)).Text, "undo");
            two = Surfer.Hidden((await elder.GetAsync(path)).Text, "undo");
            await DoneAsync(elder, path, one);
            string held = (await OrderAsync(order)).HoldEntry;
            await ToldAsync(await elder.PostAsync(path, two), "ORDER_STEP_NOT_LAST", "已经撤回");
            await DoneAsync(elder, path, one);
            two["Sent.Step"] = "no step";
            await ToldAsync(await elder.PostAsync(path, two), "INVALID_FIELD", "");
            Assert.Equal((held, OrderState.CheckedOut), ((await OrderAsync(order)).HoldEntry, (await OrderAsync(order)).State));
        }
    }

    [Fact]
    public async Task A_sign_in_that_ended_leads_to_signing_in_and_leaves_the_order_as_it_was()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        (Surfer elder, Surfer volunteer, string order) = await ServedAsync(today, 4);
        using (elder)
        using (volunteer)
        {
            Dictionary<string, string> confirm = Surfer.Hidden((await elder.GetAsync($"/orders/{order}")).Text, "confirm");
            Dictionary<string, string> undo = Surfer.Hidden((await volunteer.GetAsync($"/services/{order}")).Text, "undo");
            foreach ((Surfer surfer, string path, Dictionary<string, string> form) in ((Surfer, string, Dictionary<string, string>)[])[
                (elder, $"/orders/{order}", confirm), (volunteer, $"/services/{order}", undo)])
            {
                foreach (Cookie cookie in surfer.Cookies.GetAllCookies().Where(cookie => cookie.Name == "session")) cookie.Expired = true;
                var answer = await surfer.PostAsync(path, form);
                Assert.Equal(HttpStatusCode.Redirect, answer.Status);
                // Signing in leads back to the page, which shows the order as it is.
                Assert.Equal($"/sign-in?back={Uri.EscapeDataString(path)}", answer.Answer.Headers.Location!.PathAndQuery);
            }
            Assert.Equal(OrderState.CheckedOut, (await OrderAsync(order)).State);
        }
    }

    [Fact]
    public async Task A_form_of_before_midnight_means_the_day_that_stands_in_it()
    {
        DateTimeOffset evening = await days.NextDayAsync(23);
        using Surfer elder = await InAsync("elder", await ElderAsync(60));
        Dictionary<string, string> ask = Surfer.Hidden((await elder.FollowAsync("/orders/new")).Text, "ask");
        (Surfer clerk, string confirm) = await ConfirmPageAsync(evening);
        using (clerk)
        {
            Dictionary<string, string> redeem = Surfer.Hidden((await clerk.FollowAsync(confirm)).Text, "redeem");
            await days.MoveAsync(TimeSpan.FromMinutes(90));

            var asked = await elder.PostAsync("/orders/new", Filled(ask, evening.AddDays(1)));
            ServiceOrder order = await OrderAsync(asked.Answer.Headers.Location!.OriginalString.Split('/')[^1]);
            DateTimeOffset start = order.PlannedStartTime.ToDateTimeOffset().ToOffset(evening.Offset);
            Assert.Equal($"{evening.AddDays(1):yyyy-MM-dd} 09:00", $"{start:yyyy-MM-dd HH:mm}");
            // A day that is over is refused by name, and not moved to the next.
            ask = Surfer.Hidden((await elder.FollowAsync("/orders/new")).Text, "ask");
            await ToldAsync(await elder.PostAsync("/orders/new", Filled(ask, evening)), "ORDER_STARTS_IN_PAST", "");

            string receipt = await DoneAsync(clerk, confirm, redeem);
            string[] parts = receipt.Split('/');
            Redemption done = (await new ProviderService.ProviderServiceClient(await days.CallerAsync("auditor")).ListRedemptionsAsync(
                new ListRedemptionsRequest { Parent = Parent, Voucher = $"{Parent}/vouchers/{parts[^2]}", PageSize = 10 }))
                .Redemptions.Single(one => one.Name.EndsWith($"/{parts[^1]}", StringComparison.Ordinal));
            Assert.Equal((evening.Day, evening.AddDays(1).Day),
                (done.ServiceDate.Day, done.RedeemTime.ToDateTimeOffset().ToOffset(evening.Offset).Day));
        }
    }

    [Fact]
    public async Task A_clerk_types_the_number_redeems_refunds_and_sees_both_in_the_payments()
    {
        DateTimeOffset now = await days.NextDayAsync(10);
        (Surfer clerk, string confirm) = await ConfirmPageAsync(now);
        using (clerk)
        {
            // What is wrong is said beside the form, which keeps all that was typed.
            foreach ((string price, string said) in new[] { ("15,50", "请写成 12"), ("０", "价格") })
            {
                string asked = confirm.Replace("price=10", $"price={price}", StringComparison.Ordinal)
                    .Replace("memo=", "memo=A-17", StringComparison.Ordinal);
                string wrong = WebUtility.HtmlDecode((await clerk.FollowAsync(asked)).Text);
                Assert.Contains(said, wrong, StringComparison.Ordinal);
                Assert.Contains($"name=\"price\" inputmode=\"decimal\" size=\"8\" value=\"{price}\"", wrong, StringComparison.Ordinal);
                Assert.Contains("value=\"A-17\"", wrong, StringComparison.Ordinal);
                Assert.DoesNotContain("value=\"redeem\"", wrong, StringComparison.Ordinal);
            }
            confirm = confirm.Replace("price=10", "price=１０", StringComparison.Ordinal)
                .Replace("memo=", "memo=A-17", StringComparison.Ordinal);
            string receipt = await DoneAsync(clerk, confirm, Surfer.Hidden((await clerk.FollowAsync(confirm)).Text, "redeem"));
            string given = (await clerk.GetAsync(receipt)).Text;
            Assert.Contains("核销成功", given, StringComparison.Ordinal);
            Assert.Contains("A-17", given, StringComparison.Ordinal);
            var unknown = await clerk.GetAsync("/redeem?voucher=XXXX");
            Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
            Assert.Contains("12 位字母和数字", unknown.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("regions/", unknown.Text, StringComparison.Ordinal);
            Assert.Contains($"href=\"{receipt}\"", (await clerk.GetAsync("/today")).Text, StringComparison.Ordinal);
            // Past the minutes for taking it back at once, a refund wants a reason.
            await days.MoveAsync(TimeSpan.FromMinutes(11));
            Dictionary<string, string> refund = Surfer.Hidden((await clerk.GetAsync(receipt)).Text, "refund");
            Assert.Equal(HttpStatusCode.BadRequest, (await clerk.PostAsync(receipt, refund)).Status);
            refund = Surfer.Hidden((await clerk.GetAsync(receipt)).Text, "refund");
            refund["Sent.Note"] = "另一位老人的";
            Dictionary<string, string> other = Surfer.Hidden((await clerk.GetAsync(receipt)).Text, "refund");
            await DoneAsync(clerk, receipt, refund);
            other["Sent.Note"] = "另一位老人的";
            await ToldAsync(await clerk.PostAsync(receipt, other), "REDEMPTION_ALREADY_REFUNDED", "");
            string payments = (await clerk.GetAsync("/payments")).Text;
            Assert.Contains("核销", payments, StringComparison.Ordinal);
            Assert.Matches("−[0-9,.]+元", payments);
            Assert.Contains("state-bad", (await clerk.GetAsync("/today")).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_29_February_is_a_day_of_birth_where_the_year_has_one()
    {
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (form["Sent.Kind"], form["Sent.Name"], form["Sent.Born"]) = ("elder", "闰奶奶", "1949-02-29");
        await ToldAsync(await counter.PostAsync("/desk/register", form), "INVALID_FIELD", "出生日期");
        form["Sent.Born"] = "1948-02-29";

        string file = await DoneAsync(counter, "/desk/register", form);

        Assert.Contains("<dd>1948年2月29日</dd>", WebUtility.HtmlDecode((await counter.GetAsync(file)).Text), StringComparison.Ordinal);
        string people = (await counter.GetAsync($"/desk/people?name={Uri.EscapeDataString("闰奶奶")}")).Text;
        Assert.Contains("1948年2月29日", WebUtility.HtmlDecode(people), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u202E王奶奶", false)]
    [InlineData("王\u200B奶奶", false)]
    [InlineData("<b>王</b><script>alert(1)</script>", true)]
    [InlineData("ئايگۈل", true)]
    public async Task A_persons_name_stays_a_name(string name, bool isTaken)
    {
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (form["Sent.Kind"], form["Sent.Name"], form["Sent.Born"]) = ("elder", name, "1940-01-31");
        var answer = await counter.PostAsync("/desk/register", form);

        if (!isTaken)
        {
            await ToldAsync(answer, "INVALID_FIELD", "姓名");
            return;
        }
        string file = (await counter.GetAsync(answer.Answer.Headers.Location!.OriginalString)).Text;
        // Found by the full name, and by the number as people type it.
        string id = answer.Answer.Headers.Location!.OriginalString.Split('/')[^1];
        string list = (await counter.GetAsync($"/desk/people?name={Uri.EscapeDataString(name)}")).Text;
        Assert.Contains(id, list, StringComparison.Ordinal);
        Assert.Contains(id, (await counter.GetAsync($"/desk/people?name={Typed(id)}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>王", file + list, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", file + list, StringComparison.Ordinal);
        // Alone in its heading, and isolated beside other words.
        Assert.Equal($"<h1>{name}</h1>", WebUtility.HtmlDecode(Heading().Match(file).Value));
        Assert.Contains($"<bdi>{name}</bdi>", WebUtility.HtmlDecode(list), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_that_are_too_long_or_turn_the_line_are_refused_by_name()
    {
        DateTimeOffset today = await days.NextDayAsync(8);
        (Surfer elder, Surfer volunteer, string order) = await ServedAsync(today, 1);
        using (elder)
        using (volunteer)
        {
            foreach (string note in new[] { new string('长', 501), "\u202Eyad", "" })
            {
                Dictionary<string, string> complain = Surfer.Hidden((await elder.GetAsync($"/orders/{order}")).Text, "dispute");
                complain["Sent.Note"] = note;
                await ToldAsync(await elder.PostAsync($"/orders/{order}", complain), "INVALID_FIELD", "");
            }
            Assert.Equal(OrderState.CheckedOut, (await OrderAsync(order)).State);
        }
    }

    [GeneratedRegex("<h1>.*?</h1>")]
    private static partial Regex Heading();
}
