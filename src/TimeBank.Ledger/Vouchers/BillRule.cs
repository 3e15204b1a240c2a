using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// How an elder's vouchers share a bill. A bill of one line and one voucher gives what <see cref="RedemptionRule"/> gives, and the first
/// reason in this order is the answer:
/// <list type="number">
/// <item>the provider exists, and its clerk, if one asks, may take vouchers;</item>
/// <item>the claim by itself, line by line: see <see cref="RedemptionRule"/>;</item>
/// <item>the vouchers: one of them at least can pay for a line. Where none can, and all for one reason, that reason is the answer;</item>
/// <item>the elder: alive on the day of service, and not gone from the register by then;</item>
/// <item>the provider: neither blacklisted nor suspended on the day of service or today; accredited for every line;
/// it asks no more for a line than it published;</item>
/// <item>the amount: unit vouchers have enough whole units for a line, or none; the vouchers pay something; the bill isn't too long.</item>
/// </list>
/// Lines are paid in their order, each by the vouchers that can pay for it: earliest use-by first, then by id, whatever their programmes.
/// Those without a use-by come last, the oldest first: what would be lost is spent before what stays.
/// Insurance goes first. Of money, the share of a line is rounded down once and then taken from one voucher after the other, so several
/// vouchers pay what one would. Of units, each one bears its part of the price, up to its own voucher's contract price; the parts are
/// rounded so that they add up. What is left is the elder's.
/// </summary>
public static class BillRule
{
    /// <param name="vouchers">The elder's, in any order.</param>
    /// <param name="lastServed">The last day of a service to the elder, and why: a death or a departure. Null while there is none.</param>
    /// <param name="checks">The policy that says what the elder shows: that of the day of payment. Null: <paramref name="policy"/>.</param>
    /// <param name="spent">As for one redemption.</param>
    /// <param name="clerk">Who asks for the provider; null where the counter does.</param>
    public static BillJudgement Judge(
        BillClaim claim, ProviderFacts? provider, IReadOnlyCollection<VoucherFacts> vouchers, Catalogue catalogue, Policy policy,
        DateOnly today, (DateOnly Day, Reason Reason)? lastServed = null, Policy? checks = null, SpentToday spent = default,
        string? clerk = null)
    {
        DateOnly served = claim.ServedOn(today);
        if (provider is null) return new Refusal(Reason.ProviderNotFound);
        if (clerk is not null && StaffRule.Judge(provider.Staff, clerk, ProviderRight.Redeem, today) is { } no) return no;
        if (served > today) return new Refusal(Reason.ServiceDateInFuture);
        var items = new CatalogueItem[claim.Lines.Length];
        for (int at = 0; at < items.Length; at++)
        {
            BillLine line = claim.Lines[at];
            if (line.Insurance > line.Price) return OfLine(at, new Refusal(Reason.InsuranceAbovePrice));
            if (catalogue.Find(line.Item) is not { } item)
                return OfLine(at, Refusal.Of(Reason.ItemNotFound, ("item", line.Item.Text)));
            items[at] = item;
        }
        Purse[] purses = [.. vouchers.OrderBy(voucher => voucher.Terms.UseBy)
            .ThenBy(voucher => voucher.Terms.Expires ? default : voucher.Terms.From)
            .ThenBy(voucher => voucher.Id.Text, StringComparer.Ordinal)
            .Select(voucher => new Purse(voucher, items, served, today, policy.Vouchers))];
        if (Array.TrueForAll(purses, purse => purse.Why is not null)) return NotPaid(NoneOf(purses), []);
        Refusal? gone = null;
        foreach (Purse purse in purses.Where(purse => purse.Why is null)) gone = purse.EndIfGone(served, lastServed) ?? gone;
        (OpaqueId Voucher, long Left)[] usable = [.. purses.Where(purse => purse.Why is null).Select(purse => (purse.Id, purse.Left))];
        if (usable.Length == 0) return gone!;
        for (int at = 0; at < items.Length; at++)
        {
            if (provider.RefusalFor(items[at].Type, served) is { } then) return OfLine(at, then);
        }
        if (provider.StandingOn(today) is Standing.BlackListed or Standing.Suspended)
            return provider.RefusalFor(items[0].Type, today)!;
        for (int at = 0; at < items.Length; at++)
        {
            BillLine line = claim.Lines[at];
            if (provider.PriceRefusal(items[at], line.Quantity, line.Price, served) is { } above) return OfLine(at, above);
        }

        int ratio = policy.Vouchers.National.RatioPercent(claim.Place);
        var lines = ImmutableArray.CreateBuilder<BilledLine>(items.Length);
        var shares = ImmutableArray.CreateBuilder<BillShare>();
        for (int at = 0; at < items.Length; at++)
        {
            BillLine line = claim.Lines[at];
            Purse[] able = [.. purses.Where(purse => purse.CanPay(at))];
            int before = shares.Count;
            if (items[at].Unit == Unit.Fen) PayMoney(at, line, items[at], ratio, able, shares);
            else if (PayUnits(at, line, items[at].Unit, able, shares) is { } lacking)
                return NotPaid(lacking, usable);
            Fen credited = shares.Skip(before).Aggregate(Fen.Zero, (sum, share) => sum + share.Credited);
            lines.Add(new BilledLine(
                at + 1, line.Item, line.Quantity, line.Price, line.Insurance, line.Price - line.Insurance - credited));
        }
        if (shares.Count == 0) return NotPaid(new Refusal(Reason.NothingToPay), usable);
        if (items.Length > BillClaim.MaxLines || shares.Count > Bill.MaxShares) return new Refusal(Reason.BillTooLong);
        var bill = new Bill(
            claim.Provider, claim.Elder, claim.Place, served, lines.MoveToImmutable(), shares.ToImmutable());
        // Of a unit, what is credited and what is freed are its contract price.
        Fen worth = bill.Shares.Aggregate(Fen.Zero, (sum, share) => sum + share.Credited + share.Freed);
        return new BillJudgement(bill, BillQuote.Of(bill, usable, catalogue, policy), UnusedOf(purses), null)
        {
            Worth = worth,
            Needs = HolderCheckRule.Needed(
                bill.Shares.Select(share => items[share.Line - 1].Type), worth, checks ?? policy, lastServed, spent),
        };

        // The refusals that say what vouchers pay, and so may be news to somebody who confirms a quote.
        BillJudgement NotPaid(Refusal why, IEnumerable<(OpaqueId Voucher, long Left)> able) =>
            new(null, BillQuote.Of(null, able, catalogue, policy), [], why);
    }

