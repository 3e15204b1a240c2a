using TimeBank.V1;
using Xunit;

namespace TimeBank.Cli.Tests;

public sealed class PagingTests
{
    [Theory]
    [InlineData(int.MaxValue, 2_500, 3, "")]
    [InlineData(50, 50, 1, "50")]
    [InlineData(1_500, 1_500, 2, "1500")]
    [InlineData(2_500, 2_500, 3, "")]
    public async Task Pages_are_put_together_up_to_the_limit(int limit, int items, int calls, string nextToken)
    {
        int asked = 0;
        ListEldersResponse all = await new Paging(limit).AllAsync(new ListEldersRequest { Parent = "regions/430211" }, request =>
        {
            asked++;
            return Task.FromResult(Page(request));
        });
        Assert.Equal((items, calls, nextToken), (all.Elders.Count, asked, all.NextPageToken));
        Assert.Equal(Enumerable.Range(0, items).Select(number => $"{number}"), all.Elders.Select(elder => elder.Name));
    }

    [Fact]
    public async Task Figures_of_a_statement_are_those_of_every_page()
    {
        var opening = new Balance { Amount = new Amount { Value = 7, Unit = "MIN" }, Side = Side.Credit };
        Statement all = await new Paging(10).AllAsync(new GetHourStatementRequest(), request => Task.FromResult(new Statement
        {
            Opening = opening.Clone(),
            Postings = { new Posting { EntryIndex = request.PageToken.Length } },
            NextPageToken = request.PageToken.Length < 2 ? request.PageToken + "x" : "",
        }));
        Assert.Equal([0, 1, 2], all.Postings.Select(posting => posting.EntryIndex));
        Assert.Equal(opening, all.Opening);
    }

    /// <summary>2,500 elders, a page as the server cuts it.</summary>
    private static ListEldersResponse Page(ListEldersRequest request)
    {
        int from = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture), to = Math.Min(2_500, from + Math.Min(request.PageSize, 1_000));
        var page = new ListEldersResponse { NextPageToken = to < 2_500 ? $"{to}" : "" };
        page.Elders.Add(Enumerable.Range(from, to - from).Select(number => new Elder { Name = $"{number}" }));
        return page;
    }
}
