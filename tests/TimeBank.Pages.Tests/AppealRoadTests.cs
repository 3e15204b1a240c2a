using System.Net;
using TimeBank.V1;
using Xunit;
using Date = Google.Type.Date;

namespace TimeBank.Pages.Tests;

/// <summary>A provider's appeal, from the decision that its clerk reads to the answer of another person than who decided.</summary>
[Collection(HalfMonth.Name)]
public sealed class AppealRoadTests(HalfMonth month)
{
    [Fact]
    public async Task A_clerk_appeals_and_is_answered_after_a_second_look()
    {
        string provider = Office.Last((await month.OfferedAsync("provider_clerk"))[0]);
        // From a day far ahead, so that nobody is kept from anything meanwhile.
        Provider decided = await new ProviderService.ProviderServiceClient(await month.CallerAsync("finance_checker")).SetStandingAsync(
            new SetStandingRequest
            {
                RequestId = Office.Id(), Provider = $"{Office.Parent}/providers/{provider}", Standing = Standing.Suspended,
                FirstDay = new Date { Year = 2030, Month = 1, Day = 1 }, Note = "票据不全",
            });
        int number = decided.Decisions[^1].Number;
        using Surfer clerk = new(month.Address), checker = await Office.SurferAsync(month, "finance_checker"),
            other = await Office.SurferAsync(month, "administrator");
        await clerk.SignInAsync("provider_clerk", provider);
        string appeal = $"/standing/{number}", answer = $"/finance/appeals/{provider}/{number}";
        Assert.Contains($"href=\"{appeal}\"", (await clerk.GetAsync("/standing")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(answer, (await checker.GetAsync("/finance/appeals")).Text, StringComparison.Ordinal);

        var looked = await clerk.SendAsync(appeal, "appeal", ("Note", "票据齐全 <b>"));
        Assert.Equal(HttpStatusCode.OK, looked.Status);
        Assert.Contains("票据齐全 &lt;b&gt;", looked.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{appeal}\"", (await clerk.GetAsync("/standing")).Text, StringComparison.Ordinal);
        var sent = await clerk.PostAsync(appeal, Surfer.Hidden(looked.Text, "appeal"));
        Assert.Equal("/standing", sent.Answer.Headers.Location!.PathAndQuery);
        string waits = (await clerk.GetAsync("/standing")).Text;
        Assert.DoesNotContain($"href=\"{appeal}\"", waits, StringComparison.Ordinal);
        Assert.Contains("票据齐全 &lt;b&gt;", waits, StringComparison.Ordinal);

        Assert.Contains(answer, (await checker.GetAsync("/finance/appeals")).Text, StringComparison.Ordinal);
        Assert.Contains("机构申诉待答复", (await checker.GetAsync("/finance")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await other.SendAsync(answer, "answer", ("Choice", ""), ("Note", "已核"))).Status);
        // Who decided is told so at the first step.
        Assert.Equal(HttpStatusCode.Forbidden,
            (await checker.SendAsync(answer, "answer", ("Choice", "upheld"), ("Note", "已核"))).Status);
        looked = await other.SendAsync(answer, "answer", ("Choice", "upheld"), ("Note", "已核"));
        Assert.Contains("申诉成立", looked.Text, StringComparison.Ordinal);
        Assert.Contains(answer, (await checker.GetAsync("/finance/appeals")).Text, StringComparison.Ordinal);
        sent = await other.PostAsync(answer, Surfer.Hidden(looked.Text, "answer"));
        Assert.Equal(HttpStatusCode.Redirect, sent.Status);
        Assert.DoesNotContain(answer, (await checker.GetAsync("/finance/appeals")).Text, StringComparison.Ordinal);
        Assert.Contains("已核", (await clerk.GetAsync("/standing")).Text, StringComparison.Ordinal);
    }
}
