using System.Globalization;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// How vouchers share a bill. A row names vouchers as <c>name:types=left@use-by</c>, with <c>xprice</c> for units; lines as
/// <c>item*quantity price-insurance</c>; and the split as <c>line:voucher amount/credited,… own part</c>.
/// </summary>
public sealed class BillRuleTests
{
    private static readonly DateOnly Today = new(2026, 10, 10);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Today)!;
    private static readonly OpaqueId Carer = OpaqueId.Parse("P00000000001");

    public static TheoryData<string, string, string> Splits => new()
    {
        // One voucher, one line.
        { "A:care=80000@31", "care-home*1 8000-0", "1:A 4000/4000 4000" },
        { "A:care=80000@31", "care-home*1 8001-0", "1:A 4000/4000 4001" },
        { "A:care=80000@31", "care-home*1 2-0", "1:A 1/1 1" },
        // Half of a fen is nothing: the elder's, or with two such lines as well.
        { "A:care=80000@31", "care-home*1 1-0;care-home*1 2-0", "1: 1|2:A 1/1 1" },
        { "M:meal=2x1200@31;A:care=80000@31", "care-home*1 1-0;meal-canteen*1 1-0", "1: 1|2:M 1/1 0" },
        { "A:care=1@31", "care-home*1 8000-0", "1:A 1/1 7999" },
        { "A:meal=9x1200@31", "meal-canteen*2 2401-0", "1:A 2/2400 1" },
        // The price above the ceiling, insurance above what is left of the ceiling, the most of everything.
        { "A:care=80000@31", "care-home*1 20000-0", "1:A 4800/4800 15200" },
        { "A:care=80000@31", "care-home*1 20000-9600;care-home*1 200-0", "1: 10400|2:A 100/100 100" },
        { "A:care=92233720368547758@31", "care-home*1000 92233720368547758-0", "1:A 4800000/4800000 92233720363747758" },
        { "A:care=9223372036854775807@30;B:care=9223372036854775807@31", "care-home*1 8000-0", "1:A 4000/4000 4000" },
        { "A:meal=1000x1200@31", "meal-canteen*1000 92233720368547758-0", "1:A 1000/1200000 92233720367347758" },
        // Several vouchers pay what one would: the share of a line is rounded down once.
        { "A:care=1@31;B:care=1@31;C:care=1@31;D:care=1@31", "care-home*1 7-0", "1:A 1/1,B 1/1,C 1/1 4" },
        { "A:care=1500@20;B:care=80000@31", "care-home*1 8001-0", "1:A 1500/1500,B 2500/2500 4001" },
        // Earliest use-by first, then by id; whatever the programme.
        { "B:care=1000@20;A:care=1000@31", "care-home*1 3000-0", "1:B 1000/1000,A 500/500 1500" },
        { "B:care=1000@31;A:care=1000@31", "care-home*1 3000-0", "1:A 1000/1000,B 500/500 1500" },
        // Lines in their order.
        { "A:care=1500@31", "care-home*1 2000-0;care-home*1 2000-0", "1:A 1000/1000 1000|2:A 500/500 1500" },
        { "A:care=1000@31", "care-home*1 2000-0;care-home*1 2000-0", "1:A 1000/1000 1000|2: 2000" },
        // Units and money beside each other; each line takes its own kind.
        { "M:meal=2x1200@31;A:care=80000@31", "meal-canteen*2 2000-0;care-home*1 8000-3000", "1:M 2/2000 0|2:A 2500/2500 2500" },
        { "M:meal=2x1200@31;A:meal,care=80000@31", "meal-canteen*2 2600-0;care-home*1 2000-0", "1:M 2/2400 200|2:A 1000/1000 1000" },
        // Units of several vouchers, at their own contract prices; each fen of a low price is somebody's.
        { "M:meal=3x1200@20;N:meal=9x800@31", "meal-canteen*5 5000-0", "1:M 3/3000,N 2/1600 400" },
        { "M:meal=3x1200@20;N:meal=9x1200@31", "meal-canteen*5 3-0", "1:M 3/1,N 2/2 0" },
        { "M:meal=3x1200@20;N:meal=9x1200@31", "meal-canteen*5 1-0", "1:M 3/0,N 2/1 0" },
        { "M:meal=3x1200@20;N:meal=9x1200@31", "meal-canteen*5 5000-4999", "1:M 3/0,N 2/1 0" },
        // A line of which the vouchers have nothing is the elder's; one that insurance pays is nobody's.
        { "A:care=80000@31", "meal-canteen*2 2000-500;care-home*1 2000-0", "1: 1500|2:A 1000/1000 1000" },
        { "M:meal=2x1200@31", "meal-canteen*2 2000-2000;meal-canteen*2 2000-0", "1: 0|2:M 2/2000 0" },
    };

    [Theory, MemberData(nameof(Splits))]
    public void Vouchers_share_a_bill(string vouchers, string lines, string split)
    {
        BillClaim claim = Claim(lines);
        BillJudgement judged = Judge(claim, Vouchers(vouchers));

        Assert.Null(judged.Refusal);
        Bill bill = judged.Bill!;
        Assert.Equal(split, string.Join('|', bill.Lines.Select(line =>
            $"{line.Number}:{string.Join(',', bill.SharesOf(line.Number).Select(share =>
                $"{share.Voucher.Text[..1]} {share.FromVoucher}/{share.Credited.Value}"))} {line.OwnPart.Value}")));
        Assert.All(bill.Lines, line => Assert.Equal(
            line.Price, line.Insurance + line.OwnPart + bill.Only(new HashSet<int> { line.Number }).Credited));
        // Redemptions of the bill add up to it.
        Redemption[] redemptions = [.. bill.Redemptions().Select(one => one.Redemption)];
        Assert.Equal(bill.Credited, redemptions.Aggregate(Fen.Zero, (sum, one) => sum + one.Credited));
        Assert.All(redemptions, one => Assert.Equal(one.Price, one.Insurance + one.OwnPart + one.Credited));
        Assert.All(bill.LastShares, share => Assert.Equal(
            Vouchers(vouchers).Single(voucher => voucher.Id == share.Voucher).Remaining,
            share.Remaining + bill.Shares.Where(other => other.Voucher == share.Voucher).Sum(other => other.FromVoucher)));
    }

    public static TheoryData<string, string, string> Unused => new()
    {
        { "A:care=80000@31;X:care=1@09", "care-home*1 2000-0", "X VoucherExpired" },
        { "A:care=80000@31;X:care=0@31", "care-home*1 2000-0", "X VoucherUsedUp" },
        { "A:care=80000@31;X:bath=5x12000@31", "care-home*1 2000-0", "X VoucherNotForService" },
        { "A:care=80000@30;X:care=80000@31", "care-home*1 2000-0", "X NothingToPay" },
        { "A:care=80000@31;X:care=0@09;Y:meal=1x1@31", "care-home*1 2000-0", "X VoucherExpired,Y VoucherNotForService" },
    };

    [Theory, MemberData(nameof(Unused))]
    public void A_voucher_that_pays_nothing_has_a_reason(string vouchers, string lines, string unused) =>
        Assert.Equal(unused, string.Join(',', Judge(Claim(lines), Vouchers(vouchers)).Unused
            .Select(voucher => $"{voucher.Voucher.Text[..1]} {voucher.Why.Reason}")));

    /// <summary>One fault each, then two of which the first in the order of checks answers.</summary>
    public static TheoryData<string, string, string, string> Refusals => new()
    {
        { "no provider", "A:care=1@31", "care-home*1 2000-0", "ProviderNotFound " },
        { "no provider, tomorrow", "A:care=1@31", "care-home*1 2000-0", "ProviderNotFound " },
        { "tomorrow", "A:care=1@31", "care-home*1 2000-0", "ServiceDateInFuture " },
        { "", "A:care=1@31", "care-home*1 2000-0;care-home*1 10-11", "InsuranceAbovePrice line=2" },
        { "", "A:care=1@31", "care-home*1 2000-0;lunch*1 10-0", "ItemNotFound item=lunch;line=2" },
        { "", "", "care-home*1 2000-0", "NoVoucherUsable " },
        { "", "A:care=1@09;B:care=0@31", "care-home*1 2000-0", "NoVoucherUsable " },
        { "", "A:care=1@09;B:care=1@08", "care-home*1 2000-0", "VoucherExpired date=2026-10-08" },
        { "blacklisted", "A:care=1@09", "care-home*1 2000-0", "VoucherExpired date=2026-10-09" },
        { "blacklisted", "A:care=1@31", "care-home*1 2000-0", "ProviderBlackListed line=1" },
        { "dead, blacklisted", "A:care=1@31", "care-home*1 2000-0", "ElderDeceased date=2026-10-09" },
        { "dead", "A:care=1@09", "care-home*1 2000-0", "VoucherExpired date=2026-10-09" },
        { "blacklisted since", "A:care=1@31", "care-home*1 2000-0", "ProviderBlackListed " },
        { "no care", "A:care=1@31;M:meal=1x1@31", "meal-canteen*1 2000-0;care-home*1 2000-0", "ProviderNotForService line=2" },
        { "published", "A:care=80000@31;M:meal=1x1@31", "meal-canteen*1 2000-0;care-home*2 14001-0",
            "PriceAbovePublished asked=14001;item=care-home;published=14000;unit=CNY;line=2" },
        { "published, blacklisted since", "A:care=80000@31", "care-home*2 14001-0", "ProviderBlackListed " },
        { "not named, tomorrow", "A:care=80000@31", "care-home*1 1-0", "ProviderStaffNotNamed " },
        { "", "A:care=80000@31", "care-home*1 1-0", "NothingToPay " },
        { "", "A:care=80000@31", "care-home*1 10-10", "NothingToPay " },
        { "", "M:meal=1x1200@31;N:meal=1x1200@31", "meal-canteen*3 2000-0", "InsufficientBalance available=2;needed=3;unit=MEAL;line=1" },
        { "", "M:meal=5x1200@31", "meal-canteen*3 2000-0;meal-canteen*3 2000-0",
            "InsufficientBalance available=2;needed=3;unit=MEAL;line=2" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void The_first_reason_names_line_and_rule(string what, string vouchers, string lines, string refusal)
    {
        ProviderFacts? provider = Provider();
        BillClaim claim = Claim(lines);
        (DateOnly, Reason)? lastServed = null;
        foreach (string wrong in what.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            switch (wrong)
            {
                case "no provider": provider = null; break;
                case "dead": lastServed = (Today.AddDays(-1), Reason.ElderDeceased); break;
                case "tomorrow": claim = claim with { ServiceDate = Today.AddDays(1) }; break;
                case "blacklisted": provider = Provider(new StandingSpan(Standing.BlackListed, Today, null)); break;
                case "blacklisted since":
                    provider = provider! with { Standings = [new StandingSpan(Standing.BlackListed, Today, null)] }; claim =
                    claim with { ServiceDate = Today.AddDays(-1) }; break;
                case "no care": provider = Only(ServiceType.Meal); break;
                case "published":
                    provider = provider! with { Prices = [new PublishedPrice(Slug.Parse("care-home"), new Fen(7_000), Today)] };
                    break;
                case "not named": provider = provider! with { Staff = [new StaffSpan("lan", [ProviderRight.Staff], null)] }; break;
                default: throw new ArgumentException(wrong, nameof(what));
            }
        }
        Refusal? judged = BillRule.Judge(claim, provider, Vouchers(vouchers), List, Policy, Today, lastServed, clerk: "clerk").Refusal;
        Assert.Equal(refusal, $"{judged?.Reason} {judged?.Detail}");
    }

    /// <summary>Whatever a voucher gives by itself, it gives as a bill of one line.</summary>
    [Fact]
    public void A_bill_of_one_line_and_one_voucher_is_a_redemption()
    {
        string[] vouchers = ["A:care=80000@31", "A:care=7@31", "A:care=0@31", "A:care=5@09", "A:meal=3x1200@31", "A:bath=1x12000@31"];
        string[] lines = ["care-home*1 8001-3", "care-home*1000 99999-0", "care-home*1 1-0", "care-home*1 9-10", "care-home*2 9-9",
            "meal-canteen*3 3600-1", "meal-canteen*4 3600-1", "meal-canteen*1 1-0", "meal-canteen*1 1-1", "lunch*1 1-0", "bath-home*1 1-0"];
        ProviderFacts[] providers = [Provider(), Provider(new StandingSpan(Standing.Suspended, Today, null)),
            Only(ServiceType.Care), Provider() with { Prices = [new PublishedPrice(Slug.Parse("care-home"), new Fen(8), Today)] }];
        foreach ((string voucher, string line, ProviderFacts provider, ServicePlace place) in
            from voucher in vouchers from line in lines from provider in providers
            from place in new[] { ServicePlace.Home, ServicePlace.Institution }
            select (voucher, line, provider, place))
        {
            BillClaim claim = Claim(line) with { Place = place };
            VoucherFacts facts = Vouchers(voucher)[0];
            BillLine asked = claim.Lines[0];
            RedemptionJudgement alone = RedemptionRule.Judge(
                facts, provider,
                new RedemptionClaim(Carer, asked.Item, asked.Quantity, asked.Price, asked.Insurance, place, claim.ServiceDate),
                List, Policy, Today);

            BillJudgement bill = BillRule.Judge(claim, provider, [facts], List, Policy, Today);

            Assert.Equal((voucher, line, alone.Refusal?.Reason), (voucher, line, bill.Refusal?.Reason));
            Assert.Equal(alone.Worth, bill.Worth);
            if (alone.Redemption is { } redemption) Assert.Equal(redemption, Assert.Single(bill.Bill!.Redemptions()).Redemption);
        }
    }

    [Fact]
    public void A_bill_with_more_shares_than_an_entry_has_room_for_is_refused()
    {
        string vouchers = string.Join(';', Enumerable.Range(0, Bill.MaxShares + 1)
            .Select(at => $"A{at:D2}:care=1@31"));
        string price = string.Create(CultureInfo.InvariantCulture, $"care-home*1 {2 * (Bill.MaxShares + 1)}-0");

        Assert.Equal(Reason.BillTooLong, Judge(Claim(price), Vouchers(vouchers)).Refusal?.Reason);
        Assert.Equal(Bill.MaxShares, Judge(Claim(price), Vouchers(vouchers)[1..]).Bill!.Shares.Length);
    }

    [Fact]
    public void A_quote_says_what_another_one_changed()
    {
        BillQuote Quote(string vouchers, string lines) => Judge(Claim(lines), Vouchers(vouchers)).Quote!;
        BillQuote confirmed = Quote("A:care=5000@31", "care-home*1 8000-0");

        Assert.Null(Quote("A:care=5000@31;X:care=1@09", "care-home*1 8000-0").ChangedSince(confirmed));
        Assert.Equal("QUOTE_PART_VOUCHERS", Quote("A:care=4999@31", "care-home*1 8000-0").ChangedSince(confirmed));
        Assert.Equal("QUOTE_PART_BILL", Quote("A:care=5000@31", "care-home*1 8001-0").ChangedSince(confirmed));
        // Also where the price changes what the voucher has left, or which vouchers pay at all.
        Assert.Equal("QUOTE_PART_BILL", Quote("A:care=5000@31", "care-home*1 7000-0").ChangedSince(confirmed));
        Assert.Equal("QUOTE_PART_BILL", Quote("A:care=3000@30;B:care=2000@31", "care-home*1 8000-0")
            .ChangedSince(Quote("A:care=3000@30;B:care=2000@31", "care-home*1 2000-0")));
        // Also where vouchers pay nothing any more: the bill's price, the vouchers, or the rules.
        Assert.Equal("QUOTE_PART_BILL", Quote("A:care=5000@31", "care-home*1 1-0").ChangedSince(confirmed));
        Assert.Equal("QUOTE_PART_VOUCHERS", Quote("A:care=0@31", "care-home*1 8000-0").ChangedSince(confirmed));
        Assert.Equal("QUOTE_PART_BILL", Quote("M:meal=3x1200@31", "meal-canteen*4 100-0")
            .ChangedSince(Quote("M:meal=3x1200@31", "meal-canteen*3 100-0")));
        Assert.Equal("QUOTE_PART_RULES", Quote("A:care=0@31", "care-home*1 8000-0").ChangedSince(
            confirmed with { Rules = "0123456789abcdef" }));
        // What isn't about what vouchers pay is told as it is.
        Assert.Null(BillRule.Judge(
            Claim("care-home*1 8000-0"), Only(ServiceType.Meal), Vouchers("A:care=5000@31"), List, Policy, Today).Quote);
        Assert.Equal("QUOTE_PART_RULES", (confirmed with { Rules = "0123456789abcdef" }).ChangedSince(confirmed));
        Assert.True(BillQuote.TryParse(confirmed.ToString(), out BillQuote? read));
        Assert.Equal(confirmed, read);
        Assert.All(["", "-", $"{confirmed}0", $"0{confirmed}", confirmed.ToString()[..^1]], text =>
            Assert.False(BillQuote.TryParse(text, out _)));
    }

    /// <summary>Of three vouchers one lives, one was voided, and one's claim-by is over, though no run has expired it.</summary>
    [Fact]
    public void Each_line_comes_back_to_a_voucher_that_lives_and_to_the_programme_of_one_that_has_ended()
    {
        VoucherFacts[] vouchers = Vouchers("M:meal=2x1200@31;A:care=100@30;B:care=80000@31");
        Bill bill = Judge(Claim("meal-canteen*2 2000-0;care-home*1 8000-0"), vouchers).Bill!;
        VoucherFacts Now(OpaqueId id) => vouchers.Single(voucher => voucher.Id == id) switch
        {
            { Id.Text: ['M', ..] } meals => meals with { Remaining = 0, End = VoucherEnd.Voided },
            { Id.Text: ['A', ..] } late => late with { Remaining = 7, Terms = late.Terms with { ClaimBy = Today.AddDays(-1) } },
            var lives => lives with { Remaining = 76_100 },
        };

        (Bill? back, Refusal? refusal) = BillRule.Refund(bill, new HashSet<int>(), [], Now, Today);

        Assert.Null(refusal);
        Assert.Equal(
            ["M Voided 0", "A Expired 7", "B None 80000"],
            back!.Shares.Select(share => $"{share.Voucher.Text[0]} {share.Ended} {share.Remaining}"));
        JournalEntry entry = Entry(VoucherEntries.RefundBill(Header(back), back));
        Assert.Equal(Text(back), Text(Bill.Of(entry)));
        Assert.Equal(VoucherEnd.Voided, VoucherRule.EndIn(entry, back.Shares[0].Voucher));
        Assert.True(VoucherRule.Frees(entry, back.Shares[1].Programme));
        Assert.False(VoucherRule.Frees(entry, Slug.Parse("another")));
        // What the elder gave up and got back is the same as if the vouchers lived, though the entry moves more.
        SpentToday left = HolderCheckRule.Spent(
            [Entry(VoucherEntries.PayBill(Header(bill), bill)), entry with { Index = 8, Header = entry.Header with
            {
                Details = entry.Header.Details.Add(Bill.BillKey, "7"),
            } }], Carer);
        Assert.Equal(default, left);
    }

    [Fact]
    public void An_entry_of_a_bill_and_of_its_refund_is_read_as_it_was_written()
    {
        Bill bill = Judge(Claim("meal-canteen*2 2000-0;care-home*1 8000-3000"),
            Vouchers("M:meal=2x1200@31;A:care=80000@31;B:care=1@20")).Bill!;
        Bill part = bill.Only(new HashSet<int> { 2 });

        Assert.Equal(Text(bill), Text(Bill.Of(Entry(VoucherEntries.PayBill(Header(bill), bill)))));
        Assert.Equal(Text(part), Text(Bill.Of(Entry(VoucherEntries.RefundBill(Header(part), part)))));
        Assert.Equal([2], part.Lines.Select(line => line.Number));
    }

    private static string Text(Bill bill) => $"{bill with { Lines = [], Shares = [] }} {string.Join(' ', bill.Lines)} "
        + string.Join(' ', bill.Shares);

    private static EntryHeader Header(Bill bill) => Given.Header("bill") with { Details = EntryDetails.Of(bill.ToDetails()) };

    private static JournalEntry Entry(Proposal proposal) => new(
        RegionCode.Parse("430211"), 7, LedgerTime.Parse("2026-10-10T00:00:00.000000Z"), proposal.Header, proposal.Kind, proposal.Code,
        [], [], [], null, null, null);

    private static BillJudgement Judge(BillClaim claim, VoucherFacts[] vouchers) =>
        BillRule.Judge(claim, Provider(), vouchers, List, Policy, Today);

    private static ProviderFacts Only(ServiceType type) =>
        Provider() with { Accreditations = [.. Provider().Accreditations.Where(span => span.Type == type)] };

    private static ProviderFacts Provider(params StandingSpan[] standings) =>
        new(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), [ServiceType.Meal, ServiceType.Bath, ServiceType.Care], [.. standings]);

    private static BillClaim Claim(string lines) => new(
        Carer, Given.Elder, ServicePlace.Home, Today,
        [
            .. lines.Split(';').Select(line => line.Split('*', ' ', '-') is var part && part.Length > 4
                ? new BillLine(Slug.Parse($"{part[0]}-{part[1]}"), Number(part[2]), new Fen(Number(part[3])), new Fen(Number(part[4])))
                : new BillLine(Slug.Parse(part[0]), Number(part[1]), new Fen(Number(part[2])), new Fen(Number(part[3])))),
        ]);

    private static VoucherFacts[] Vouchers(string text) =>
    [
        .. text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(voucher =>
        {
            string[] part = voucher.Split(':', '=', '@');
            string[] left = part[2].Split('x');
            bool isMoney = left.Length == 1;
            string first = part[1].Split(',')[0];
            var terms = new VoucherTerms(
                Given.Elder, Slug.Parse($"p-{part[0].ToLowerInvariant()}"), isMoney ? VoucherKind.Money : VoucherKind.Units,
                isMoney ? Unit.Fen : Unit.Parse(first.ToUpperInvariant()),
                [.. part[1].Split(',').Select(type => DataChoices.ServiceTypes[type])],
                isMoney ? Fen.Zero : new Fen(Number(left[1])), new DateOnly(2026, 10, 1), new DateOnly(2026, 10, (int)Number(part[3])),
                new DateOnly(2026, 11, 28));
            return new VoucherFacts(OpaqueId.Parse(part[0].PadRight(OpaqueId.Length, '0')), terms, Number(left[0]), VoucherEnd.None);
        }),
    ];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
