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
