using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// Bills that several vouchers pay, and refunds of their lines. The ledger's rule shares a bill out; the simulator shares it out once more
/// in its own arithmetic, from the callers' belief of what the vouchers have, which may be out of date.
/// </summary>
internal sealed class BillWants(World world, People people)
{
    private const string Fen = "CNY";

    /// <summary>Care at home: the highest price of the list, and the percentage that the policy gives.</summary>
    private const long CareCeiling = 9_600, CareRatio = 50;

    private static readonly DateOnly Day = new(2026, 10, 20);
    private static readonly Slug Care = Slug.Parse("care-home"), Meal = Slug.Parse("meal-canteen");
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Day);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Day)!;
    private static readonly ProviderFacts Provider =
        new(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), [ServiceType.Meal, ServiceType.Care], []);

    private readonly List<BillAsked> _bills = [];

    public Draft? Pay()
    {
        // Mostly vouchers and lines of one kind: so several vouchers meet at one line.
        bool isMeals = world.Chance.Permille(500);
        List<VoucherAsked> among = world.Chance.Permille(300) ? people.Vouchers
            : [.. people.Vouchers.Where(voucher => voucher.Terms.Unit == (isMeals ? Unit.Meal : Unit.Fen))];
        if (among.Count == 0) return null;
        VoucherAsked[] vouchers = [.. Enumerable.Range(0, 1 + world.Chance.Below(5)).Select(_ => people.Recent(among)!)
            .DistinctBy(voucher => voucher.Voucher)];
        (VoucherAsked Voucher, long Left)[] believed = [.. vouchers.Select(voucher => (
            voucher, world.Chance.Permille(400) ? voucher.Amount : world.Chance.Between(1, voucher.Terms.Unit == Unit.Fen ? 2_000 : 4)))];
        BillLine[] lines = [.. Enumerable.Range(0, 1 + world.Chance.Below(3)).Select(_ => Line(isMeals, vouchers))];
        OpaqueId provider = people.Provider();
        var claim = new BillClaim(provider, vouchers[0].Terms.Elder, ServicePlace.Home, Day, [.. lines]);
        BillJudgement judged = BillRule.Judge(
            claim, Provider,
            [.. believed.Where(one => one.Left >= 0)
                .Select(one => new VoucherFacts(one.Voucher.Voucher, one.Voucher.Terms, one.Left, VoucherEnd.None))],
            List, Policy, Day);
        IReadOnlyList<ShareAsked>? shares = Share(lines, [.. believed.Where(one => one.Left >= 0)]);
        if (judged.Bill is null || shares is null)
        {
            return judged.Bill is null == shares is null ? null
                : throw world.Report($"a bill is {judged.Refusal?.Reason}, and should be {shares?.Count ?? 0} shares");
        }
        string said = string.Join(", ", judged.Bill.Shares.Select(share =>
            $"{share.FromVoucher} of {share.Voucher} for {share.Credited.Value} of line {share.Line}")),
            asked = string.Join(", ", shares.Select(share =>
                $"{share.Amount} of {share.Voucher.Voucher} for {share.Credited} of line {share.Line}"));
        if (said != asked) throw world.Report($"a bill is shared out as {said}; it should be {asked}");
        if (shares.GroupBy(share => share.Line).Any(line => line.Count() > 1)) world.Tally.Add("bill line of several vouchers");
        string payable = $"provider/{provider}/payable";
        return new Draft(
            new Want(WantKind.Post, EntryCode.PayBill) { Legs = [.. shares.SelectMany(share => share.Legs(payable))] },
            header => VoucherEntries.PayBill(header, judged.Bill),
            id => _bills.Add(new BillAsked(id, payable, judged.Bill, shares)));
    }

    /// <summary>
    /// Takes lines of a bill back, as somebody does who has not heard of the last refund yet, or has. Two of them who know of the same
    /// refunds have one id. Some ask for lines that are back already, that no voucher paid, or of vouchers that have ended.
    /// </summary>
    public Draft? Refund()
    {
        if (people.Recent(_bills) is not { } bill) return null;
        int known = Math.Max(0, bill.Refunds.Count - (world.Chance.Permille(300) ? 1 : 0));
        HashSet<int> back = [.. bill.Refunds.Take(known).SelectMany(refund => refund.Lines)];
        bool isEager = world.Chance.Permille(150);
        int[] wanted = [.. bill.Bill.Lines.Select(line => line.Number)
            .Where(line => (isEager || !back.Contains(line)) && world.Chance.Permille(600))];
        DateOnly today = Day.AddDays(world.Chance.Permille(150) ? (int)world.Chance.Between(1, 90) : 0);
        var facts = bill.Shares.Select(share => share.Voucher).DistinctBy(voucher => voucher.Voucher).ToDictionary(
            voucher => voucher.Voucher, voucher => new VoucherFacts(
                voucher.Voucher, voucher.Terms, world.Chance.Between(0, 500),
                world.Chance.Permille(50) ? (VoucherEnd)world.Chance.Between(1, 2) : VoucherEnd.None));
        (Bill? taken, Refusal? refusal) = BillRule.Refund(bill.Bill, back, [.. wanted], voucher => facts[voucher], today);

        int[] lines = wanted.Length > 0 ? wanted : [.. bill.Bill.Lines.Select(line => line.Number).Where(line => !back.Contains(line))];
        ShareAsked[] shares = [.. bill.Shares.Where(share => lines.Contains(share.Line))];
        Reason? expected = WhyNot(wanted, back, shares);
        bool HasEnded(ShareAsked share) => facts[share.Voucher.Voucher].End != VoucherEnd.None || today > share.Voucher.Terms.ClaimBy;
        world.Tally.Add(expected is { } no ? $"bill refund {no}" : "bill refund");
        if (refusal?.Reason != expected) throw world.Report(
            $"the rules say {refusal?.Reason.ToString() ?? "yes"} to a refund of lines {string.Join(", ", wanted)}, and should say "
                + $"{expected?.ToString() ?? "yes"}");
        if (taken is null) return null;
        var left = facts.ToDictionary(one => one.Key, one => one.Value.Remaining);
        long[] afterwards = [.. shares.Select(share => left[share.Voucher.Voucher] += HasEnded(share) ? 0 : share.Amount)];
        if (shares.Any(HasEnded)) world.Tally.Add("bill refund of an ended voucher");
        if (!taken.Shares.Select(share => share.Remaining).SequenceEqual(afterwards)) throw world.Report(
            $"a refund leaves {string.Join(", ", taken.Shares.Select(share => share.Remaining))}, not {string.Join(", ", afterwards)}");
        EntryId id = Bill.RefundId(bill.Id, known, 0);
        var legs = shares.SelectMany(share => HasEnded(share) ? share.Through(bill.Payable)
            : share.Legs(bill.Payable).Reverse().Select(leg => leg with { Debit = leg.Credit, Credit = leg.Debit }));
        return new Draft(
            new Want(WantKind.Post, EntryCode.RefundBill) { Legs = [.. legs] },
            header => VoucherEntries.RefundBill(header, taken),
            _ =>
            {
                if (known == bill.Refunds.Count) bill.Refunds.Add((id, lines));
            })
        {
            Id = id,
        };
    }

    /// <summary>Why lines can't be taken back; null where they can be: each once, however late.</summary>
    private static Reason? WhyNot(int[] wanted, HashSet<int> back, ShareAsked[] shares) =>
        wanted.Any(back.Contains) ? Reason.BillLineAlreadyRefunded
        : shares.Length > 0 ? null
        : wanted.Length > 0 ? Reason.BillLineNotPaid : Reason.BillLineAlreadyRefunded;

    /// <summary>No line of a bill was taken back more often than it was paid.</summary>
    public string? Wrong(Auditor auditor)
    {
        foreach (BillAsked bill in _bills)
        {
            foreach ((string account, long paid) in bill.Shares.GroupBy(share => share.Account)
                .Select(shares => (shares.Key, shares.Sum(share => share.Amount))))
            {
                long back = bill.Refunds.Select(refund => auditor.Fates.GetValueOrDefault(refund.Id))
                    .Where(fate => fate?.Index is not null)
                    .Sum(fate => fate!.Intent.Want.Legs.Where(leg => leg.Credit == account).Sum(leg => leg.Amount));
                if (back > paid) return $"of a bill {account} paid {paid} and got {back} back";
            }
        }
        return null;
    }

    private BillLine Line(bool isMeals, VoucherAsked[] vouchers)
    {
        bool isCare = world.Chance.Permille(isMeals ? 150 : 850);
        long quantity = world.Chance.Between(1, isCare ? 3 : 6);
        // Below a unit's contract price each voucher bears its part of the price. Just below it, a fen or two of the commitment is left.
        long contract = quantity * world.Chance.Of(vouchers).Terms.UnitPrice.Value;
        long price = world.Chance.Below(10) switch
        {
            < 2 => Amounts.Any(world.Chance),
            < 5 when !isCare => contract - world.Chance.Between(0, 2),
            _ => world.Chance.Between(1, isCare ? 30_000 : 40 * quantity),
        };
        price = Math.Clamp(price, 1, Amounts.Most);
        return new BillLine(
            isCare ? Care : Meal, quantity, new Fen(price),
            new Fen(world.Chance.Permille(700) ? 0 : world.Chance.Between(0, Math.Min(price, 5_000))));
    }

    /// <summary>The shares in the simulator's words; null where the bill is refused.</summary>
    private static List<ShareAsked>? Share(BillLine[] lines, (VoucherAsked Voucher, long Left)[] vouchers)
    {
        var order = vouchers.OrderBy(one => one.Voucher.Terms.UseBy.DayNumber)
            .ThenBy(one => one.Voucher.Voucher.Text, StringComparer.Ordinal).Select(one => one.Voucher).ToList();
        var left = vouchers.ToDictionary(one => one.Voucher.Voucher, one => one.Left);
        bool isUsable = order.Any(voucher => left[voucher.Voucher] > 0 && lines.Any(line => Pays(voucher, line)));
        if (!isUsable) return null;
        var shares = new List<ShareAsked>();
        for (int line = 0; line < lines.Length; line++)
        {
            BillLine asked = lines[line];
            VoucherAsked[] able = [.. order.Where(voucher => left[voucher.Voucher] > 0 && Pays(voucher, asked))];
            long due = asked.Price.Value - asked.Insurance.Value;
            if (asked.Item == Care)
            {
                long considered = Math.Min(asked.Price.Value, CareCeiling * asked.Quantity) - asked.Insurance.Value;
                long open = considered <= 0 ? 0 : (long)((Int128)considered * CareRatio / 100);
                foreach (VoucherAsked voucher in able)
                {
                    long paid = Math.Min(open, left[voucher.Voucher]);
                    if (paid > 0) shares.Add(new ShareAsked(line + 1, voucher, paid, paid));
                    left[voucher.Voucher] -= paid;
                    open -= paid;
                }
                continue;
            }
            Int128 units = able.Aggregate(Int128.Zero, (sum, voucher) => sum + left[voucher.Voucher]);
            if (units == 0 || due == 0) continue;
            if (units < asked.Quantity) return null;
            long given = 0;
            foreach (VoucherAsked voucher in able)
            {
                long many = Math.Min(asked.Quantity - given, left[voucher.Voucher]);
                if (many == 0) break;
                // What the first units cost, less what those before cost.
                long part = (long)((Int128)due * (given + many) / asked.Quantity) - (long)((Int128)due * given / asked.Quantity);
                shares.Add(new ShareAsked(line + 1, voucher, many, Math.Min(part, voucher.Terms.UnitPrice.Value * many)));
                left[voucher.Voucher] -= many;
                given += many;
            }
        }
        return shares.Count == 0 ? null : shares;
    }

    private static bool Pays(VoucherAsked voucher, BillLine line) => line.Item == Care
        ? voucher.Terms.Unit == Unit.Fen : voucher.Terms.Unit == Unit.Meal;

    private sealed record ShareAsked(int Line, VoucherAsked Voucher, long Amount, long Credited)
    {
        public string Account => $"voucher/{Voucher.Voucher}";

        public IEnumerable<Leg> Legs(string payable)
        {
            VoucherTerms terms = Voucher.Terms;
            if (terms.Kind == VoucherKind.Money) return [new Leg(Account, payable, Fen, Amount)];
            string committed = $"programme/{terms.Programme}/committed";
            Leg[] all =
            [
                new Leg(Account, $"programme/{terms.Programme}/units", terms.Unit.Code, Amount),
                new Leg(committed, payable, Fen, Credited),
                new Leg(committed, $"programme/{terms.Programme}/allotted", Fen, (Amount * terms.UnitPrice.Value) - Credited),
            ];
            return all.Where(leg => leg.Amount > 0);
        }

        /// <summary>The way back where the voucher has ended: through it to the programme.</summary>
        public IEnumerable<Leg> Through(string payable)
        {
            VoucherTerms terms = Voucher.Terms;
            string units = $"programme/{terms.Programme}/units", committed = $"programme/{terms.Programme}/committed",
                allotted = $"programme/{terms.Programme}/allotted";
            if (terms.Kind == VoucherKind.Money) return [new Leg(payable, Account, Fen, Amount), new Leg(Account, allotted, Fen, Amount)];
            Leg[] all =
            [
                new Leg(payable, committed, Fen, Credited), new Leg(units, Account, terms.Unit.Code, Amount),
                new Leg(Account, units, terms.Unit.Code, Amount), new Leg(committed, allotted, Fen, Credited),
            ];
            return all.Where(leg => leg.Amount > 0);
        }
    }

    private sealed record BillAsked(EntryId Id, string Payable, Bill Bill, IReadOnlyList<ShareAsked> Shares)
    {
        public List<(EntryId Id, int[] Lines)> Refunds { get; } = [];
    }
}
