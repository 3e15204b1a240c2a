using TimeBank.V1;
using Xunit;

namespace TimeBank.Pages.Tests;

/// <summary>What an officer signs can be followed to its source, and what stands in the way is said before.</summary>
[Collection(WholeMonth.Name)]
public sealed class FinanceTraceTests(WholeMonth month)
{
    /// <summary>The next batch has no line of its own: each fen is a line of the batch that was withdrawn.</summary>
    [Fact]
    public async Task What_a_withdrawn_batch_left_is_linked_and_listed_line_by_line()
    {
        (string provider, string redemption) = await Office.OweAsync(month, 3);
        string id = Office.Last(provider), prepare = $"/finance/batches/prepare?provider={id}";
        using Surfer maker = await Office.SurferAsync(month, "finance_maker");
        string withdrawn = (await maker.DoAsync(prepare, "prepare")).Split('?')[0];
        await maker.DoAsync(withdrawn, "withdraw", ("Note", "再核一次"));
        string link = $"href=\"{withdrawn}/payments/1\"";

        Assert.Contains(link, (await maker.GetAsync(prepare)).Text, StringComparison.Ordinal);
        Assert.Contains(link, (await maker.GetAsync($"/finance/batches/prepare/{id}")).Text, StringComparison.Ordinal);
        string next = (await maker.DoAsync(prepare, "prepare")).Split('?')[0];
        Assert.Contains(link, (await maker.GetAsync(next)).Text, StringComparison.Ordinal);
        Assert.Contains(link, (await maker.GetAsync($"{next}/payments/1")).Text, StringComparison.Ordinal);
        string file = (await maker.GetAsync($"/finance/reports/provider.csv?payment={Office.Last(next)}/1")).Text;
        Assert.Contains($"{Office.Last(withdrawn)}-001", file, StringComparison.Ordinal);
        string entry = (await new ProviderService.ProviderServiceClient(await month.CallerAsync("auditor")).ListRedemptionsAsync(
            new ListRedemptionsRequest { Provider = provider })).Redemptions.First(one => one.Name == redemption).Entry;
        Assert.Contains($"\r\n{Office.Last(entry)},2026-11-", file, StringComparison.Ordinal);
        await maker.DoAsync(next, "withdraw", ("Note", "路测"));
    }
}
