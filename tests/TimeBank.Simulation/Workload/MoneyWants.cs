using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Commands about funds, programmes and vouchers.</summary>
internal sealed class MoneyWants(World world, People people)
{
    private const string Fen = "CNY";
    private static readonly Unit[] Units = [Unit.Meal, Unit.Bath];

    private int _vouchers;

    public Draft Receive()
    {
        (Slug bank, Slug fund, Fen amount) = (people.Bank(), people.Fund(), new Fen(Amounts.Plenty(world.Chance) * 10));
        return new Draft(
            Post(EntryCode.ReceiveMoney, new Leg($"bank/{bank}", $"fund/{fund}/available", Fen, amount.Value)),
            header => MoneyEntries.Receive(header, bank, fund, amount), people.Entries.Add);
    }

    public Draft Allot()
    {
        (Slug programme, (Slug Fund, Fen Amount)[] shares) = (people.Programme(), Shares());
        return new Draft(
            Post(EntryCode.AllotFunds,
                [.. shares.Select(share => new Leg($"fund/{share.Fund}/available", Allotted(programme), Fen, share.Amount.Value))]),
            header => MoneyEntries.Allot(header, programme, shares), people.Entries.Add);
    }

    public Draft Return()
    {
        (Slug programme, (Slug Fund, Fen Amount)[] shares) = (people.Programme(), Shares());
        return new Draft(
            Post(EntryCode.ReturnFunds,
                [.. shares.Select(share => new Leg(Allotted(programme), $"fund/{share.Fund}/available", Fen, share.Amount.Value))]),
            header => MoneyEntries.Return(header, programme, shares), people.Entries.Add);
    }

    public Draft Issue()
    {
        // Sometimes a voucher that exists already.
        VoucherAsked? again = world.Chance.Permille(100) ? people.Recent(people.Vouchers) : null;
        OpaqueId voucher = again?.Voucher ?? OpaqueId.Parse($"V{++_vouchers:D11}");
        bool isMoney = world.Chance.Permille(500);
        var day = new DateOnly(2026, 10, 1 + world.Chance.Below(20));
        var terms = new VoucherTerms(
            people.Person(), people.Programme(), isMoney ? VoucherKind.Money : VoucherKind.Units, isMoney
                ? Unit.Fen : world.Chance.Of(Units), [isMoney ? ServiceType.Care : ServiceType.Meal],
            new Fen(isMoney ? 0 : world.Chance.Between(1, 50)), day, day.AddDays(30), day.AddDays(58));
        long amount = isMoney ? Amounts.Any(world.Chance) : world.Chance.Permille(900)
            ? world.Chance.Between(1, 12) : Amounts.Any(world.Chance);
        Want want = Post(EntryCode.IssueVoucher, isMoney
            ? [new Leg(Allotted(terms.Programme), $"voucher/{voucher}", Fen, amount)]
            :
            [
                new Leg($"programme/{terms.Programme}/units", $"voucher/{voucher}", terms.Unit.Code, amount),
                new Leg(Allotted(terms.Programme), Committed(terms.Programme), Fen, PriceOf(amount, terms)),
            ]);
        return new Draft(
            want with { Opens = ($"voucher/{voucher}", terms.Elder.Text) }, header => VoucherEntries.Issue(header, voucher, terms, amount),
            id =>
            {
                people.Entries.Add(id);
                if (again is null) people.Vouchers.Add(new VoucherAsked(voucher, terms, amount));
            });
    }

    public Draft? Redeem()
    {
        if (people.Recent(people.Vouchers) is not { } voucher) return null;
        (OpaqueId provider, VoucherTerms terms) = (people.Provider(), voucher.Terms);
        string account = $"voucher/{voucher.Voucher}", payable = $"provider/{provider}/payable";
        long units = world.Chance.Permille(700) ? world.Chance.Between(1, Math.Clamp(voucher.Amount, 1, 1_000)) : Amounts.Any(world.Chance);
        if (terms.Kind == VoucherKind.Money)
        {
            return new Draft(
                Post(EntryCode.RedeemVoucher, new Leg(account, payable, Fen, units)),
                header => VoucherEntries.RedeemMoney(header, voucher.Voucher, provider, new Fen(units)), people.Entries.Add);
        }
        long whole = PriceOf(units, terms), price = world.Chance.Permille(600) ? whole : world.Chance.Between(0, whole);
        var legs = new List<Leg>
        {
            new(account, $"programme/{terms.Programme}/units", terms.Unit.Code, units),
            new(Committed(terms.Programme), payable, Fen, price),
        };
        if (whole > price) legs.Add(new Leg(Committed(terms.Programme), Allotted(terms.Programme), Fen, whole - price));
        return new Draft(
            Post(EntryCode.RedeemVoucher, [.. legs]),
            header => VoucherEntries.RedeemUnits(header, voucher.Voucher, terms, provider, units, new Fen(price)), people.Entries.Add);
    }

    /// <summary>Voids or expires a voucher, with the rest that the caller believes is on it.</summary>
    public Draft? GiveBack()
    {
        if (people.Recent(people.Vouchers) is not { } voucher) return null;
        VoucherTerms terms = voucher.Terms;
        bool voids = world.Chance.Permille(500);
        long left = world.Chance.Permille(500) ? voucher.Amount : world.Chance.Between(1, Math.Max(voucher.Amount, 1));
        Leg units = new($"voucher/{voucher.Voucher}", terms.Kind == VoucherKind.Money
            ? Allotted(terms.Programme) : $"programme/{terms.Programme}/units", terms.Unit.Code, left);
        Leg[] legs = terms.Kind == VoucherKind.Money
            ? [units] : [units, new Leg(Committed(terms.Programme), Allotted(terms.Programme), Fen, PriceOf(left, terms))];
        return new Draft(
            Post(voids ? EntryCode.VoidVoucher : EntryCode.ExpireVoucher, legs),
            header => voids ? VoucherEntries.Void(header, voucher.Voucher, terms, left)
                : VoucherEntries.Expire(header, voucher.Voucher, terms, left), people.Entries.Add);
    }

    private static Want Post(EntryCode code, params Leg[] legs) => new(WantKind.Post, code) { Legs = legs };

    private static string Allotted(Slug programme) => $"programme/{programme}/allotted";

    private static string Committed(Slug programme) => $"programme/{programme}/committed";

    private static long PriceOf(long units, VoucherTerms terms) =>
        (long)Int128.Min((Int128)units * terms.UnitPrice.Value, Amounts.Most + 1);

    private (Slug Fund, Fen Amount)[] Shares() =>
        [.. Enumerable.Range(0, 1 + world.Chance.Below(3))
            .Select(_ => (people.Fund(), new Fen(world.Chance.Permille(700) ? Amounts.Plenty(world.Chance) : Amounts.Any(world.Chance))))];
}
