using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>Every page, as each of its readers sees it: for everybody to read, small, and in people's words.</summary>
[Collection(WholeMonth.Name)]
public sealed partial class PageTests(WholeMonth month)
{
    private const int MaxBytes = 60_000;

    // The rules that hold are a megabyte of JSON for each page.
    private static readonly AxeRunOptions ViolationsAlone = new() { ResultTypes = [ResultType.Violations] };

    private static readonly bool Long = Environment.GetEnvironmentVariable("TIMEBANK_LONG") == "1";

    private static readonly Dictionary<string, string[]> Pages = new()
    {
        [""] =
        [
            "/", "/sign-in", "/style", "/stop/404", "/check", "/terminal", "/statistics?region=430211&month=2026-10", "/providers",
            "/providers?region=430211", "/providers?region=430211&list=white", "/providers?region=430211&service=Bath&area=430211",
        ],
        ["volunteer"] =
        [
            "/", "/hours", "/hours/statement?month=2026-10", "/hours/give", "/hours/certificate", "/hours/proof/10", "/requests",
            "/services",
        ],
        ["elder"] = ["/", "/vouchers", "/vouchers/paper", "/orders", "/orders/new", "/complaints?show=all", "/prepayments"],
        ["provider_clerk"] =
        [
            "/", "/redeem", "/redeem/bill", "/today?day=2026-10-20", "/payments?month=2026-10", "/terminals", "/terminals/new",
            "/standing", "/provider", "/provider/prices", "/provider/opening", "/provider/staff", "/provider/staff/end",
            "/provider/prepayments", "/provider/prepayments/new",
        ],
        ["finance_maker"] =
        [
            "/finance", "/finance/batches", "/finance/batches/prepare", "/finance/bank", "/finance/exceptions", "/finance/close",
            "/finance/close/2026-10", "/finance/close/day?date=2026-10-20", "/finance/funds", "/finance/programmes", "/finance/payees",
            "/finance/claims", "/finance/offline", "/finance/reports", "/finance/programmes/new", "/finance/programmes/return",
            "/finance/vouchers/expire", "/finance/estates", "/complaints", "/complaints/new?about=entries/10",
            "/finance/prepayments", "/finance/prepayments/draw", "/finance/clearing",
        ],
        ["finance_checker"] = ["/finance", "/finance/batches", "/finance/exceptions", "/finance/payees", "/finance/appeals"],
        ["auditor"] =
        [
            "/finance", "/finance/close", "/journal", "/journal/10", "/journal/accounts", "/journal/accounts/fund/lottery/available",
            "/journal/trial-balance", "/journal/checkpoint", "/journal/rules",
        ],
        ["counter"] =
        [
            "/", "/desk", "/desk/people", "/desk/people?kind=volunteers", "/desk/register", "/desk/outreach", "/desk/terminals",
            "/desk/visits?month=2026-10", "/desk/providers",
        ],
        ["administrator"] = ["/finance/providers", "/finance/providers/new"],
    };

