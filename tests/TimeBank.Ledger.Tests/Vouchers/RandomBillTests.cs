using System.Globalization;
using CsCheck;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Random programmes whose elder pays by bills: whatever is issued, billed, refunded line by line, settled and expired, and in whatever
/// order, every account that a bill can move ends at what it should. One programme's vouchers never expire: what they have left goes to the
/// estate, and is all that its funder has lost in the end.
/// </summary>
public sealed class RandomBillTests
{
    private static readonly DateOnly Today = new(2026, 10, 10);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Today)!;
    private static readonly Slug Subsidy = Slug.Parse("subsidy");
    private static readonly Slug[] Programmes = [Slug.Parse("care"), Slug.Parse("meals"), Slug.Parse("meals-too"), Subsidy];
    private static readonly ProviderFacts Provider =
        new(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), [ServiceType.Meal, ServiceType.Care], []);

    private static readonly Gen<(int Kind, int Which, int Amount, int Other)[]> Histories =
        Gen.Select(Gen.Int[0, 99], Gen.Int[0, 999], Gen.Int[1, 4_000], Gen.Int[0, 4_000]).Array[1, 60];

    [Fact]
    public void Bills_refunds_and_expiries_end_at_exactly_zero()
    {
        var done = new SortedDictionary<string, int>(StringComparer.Ordinal);

        Histories.Sample(moves => new History(done).Play(moves), iter: 200, threads: 1, print: moves => string.Join("\n", moves));

        // Histories in which something never happens would prove nothing of it.
        string[] everything = ["issued", "billed", "several vouchers", "several programmes", "money and units", "refused", "refunded",
            "refunded in part", "refunded twice", "expired", "both classes", "paid out"];
        Assert.DoesNotContain(everything, what => done.GetValueOrDefault(what) == 0);
    }

    private sealed class History(SortedDictionary<string, int> done)
    {
        private readonly Book _book = Funded();
        private readonly List<(OpaqueId Id, VoucherTerms Terms)> _vouchers = [];
        private readonly List<(JournalEntry Entry, List<JournalEntry> Refunds)> _bills = [];
        private int _number;

        public void Play((int Kind, int Which, int Amount, int Other)[] moves)
        {
            foreach ((int kind, int which, int amount, int other) in moves)
            {
                if (kind < 35) Issue(which, amount);
                else if (kind < 75) Pay(which, amount, other);
                else if (kind < 95) Refund(which, other);
                else Expire(which);
            }
            while (_bills.FindIndex(bill => OpenLines(bill).Count > 0) is >= 0 and var open) Refund(open, int.MaxValue);
            for (int at = 0; at < _vouchers.Count; at++) Expire(at);
            Fen estate = PayEstate();

            Assert.All(_vouchers, voucher => Assert.True(_book.Counters(Chart.VoucherPath(voucher.Id).Text).DebitRoom == 0));
            Assert.Equal(4_000_000 - estate.Value, _book.Counters(Chart.Bank(Given.Bank)).CreditRoom);
            Assert.True(_book.Counters(Chart.ProviderPayable(Given.Provider)).IsEmpty);
            foreach (Slug programme in Programmes)
            {
                Assert.True(_book.Counters(Chart.ProgrammeCommitted(programme)).IsEmpty);
                Assert.True(_book.Counters(Chart.ProgrammeUnits(programme, Unit.Meal)).IsEmpty);
                Assert.Equal(
                    1_000_000 - (programme == Subsidy ? estate.Value : 0), _book.Counters(Chart.ProgrammeAllotted(programme)).DebitRoom);
            }
        }

        private static Book Funded()
        {
            var book = new Book();
            book.Accept(MoneyEntries.Receive(Given.Header("receive"), Given.Bank, Given.Lottery, new Fen(4_000_000)));
            foreach (Slug programme in Programmes)
                book.Accept(MoneyEntries.Allot(Given.Header($"allot {programme}"), programme, [(Given.Lottery, new Fen(1_000_000))]));
            return book;
        }

        private EntryHeader Header() => Given.Header(string.Create(CultureInfo.InvariantCulture, $"step {_number++}"));

        private void Done(string what) => done[what] = done.GetValueOrDefault(what) + 1;

        private void Issue(int which, int amount)
        {
            Slug programme = Programmes[which % Programmes.Length];
            bool isMoney = which % Programmes.Length is 0 or 3, expires = programme != Subsidy;
            var terms = new VoucherTerms(
                Given.Elder, programme, isMoney ? VoucherKind.Money : VoucherKind.Units, isMoney ? Unit.Fen : Unit.Meal,
                [isMoney ? ServiceType.Care : ServiceType.Meal], isMoney ? Fen.Zero : new Fen(700 + (which % 9)), new DateOnly(2026, 10, 1),
                expires ? new DateOnly(2026, 10, 20 + (which % 11)) : VoucherTerms.Never,
                expires ? new DateOnly(2026, 11, 28) : VoucherTerms.Never);
            var id = OpaqueId.Parse(string.Create(CultureInfo.InvariantCulture, $"C{_vouchers.Count:D11}"));
            if (_book.Submit(VoucherEntries.Issue(Header(), id, terms, isMoney ? amount : 1 + (amount % 5))).Refusal is not null) return;
            _vouchers.Add((id, terms));
            Done("issued");
        }

        private void Pay(int which, int price, int insurance)
        {
            BillLine Line(int at) => ((which + at) % 2 == 0)
                ? new BillLine(Slug.Parse("care-home"), 1 + (at % 2), new Fen(price + at), new Fen(Math.Min(insurance % (at + 2), price)))
                : new BillLine(
                    Slug.Parse("meal-canteen"), 1 + ((which + price) % 4), new Fen((long)price * (at + 1) % 3_000), Fen.Zero);
            var claim = new BillClaim(
                Given.Provider, Given.Elder, ServicePlace.Home, Today, [.. Enumerable.Range(0, 1 + (which % 3)).Select(Line)]);
            VoucherFacts[] facts = [.. _vouchers.Select(voucher =>
                VoucherFacts.Of(voucher.Terms, _book.Find(Chart.VoucherPath(voucher.Id).Text)!, null))];
            BillJudgement judged = BillRule.Judge(claim, Provider, facts, List, Policy, Today);
            if (judged.Bill is not { } bill)
            {
                Done("refused");
                return;
            }
            JournalEntry entry = _book.Accept(
                VoucherEntries.PayBill(Header() with { Details = EntryDetails.Of(bill.ToDetails()) }, bill));
            // Every posting on the payable belongs to its share, and the vouchers have what the shares say.
            long payable = _book.Find(Chart.ProviderPayable(Given.Provider).Path.Text)!.Number;
            Assert.All(entry.Transfers.Index().Where(one => one.Item.Credit == payable), one => Assert.Equal(
                one.Item.Posted, bill.ShareOf(entry, one.Index).Credited.Value));
            Assert.All(bill.LastShares, share => Assert.Equal(
                share.Remaining, _book.Counters(Chart.VoucherPath(share.Voucher).Text).DebitRoom));
            _bills.Add((entry, []));
            Done("billed");
            if (bill.Shares.Select(share => share.Voucher).Distinct().Skip(1).Any()) Done("several vouchers");
            if (bill.Shares.Select(share => share.Programme).Distinct().Skip(1).Any()) Done("several programmes");
            if (bill.Shares.Select(share => share.Unit).Distinct().Skip(1).Any()) Done("money and units");
            if (bill.Shares.Where(share => share.Unit == Unit.Fen).Select(share => share.Programme == Subsidy).Distinct().Count() == 2)
                Done("both classes");
        }

        /// <summary>Lines that are not taken back yet and of which a voucher paid something.</summary>
        private static List<int> OpenLines((JournalEntry Entry, List<JournalEntry> Refunds) bill) =>
        [
            .. Bill.Of(bill.Entry).Shares.Select(share => share.Line).Distinct()
                .Except(bill.Refunds.SelectMany(refund => Bill.Of(refund).Lines.Select(line => line.Number))),
        ];

        private void Refund(int which, int mask)
        {
            if (_bills.Count == 0) return;
            (JournalEntry Entry, List<JournalEntry> Refunds) bill = _bills[which % _bills.Count];
            List<int> open = OpenLines(bill), chosen = [.. open.Where(line => mask == int.MaxValue || (mask >> line) % 2 == 0)];
            if (chosen.Count == 0) return;
            Bill lines = Bill.Of(bill.Entry).Only(chosen.ToHashSet());
            // A voucher that was expired meanwhile can't get anything back: the rule refuses it, and so does this history.
            if (lines.Shares.Any(share => _expired.Contains(share.Voucher))) return;
            EntryId id = Bill.RefundId(bill.Entry.Id, bill.Refunds.Count, 0);
            Proposal refund = VoucherEntries.RefundBill(
                Header() with { Id = id, Details = EntryDetails.Of(lines.ToDetails()) }, lines);
            JournalEntry entry = _book.Accept(refund);
            long payable = _book.Find(Chart.ProviderPayable(Given.Provider).Path.Text)!.Number;
            Assert.All(entry.Transfers.Index().Where(one => one.Item.Debit == payable), one => Assert.Equal(
                one.Item.Posted, lines.ShareOf(entry, one.Index).Credited.Value));
            // Another refund that knows of the same earlier ones has the same id.
            Assert.Equal(Reason.RequestIdReused, _book.Submit(VoucherEntries.RefundBill(Header() with { Id = id }, lines)).Refusal?.Reason);
            bill.Refunds.Add(entry);
            Done("refunded");
            if (chosen.Count < open.Count) Done("refunded in part");
            if (bill.Refunds.Count > 1) Done("refunded twice");
        }

        private readonly HashSet<OpaqueId> _expired = [];

        private void Expire(int which)
        {
            if (_vouchers.Count == 0) return;
            (OpaqueId id, VoucherTerms terms) = _vouchers[which % _vouchers.Count];
            bool isOnABill = _bills.Any(bill => Bill.Of(bill.Entry).Only(OpenLines(bill).ToHashSet()).Shares
                .Any(share => share.Voucher == id));
            long left = _book.Counters(Chart.VoucherPath(id).Text).DebitRoom;
            if (left == 0 || isOnABill || !VoucherRule.MayExpire(terms, new DateOnly(2027, 1, 1))) return;
            _book.Accept(VoucherEntries.Expire(Header(), id, terms, left));
            _expired.Add(id);
            Done("expired");
        }

        /// <summary>The elder dies: what persistent vouchers have left is paid, once.</summary>
        private Fen PayEstate()
        {
            IEnumerable<VoucherFacts> facts = _vouchers.Select(voucher =>
                VoucherFacts.Of(voucher.Terms, _book.Find(Chart.VoucherPath(voucher.Id).Text)!, null));
            Estate estate = EstateRule.Of(facts, Today, [(Policy.Vouchers, Today)]);
            if (estate.Shares.IsEmpty) return Fen.Zero;
            Proposal Pay() => VoucherEntries.PayEstate(
                Header(), Given.Bank, Given.Elder, [.. estate.Shares.Select(share => (share.Voucher, share.Amount))]);
            Assert.Equal(estate.Amount.Value, _book.Accept(Pay()).Transfers[^1].Posted);
            Assert.Equal(Reason.InsufficientBalance, _book.Submit(Pay()).Refusal?.Reason);
            Assert.True(_book.Counters(Chart.Estate(Given.Elder)).IsEmpty);
            Done("paid out");
            return estate.Amount;
        }
    }
}
