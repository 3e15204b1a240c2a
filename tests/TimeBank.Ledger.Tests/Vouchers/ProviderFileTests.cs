using System.Collections.Immutable;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>The rules of a provider's file: accreditations by service, staff, prices, opening.</summary>
public sealed class ProviderFileTests
{
    private static readonly DateOnly Today = new(2026, 10, 10);
    private static readonly RegionCode Tianyuan = RegionCode.Parse("430211");

    /// <summary>Meals from the 1st to the 20th, baths from the 15th on, cleaning to the 9th: type, first and last day asked for.</summary>
    [Theory]
    [InlineData(ServiceType.Meal, 21, 30, null)]
    [InlineData(ServiceType.Meal, 20, 30, Reason.AccreditationOverlaps)]
    [InlineData(ServiceType.Meal, 10, 11, Reason.AccreditationOverlaps)]
    [InlineData(ServiceType.Bath, 10, 14, null)]
    [InlineData(ServiceType.Bath, 10, 15, Reason.AccreditationOverlaps)]
    [InlineData(ServiceType.Clean, 10, 31, null)]
    [InlineData(ServiceType.Care, 10, 31, null)]
    public void Periods_of_one_type_do_not_overlap(ServiceType type, int first, int last, Reason? reason) => Assert.Equal(
        reason, AccreditationRule.Grant(Known, new AccreditationSpan(type, Day(first), Day(last)))?.Reason);

    [Theory]
    [InlineData(1, 10, null)]
    [InlineData(1, 31, null)]
    [InlineData(2, 10, null)]
    [InlineData(3, 31, Reason.AccreditationOver)]
    [InlineData(4, 25, null)]
    [InlineData(5, 24, null)]
    [InlineData(5, 25, Reason.AccreditationOverlaps)]
    [InlineData(0, 31, Reason.AccreditationNotFound)]
    [InlineData(6, 31, Reason.AccreditationNotFound)]
    public void What_is_not_over_is_extended_and_ended(int number, int last, Reason? reason)
    {
        ImmutableArray<AccreditationSpan> known =
            [.. Known, new AccreditationSpan(ServiceType.Care, Day(25), Day(31)), new AccreditationSpan(ServiceType.Care, Day(1), Day(12))];
        Assert.Equal(reason, AccreditationRule.Change(known, number - 1, Day(last), Today)?.Reason);
    }

    [Fact]
    public void An_accreditation_that_was_taken_back_before_it_began_covers_no_day_and_blocks_none()
    {
        var none = new AccreditationSpan(ServiceType.Meal, Day(15), Day(10));
        Assert.DoesNotContain(Enumerable.Range(1, 31), day => none.Covers(Day(day)));
        Assert.Null(AccreditationRule.Grant([none], new AccreditationSpan(ServiceType.Meal, Day(10), Day(20))));
    }

    /// <summary>
    /// What a full file forgets: prices as item, fen (-: taken back) and first day of October, with what counts since the 10th. Those that
    /// are kept, by their places.
    /// </summary>
    [Theory]
    [InlineData("a:5:1", "0")]
    [InlineData("a:5:1 a:6:2", "1")]
    [InlineData("a:5:1 a:6:10", "1")]
    [InlineData("a:5:1 a:6:11", "0 1")]
    [InlineData("a:5:1 a:6:1 a:7:1", "2")]
    [InlineData("a:6:9 a:5:1", "0")]
    [InlineData("a:5:1 b:6:2", "0 1")]
    [InlineData("a:5:1 a:-:2", "")]
    [InlineData("a:5:1 a:-:11", "0 1")]
    [InlineData("a:-:2 a:5:3 a:6:4 b:-:1 b:-:30", "2 4")]
    public void A_price_that_counts_for_no_kept_day_makes_room(string published, string kept)
    {
        ImmutableArray<PublishedPrice> prices = [.. published.Split(' ').Select(text => text.Split(':')).Select(part => new PublishedPrice(
            Slug.Parse(part[0]), part[1] == "-" ? null : new Fen(long.Parse(part[1], null)), Day(int.Parse(part[2], null))))];
        int[] places = [.. Enumerable.Range(0, prices.Length).Where(at => !ProviderFileRule.IsPast(prices, at, Today))];

        Assert.Equal(kept, string.Join(' ', places));
        ProviderFacts before = Facts(prices), after = Facts([.. places.Select(at => prices[at])]);
        foreach (int day in Enumerable.Range(10, 22))
            Assert.All(prices, price => Assert.Equal(before.PriceOf(price.Item, Day(day)), after.PriceOf(price.Item, Day(day))));

        static ProviderFacts Facts(ImmutableArray<PublishedPrice> prices) => new([], []) { Prices = prices };
    }

