using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Persistent subsidies: no use-by, used last, kept when the elder's status changes, and the estate's after a death.</summary>
public sealed class PersistentVoucherTests
{
    private static readonly DateOnly Today = new(2026, 10, 10);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Today)!;
    private static readonly OpaqueId Carer = OpaqueId.Parse("P00000000001");
    private static readonly ProviderFacts Provider =
        new(new DateOnly(2020, 1, 1), new DateOnly(2040, 12, 31), [ServiceType.Care], []);

    private static readonly Programme Subsidy = new(
        Slug.Parse("subsidy"), ProgrammeScheme.PersistentSubsidy, Unit.Fen, [ServiceType.Care], 20_000, Fen.Zero,
        new ProgrammeEligibility(80, null, Difficulties.None));

    [Fact]
    public void Terms_have_no_last_day_and_are_stored_and_read_as_they_are()
    {
        VoucherTerms terms = Subsidy.TermsOf(Given.Elder, Today, Policy.Vouchers);
        var book = new Book();
        book.Accept(MoneyEntries.Receive(Given.Header("receive"), Given.Bank, Given.Lottery, new Fen(20_000)));
        book.Accept(MoneyEntries.Allot(Given.Header("allot"), Subsidy.Id, [(Given.Lottery, new Fen(20_000))]));
        book.Accept(VoucherEntries.Issue(Given.Header("issue"), Given.Voucher, terms, 20_000));
        var read = VoucherTerms.Of(book.Find(Chart.VoucherPath(Given.Voucher).Text)!);

        Assert.False(terms.Expires);
        Assert.Equal((terms.UseBy, terms.ClaimBy, VoucherKind.Money), (read.UseBy, read.ClaimBy, read.Kind));
        Assert.Equal(new Fen(20_000), Subsidy.Commitment(20_000));
        Assert.False(VoucherRule.MayExpire(terms, VoucherTerms.Never));
        Assert.True(VoucherRule.MayExpire(Monthly().Terms, DateOnly.MaxValue));
    }

    [Theory]
    [InlineData("1940-01-01", 20_000, EntitlementReason.ConditionsMet)]
    [InlineData("1950-01-01", 0, EntitlementReason.TooYoung)]
    public void Programme_says_who_gets_how_much(string born, long amount, EntitlementReason reason)
    {
        var elder = new ElderFacts(DateOnly.Parse(born, null), RegionCode.Parse("430211"), Difficulties.None, []);

        Entitlement answer = ProgrammeRule.Judge(Subsidy, elder, Today, Policy);

        Assert.Equal((amount, reason, EntitlementRule.ProgrammeConditions, Unit.Fen),
            (answer.Amount, answer.Reason, answer.Rule, answer.Unit));
    }

    /// <summary>The day of the service and of the claim; the built-in policy gives 28 days after the month of the service.</summary>
    [Theory]
    [InlineData("2026-10-10", "2026-10-10", null)]
    [InlineData("2031-05-20", "2031-05-20", null)]
    [InlineData("2026-10-10", "2026-11-28", null)]
    [InlineData("2026-10-10", "2026-11-29", Reason.VoucherClaimByPassed)]
    [InlineData("2026-10-31", "2026-11-28", null)]
    [InlineData("2026-11-01", "2026-12-28", null)]
    [InlineData("2026-11-01", "2026-12-29", Reason.VoucherClaimByPassed)]
    [InlineData("2026-09-30", "2026-10-10", Reason.VoucherNotYetValid)]
    public void A_service_is_claimed_by_the_end_of_its_month_and_some_days(string served, string today, Reason? reason) =>
        Assert.Equal(reason, Judge(Persistent(), DateOnly.Parse(served, null), DateOnly.Parse(today, null)).Refusal?.Reason);

    [Theory]
    [InlineData("Left", "2026-09-05", "2026-10-10", false, Reason.ElderLeft)]
    [InlineData("Left", "2026-09-05", "2026-10-10", true, null)]
    [InlineData("Deceased", "2026-10-08", "2026-10-08", true, null)]
    [InlineData("Deceased", "2026-10-08", "2026-10-09", true, Reason.ElderDeceased)]
    public void A_change_of_status_ends_what_expires_and_a_death_everything(
        string kind, string day, string served, bool isPersistent, Reason? reason)
    {
        var notice = new ElderNotice(Enum.Parse<ElderNoticeKind>(kind), DateOnly.Parse(day, null), DateOnly.Parse(day, null));
        var elder = new ElderFacts(new DateOnly(1940, 1, 1), RegionCode.Parse("430211"), Difficulties.None, []) { Notices = [notice] };

        RedemptionJudgement judged = Judge(
            isPersistent ? Persistent() : Monthly(), DateOnly.Parse(served, null), Today, elder.LastServed(Today));

        Assert.Equal(reason, judged.Refusal?.Reason);
    }

    [Fact]
    public void A_bill_takes_what_would_be_lost_first_and_then_the_oldest_of_what_stays()
    {
        VoucherFacts[] vouchers = [Persistent("A", 500, "2026-10-03"), Persistent("B", 500, "2026-10-01"), Monthly("C", 500)];
        BillClaim claim = Bill(new Fen(2_600));

        BillJudgement all = BillRule.Judge(claim, Provider, vouchers, List, Policy, Today),
            left = BillRule.Judge(claim, Provider, vouchers, List, Policy, Today, (Today.AddDays(-1), Reason.ElderLeft)),
            died = BillRule.Judge(claim, Provider, vouchers, List, Policy, Today, (Today.AddDays(-1), Reason.ElderDeceased)),
            gone = BillRule.Judge(claim, Provider, [Monthly("C", 500)], List, Policy, Today, (Today.AddDays(-1), Reason.ElderLeft));

        Assert.Equal(["C 500", "B 500", "A 300"], Shares(all));
        Assert.Equal(["B 500", "A 500"], Shares(left));
        Assert.Equal((Reason.ElderLeft, 'C'), (left.Unused.Single().Why.Reason, left.Unused.Single().Voucher.Text[0]));
        Assert.Equal((Reason.ElderDeceased, Reason.ElderLeft), (died.Refusal?.Reason, gone.Refusal?.Reason));

        static string[] Shares(BillJudgement judged) =>
            [.. judged.Bill!.Shares.Select(share => $"{share.Voucher.Text[0]} {share.FromVoucher}")];
    }

    [Fact]
    public void What_was_paid_out_pays_nothing_is_not_voided_and_takes_back_what_was_not_given()
    {
        VoucherFacts paid = Persistent() with { Remaining = 0, End = VoucherEnd.PaidOut };

        Assert.Equal(Reason.VoucherPaidOut, Judge(paid, Today, Today).Refusal?.Reason);
        // It is the estate's again, not the provider's who didn't give it.
        Assert.Equal(VoucherEnd.None, VoucherRule.EndAtRefund(paid, Today));
        Assert.Equal(Reason.VoucherPaidOut, VoucherRule.Void(paid, Today)?.Reason);
        Assert.Equal(Reason.VoucherPaidOut, OfflineRule.Print(paid, Today)?.Reason);
        Assert.Equal(VoucherEnd.None, VoucherRule.EndAtRefund(Persistent(), new DateOnly(2046, 1, 1)));
    }

    [Theory]
    [InlineData("2026-10-01", true)]
    [InlineData("2026-10-08", true)]
    [InlineData("2026-09-30", false)]
    public void What_is_the_estates_is_not_voided(string died, bool isOfEstate)
    {
        VoucherFacts voucher = Persistent(from: "2026-10-01");

        Assert.Equal(isOfEstate ? Reason.VoucherOfEstate : null, VoucherRule.Void(voucher, DateOnly.Parse(died, null))?.Reason);
        Assert.Null(VoucherRule.Void(voucher));
        Assert.Null(VoucherRule.Void(Monthly(), DateOnly.Parse(died, null)));
    }

    [Fact]
    public void An_estate_is_what_persistent_vouchers_had_by_the_death_and_can_be_paid_when_nothing_can_be_claimed()
    {
        VoucherFacts[] vouchers =
        [
            Persistent("B", 300, "2026-10-01"), Persistent("A", 200, "2026-09-01"), Monthly("C", 500),
            Persistent("D", 900, "2026-11-01"), Persistent("E", 0, "2026-08-01"),
        ];
        DateOnly died = new(2026, 10, 8);

        Estate estate = Of(vouchers, died);

        Assert.Equal(["A 200", "B 300"], estate.Shares.Select(share => $"{share.Voucher.Text[0]} {share.Amount.Value}"));
        Assert.Equal((new Fen(500), new DateOnly(2026, 11, 29)), (estate.Amount, estate.PayableFrom));
        // Issued after the death, because nobody knew of it.
        Assert.Equal(('D', new Fen(900)), (Assert.Single(estate.ToVoid).Voucher.Text[0], estate.AmountToVoid));
        // The last day of a claim for the day of the death is the day before.
        Assert.Null(Judge(vouchers[0], died, estate.PayableFrom.AddDays(-1)).Refusal);
        Assert.Equal(Reason.VoucherClaimByPassed, Judge(vouchers[0], died, estate.PayableFrom).Refusal?.Reason);
    }

    /// <summary>The days to claim by the policy of September and of October; the elder died on 8 October.</summary>
    [Theory]
    [InlineData(28, 28, "2026-11-29")]
    [InlineData(60, 28, "2026-11-30")]
    [InlineData(59, 28, "2026-11-29")]
    [InlineData(365, 0, "2027-10-01")]
    [InlineData(0, 28, "2026-11-29")]
    public void An_estate_waits_for_the_latest_claim_that_any_policy_of_the_days_of_service_allows(int before, int then, string payableFrom)
    {
        DateOnly died = new(2026, 10, 8), last = new(2026, 9, 30);
        VouchersPolicy earlier = Policy.Vouchers with { ClaimGraceDays = before }, later = Policy.Vouchers with { ClaimGraceDays = then };

        Estate estate = EstateRule.Of([Persistent("A", 200, "2026-09-01")], died, [(later, died), (earlier, last)]);

        Assert.Equal(DateOnly.Parse(payableFrom, null), estate.PayableFrom);
        // What was given before the days that count can't be claimed later than what was given last, whatever the policy.
        DateOnly uncounted = EstateRule.ClaimsSince(died).AddDays(-1);
        Assert.True(Persistent().Terms.ClaimByOf(uncounted, Policy.Vouchers with { ClaimGraceDays = VouchersPolicy.MaxClaimGraceDays })
            < Persistent().Terms.ClaimByOf(died, Policy.Vouchers with { ClaimGraceDays = 0 }));
    }

    /// <summary>Two faults: the first in the order of checks answers.</summary>
    [Theory]
    [InlineData("none", null)]
    [InlineData("same person", Reason.MakerIsChecker)]
    [InlineData("same person, alive", Reason.MakerIsChecker)]
    [InlineData("alive", Reason.EstateElderAlive)]
    [InlineData("empty", Reason.EstateEmpty)]
    [InlineData("empty, early", Reason.EstateEmpty)]
    [InlineData("early", Reason.EstateClaimsOpen)]
    [InlineData("early, other amount", Reason.EstateClaimsOpen)]
    [InlineData("other amount", Reason.EstateAmountChanged)]
    public void A_second_person_pays_what_was_proposed_or_nothing(string wrong, Reason? reason)
    {
        bool Is(string what) => wrong.Split(", ").Contains(what);
        Estate estate = Of(Is("empty") ? [] : [Persistent("A", 200, "2026-10-01")], new DateOnly(2026, 10, 8));
        DateOnly day = Is("early") ? new DateOnly(2026, 10, 8).AddDays(-1) : new DateOnly(2026, 11, 29);

        Refusal? refusal = EstateRule.Approve(
            "maker", Is("same person") ? "maker" : "checker", Is("alive") ? null : estate, new Fen(Is("other amount") ? 199 : 200), day);

        Assert.Equal(reason, refusal?.Reason);
    }

    [Fact]
    public void More_vouchers_than_one_entry_pays_are_left_for_the_next()
    {
        VoucherFacts[] many =
        [
            .. Enumerable.Range(0, EstateRule.MaxShares + 1).Select(at => Persistent(
                at.ToString("D12", null), 1, new DateOnly(2000, 1, 1).AddMonths(at).ToString("O", null))),
        ];

        Estate first = Of(many, new DateOnly(2026, 10, 8));

        Assert.Equal(EstateRule.MaxShares, first.Shares.Length);
        Assert.Equal((new Fen(EstateRule.MaxShares + 1), new Fen(EstateRule.MaxShares)), (first.Amount, first.PayableAmount));
        Assert.Null(EstateRule.Approve("maker", "checker", first, first.PayableAmount, first.PayableFrom));
        Assert.Equal(Reason.EstateAmountChanged,
            EstateRule.Approve("maker", "checker", first, first.Amount, first.PayableFrom)?.Reason);
        Assert.DoesNotContain(first.Shares, share => share.Voucher == many[^1].Id);
    }

    /// <summary>A paper has a last day of its own, the same for all papers of a month.</summary>
    [Theory]
    [InlineData("2026-10-01", "2026-12-31")]
    [InlineData("2026-10-31", "2026-12-31")]
    [InlineData("2026-11-01", "2027-01-31")]
    [InlineData("2026-12-31", "2027-02-28")]
    public void A_paper_is_good_for_some_months(string printed, string useBy)
    {
        DateOnly day = DateOnly.Parse(printed, null);

        Assert.Equal(DateOnly.Parse(useBy, null), OfflineRule.PaperUseBy(Persistent().Terms, day, Policy.Vouchers));
        Assert.Equal(Monthly().Terms.UseBy, OfflineRule.PaperUseBy(Monthly().Terms, day, Policy.Vouchers));
        Assert.Null(OfflineRule.Print(Persistent(), day));
    }

    /// <summary>Terminals' lists look back as long, so no paper may live longer.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(VouchersPolicy.MaxPaperMonths)]
    public void No_paper_lives_longer_than_its_policy_says(int months)
    {
        VouchersPolicy policy = Policy.Vouchers with { PaperMonths = months };
        for (DateOnly day = new(2027, 1, 1); day < new DateOnly(2029, 1, 1); day = day.AddDays(1))
        {
            Assert.InRange(
                OfflineRule.PaperUseBy(Persistent().Terms, day, policy).DayNumber - day.DayNumber + 1, 1, OfflineRule.PaperDays(policy));
        }
        Assert.InRange(OfflineRule.PaperDays(policy), 1, OfflineRule.MaxPaperDays);
    }

    [Theory]
    [InlineData("2026-12-31", null)]
    [InlineData("2026-10-10", null)]
    [InlineData("2026-10-09", Reason.PaperExpired)]
    public void A_terminal_is_paid_for_what_it_accepted_while_the_paper_was_good(string paperUseBy, Reason? reason)
    {
        VoucherFacts voucher = Persistent();
        RedemptionJudgement judged = Judge(voucher, Today, Today);
        var offline = new OfflineAcceptance(
            OpaqueId.Parse("0123456789AB"), 1, TimeBank.Proofs.Digest.Of([1]), judged.Redemption!.FromVoucher, Unit.Fen,
            DateOnly.Parse(paperUseBy, null), [ServiceType.Care], 5_000, 0);

        Assert.Equal(reason, offline.Check(voucher, judged, []).Refusal?.Reason);
        // A voucher that expires has one last day, on paper too.
        Assert.Equal(Reason.OfflineOtherVoucher, offline.Check(Monthly(), Judge(Monthly(), Today, Today), []).Refusal?.Reason);
    }

    private static Estate Of(IEnumerable<VoucherFacts> vouchers, DateOnly died) =>
        EstateRule.Of(vouchers, died, [(Policy.Vouchers, died)]);

    private static RedemptionJudgement Judge(
        VoucherFacts voucher, DateOnly served, DateOnly today, (DateOnly, Reason)? lastServed = null) => RedemptionRule.Judge(
            voucher, Provider, new RedemptionClaim(
                Carer, Slug.Parse("care-home"), 1, new Fen(8_000), Fen.Zero, ServicePlace.Home, served), List, Policy, today, lastServed);

    private static BillClaim Bill(Fen price) => new(
        Carer, Given.Elder, ServicePlace.Home, Today, [new BillLine(Slug.Parse("care-home"), 1, price, Fen.Zero)]);

    private static VoucherFacts Persistent(string id = "A", long left = 20_000, string from = "2026-10-01") => Money(
        id, left, Subsidy.TermsOf(Given.Elder, DateOnly.Parse(from, null), Policy.Vouchers));

    private static VoucherFacts Monthly(string id = "M", long left = 20_000) => Money(
        id, left, (Subsidy with { Scheme = ProgrammeScheme.NationalEVoucher }).TermsOf(
            Given.Elder, new DateOnly(2026, 10, 1), Policy.Vouchers));

    private static VoucherFacts Money(string id, long left, VoucherTerms terms) =>
        new(OpaqueId.Parse(id.PadRight(OpaqueId.Length, '0')), terms, left, VoucherEnd.None);
}
