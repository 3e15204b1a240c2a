using System.Net;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <content>Services find people.</content>
public sealed partial class PeopleRoadTests
{
    [Fact]
    public async Task The_counter_looks_for_people_and_reads_whom_it_concerns_and_why()
    {
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (form["Sent.Kind"], form["Sent.Name"], form["Sent.Born"]) = ("elder", "王应享", "1930-01-31");
        form["Sent.Difficulties"] = $"{Difficulty.LivesAlone}";
        string file = await DoneAsync(counter, "/desk/register", form);
        var elders = new ElderService.ElderServiceClient(await days.CallerAsync("counter"));
        // The button's own request, so that the page's run is this one.
        string id = Surfer.Hidden((await counter.FollowAsync("/desk/outreach")).Text, "look")["Sent.RequestId"];
        using (var run = elders.RunOutreach(new RunOutreachRequest { RequestId = id, Parent = Parent }))
        {
            while (await run.ResponseStream.MoveNext(CancellationToken.None)) Assert.True(run.ResponseStream.Current.Total > 0);
        }

        string found = WebUtility.HtmlDecode((await counter.GetAsync("/desk/outreach?kind=NotIssued")).Text);

        Assert.Contains($"href=\"{file}\"><bdi>王应享</bdi>", found, StringComparison.Ordinal);
        Assert.Contains("应享未发", found, StringComparison.Ordinal);
        Assert.Contains("依据：项目自定条件，政策版本 430000/2026-01。", found, StringComparison.Ordinal);
        string ended = WebUtility.HtmlDecode((await counter.GetAsync("/desk/outreach?kind=Ended")).Text);
        Assert.DoesNotContain("王应享", ended, StringComparison.Ordinal);
        Assert.Contains("依据：项目自定条件", WebUtility.HtmlDecode((await counter.GetAsync(file)).Text), StringComparison.Ordinal);

        await elders.ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Office.Id(), Parent = Parent, Source = "road",
            Lines =
            {
                new NoticeLine
                {
                    Number = 1, Key = "R-7", Elder = $"{Parent}/elders/{file.Split('/')[^1]}", Kind = NoticeKind.BenefitBegun,
                    Date = new() { Year = 2026, Month = 9, Day = 1 }, Benefit = Benefit.LongTermCareInsurance,
                },
            },
        });
        string reported = WebUtility.HtmlDecode((await counter.GetAsync(file)).Text);
        Assert.Contains("<bdi>R-7</bdi>", reported, StringComparison.Ordinal);
        string sender = (await elders.GetElderAsync(new GetElderRequest { Name = $"{Parent}/elders/{file.Split('/')[^1]}" }))
            .Notices.Single().ReportedBy;
        Assert.NotEqual("", sender);
        Assert.Contains($"<bdi>{sender}</bdi>", reported, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_counter_records_a_notice_in_two_steps_by_the_rules_and_ids_of_a_file()
    {
        using Surfer counter = await InAsync("counter");
        Dictionary<string, string> form = Surfer.Hidden((await counter.FollowAsync("/desk/register")).Text, "register");
        (form["Sent.Kind"], form["Sent.Name"], form["Sent.Born"]) = ("elder", "王有变", "1931-01-31");
        string file = await DoneAsync(counter, "/desk/register", form), notice = $"{file}/notice";
        string name = $"{Parent}/elders/{file.Split('/')[^1]}";
        var elders = new ElderService.ElderServiceClient(await days.CallerAsync("counter"));
        Assert.Contains($"href=\"{notice}\"", (await counter.GetAsync(file)).Text, StringComparison.Ordinal);

        Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> SendAsync(
            NoticeKind kind, string difficulty, string source, string number) => FollowedAsync(
            ("Kind", $"{kind}"), ("Day", "2026-09-30"), ("Difficulty", difficulty), ("Benefit", ""), ("Residence", ""),
            ("Source", source), ("Number", number));
        async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> FollowedAsync(
            params (string Name, string Value)[] filled)
        {
            Dictionary<string, string> fields = Surfer.Hidden((await counter.FollowAsync(notice)).Text, "notice");
            foreach ((string field, string value) in filled) fields[$"Sent.{field}"] = value;
            return await counter.PostAsync(notice, fields);
        }
        async Task<IReadOnlyList<Notice>> KnownAsync() =>
            (await elders.GetElderAsync(new GetElderRequest { Name = name })).Notices;

        // The rule of the file: a difficulty says which one, and anything else has none.
        var refused = await SendAsync(NoticeKind.DifficultyBegun, "", "counter", "");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("哪种困难情况", refused.Text, StringComparison.Ordinal);
        refused = await SendAsync(NoticeKind.Left, $"{Difficulty.LowIncome}", "counter", "");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        refused = await SendAsync(NoticeKind.Left, "", "civil-affairs", "");
        Assert.Contains("来源的编号", refused.Text, StringComparison.Ordinal);

        var looked = await SendAsync(NoticeKind.DifficultyBegun, $"{Difficulty.LowIncome}", "counter", "");
        Assert.Equal(HttpStatusCode.OK, looked.Status);
        Assert.Contains("新增困难情形", looked.Text, StringComparison.Ordinal);
        Assert.Empty(await KnownAsync());
        Dictionary<string, string> confirm = Surfer.Hidden(looked.Text, "notice");
        for (int times = 0; times < 2; times++)
        {
            var done = await counter.PostAsync(notice, confirm);
            Assert.EndsWith(file, done.Answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        }
        Notice one = Assert.Single(await KnownAsync());
        Assert.Equal(("counter", confirm["Sent.RequestId"], Difficulty.LowIncome), (one.Source, one.Key, one.Difficulty));

        looked = await SendAsync(NoticeKind.Deceased, "", "civil-affairs", "R-9");
        await counter.PostAsync(notice, Surfer.Hidden(looked.Text, "notice"));
        Assert.Equal(ElderStatus.Deceased, (await elders.GetElderAsync(new GetElderRequest { Name = name })).Status);
        ImportNoticesResponse again = await elders.ImportNoticesAsync(new ImportNoticesRequest
        {
            RequestId = Office.Id(), Parent = Parent, Source = "civil-affairs",
            Lines =
            {
                new NoticeLine
                {
                    Number = 3, Key = "R-9", Elder = name, Kind = NoticeKind.Deceased, Date = new() { Year = 2026, Month = 9, Day = 30 },
                },
            },
        });
        Assert.Equal((0, 1, 0), (again.Recorded, again.Known, again.Refused.Count));
        looked = await SendAsync(NoticeKind.Deceased, "", "civil-affairs", "R-9");
        Assert.Contains("这一条以前已登记", looked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_counter_reads_a_providers_price_of_a_day_beside_the_ceiling()
    {
        using Surfer counter = await InAsync("counter");
        var staff = new ProviderService.ProviderServiceClient(await days.CallerAsync("counter"));
        Provider canteen = (await staff.ListProvidersAsync(new ListProvidersRequest
        {
            Parent = Parent, ServiceType = ServiceType.Meal, PageSize = 1,
        })).Providers.Single();
        await new ProviderService.ProviderServiceClient(await days.CallerAsync("provider_clerk", canteen.Name)).PublishPricesAsync(
            new PublishPricesRequest
            {
                RequestId = Office.Id(), Provider = canteen.Name, FirstDay = new() { Year = 2027, Month = 3, Day = 1 },
                Prices = { new NewPrice { Item = "meal-canteen", Price = new Amount { Value = 321, Unit = "CNY" } } },
            });
        string prices = $"/desk/providers/{canteen.Name.Split('/')[^1]}";
        Assert.Contains("href=\"/desk/providers\"", (await counter.GetAsync("/desk")).Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{prices}\"", (await counter.GetAsync("/desk/providers")).Text, StringComparison.Ordinal);

        string before = (await counter.GetAsync(prices)).Text, then = (await counter.GetAsync($"{prices}?day=2027-03-01")).Text;

        // Before that day it is one of the later prices.
        Assert.DoesNotContain("<td class=\"n\">3.21元</td>", before, StringComparison.Ordinal);
        Assert.Contains("以后的价格", before, StringComparison.Ordinal);
        CatalogueItem item = (await new CatalogueService.CatalogueServiceClient(await days.CallerAsync("counter")).GetVersionAsync(
            new GetCatalogueVersionRequest { Parent = Parent })).Items.Single(one => one.Id == "meal-canteen");
        string ceiling = (item.CeilingPrice.Value / 100m).ToString("F2", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Matches(
            $"{item.NameZh}</th>\\s*<td class=\"n\">3.21元</td>\\s*<td class=\"n\">3.21元</td>\\s*<td class=\"n\">{ceiling}元</td>", then);
        Assert.DoesNotContain("以后的价格", then, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_cut_is_gone_on_with_from_its_page_and_keeps_its_name()
    {
        var elders = new ElderService.ElderServiceClient(await days.CallerAsync("finance_maker"));
        string cut = await CutRunAsync(elders);
        using Surfer counter = await InAsync("counter");
        string page = WebUtility.HtmlDecode((await counter.FollowAsync("/desk/outreach")).Text);
        Assert.Contains("还没有查完", page, StringComparison.Ordinal);
        Dictionary<string, string> form = Surfer.Hidden(page, "go-on");
        Assert.Equal(cut, form["Sent.Run"]);

        await DoneAsync(counter, "/desk/outreach", form);

        OutreachRun run = (await elders.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = Parent })).Runs[0];
        Assert.Equal((cut, true), (run.Name, run.Finished));
        page = WebUtility.HtmlDecode((await counter.GetAsync("/desk/outreach")).Text);
        Assert.DoesNotContain("接着查完", page, StringComparison.Ordinal);
        // Sent again from an older view of the page, it changes nothing.
        await DoneAsync(counter, "/desk/outreach", form);
    }

    /// <summary>A run whose caller hung up after its first message. The page that is looked at meanwhile is still stored.</summary>
    private static async Task<string> CutRunAsync(ElderService.ElderServiceClient elders)
    {
        const int twoPages = 200, tries = 20;
        for (int i = 0; i < tries; i++)
        {
            using (var call = elders.RunOutreach(new RunOutreachRequest { RequestId = Office.Id(), Parent = Parent }))
            {
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            }
            OutreachRun cut = (await elders.ListOutreachRunsAsync(new ListOutreachRunsRequest { Parent = Parent })).Runs[0];
            if (cut.Elders < twoPages) return cut.Name;
        }
        throw new InvalidOperationException("Every run was over before its caller could hang up.");
    }
}
