using System.Net;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>Who sees which page: the roles that the RPCs admit, and nobody without a session.</summary>
[Collection(HalfMonth.Name)]
public sealed class AccessTests(HalfMonth month)
{
    private static readonly string[] Everyone =
        ["volunteer", "elder", "provider_clerk", "counter", "finance_maker", "finance_checker", "auditor", "administrator"];

    /// <summary>A page, and the roles that see it.</summary>
    public static TheoryData<string, string[]> Pages => new()
    {
        { "/hours", ["volunteer"] },
        { "/hours/statement", ["volunteer"] },
        { "/hours/give", ["volunteer"] },
        { "/hours/certificate", ["volunteer"] },
        { "/services", ["volunteer"] },
        { "/requests", ["volunteer"] },
        { "/vouchers", ["elder"] },
        { "/vouchers/paper", ["elder"] },
        { "/orders", ["elder", "volunteer"] },
        { "/orders/new", ["elder", "volunteer"] },
        { "/redeem", ["provider_clerk"] },
        { "/redeem/bill", ["provider_clerk"] },
        { "/today", ["provider_clerk"] },
        { "/payments", ["provider_clerk"] },
        { "/terminals", ["provider_clerk"] },
        { "/terminals/new", ["provider_clerk"] },
        { "/standing", ["provider_clerk"] },
        { "/finance/appeals", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/batches", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/bank", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/exceptions", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/clearing", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/close", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/funds", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/programmes", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/estates", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/journal", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/journal/accounts", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/journal/trial-balance", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/desk", ["counter"] },
        { "/desk/people", ["counter"] },
        { "/desk/register", ["counter"] },
        { "/desk/outreach", ["counter"] },
        { "/desk/visits", ["counter"] },
        { "/desk/providers", ["counter"] },
        { "/desk/terminals", ["counter", "administrator"] },
        { "/complaints", Everyone },
        { "/provider", ["provider_clerk"] },
        { "/provider/prices", ["provider_clerk"] },
        { "/provider/opening", ["provider_clerk"] },
        { "/provider/staff", ["provider_clerk"] },
        { "/provider/staff/end", ["provider_clerk"] },
        { "/finance/providers", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/providers/new", ["administrator"] },
        { "/prepayments", ["elder"] },
        { "/provider/prepayments", ["provider_clerk"] },
        { "/provider/prepayments/new", ["provider_clerk"] },
        { "/finance/prepayments", ["finance_maker", "finance_checker", "auditor", "administrator"] },
        { "/finance/prepayments/draw", ["finance_maker", "finance_checker", "auditor", "administrator"] },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_foreign_reader_is_refused(string path, string[] readers)
    {
        using var nobody = new Surfer(month.Address);
        var asked = await nobody.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, asked.Status);
        Assert.StartsWith("/sign-in", asked.Answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        foreach (string role in Everyone)
        {
            using var surfer = new Surfer(month.Address);
            await surfer.SignInAsync(role);
            // A form gets its id in the address first.
            HttpStatusCode status = (await surfer.FollowAsync(path)).Status;
            if (readers.Contains(role)) Assert.True(status == HttpStatusCode.OK, $"{role} gets {status}.");
            else Assert.True(status == HttpStatusCode.Forbidden, $"{role} gets {status}.");
        }
    }

    [Fact]
    public async Task A_code_of_the_sign_in_works_once_and_for_its_browser()
    {
        using Surfer first = new(month.Address), second = new(month.Address);
        string authorize = (await first.GetAsync("/sign-in?back=/")).Answer.Headers.Location!.PathAndQuery;
        var page = await first.GetAsync(authorize);
        Dictionary<string, string> fields = Surfer.Hidden(page.Text, "person");
        fields["Chosen.Person"] = "auditor|430211|auditor";
        string back = (await first.PostAsync(authorize, fields)).Answer.Headers.Location!.OriginalString;
        back = new Uri(new Uri(month.Address), back).PathAndQuery;
        // Another browser has no part of this sign-in.
        Assert.Equal(HttpStatusCode.BadRequest, (await second.GetAsync(back)).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await first.GetAsync(back)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await first.GetAsync(back)).Status);
    }

    [Theory]
    [InlineData("redirect_uri", "http://evil.example/signed-in")]
    [InlineData("redirect_uri", "")]
    [InlineData("code_challenge", "")]
    public async Task The_issuer_sends_nobody_elsewhere(string parameter, string value)
    {
        using var surfer = new Surfer(month.Address);
        string authorize = (await surfer.GetAsync("/sign-in?back=/")).Answer.Headers.Location!.PathAndQuery;
        string changed = string.Join('&', authorize.Split('&').Select(part => part.Contains($"{parameter}=", StringComparison.Ordinal)
            ? $"{part[..(part.IndexOf('=', StringComparison.Ordinal) + 1)]}{Uri.EscapeDataString(value)}" : part));
        Dictionary<string, string> fields = Surfer.Hidden((await surfer.GetAsync(changed)).Text, "person");
        fields["Chosen.Person"] = "auditor|430211|auditor";
        var answer = await surfer.PostAsync(changed, fields);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Null(answer.Answer.Headers.Location);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        using var surfer = new Surfer(month.Address);
        await surfer.SignInAsync("auditor");
        string page = (await surfer.GetAsync("/desk")).Text;
        int at = page.IndexOf("action=\"/sign-out\"", StringComparison.Ordinal);
        string token = page[at..].Split("name=\"form_token\" value=\"")[1].Split('"')[0];
        Assert.Equal(HttpStatusCode.BadRequest, (await surfer.PostAsync("/sign-out", [])).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await surfer.PostAsync("/sign-out", new() { ["form_token"] = token })).Status);
        Assert.Equal(HttpStatusCode.Redirect, (await surfer.GetAsync("/desk")).Status);
    }

    [Fact]
    public async Task Who_asks_for_another_host_is_sent_away()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{month.Address}/sign-in");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await client.SendAsync(request)).StatusCode);
    }
}
