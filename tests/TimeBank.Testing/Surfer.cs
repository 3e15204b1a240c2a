using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace TimeBank.Testing;

/// <summary>A browser without a screen: keeps cookies, follows nothing by itself, and sends forms as it is told, also wrong ones.</summary>
public sealed partial class Surfer : IDisposable
{
    private static readonly ConcurrentDictionary<string, (string Session, long At)> Sessions = new();

    private readonly HttpClient _client;

    public Surfer(string address)
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = Cookies };
        _client = new HttpClient(handler) { BaseAddress = new Uri(address) };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "text/html");
    }

    public string Address => $"{_client.BaseAddress}";

    public CookieContainer Cookies { get; } = new();

    /// <summary>A sign-in of this age is kept: approvals ask for one of the last five minutes.</summary>
    public static TimeSpan KeptFor { get; } = TimeSpan.FromMinutes(3);

    /// <summary>Reads a page whole.</summary>
    /// <returns>How long its first byte took, and how many bytes it has.</returns>
    public async Task<(TimeSpan FirstByte, int Bytes)> MeasureAsync(string path)
    {
        long asked = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await _client.GetAsync(
            new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        TimeSpan first = Stopwatch.GetElapsedTime(asked);
        byte[] page = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (first, page.Length);
    }

    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> GetAsync(string path, string? languages = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (languages is not null) request.Headers.TryAddWithoutValidation("Accept-Language", languages);
        HttpResponseMessage answer = await _client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    /// <summary>Follows where the answers lead, to the first that leads nowhere.</summary>
    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> FollowAsync(string path)
    {
        var found = await GetAsync(path);
        for (int steps = 0; found.Answer.Headers.Location is { } next && steps < 10; steps++) found = await GetAsync(next.OriginalString);
        return found;
    }

    /// <summary>The fields that a page's form has: hidden ones with their values.</summary>
    public static Dictionary<string, string> Hidden(string page, string handler)
    {
        string form = Forms().Matches(page).Select(match => match.Value).First(
            text => text.Contains($"name=\"_handler\" value=\"{handler}\"", StringComparison.Ordinal));
        return Inputs().Matches(form).ToDictionary(
            match => match.Groups["name"].Value, match => WebUtility.HtmlDecode(match.Groups["value"].Value));
    }

    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> PostAsync(
        string path, Dictionary<string, string> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), form);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    /// <summary>Sends a form with a file.</summary>
    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> PostFileAsync(
        string path, Dictionary<string, string> fields, string field, string fileName, byte[] file)
    {
        using var form = new MultipartFormDataContent();
        foreach ((string name, string value) in fields) form.Add(new StringContent(value), name);
        form.Add(new ByteArrayContent(file), field, fileName);
        HttpResponseMessage answer = await _client.PostAsync(new Uri(path, UriKind.Relative), form);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    public async Task SignInAsync(string role, string? party = null, string region = "430211")
    {
        string who = $"{_client.BaseAddress}|{role}|{region}|{party}";
        // A session is as good in another browser: most tests are not about how it began.
        if (Sessions.TryGetValue(who, out (string Session, long At) kept) && Stopwatch.GetElapsedTime(kept.At) < KeptFor)
        {
            Cookies.Add(_client.BaseAddress!, new Cookie("session", kept.Session) { HttpOnly = true });
            return;
        }
        var asked = await GetAsync("/sign-in?back=/");
        string authorize = asked.Answer.Headers.Location!.PathAndQuery;
        var page = await GetAsync(authorize);
        Dictionary<string, string> fields = Hidden(page.Text, "person");
        string[] offered = [.. Persons().Matches(page.Text).Select(match => match.Groups["key"].Value)];
        fields["Chosen.Person"] = Array.Find(offered, key => key.StartsWith($"{role}|{region}|{party}", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{role} {party} is not offered, but {string.Join(' ', offered)}.");
        var chosen = await PostAsync(authorize, fields);
        Assert.Equal(HttpStatusCode.Redirect, chosen.Status);
        var back = await GetAsync(new Uri(_client.BaseAddress!, chosen.Answer.Headers.Location!).PathAndQuery);
        Assert.Equal(HttpStatusCode.Redirect, back.Status);
        string session = Cookies.GetAllCookies().Single(cookie => cookie.Name == "session").Value;
        Sessions[who] = (session, Stopwatch.GetTimestamp());
    }

    public void Dispose() => _client.Dispose();

    [GeneratedRegex("<form method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Inputs();

    [GeneratedRegex("name=\"Chosen.Person\" value=\"(?<key>[^\"]+)\"")]
    private static partial Regex Persons();
}