    public static TheoryData<string, string, bool> Readers
    {
        get
        {
            var readers = new TheoryData<string, string, bool>();
            (string Locale, bool IsLarge)[] looks = [("zh-CN", false), ("zh-CN", true), ("en-US", false), ("en-US", true)];
            int turn = 0;
            foreach (string role in Pages.Keys)
            {
                // Each role in another look; each in all of them where there is time: TIMEBANK_LONG=1.
                foreach ((string locale, bool isLarge) in Long ? looks : [looks[turn++ % looks.Length]]) readers.Add(role, locale, isLarge);
            }
            return readers;
        }
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task Everybody_can_read_it(string role, string locale, bool large)
    {
        // 320 px is a phone, and a screen of 1280 px at four times its size.
        IPage page = role.Length == 0 ? await month.VisitAsync(locale: locale, width: 320, large: large)
            : await month.SignInAsync(role, locale: locale, width: 320, large: large);
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") errors.Add(message.Text);
        };
        foreach (string path in await PathsAsync(page, role))
        {
            string text = await ReadableAsync(page, path);
            if (locale == "en-US") Assert.DoesNotContain("undefined", text, StringComparison.Ordinal);
        }
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_keyboard_alone_reaches_everything()
    {
        IPage page = await month.SignInAsync("volunteer");
        await page.GotoAsync("/hours/give");
        int wanted = await page.Locator("a[href], button:visible, input:visible:not([type=hidden]), select:visible").CountAsync();
        var seen = new HashSet<string>();
        for (int i = 0; i < wanted + 5; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            string at = await page.EvaluateAsync<string>(
                "() => { const one = document.activeElement; const box = getComputedStyle(one);"
                + " return one === document.body ? '' : `${one.outerHTML.slice(0, 120)} ${box.outlineStyle}`; }");
            if (at.Length == 0) continue;
            Assert.DoesNotContain(" none", at[^6..], StringComparison.Ordinal);
            seen.Add(at);
        }
        // The radio buttons of one question are one stop.
        int radios = await page.Locator("input[type=radio]").CountAsync();
        Assert.True(seen.Count >= wanted - Math.Max(0, radios - 1), $"Only {seen.Count} of {wanted} were reached.");
        await page.Context.CloseAsync();
    }

    /// <summary>Opens a page: it is there, small, for everybody to read, as wide as the screen, and without codes.</summary>
    /// <returns>Its text.</returns>
    internal static async Task<string> ReadableAsync(IPage page, string path)
    {
        IResponse answer = (await page.GotoAsync(path))!;
        Assert.True(answer.Status == 200, $"{path} gives {answer.Status}.");
        Assert.True((await answer.BodyAsync()).Length <= MaxBytes, $"{path} has more than {MaxBytes} bytes.");
        AxeResult found = await page.RunAxe(ViolationsAlone);
        Assert.True(found.Violations.Length == 0, $"{path}: " + string.Join("; ", found.Violations.Select(violation =>
            $"{violation.Id} at {string.Join(", ", violation.Nodes.Select(node => node.Html))}")));
        int beyond = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(beyond <= 0, $"{path} is {beyond} px wider than the screen.");
        string text = await page.Locator("main").InnerTextAsync();
        Assert.True(!Code().IsMatch(text), $"{path} shows the code {Code().Match(text).Value}.");
        return text;
    }

    /// <summary>The pages of a role, with those that the lists lead to.</summary>
    private static async Task<IEnumerable<string>> PathsAsync(IPage page, string role)
    {
        (string List, string Link)[] further = role switch
        {
            "elder" => [("/vouchers", "main td a[href^='/vouchers/']"), ("/orders", "main td a[href^='/orders/']")],
            "volunteer" => [("/services", "main td a[href^='/services/']")],
            "provider_clerk" => [("/today?day=2026-10-20", "main td a[href^='/redemptions/']")],
            "finance_maker" =>
            [
                ("/finance/batches", "main td a[href^='/finance/batches/'], main th a[href^='/finance/batches/']"),
                ("/finance/bank", "main a[href^='/finance/bank/']"), ("/finance/funds", "main a[href^='/finance/funds/']"),
                ("/finance/programmes", "main td a[href^='/finance/programmes/'], main th a[href^='/finance/programmes/']"),
                ("/finance/payees", "main a[href^='/finance/payees/']"), ("/finance/reports", "main a[href^='/finance/reports/']"),
            ],
            "counter" =>
            [
                ("/desk/providers", "main th a[href^='/desk/providers/']"), ("/desk/people", "main th a[href^='/desk/elders/']"),
            ],
            "administrator" => [("/finance/providers", "main th a[href^='/finance/providers/']")],
            _ => [],
        };
        var paths = new List<string>(Pages[role]);
        foreach ((string list, string link) in further)
        {
            await page.GotoAsync(list);
            ILocator first = page.Locator(link).First;
            if (await first.CountAsync() > 0) paths.Add((await first.GetAttributeAsync("href"))!);
        }
        if (role == "counter") paths.AddRange(new[] { "holder", "notice" }.Select(one => $"{paths[^1].Split('?')[0]}/{one}").ToArray());
        string file = paths[^1];
        if (role == "administrator")
            paths.AddRange(new[] { "standing", "accredit", "accreditations/1", "staff", "staff/end" }.Select(one => $"{file}/{one}"));
        return paths;
    }

    [GeneratedRegex(@"\b[A-Z]{2,}_[A-Z_]+\b")]
    private static partial Regex Code();
}
