using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Refusals for shape, which do not depend on the ledger's state.</summary>
public sealed class ShapeTests
{
    public static TheoryData<string, string> Rows { get; } = new()
    {
        { "zero", "post m>p 0 -> AmountNotPositive" },
        { "negative", "post m>p -1 -> AmountNotPositive" },
        { "the smallest long", "post m>p -9223372036854775808 -> AmountNotPositive" },
        { "zero at most", "post m>p 0~ -> AmountNotPositive" },
        { "the largest amount", "post m>p 1000000000000000" },
        { "one more than the largest amount", "post m>p 1000000000000001 -> AmountTooLarge" },
        { "the largest long", "post m>p 9223372036854775807 -> AmountTooLarge" },
        { "units that don't meet", "post m>p.MEAL 1 -> UnitMismatch" },
        { "an account with itself", "post m>m 1 -> SameAccount" },
        { "an account with itself under another unit", "post m>m.MEAL 1 -> UnitMismatch" },
        { "a hold of zero", "hold m>p 0 -> AmountNotPositive" },
        { "a post of nothing", "post -> AmountNotPositive" },
        { "a hold of nothing", "hold -> AmountNotPositive" },
        { "a bad second transfer", "post m>p 1, m>p 0 -> AmountNotPositive" },
        { "a hold posted with a negative leg", "h: hold m>p 1 \n posthold h -1 -> AmountNotPositive" },
        { "a hold posted with an overlarge leg", "h: hold m>p 1 \n posthold h 1000000000000001 -> AmountTooLarge" },
        { "a hold posted with a bad further transfer", "h: hold m>p 1 \n posthold h & p>q 0 -> AmountNotPositive" },
        { "transfers are looked at in their order", "post m>p 0, m>m 1 -> AmountNotPositive \n post m>m 1, m>p 0 -> SameAccount" },
    };

    [Theory, MemberData(nameof(Rows))]
    public void Shape_is_checked(string row, string script) => Script.Play(row, script);

    [Theory]
    [InlineData(256, null)]
    [InlineData(257, Reason.TooManyTransfers)]
    public void Entry_has_at_most_256_transfers(int count, Reason? expected)
    {
        string legs = string.Join(", ", Enumerable.Range(1, count).Select(at => $"m>p{at} 1"));

        Assert.Equal(expected, new Book().Submit(Command.Parse($"post {legs}", "a").ToProposal()).Refusal?.Reason);
    }

    [Fact]
    public void Amounts_to_post_count_among_the_transfers()
    {
        var book = new Book();
        book.Accept(Command.Parse("hold m>p 1", "h").ToProposal());
        string zeros = string.Join(' ', Enumerable.Repeat("1", 256));

        Assert.Equal(Reason.TooManyTransfers, book.Submit(Command.Parse($"posthold h {zeros} & m>p 1", "a").ToProposal()).Refusal?.Reason);
    }

    public static TheoryData<string, EntryHeader, Reason?> Headers()
    {
        EntryHeader header = Command.HeaderOf("a");
        return new TheoryData<string, EntryHeader, Reason?>
        {
            { "memo of 200", header with { Memo = new string('款', 200) }, null },
            { "memo of 201", header with { Memo = new string('款', 201) }, Reason.TextTooLong },
            { "memo of a million", header with { Memo = new string('x', 1_000_000) }, Reason.TextTooLong },
            { "48 details", header with { Details = Details(48, 1) }, null },
            { "49 details", header with { Details = Details(49, 1) }, Reason.TextTooLong },
            { "detail of 400", header with { Details = Details(1, 397) }, null },
            { "detail of 401", header with { Details = Details(1, 398) }, Reason.TextTooLong },
            { "detail with a long key", header with { Details = EntryHeader.NoDetails.Add(new string('k', 401), "") }, Reason.TextTooLong },
            { "actor of 200", header with { Actor = new string('a', 200) }, null },
            { "actor of 201", header with { Actor = new string('a', 201) }, Reason.TextTooLong },
            { "represented of 201", header with { OnBehalfOf = new string('a', 201) }, Reason.TextTooLong },
            { "policy of 201", header with { PolicyVersion = new string('a', 201) }, Reason.TextTooLong },
        };
    }

    [Theory, MemberData(nameof(Headers), DisableDiscoveryEnumeration = true)]
    public void Header_is_bounded(string row, EntryHeader header, Reason? expected)
    {
        AccountSpec mint = AccountName.Parse("m").ToSpec(), purse = AccountName.Parse("p").ToSpec();

        Outcome outcome = new Book().Submit(Entries.Post(header, EntryCode.IssueHours, new ProposedTransfer(mint, purse, 1)));

        Assert.True(expected == outcome.Refusal?.Reason, row);
    }

    [Theory]
    [InlineData(2_000, null)]
    [InlineData(2_001, Reason.TextTooLong)]
    public void Terms_are_bounded(int length, Reason? expected)
    {
        AccountSpec mint = AccountName.Parse("m").ToSpec();
        AccountSpec voucher = AccountName.Parse("p")
            .ToSpec() with
        { Terms = new AccountTerms("", "", null, null, new string('x', length)) };

        Assert.Equal(expected, new Book()
            .Submit(Entries.Post(Command.HeaderOf("a"), EntryCode.IssueVoucher, new ProposedTransfer(mint, voucher, 1))).Refusal?.Reason);
        Assert.Equal(expected, new Book()
            .Submit(Entries.Post(Command.HeaderOf("a"), EntryCode.IssueVoucher,
            new ProposedTransfer(voucher with { Flags = AccountFlags.None }, mint, 1))).Refusal?.Reason);
    }

    private static EntryDetails Details(int count, int length) =>
        EntryDetails.Of([.. Enumerable.Range(10, count).Select(at => ($"k{at}", new string('v', length)))]);
}
