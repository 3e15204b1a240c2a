using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class RedemptionRuleTests
{
    private static readonly DateOnly Today = new(2026, 10, 10);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Today)!;
    private static readonly OpaqueId Elder = OpaqueId.Parse("0123456789AB"), Carer = OpaqueId.Parse("P00000000001"),
        Voucher = OpaqueId.Parse("C00000000001");
    private static readonly RedemptionClaim Lunch =
        new(Carer, Slug.Parse("meal-canteen"), 2, new Fen(2_000), Fen.Zero, ServicePlace.Home, Today);
    private static readonly RedemptionClaim Care =
        new(Carer, Slug.Parse("care-home"), 1, new Fen(8_000), Fen.Zero, ServicePlace.Home, Today);

    /// <summary>One fault each, then two faults, of which the first in the order of checks answers.</summary>
    public static TheoryData<string, Reason> Refusals => new()
    {
        { "no voucher", Reason.VoucherNotFound },
        { "no voucher, no provider", Reason.VoucherNotFound },
        { "no provider", Reason.ProviderNotFound },
        { "tomorrow", Reason.ServiceDateInFuture },
        { "tomorrow, insurance above price", Reason.ServiceDateInFuture },
        { "insurance above price", Reason.InsuranceAbovePrice },
        { "unknown item", Reason.ItemNotFound },
        { "unknown item, voided", Reason.ItemNotFound },
        { "voided", Reason.VoucherVoided },
        { "expired", Reason.VoucherClaimByPassed },
        { "expired, after use-by", Reason.VoucherExpired },
        { "expired, before from", Reason.VoucherNotYetValid },
        { "after use-by", Reason.VoucherExpired },
        { "after use-by, claim-by passed", Reason.VoucherExpired },
        { "before from", Reason.VoucherNotYetValid },
        { "claim-by passed", Reason.VoucherClaimByPassed },
        { "other type", Reason.VoucherNotForService },
        { "other unit", Reason.VoucherNotForService },
        { "minutes", Reason.VoucherNotForService },
        { "used up", Reason.VoucherUsedUp },
        { "used up, blacklisted", Reason.VoucherUsedUp },
        { "dead", Reason.ElderDeceased },
        { "dead, left", Reason.ElderDeceased },
        { "dead, blacklisted", Reason.ElderDeceased },
        { "dead, used up", Reason.VoucherUsedUp },
        { "left", Reason.ElderLeft },
        { "blacklisted", Reason.ProviderBlackListed },
        { "suspended", Reason.ProviderSuspended },
        { "suspended since", Reason.ProviderSuspended },
        { "accreditation over", Reason.ProviderNotAccredited },
        { "not yet accredited", Reason.ProviderNotAccredited },
        { "provider of other types", Reason.ProviderNotForService },
        { "meals later", Reason.ProviderServiceNotAccredited },
        { "meals before and later", Reason.ProviderServiceNotAccredited },
        { "suspended, above the published price", Reason.ProviderSuspended },
        { "meals later, above the published price", Reason.ProviderServiceNotAccredited },
        { "above the published price", Reason.PriceAbovePublished },
        { "above the published price, all insured", Reason.PriceAbovePublished },
        { "not named", Reason.ProviderStaffNotNamed },
        { "not named, no voucher", Reason.ProviderStaffNotNamed },
        { "without the right", Reason.ProviderRightMissing },
        { "without the right, tomorrow", Reason.ProviderRightMissing },
        { "all insured", Reason.NothingToPay },
        { "more than is left", Reason.InsufficientBalance },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void The_first_reason_in_the_documented_order_is_the_answer(string what, Reason reason)
    {
        VoucherFacts? voucher = Meals();
        ProviderFacts? provider = Canteen();
        RedemptionClaim claim = Lunch;
        DateOnly today = Today;
        ElderFacts? elder = null;
        foreach (string wrong in what.Split(", "))
        {
            switch (wrong)
            {
                case "no voucher": voucher = null; break;
                case "no provider": provider = null; break;
                case "tomorrow": claim = claim with { ServiceDate = Today.AddDays(1) }; break;
                case "insurance above price": claim = claim with { Insurance = new Fen(2_001) }; break;
                case "unknown item": claim = claim with { Item = Slug.Parse("meal-lunch") }; break;
                case "voided": voucher = voucher! with { Remaining = 0, End = VoucherEnd.Voided }; break;
                case "expired": voucher = voucher! with { Remaining = 0, End = VoucherEnd.Expired }; break;
                case "after use-by": voucher = voucher! with { Terms = voucher.Terms with { UseBy = Today.AddDays(-1) } }; break;
                case "before from": voucher = voucher! with { Terms = voucher.Terms with { From = Today.AddDays(1) } }; break;
                case "claim-by passed": today = voucher!.Terms.ClaimBy.AddDays(1); break;
                case "other type": voucher = voucher! with { Terms = voucher.Terms with { ServiceTypes = [ServiceType.Bath] } }; break;
                case "other unit":
                    claim = claim with { Item = Slug.Parse("bath-home") }; voucher =
                    voucher! with { Terms = voucher.Terms with { ServiceTypes = [ServiceType.Bath] } }; break;
                case "minutes":
                    claim = claim with { Item = Slug.Parse("companionship") }; voucher =
                    voucher! with { Terms = voucher.Terms with { ServiceTypes = [ServiceType.Companionship] } }; break;
                case "dead": elder = Told(elder, ElderNoticeKind.Deceased, Today.AddDays(-1)); break;
                case "left": elder = Told(elder, ElderNoticeKind.Left, Today.AddMonths(-1)); break;
                case "used up": voucher = voucher! with { Remaining = 0 }; break;
                case "blacklisted": provider = Canteen(new StandingSpan(Standing.BlackListed, Today, null)); break;
                case "suspended": provider = Canteen(new StandingSpan(Standing.Suspended, Today, Today)); break;
                case "suspended since":
                    provider = Canteen(new StandingSpan(Standing.Suspended, Today, null)); claim =
                    claim with { ServiceDate = Today.AddDays(-1) }; break;
                case "accreditation over": provider = Canteen(until: Today.AddDays(-1)); break;
                case "not yet accredited": provider = Canteen(from: Today.AddDays(1)); break;
                case "provider of other types":
                    provider = Of([.. provider!.Accreditations.Where(span => span.Type != ServiceType.Meal)]);
                    break;
                case "meals later":
                    provider = Of([.. provider!.Accreditations.Select(
                        span => span.Type == ServiceType.Meal ? span with { First = Today.AddDays(1) } : span)]);
                    break;
                case "meals before and later":
                    provider = Of(new AccreditationSpan(ServiceType.Meal, Today.AddDays(-9), Today.AddDays(-1)),
                        new AccreditationSpan(ServiceType.Meal, Today.AddDays(1), Today.AddDays(9)),
                        new AccreditationSpan(ServiceType.Bath, Today, Today));
                    break;
                case "above the published price":
                    provider = provider! with { Prices = [new PublishedPrice(Lunch.Item, new Fen(999), Today)] };
                    break;
                case "not named":
                    provider = provider! with { Staff = [new StaffSpan("lan", [ProviderRight.Redeem, ProviderRight.Staff], null)] };
                    break;
                case "without the right":
                    provider = provider! with { Staff = [new StaffSpan("clerk", [ProviderRight.Refund, ProviderRight.Staff], null)] };
                    break;
                case "all insured": claim = claim with { Insurance = claim.Price }; break;
                case "more than is left": voucher = voucher! with { Remaining = 1 }; break;
                default: throw new ArgumentException(wrong, nameof(what));
            }
        }
        RedemptionJudgement judged = RedemptionRule.Judge(
            voucher, provider, claim, List, Policy, today, elder?.LastServed(today), clerk: "clerk");
        Assert.Equal(reason, judged.Refusal?.Reason);
    }

    /// <summary>
    /// The notices, each as kind, day of the event and day of the report; the day of a service, and why it is not paid on the 10th.
    /// </summary>
    [Theory]
    [InlineData("Deceased 2026-10-08 2026-10-09", "2026-10-08", null)]
    [InlineData("Deceased 2026-10-08 2026-10-09", "2026-10-09", Reason.ElderDeceased)]
    [InlineData("Deceased 2026-10-08 2026-10-11", "2026-10-09", null)]
    [InlineData("Deceased 2026-10-08 2026-10-09,Returned 2026-10-09 2026-10-10", "2026-10-10", null)]
    [InlineData("Left 2026-09-20 2026-09-28", "2026-10-01", Reason.ElderLeft)]
    [InlineData("Left 2026-09-20 2026-10-02", "2026-10-10", null)]
    [InlineData("Left 2026-08-20 2026-08-28,Returned 2026-10-05 2026-10-05", "2026-10-10", null)]
    [InlineData("BenefitBegun 2026-09-01 2026-09-02", "2026-10-10", null)]
    public void What_was_given_up_to_the_last_day_is_paid(string notices, string served, Reason? reason)
    {
        var elder = new ElderFacts(new DateOnly(1940, 1, 1), RegionCode.Parse("430211"), Difficulties.None, [])
        {
            Notices = [.. notices.Split(',').Select(text => text.Split(' ')).Select(parts => new ElderNotice(
                Enum.Parse<ElderNoticeKind>(parts[0]), DateOnly.Parse(parts[1], null), DateOnly.Parse(parts[2], null)))],
        };

        RedemptionJudgement judged = RedemptionRule.Judge(
            Meals(), Canteen(), Lunch with { ServiceDate = DateOnly.Parse(served, null) }, List, Policy, Today, elder.LastServed(Today));

        Assert.Equal(reason, judged.Refusal?.Reason);
    }

    private static ElderFacts Told(ElderFacts? elder, ElderNoticeKind kind, DateOnly day)
    {
        elder ??= new ElderFacts(new DateOnly(1940, 1, 1), RegionCode.Parse("430211"), Difficulties.None, []);
        return elder with { Notices = elder.Notices.Add(new ElderNotice(kind, day, day)) };
    }

    [Theory]
    [InlineData(2, 2_000, 0, 2_000, 0)]
    [InlineData(2, 2_400, 0, 2_400, 0)]
    [InlineData(2, 2_401, 0, 2_400, 1)]
    [InlineData(1, 1_500, 200, 1_200, 100)]
    [InlineData(10, 1, 0, 1, 0)]
    public void A_unit_voucher_pays_units_and_the_provider_gets_at_most_the_contract_price(long quantity, long price, long insurance,
        long credited, long own)
    {
        RedemptionClaim claim = Lunch with { Quantity = quantity, Price = new Fen(price), Insurance = new Fen(insurance) };

        RedemptionJudgement judged = RedemptionRule.Judge(Meals(), Canteen(), claim, List, Policy, Today);

        // What the elder gives up is the same at any price.
        Assert.Equal(new Fen(1_200 * quantity), judged.Worth);
        Redemption redemption = judged.Redemption!;

        Assert.Equal((quantity, new Fen(credited), new Fen(own), 10 - quantity),
            (redemption.FromVoucher, redemption.Credited, redemption.OwnPart, redemption.Remaining));
    }

    [Theory]
    [InlineData(8_000, 0, 1, ServicePlace.Home, 4_000)]
    [InlineData(8_001, 0, 1, ServicePlace.Home, 4_000)]
    [InlineData(8_000, 0, 1, ServicePlace.Institution, 3_200)]
    [InlineData(8_000, 3_000, 1, ServicePlace.Home, 2_500)]
    [InlineData(20_000, 0, 1, ServicePlace.Home, 4_800)]
    [InlineData(20_000, 0, 3, ServicePlace.Home, 10_000)]
    [InlineData(900_000, 0, 100, ServicePlace.Home, 80_000)]
    public void A_money_voucher_pays_the_share_of_the_place_up_to_the_ceiling_of_all_items_and_the_rest(
        long price, long insurance, long quantity, ServicePlace place, long paid)
    {
        RedemptionClaim claim = Care with { Price = new Fen(price), Insurance = new Fen(insurance), Quantity = quantity, Place = place };
        var carer = new ProviderFacts(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), [ServiceType.Care], []);

        Redemption redemption = RedemptionRule.Judge(Money(), carer, claim, List, Policy, Today).Redemption!;

        Assert.Equal((paid, new Fen(paid), new Fen(price - insurance - paid), 80_000 - paid),
            (redemption.FromVoucher, redemption.Credited, redemption.OwnPart, redemption.Remaining));
    }

    [Fact]
    public void A_standing_ends_with_its_last_day_and_a_later_decision_replaces_it()
    {
        ProviderFacts provider = Canteen(new StandingSpan(Standing.Suspended, Today, null),
            new StandingSpan(Standing.BlackListed, Today.AddDays(2), Today.AddDays(3)));

        Assert.Equal(
            [Standing.Good, Standing.Suspended, Standing.Suspended, Standing.BlackListed, Standing.BlackListed, Standing.Good],
            Enumerable.Range(-1, 6).Select(day => provider.StandingOn(Today.AddDays(day))));
    }

    [Fact]
    public void A_decision_that_an_appeal_ended_leaves_the_one_before_it()
    {
        ProviderFacts provider = Canteen(new StandingSpan(Standing.Suspended, Today, null),
            new StandingSpan(Standing.BlackListed, Today.AddDays(1), Today.AddDays(2), IsLifted: true));

        Assert.Equal(
            [Standing.Suspended, Standing.BlackListed, Standing.BlackListed, Standing.Suspended],
            Enumerable.Range(0, 4).Select(day => provider.StandingOn(Today.AddDays(day))));
    }

    /// <summary>
    /// Each case: what was published, as price and first day; the day of service, the quantity, what is asked; and the most that may be.
    /// The ceiling of a lunch is 15 yuan.
    /// </summary>
    [Theory]
    [InlineData("1000@2026-10-01", "2026-10-10", 1, 1_000, null)]
    [InlineData("1000@2026-10-01", "2026-10-10", 1, 1_001, "1000")]
    [InlineData("1000@2026-10-01", "2026-10-10", 2, 2_000, null)]
    [InlineData("1000@2026-10-01", "2026-10-10", 2, 2_001, "2000")]
    [InlineData("1000@2026-10-11", "2026-10-10", 1, 5_000, null)]
    [InlineData("1000@2026-10-01,1200@2026-10-05", "2026-10-10", 1, 1_200, null)]
    [InlineData("1000@2026-10-01,1200@2026-10-05", "2026-10-04", 1, 1_200, "1000")]
    [InlineData("1200@2026-10-05,1000@2026-10-01", "2026-10-10", 1, 1_200, null)]
    [InlineData("1000@2026-10-05,900@2026-10-05", "2026-10-10", 1, 1_000, "900")]
    [InlineData("1000@2026-10-01,none@2026-10-05", "2026-10-10", 1, 5_000, null)]
    public void Nobody_asks_more_than_was_published_for_the_day_of_service(
        string published, string served, long quantity, long asked, string? most)
    {
        ProviderFacts provider = Canteen() with
        {
            Prices = [.. published.Split(',').Select(text => text.Split('@')).Select(parts => new PublishedPrice(
                Lunch.Item, parts[0] == "none" ? null : new Fen(long.Parse(parts[0], null)), DateOnly.Parse(parts[1], null)))],
        };
        RedemptionClaim claim = Lunch with { Quantity = quantity, Price = new Fen(asked), ServiceDate = DateOnly.Parse(served, null) };

        Refusal? refusal = RedemptionRule.Judge(Meals(), provider, claim, List, Policy, Today).Refusal;

        Assert.Equal(most is null ? null : Reason.PriceAbovePublished, refusal?.Reason);
        Assert.Equal(most, refusal?.Values.Single(value => value.Key == "published").Value);
        Assert.Equal(most is null ? null : $"{asked}", refusal?.Values.Single(value => value.Key == "asked").Value);
    }

    [Fact]
    public void Where_a_later_list_has_a_lower_ceiling_that_counts()
    {
        CatalogueItem lunch = List.Find(Lunch.Item)!;
        ProviderFacts provider = Canteen() with { Prices = [new PublishedPrice(lunch.Id, lunch.CeilingPrice, Today)] };
        CatalogueItem cheaper = lunch with { CeilingPrice = lunch.CeilingPrice - new Fen(1) };

        Assert.Null(provider.PriceRefusal(lunch, 1, lunch.CeilingPrice, Today));
        Assert.Equal(Reason.PriceAbovePublished, provider.PriceRefusal(cheaper, 1, lunch.CeilingPrice, Today)?.Reason);
        Assert.Null(provider.PriceRefusal(cheaper, 1, cheaper.CeilingPrice, Today));
    }

    /// <summary>What was paid for a service that wasn't given comes back however late; where it goes is the row's last word.</summary>
    [Theory]
    [InlineData("2026-10-10", VoucherEnd.None, VoucherEnd.None)]
    [InlineData("2026-11-28", VoucherEnd.None, VoucherEnd.None)]
    [InlineData("2026-11-29", VoucherEnd.None, VoucherEnd.Expired)]
    [InlineData("2026-11-29", VoucherEnd.Expired, VoucherEnd.Expired)]
    [InlineData("2026-10-10", VoucherEnd.Voided, VoucherEnd.Voided)]
    [InlineData("2026-11-29", VoucherEnd.Voided, VoucherEnd.Voided)]
    [InlineData("2026-11-29", VoucherEnd.PaidOut, VoucherEnd.None)]
    public void A_refund_has_no_last_day_and_fills_no_voucher_that_has_ended(string today, VoucherEnd end, VoucherEnd atRefund)
    {
        VoucherFacts voucher = Meals() with { Remaining = 0, End = end };
        JournalEntry entry = new(
            RegionCode.Parse("430211"), 7, LedgerTime.Parse("2026-10-10T00:00:00.000000Z"), Given.Header("meal"), EntryKind.Post,
            EntryCode.RedeemVoucher, [], [], [], null, null, null);

        Assert.Null(VoucherRule.Refund(voucher, new LinkedEntry(entry, null, null)));
        Assert.Equal(Reason.RedemptionAlreadyRefunded, VoucherRule.Refund(voucher, new LinkedEntry(entry, null, 9))?.Reason);
        Assert.Equal(atRefund, VoucherRule.EndAtRefund(voucher, DateOnly.Parse(today, null)));
    }

    private static VoucherFacts Meals() => new(
        Voucher,
        new VoucherTerms(Elder, Slug.Parse("meals"), VoucherKind.Units, Unit.Meal, [ServiceType.Meal], new Fen(1_200),
        new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 31), new DateOnly(2026, 11, 28)),
        10, VoucherEnd.None);

    private static VoucherFacts Money() => new(
        Voucher,
        new VoucherTerms(Elder, Slug.Parse("national"), VoucherKind.Money, Unit.Fen, [ServiceType.Care], Fen.Zero,
        new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 31), new DateOnly(2026, 11, 28)),
        80_000, VoucherEnd.None);

    private static ProviderFacts Of(params AccreditationSpan[] accreditations) => Canteen() with { Accreditations = [.. accreditations] };

    private static ProviderFacts Canteen(params StandingSpan[] standings) => Canteen(null, null, standings);

    private static ProviderFacts Canteen(DateOnly? from = null, DateOnly? until = null, params StandingSpan[] standings) =>
        new(from ?? new DateOnly(2026, 1, 1), until ?? new DateOnly(2026, 12, 31),
            [ServiceType.Meal, ServiceType.Bath, ServiceType.Companionship], [.. standings]);
}