    /// <summary>Namings as person, day of the naming and last day (-: none), since the 10th.</summary>
    [Theory]
    [InlineData("a:1:-", "0")]
    [InlineData("a:1:9", "")]
    [InlineData("a:1:10", "0")]
    [InlineData("a:1:- a:2:-", "1")]
    [InlineData("a:1:- a:10:-", "0 1")]
    [InlineData("a:1:- b:2:8 a:10:9", "")]
    [InlineData("a:1:- b:2:9 a:3:- b:9:-", "2 3")]
    public void A_naming_that_has_not_counted_for_long_makes_room_and_none_comes_back(string named, string kept)
    {
        string[][] parts = [.. named.Split(' ').Select(text => text.Split(':'))];
        ImmutableArray<StaffSpan> staff =
            [.. parts.Select(part => new StaffSpan(part[0], [], part[2] == "-" ? null : Day(int.Parse(part[2], null))))];
        int[] places = [.. Enumerable.Range(0, staff.Length).Where(at => !ProviderFileRule.IsPast(
            staff, at, naming => Day(int.Parse(parts[naming][1], null)), Today))];

        Assert.Equal(kept, string.Join(' ', places));
        ImmutableArray<StaffSpan> after = [.. places.Select(at => staff[at])];
        foreach (StaffSpan one in staff)
            Assert.True(StaffRule.Find(after, one.Person) is not { } found || found == StaffRule.Find(staff, one.Person));
    }

    /// <summary>The staff as person, rights and last day of October; who asks, for what; and why not.</summary>
    [Theory]
    [InlineData("", "anybody", ProviderRight.Money, null)]
    [InlineData("lan:Staff", "anybody", ProviderRight.None, Reason.ProviderStaffNotNamed)]
    [InlineData("lan:Staff", "Lan", ProviderRight.Staff, Reason.ProviderStaffNotNamed)]
    [InlineData("lan:Staff", "lan", ProviderRight.Staff, null)]
    [InlineData("lan:Staff", "lan", ProviderRight.None, null)]
    [InlineData("lan:Staff", "lan", ProviderRight.Redeem, Reason.ProviderRightMissing)]
    [InlineData("lan:Redeem+Refund", "lan", ProviderRight.Refund, null)]
    [InlineData("lan:", "lan", ProviderRight.None, null)]
    [InlineData("lan:Redeem:10", "lan", ProviderRight.Redeem, null)]
    [InlineData("lan:Redeem:9", "lan", ProviderRight.Redeem, Reason.ProviderStaffNotNamed)]
    [InlineData("lan:Redeem:9", "mei", ProviderRight.None, Reason.ProviderStaffNotNamed)]
    [InlineData("lan:Redeem:9,lan:Money", "lan", ProviderRight.Money, null)]
    [InlineData("lan:Redeem,lan:Money", "lan", ProviderRight.Redeem, Reason.ProviderRightMissing)]
    public void Only_who_is_named_acts_within_the_latest_rights(string staff, string person, ProviderRight right, Reason? reason) =>
        Assert.Equal(reason, StaffRule.Judge(Staff(staff), person, right, Today)?.Reason);

    [Theory]
    [InlineData("", "lan:Staff", false, null)]
    [InlineData("", "lan:Staff", true, Reason.ProviderStaffNotBegun)]
    [InlineData("", "lan:Redeem", false, Reason.ProviderStaffNeeded)]
    [InlineData("lan:Staff", "lan:Staff,mei:Redeem", true, null)]
    [InlineData("lan:Staff", "lan:Staff,lan:Redeem", true, Reason.ProviderStaffNeeded)]
    [InlineData("lan:Staff", "lan:Staff,lan:Redeem", false, Reason.ProviderStaffNeeded)]
    [InlineData("lan:Staff,mei:Staff", "lan:Staff,mei:Staff,lan:Redeem", true, null)]
    [InlineData("lan:Staff,mei:Staff:20", "lan:Staff,mei:Staff:20,lan:Redeem", true, Reason.ProviderStaffNeeded)]
    public void The_administrator_names_the_first_and_somebody_always_leads(string before, string after, bool isProvider, Reason? reason) =>
        Assert.Equal(reason, StaffRule.Name(Staff(before), Staff(after), isProvider)?.Reason);

    [Theory]
    [InlineData("lan:Staff", "lan:Staff:9", "lan", Reason.ProviderStaffNeeded)]
    [InlineData("lan:Staff", "lan:Staff:31", "lan", Reason.ProviderStaffNeeded)]
    [InlineData("lan:Staff,mei:Redeem", "lan:Staff,mei:Redeem:9", "mei", null)]
    [InlineData("lan:Staff,mei:Staff", "lan:Staff:9,mei:Staff", "lan", null)]
    [InlineData("lan:Staff", "lan:Staff", "mei", Reason.ProviderStaffNotFound)]
    [InlineData("lan:Staff,mei:Redeem:9", "lan:Staff,mei:Redeem:9", "mei", Reason.ProviderStaffNotFound)]
    public void The_last_who_leads_is_not_ended(string before, string after, string person, Reason? reason) =>
        Assert.Equal(reason, StaffRule.End(Staff(before), Staff(after), person, Today)?.Reason);