    /// <summary>
    /// Whether lines of a bill may be taken back: each once, however late, as <see cref="VoucherRule.Refund"/> says of a redemption. What a
    /// share brings back for a voucher that has ended goes on to the programme.
    /// </summary>
    /// <param name="refunded">The numbers of the lines that were taken back already.</param>
    /// <param name="wanted">The numbers of the lines to take back, of this bill; empty: all that are left.</param>
    /// <param name="voucherOf">Each of the bill's vouchers in its present state.</param>
    /// <returns>The lines, whose shares say what each voucher has left afterwards; or the refusal.</returns>
    public static (Bill? Lines, Refusal? Refusal) Refund(
        Bill bill, IReadOnlySet<int> refunded, ImmutableArray<int> wanted, Func<OpaqueId, VoucherFacts> voucherOf, DateOnly today)
    {
        foreach (int line in wanted)
        {
            if (refunded.Contains(line)) return (null, OfLine(line - 1, new Refusal(Reason.BillLineAlreadyRefunded)));
        }
        Bill lines = bill.Only(
            (wanted.IsEmpty ? bill.Lines.Select(line => line.Number).Where(line => !refunded.Contains(line)) : wanted).ToHashSet());
        if (lines.Shares.IsEmpty)
            return (null, new Refusal(wanted.IsEmpty ? Reason.BillLineAlreadyRefunded : Reason.BillLineNotPaid));
        var left = lines.Shares.Select(share => share.Voucher).Distinct().ToDictionary(id => id, id => voucherOf(id).Remaining);
        var shares = ImmutableArray.CreateBuilder<BillShare>(lines.Shares.Length);
        foreach (BillShare share in lines.Shares)
        {
            VoucherEnd end = VoucherRule.EndAtRefund(voucherOf(share.Voucher), today);
            if (end == VoucherEnd.None) left[share.Voucher] += share.FromVoucher;
            shares.Add(share with { Remaining = left[share.Voucher], Ended = end });
        }
        return (lines with { Shares = shares.MoveToImmutable() }, null);
    }

