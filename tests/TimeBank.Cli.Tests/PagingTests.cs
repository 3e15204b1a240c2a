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

    [Fact]
    public async Task What_is_shown_beside_the_items_is_one_answers_and_a_zero_is_a_value()
    {
        static Amount Fen(long value) => new() { Value = value, Unit = "CNY" };
        static Balance Of(long value) => new() { Amount = Fen(value), Side = value == 0 ? Side.Unspecified : Side.Credit };
        Statement[] pages =
        [
            new() { Opening = Of(0), Closing = Of(2_700), TotalCredits = Fen(2_700), TotalDebits = Fen(0), NextPageToken = "next" },
            new() { Opening = Of(0), Closing = Of(0), TotalCredits = Fen(2_700), TotalDebits = Fen(2_700) },
        ];
        for (int at = 0; at < pages.Length; at++) pages[at].Postings.Add(new Posting { EntryIndex = at + 1 });
        Statement all = await new Paging(int.MaxValue).AllAsync(
            new GetProviderStatementRequest(), request => Task.FromResult(pages[request.PageToken.Length == 0 ? 0 : 1]));

        Assert.Equal([1, 2], all.Postings.Select(posting => posting.EntryIndex));
        Assert.Equal((Of(0), Of(0), ""), (all.Opening, all.Closing, all.NextPageToken));
        Assert.Equal((Fen(2_700), Fen(2_700)), (all.TotalDebits, all.TotalCredits));
    }

    /// <summary>2,500 elders, a page as the server cuts it.</summary>
    private static ListEldersResponse Page(ListEldersRequest request)
    {
        int from = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture),
            to = Math.Min(2_500, from + Math.Min(request.PageSize, 1_000));
        var page = new ListEldersResponse { NextPageToken = to < 2_500 ? $"{to}" : "" };
        page.Elders.Add(Enumerable.Range(from, to - from).Select(number => new Elder { Name = $"{number}" }));
        return page;
    }
}