    [Theory]
    [InlineData("meal-canteen", 0, null)]
    [InlineData("meal-canteen", 1, Reason.PriceAboveCeiling)]
    [InlineData("companionship", 1, Reason.PriceAboveCeiling)]
    [InlineData("moon-walk", 0, Reason.ItemNotFound)]
    public void No_price_is_above_the_ceiling(string item, long above, Reason? reason)
    {
        Catalogue list = CatalogueDirectory.BuiltIn.At(Tianyuan, Today)!;
        var price = new PublishedPrice(Slug.Parse(item), new Fen((list.Find(Slug.Parse(item))?.CeilingPrice.Value ?? 1) + above), Today);

        Refusal? refusal = PriceRule.Publish([price], list);

        Assert.Equal(reason, refusal?.Reason);
        if (reason == Reason.PriceAboveCeiling) Assert.Equal(["ceiling", "item", "price", "unit"], refusal!.Values.Select(one => one.Key));
        Assert.Null(PriceRule.Publish([price with { Price = null, Item = Slug.Parse("meal-canteen") }], list));
    }

    [Theory]
    [InlineData("00:00", 0)]
    [InlineData("08:30", 510)]
    [InlineData("24:00", 1_440)]
    [InlineData("24:01", null)]
    [InlineData("29:00", null)]
    [InlineData("8:30", null)]
    [InlineData("08:60", null)]
    [InlineData("08.30", null)]
    [InlineData("０８:30", null)]
    [InlineData(" 08:30", null)]
    [InlineData("", null)]
    public void A_time_of_the_day_has_four_digits(string text, int? minutes)
    {
        Assert.Equal(minutes is not null, OpeningSpan.TryTime(text, out int read));
        if (minutes is { } known) Assert.Equal((known, text), (read, OpeningSpan.TimeText(read)));
    }

    [Fact]
    public void Hours_are_stored_as_text_and_open_days_follow_from_them()
    {
        OpeningSpan[] spans = [new(1, 480, 720), new(7, 0, 1_440)];
        Assert.Equal(["1 08:00-12:00", "7 00:00-24:00"], spans.Select(span => span.ToString()));
        Assert.Equal(spans, spans.Select(span => OpeningSpan.Parse(span.ToString())));
        Assert.Throws<FormatException>(() => OpeningSpan.Parse("8 08:00-12:00"));
        Assert.True(spans[0].Overlaps(new OpeningSpan(1, 719, 800)));
        Assert.False(spans[0].Overlaps(new OpeningSpan(1, 720, 800)) || spans[0].Overlaps(new OpeningSpan(2, 480, 720)));
        // 2026-10-12 is a Monday.
        var offer = new ProviderOffer([.. spans], [Day(19)], []);
        Assert.Equal([11, 12, 18, 25, 26], Enumerable.Range(10, 18).Where(day => offer.IsOpenOn(Day(day))));
        Assert.False(new ProviderOffer([], [], []).IsOpenOn(Today));
    }

    /// <summary>A provider of Tianyuan: the areas that it named, the division asked for, and whether it serves all of it.</summary>
    [Theory]
    [InlineData("", "430211", true)]
    [InlineData("", "430200", false)]
    [InlineData("", "430203", false)]
    [InlineData("430203", "430211", false)]
    [InlineData("430203,430211", "430203", true)]
    [InlineData("430200", "430203", true)]
    [InlineData("430200", "430000", false)]
    public void A_division_is_served_where_an_area_covers_it(string areas, string asked, bool serves) => Assert.Equal(
        serves,
        new ProviderOffer([], [], [.. areas.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(RegionCode.Parse)])
            .Serves(RegionCode.Parse(asked), Tianyuan));

    [Theory]
    [InlineData("430211", "430211", true)]
    [InlineData("430211", "430203", true)]
    [InlineData("430211", "430200", false)]
    [InlineData("430211", "430102", false)]
    [InlineData("430200", "430211", true)]
    [InlineData("430200", "430100", true)]
    [InlineData("430200", "430000", false)]
    [InlineData("430000", "430211", true)]
    [InlineData("430000", "420100", false)]
    public void Areas_are_the_own_region_those_below_it_and_those_beside_it(string own, string area, bool may) =>
        Assert.Equal(may, ProviderOffer.MayServe(RegionCode.Parse(area), RegionCode.Parse(own)));

    private static ImmutableArray<AccreditationSpan> Known { get; } =
    [
        new(ServiceType.Meal, Day(1), Day(20)), new(ServiceType.Bath, Day(15), Day(31)), new(ServiceType.Clean, Day(1), Day(9)),
    ];

    private static DateOnly Day(int day) => new(2026, 10, day);

    private static ImmutableArray<StaffSpan> Staff(string text) =>
    [
        .. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')).Select(parts => new StaffSpan(
            parts[0], [.. parts[1].Split('+', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<ProviderRight>)],
            parts.Length > 2 ? Day(int.Parse(parts[2], null)) : null)),
    ];
}
