using System.Net;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>What arrives from a browser that is not ours, or no longer.</summary>
[Collection(HalfMonth.Name)]
public sealed class FormTests(HalfMonth month)
{
    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        using Surfer surfer = await VolunteerAsync();
        Dictionary<string, string> form = await GiveFormAsync(surfer);
        form.Remove("form_token");
        Assert.Equal(HttpStatusCode.BadRequest, (await surfer.PostAsync("/hours/give", form)).Status);
    }

    [Fact]
    public async Task A_form_of_another_session_is_refused()
    {
        using Surfer mine = await VolunteerAsync(), other = await VolunteerAsync(1);
        var answer = await mine.PostAsync("/hours/give", await GiveFormAsync(other));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("没有办理任何事项", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_ended_before_the_form_was_sent_does_nothing()
    {
        using Surfer surfer = await VolunteerAsync();
        Dictionary<string, string> form = await GiveFormAsync(surfer);
        foreach (Cookie cookie in surfer.Cookies.GetAllCookies().Where(cookie => cookie.Name == "session")) cookie.Expired = true;
        var answer = await surfer.PostAsync("/hours/give", form);
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.StartsWith("/sign-in?back=", answer.Answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sent.RequestId", "not a uuid", 400)]
    [InlineData("Sent.RequestId", "", 400)]
    [InlineData("Sent.Receiver", "regions/430203/elders/0123456789AB", 400, 403, 404)]
    [InlineData("Sent.Receiver", "regions/430211/funds/lottery", 400)]
    [InlineData("Sent.Minutes", "-5", 400)]
    [InlineData("Sent.Minutes", "1e3", 400)]
    [InlineData("Sent.Minutes", "99999999999999999999", 400)]
    [InlineData("Sent.Note", "\u202Egnirts", 400)]
    public async Task A_tampered_field_is_refused_by_name(string field, string value, params int[] statuses)
    {
        using Surfer surfer = await VolunteerAsync();
        Dictionary<string, string> form = await GiveFormAsync(surfer);
        form[field] = value;
        var answer = await surfer.PostAsync("/hours/give", form);
        // An empty id is a form that was never rendered with one: it gets one, like a first sending.
        if (statuses is [303]) Assert.Contains((int)answer.Status, new[] { 302, 303 });
        else Assert.Contains((int)answer.Status, statuses);
        if ((int)answer.Status >= 400) Assert.Contains("panel fault", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_and_HTML_texts_stay_texts()
    {
        using Surfer surfer = await VolunteerAsync();
        Dictionary<string, string> form = await GiveFormAsync(surfer);
        form["Sent.Note"] = new string('长', 201);
        Assert.Equal(HttpStatusCode.BadRequest, (await surfer.PostAsync("/hours/give", form)).Status);
        form = await GiveFormAsync(surfer);
        form["Sent.Note"] = "<script>alert(1)</script><b>";
        Assert.Contains((await surfer.PostAsync("/hours/give", form)).Status, new[] { HttpStatusCode.Redirect, HttpStatusCode.SeeOther });
        string statement = (await surfer.GetAsync("/hours/statement")).Text;
        Assert.Contains("&lt;script&gt;alert(1)", statement, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", statement, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_a_megabyte_is_refused()
    {
        using Surfer surfer = await VolunteerAsync();
        Dictionary<string, string> form = await GiveFormAsync(surfer);
        form["Sent.Note"] = new string('a', 1_000_000);
        Assert.Contains((int)(await surfer.PostAsync("/hours/give", form)).Status, new[] { 400, 413 });
    }

    [Theory]
    [InlineData("/services/0123456789AB")]
    [InlineData("/services/..%2f..%2fentries")]
    [InlineData("/hours/proof/999999999")]
    [InlineData("/hours/proof/9223372036854775808")]
    [InlineData("/hours/statement?month=2026-13")]
    [InlineData("/hours/statement?month=0000-01&page=xyz")]
    [InlineData("/requests?day=2026-02-30&item=%00")]
    [InlineData("/hours?region=430203")]
    [InlineData("/hours?for=regions/430211/volunteers/0123456789AB")]
    public async Task A_wrong_address_has_an_answer_in_words(string path)
    {
        using Surfer surfer = await VolunteerAsync();
        var answer = await surfer.GetAsync(path);
        Assert.InRange((int)answer.Status, 200, 499);
        Assert.Contains("<h1>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "zh-CN")]
    [InlineData("en-GB,en;q=0.9", "en")]
    [InlineData("fr, zh-TW;q=0.8, en;q=0.5", "zh-CN")]
    [InlineData("en;q=0, zh", "zh-CN")]
    public async Task The_first_page_speaks_the_browsers_language(string? languages, string locale)
    {
        using var surfer = new Surfer(month.Address);
        Assert.Contains($"<html lang=\"{locale}\"", (await surfer.GetAsync("/", languages)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_of_languages_of_4_kB_costs_nothing()
    {
        using var surfer = new Surfer(month.Address);
        string languages = string.Join(',', Enumerable.Repeat("en;q=0.1", 512));
        Assert.Contains("<html lang=\"zh-CN\"", (await surfer.GetAsync("/", languages)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_forbid_foreign_scripts_frames_and_caches()
    {
        using Surfer surfer = await VolunteerAsync();
        HttpResponseMessage answer = (await surfer.GetAsync("/hours")).Answer;
        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.All(surfer.Cookies.GetAllCookies(), cookie => Assert.True(cookie.HttpOnly));
    }

    private async Task<Surfer> VolunteerAsync(int which = 0)
    {
        var client = new VolunteerService.VolunteerServiceClient(await month.CallerAsync("auditor"));
        foreach (string id in await month.OfferedAsync("volunteer"))
        {
            Hours hours = await client.GetHoursAsync(new GetHoursRequest { Person = $"regions/{PlayedServer.Tianyuan}/volunteers/{id}" });
            if (hours.Available.Value < 10 || which-- > 0) continue;
            var surfer = new Surfer(month.Address);
            await surfer.SignInAsync("volunteer", id);
            return surfer;
        }
        throw new InvalidOperationException("Too few volunteers of the month have hours.");
    }

    private static async Task<Dictionary<string, string>> GiveFormAsync(Surfer surfer)
    {
        Dictionary<string, string> form = Surfer.Hidden((await surfer.FollowAsync("/hours/give")).Text, "give");
        form["Sent.Receiver"] = "pool";
        form["Sent.Minutes"] = "1";
        return form;
    }
}