    private static void PayMoney(
        int at, BillLine line, CatalogueItem item, int ratio, Purse[] purses, ImmutableArray<BillShare>.Builder shares)
    {
        var ceiling = new Fen(item.CeilingPrice.Value * line.Quantity);
        // 128 bits: several vouchers may have more than one counter holds.
        Int128 all = purses.Aggregate(Int128.Zero, (sum, purse) => sum + purse.Left);
        Fen due = RedemptionAmount.Of(
            line.Price, ceiling, line.Insurance, ratio, new Fen((long)Int128.Min(all, long.MaxValue))).Voucher;
        foreach (Purse purse in purses)
        {
            Fen paid = Fen.Min(due, new Fen(purse.Left));
            if (paid > Fen.Zero) shares.Add(purse.Take(at, paid.Value, paid));
            due -= paid;
        }
    }

    /// <returns>The refusal where the vouchers have some units, but too few. The clerk makes two lines of it.</returns>
    private static Refusal? PayUnits(int at, BillLine line, Unit unit, Purse[] purses, ImmutableArray<BillShare>.Builder shares)
    {
        purses = [.. purses.Where(purse => purse.Left > 0 && purse.UnitPrice > Fen.Zero)];
        Int128 all = purses.Aggregate(Int128.Zero, (sum, purse) => sum + purse.Left);
        Fen due = line.Price - line.Insurance;
        if (all == 0 || due == Fen.Zero) return null;
        if (all < line.Quantity)
        {
            return OfLine(at, Refusal.Of(
                Reason.InsufficientBalance, ("available", Number((long)all)), ("needed", Number(line.Quantity)), ("unit", unit.Code)));
        }
        long given = 0;
        Fen before = Fen.Zero;
        foreach (Purse purse in purses)
        {
            long units = Math.Min(line.Quantity - given, purse.Left);
            if (units == 0) break;
            given += units;
            Fen upTo = new((long)((Int128)due.Value * given / line.Quantity));
            shares.Add(purse.Take(at, units, Fen.Min(upTo - before, new Fen(purse.UnitPrice.Value * units))));
            before = upTo;
        }
        return null;
    }

    private static Refusal NoneOf(Purse[] purses)
    {
        Refusal[] reasons = [.. purses.Select(purse => purse.Why!).DistinctBy(why => why.Reason)];
        return reasons is [var only] ? only : new Refusal(Reason.NoVoucherUsable);
    }

    private static ImmutableArray<UnusedVoucher> UnusedOf(Purse[] purses) =>
    [
        .. purses.Where(purse => !purse.IsUsed)
            .Select(purse => new UnusedVoucher(purse.Id, purse.Why ?? new Refusal(Reason.NothingToPay))),
    ];

    /// <summary>A refusal that says which line it is about.</summary>
    private static Refusal OfLine(int at, Refusal refusal) =>
        refusal with { Detail = $"{refusal.Detail}{(refusal.Detail.Length > 0 ? ";" : "")}line={Number(at + 1)}" };

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A voucher while a bill is shared out.</summary>
    private sealed class Purse
    {
        private readonly VoucherFacts _voucher;
        private readonly bool[] _canPay;

        public Purse(VoucherFacts voucher, CatalogueItem[] items, DateOnly served, DateOnly today, VouchersPolicy policy)
        {
            _voucher = voucher;
            Left = voucher.Remaining;
            Refusal?[] refusals = [.. items.Select(item => RedemptionRule.RefusalOf(voucher, item, served, today, policy))];
            _canPay = [.. refusals.Select(refusal => refusal is null)];
            // Each other reason is the voucher's own, whatever the line.
            Why = _canPay.Contains(true) ? null
                : refusals.FirstOrDefault(refusal => refusal!.Reason != Reason.VoucherNotForService) ?? refusals[0];
        }

        public OpaqueId Id => _voucher.Id;

        public Fen UnitPrice => _voucher.Terms.UnitPrice;

        public long Left { get; private set; }

        public bool IsUsed { get; private set; }

        /// <summary>Why the voucher can pay for no line; null where it can pay for one.</summary>
        public Refusal? Why { get; private set; }

        public bool CanPay(int line) => _canPay[line];

        /// <summary>Lets the voucher pay for nothing where the elder died or left before the service; the reason, or null.</summary>
        public Refusal? EndIfGone(DateOnly served, (DateOnly Day, Reason Reason)? lastServed)
        {
            if (RedemptionRule.GoneBy(_voucher, served, lastServed) is not { } gone) return null;
            Array.Clear(_canPay);
            Why = gone;
            return gone;
        }

        public BillShare Take(int line, long amount, Fen credited)
        {
            IsUsed = true;
            Left -= amount;
            Fen freed = _voucher.Terms.Kind switch
            {
                VoucherKind.Money => Fen.Zero,
                VoucherKind.Units => new Fen(UnitPrice.Value * amount) - credited,
            };
            return new BillShare(
                line + 1, Id, _voucher.Terms.Programme, _voucher.Terms.Unit, amount, credited, freed, Left);
        }
    }
}

/// <summary>The result of a bill: how it is shared, or the refusal.</summary>
/// <param name="Quote">
/// Names this split. Of a refusal that says what vouchers pay it has the parts that a confirmed quote is held against; null for another.
/// </param>
/// <param name="Unused">The vouchers that pay nothing of it, each with the reason.</param>
public readonly record struct BillJudgement(Bill? Bill, BillQuote? Quote, ImmutableArray<UnusedVoucher> Unused, Refusal? Refusal)
{
    /// <summary>What the elder shows before the bill is paid.</summary>
    public HolderCheck Needs { get; init; }

    /// <summary>What the elder gives up: the credited money, and units at their contract price where that is more.</summary>
    public Fen Worth { get; init; }

    public static implicit operator BillJudgement(Refusal refusal) => new(null, null, [], refusal);
}

/// <summary>A voucher that pays nothing of a bill.</summary>
/// <param name="Why"><see cref="Reason.NothingToPay"/> where the vouchers before it have paid all that vouchers pay.</param>
public sealed record UnusedVoucher(OpaqueId Voucher, Refusal Why);

/// <summary>
/// The digest of a split. A person confirms what it names and nothing else. It has a part for each thing that can change, so that a
/// refusal says which one did.
/// </summary>
/// <param name="Rules">Of the versions of policy and service list.</param>
/// <param name="Vouchers">Of the vouchers that can pay for a line, with what each had before: prices don't change it.</param>
/// <param name="Split">Of the bill and of every share; where nothing is paid, that of no bill.</param>
public sealed record BillQuote(string Rules, string Vouchers, string Split)
{
    private const int PartLength = 16;

    /// <param name="usable">The vouchers that can pay for a line, with what each had before the bill.</param>
    public static BillQuote Of(Bill? bill, IEnumerable<(OpaqueId Voucher, long Left)> usable, Catalogue catalogue, Policy policy) => new(
        PartOf([$"{catalogue.Region}/{catalogue.Version}", policy.Version.ToString()]),
        PartOf(usable.Select(voucher => $"{voucher.Voucher} {voucher.Left}")),
        PartOf((bill?.ToDetails() ?? []).Select(detail => $"{detail.Key}={detail.Value}")));

    public static bool TryParse(string text, out BillQuote? quote)
    {
        quote = text.Split('-') is [{ Length: PartLength } rules, { Length: PartLength } vouchers, { Length: PartLength } split]
            ? new BillQuote(rules, vouchers, split) : null;
        return quote is not null;
    }

    /// <summary>What is another in this quote than in one that was confirmed, as a word of the contract; null: nothing is.</summary>
    public string? ChangedSince(BillQuote confirmed) =>
        Rules != confirmed.Rules ? "QUOTE_PART_RULES"
        : Vouchers != confirmed.Vouchers ? "QUOTE_PART_VOUCHERS"
        : Split != confirmed.Split ? "QUOTE_PART_BILL"
        : null;

    public override string ToString() => $"{Rules}-{Vouchers}-{Split}";

    private static string PartOf(IEnumerable<string> values) =>
        Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', values))).ToString()[..PartLength];
}
