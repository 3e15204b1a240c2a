using System.Collections.Immutable;
using System.Globalization;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Two programmes of the same funds on a ledger, one of money by the policy's ratio and one of meals, and an elder who pays by bills.
/// Beside the ledger stand plain sums: what each fund gave, what each programme spent, and by which weights the present stretch is shared.
/// </summary>
internal sealed class RandomProgramme
{
    public const int MaxFunds = 5;

    private static readonly DateOnly Today = new(2026, 10, 10), Late = new(2027, 1, 1);
    private static readonly Policy Policy = PolicyHistory.BuiltIn.At(Today);
    private static readonly Catalogue List = CatalogueDirectory.BuiltIn.At(RegionCode.Parse("430211"), Today)!;
    private static readonly Slug Care = Slug.Parse("care"), Meals = Slug.Parse("meals");
    private static readonly ProviderFacts Provider =
        new(new DateOnly(2026, 1, 1), new DateOnly(2026, 12, 31), [ServiceType.Meal, ServiceType.Care], []);

    private readonly SortedDictionary<string, int> _done;
    private readonly Book _book = new();
    private readonly Slug[] _funds;
    private readonly long[] _received;
    private readonly Purse[] _programmes;
    private readonly List<(OpaqueId Id, VoucherTerms Terms)> _vouchers = [];
    private readonly List<PaidBill> _bills = [];
    private long _paidOut;
    private int _number;
    private DateOnly _today = Today;

    public RandomProgramme(int funds, SortedDictionary<string, int> done)
    {
        _done = done;
        _funds = [.. Enumerable.Range(0, funds).Select(at => Slug.Parse($"fund-{at}"))];
        _received = new long[funds];
        _programmes = [new Purse(Care, funds), new Purse(Meals, funds)];
        Count($"{funds} funds");
    }

    public void Play(ProgrammeMove move)
    {
        Purse programme = _programmes[move.Which % 2];
        switch (move.Kind)
        {
            case < 15: Allot(programme, move); break;
            case < 38: Issue(programme, move); break;
            case < 68: Pay(move); break;
            case < 80: Refund(move.Which, mask: move.Fen); break;
            case < 86: Settle(); break;
            case < 92: End(move.Which, VoucherEntries.Void, "voided"); break;
            case < 95: End(move.Which, VoucherEntries.Expire, "expired"); break;
            default: Return(programme, "returned midway"); break;
        }
    }

    /// <summary>Every voucher ends, every provider is paid, and what is left goes back.</summary>
    /// <param name="refundsAll">Whether every service turns out not to have been given.</param>
    public void Finish(bool refundsAll)
    {
        if (refundsAll) RefundAll();
        _today = Late;
        for (int at = 0; at < _vouchers.Count; at++) End(at, VoucherEntries.Expire, "expired");
        // Long after everything ended the money passes through the voucher, and nothing keeps it from coming back.
        if (refundsAll) RefundAll();
        else if (_bills.Count > 0) Refund(_bills.Count - 1, mask: 0);
        Settle();
        foreach (Purse programme in _programmes) Return(programme, "returned");
        CheckShares();
    }

    /// <summary>
    /// After each step: no fund bears more than it gave; the parts are the whole; and what the programme has is what it was given and has
    /// not spent.
    /// </summary>
    public void CheckShares()
    {
        foreach (Purse programme in _programmes)
        {
            long[] borne = programme.Shares.Borne();
            Assert.Equal(programme.Spent, borne.Sum());
            for (int fund = 0; fund < borne.Length; fund++) Assert.InRange(borne[fund], 0, programme.Given[fund]);
            programme.CheckExactShares(borne);
            Assert.Equal(programme.Given.Sum() - programme.Spent, Free(programme) + Bound(programme));
        }
        long owed = Payable.DebitRoom - _book.Counters(Chart.ProviderOwed(Given.Provider)).CreditRoom;
        Assert.Equal(_programmes.Sum(programme => programme.Spent), _paidOut + owed);
    }

    public void CheckEnd()
    {
        foreach (Purse programme in _programmes)
        {
            Assert.Equal((0L, 0L), (Free(programme), Bound(programme)));
            Assert.True(_book.Counters(Chart.ProgrammeUnits(programme.Id, Unit.Meal)).IsEmpty);
            // Nothing is left to give back: each fund has borne, of what it left here, every fen.
            Assert.Equal(programme.Given, programme.Shares.Borne());
        }
        for (int fund = 0; fund < _funds.Length; fund++)
        {
            Assert.Equal(
                _received[fund] - _programmes.Sum(programme => programme.Shares.Borne()[fund]),
                _book.Counters(Chart.FundAvailable(_funds[fund])).DebitRoom);
        }
        Assert.Equal(_received.Sum() - _paidOut, _book.Counters(Chart.Bank(Given.Bank)).CreditRoom);
        Assert.True(Payable.IsEmpty);
        if (_bills.Count > 0 && _programmes.All(programme => programme.Spent == 0)) Count("everything came back");
        foreach (IGrouping<Unit, Account> accounts in _book.Journal.SelectMany(entry => entry.Opened).GroupBy(account => account.Unit))
        {
            Counters[] counters = [.. accounts.Select(account => _book.Counters(account.Path.Text))];
            Assert.Equal(0, counters.Sum(now => now.CreditsPosted - now.DebitsPosted));
            Assert.All(counters, now => Assert.Equal((0, 0), (now.CreditsPending, now.DebitsPending)));
        }
    }

    /// <summary>Some funds give, each another amount; what a fund lacks arrives at the bank first.</summary>
    private void Allot(Purse programme, ProgrammeMove move)
    {
        int[] givers = [.. Enumerable.Range(0, _funds.Length).Where(fund => ((move.Which >> (fund + 1)) & 1) == 1)];
        if (givers.Length == 0) givers = [move.Which % _funds.Length];
        (int Fund, long Fen)[] gifts = [.. givers.Select((fund, at) => (fund, at % 2 == 0 ? (long)move.Fen : move.Other))];
        foreach ((int fund, long fen) in gifts)
        {
            // The first fund has more than it gives.
            long arrives = fen + (fund == 0 ? move.Other : 0) - _book.Counters(Chart.FundAvailable(_funds[fund])).DebitRoom;
            if (arrives <= 0) continue;
            _book.Accept(MoneyEntries.Receive(Header(), Given.Bank, _funds[fund], new Fen(arrives)));
            _received[fund] += arrives;
        }
        _book.Accept(MoneyEntries.Allot(Header(), programme.Id, gifts.Select(gift => (_funds[gift.Fund], new Fen(gift.Fen)))));
        Count(programme.Spent > 0 ? "allotted midway" : "allotted");
        programme.Give(gifts);
    }

    private void Issue(Purse programme, ProgrammeMove move)
    {
        bool isMoney = programme.Id == Care;
        var terms = new VoucherTerms(
            Given.Elder, programme.Id, isMoney ? VoucherKind.Money : VoucherKind.Units, isMoney ? Unit.Fen : Unit.Meal,
            [isMoney ? ServiceType.Care : ServiceType.Meal], isMoney ? Fen.Zero : new Fen(1 + (move.Other % 1_500)),
            new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 20 + (move.Which % 11)), new DateOnly(2026, 11, 28));
        var id = OpaqueId.Parse(string.Create(CultureInfo.InvariantCulture, $"C{_vouchers.Count:D11}"));
        long amount = isMoney ? move.Fen : 1 + (move.Fen % 5);
        if (_book.Submit(VoucherEntries.Issue(Header(), id, terms, amount)).Refusal is { } refusal)
        {
            Assert.Equal(Reason.InsufficientBalance, refusal.Reason);
            Count("unfunded");
            return;
        }
        _vouchers.Add((id, terms));
        Count("issued");
    }

    private void Pay(ProgrammeMove move)
    {
        BillLine Line(int at) => (move.Which + at) % 2 == 0
            ? new BillLine(Slug.Parse("care-home"), 1, new Fen(move.Fen + at), Fen.Zero)
            : new BillLine(Slug.Parse("meal-canteen"), 1 + (move.Which % 4), new Fen(Math.Min(move.Other, 1_500)), Fen.Zero);
        BillLine[] lines = [.. Enumerable.Range(0, 1 + (move.Which % 3)).Select(Line)];
        var claim = new BillClaim(Given.Provider, Given.Elder, ServicePlace.Home, Today, [.. lines]);
        BillJudgement judged = BillRule.Judge(claim, Provider, [.. _vouchers.Select(Facts)], List, Policy, _today);
        if (judged.Bill is not { } bill)
        {
            // Half of one fen, rounded down.
            if (judged.Refusal!.Reason == Reason.NothingToPay && lines is [{ Price.Value: 1 }]) Count("nothing of one fen");
            return;
        }
        _bills.Add(new PaidBill(
            _book.Accept(VoucherEntries.PayBill(Header() with { Details = EntryDetails.Of(bill.ToDetails()) }, bill))));
        Spend(bill, back: false);
        Count("billed");
        if (bill.Credited.Value == 1) Count("billed one fen");
        if (bill.Shares.Select(share => share.Programme).Distinct().Skip(1).Any()) Count("several programmes");
        if (bill.Shares.Select(share => share.Voucher).Distinct().Skip(1).Any()) Count("several vouchers");
    }

    /// <summary>Takes back lines of a bill by the rule, however late; what the payable lacks is owed first.</summary>
    /// <param name="mask">The lines that stay; none: all that are open go.</param>
    private void Refund(int which, int mask)
    {
        if (_bills.Count == 0) return;
        PaidBill paid = _bills[which % _bills.Count];
        Bill bill = Bill.Of(paid.Entry);
        HashSet<int> taken = [.. paid.Refunds.SelectMany(refund => Bill.Of(refund).Lines.Select(line => line.Number))];
        ImmutableArray<int> wanted =
            [.. bill.Shares.Select(share => share.Line).Distinct().Where(line => !taken.Contains(line) && ((mask >> line) & 1) == 0)];
        if (wanted.IsEmpty) return;
        (Bill? lines, Refusal? refusal) = BillRule.Refund(bill, taken, wanted, id => Facts(_vouchers.Find(one => one.Id == id)), _today);
        Assert.Null(refusal);
        if (lines!.Credited.Value - Payable.DebitRoom is > 0 and var lacks)
        {
            _book.Accept(SettlementEntries.Owe(Header(), Given.Provider, new Fen(lacks)));
            Count("refunded after the settlement");
        }
        EntryId id = Bill.RefundId(paid.Entry.Id, paid.Refunds.Count, paid.Attempts++);
        Outcome outcome = _book.Submit(VoucherEntries.RefundBill(
            Header() with { Id = id, Details = EntryDetails.Of(lines.ToDetails()) }, lines));
        if (outcome.Refusal is { } no)
        {
            // Nothing but what a low price had saved can be gone: the programme has bound it anew, or given it back.
            Assert.Equal(Reason.InsufficientBalance, no.Reason);
            Assert.EndsWith("/allotted", no.Values.First(value => value.Key == "account").Value, StringComparison.Ordinal);
            Assert.Contains(lines.Shares, share => share.Ended == VoucherEnd.None && share.Freed > Fen.Zero);
            Count("saved money gone");
            return;
        }
        paid.Refunds.Add(outcome.Entry!);
        paid.Attempts = 0;
        Spend(lines, back: true);
        Count("refunded");
        if (lines.Shares.Any(share => share.Ended != VoucherEnd.None)) Count("passed on");
    }

    private void RefundAll()
    {
        for (int at = 0; at < _bills.Count; at++) Refund(at, mask: 0);
    }

    private void Spend(Bill bill, bool back)
    {
        foreach (Purse programme in _programmes)
        {
            long fen = bill.Shares.Where(share => share.Programme == programme.Id).Sum(share => share.Credited.Value);
            programme.Spend(back ? -fen : fen);
        }
    }

    /// <summary>A batch with all that the provider is owed, less what it owes; the bank pays it.</summary>
    private void Settle()
    {
        var claim = new ProviderClaim(
            Given.Provider, new Fen(Payable.DebitRoom), Fen.Zero, new Fen(_book.Counters(Chart.ProviderOwed(Given.Provider)).CreditRoom));
        if (claim.Taken == Fen.Zero) return;
        var batch = OpaqueId.Parse(string.Create(CultureInfo.InvariantCulture, $"S{_number:D11}"));
        JournalEntry held = _book.Accept(SettlementEntries.Prepare(Header(), batch, [claim]));
        _book.Accept(SettlementEntries.Approve(Header(), held.Id));
        if (claim.Netted > Fen.Zero) Count("netted");
        if (claim.Paid > Fen.Zero) _book.Accept(SettlementEntries.Pay(Header(), batch, Given.Bank, claim.Paid));
        _paidOut += claim.Paid.Value;
        Assert.True(_book.Counters(Chart.Settlement(batch)).IsEmpty);
        Count("settled");
    }

    private void End(int which, Func<EntryHeader, OpaqueId, VoucherTerms, long, Proposal> end, string word)
    {
        if (_vouchers.Count == 0) return;
        (OpaqueId id, VoucherTerms terms) = _vouchers[which % _vouchers.Count];
        long left = _book.Counters(Chart.VoucherPath(id).Text).DebitRoom;
        if (left == 0) return;
        _book.Accept(end(Header(), id, terms, left));
        Count(word);
    }

    /// <summary>What no voucher binds goes back by the rule, and right after it nothing more does.</summary>
    private void Return(Purse programme, string word)
    {
        UnspentFunds unspent = Unspent(programme);
        if (ReturnRule.Judge(unspent) is { } nothing)
        {
            Assert.Equal(Reason.NothingToReturn, nothing.Reason);
            return;
        }
        ImmutableArray<FunderPart> parts = ReturnRule.Parts(unspent);
        Assert.Equal(unspent.Free.Value, parts.Sum(part => part.Amount.Value));
        _book.Accept(MoneyEntries.Return(Header(), programme.Id, parts.Select(part => (part.Fund, part.Amount))));
        programme.Give([.. parts.Select(part => (Array.IndexOf(_funds, part.Fund), -part.Amount.Value))]);
        Assert.Equal(Reason.NothingToReturn, ReturnRule.Judge(Unspent(programme))?.Reason);
        Count(word);
    }

    private UnspentFunds Unspent(Purse programme) => new(
        new Fen(Free(programme)), new Fen(Bound(programme)),
        [
            .. _funds.Zip(programme.Given.Zip(programme.Shares.Borne(), (given, borne) => given - borne))
                .Where(fund => fund.Second > 0).Select(fund => new FunderPart(fund.First, new Fen(fund.Second))),
        ]);

    private Counters Payable => _book.Counters(Chart.ProviderPayable(Given.Provider));

    private long Free(Purse programme) => _book.Counters(Chart.ProgrammeAllotted(programme.Id)).DebitRoom;

    /// <summary>What vouchers that are out bind: money vouchers what they have left, the others their contract price.</summary>
    private long Bound(Purse programme) => _vouchers.Where(voucher => voucher.Terms.Programme == programme.Id)
        .Sum(voucher => _book.Counters(Chart.VoucherPath(voucher.Id).Text).DebitRoom * Math.Max(1, voucher.Terms.UnitPrice.Value));

    private VoucherFacts Facts((OpaqueId Id, VoucherTerms Terms) voucher)
    {
        Account account = _book.Find(Chart.VoucherPath(voucher.Id).Text)!;
        return VoucherFacts.Of(voucher.Terms, account, _book.Journal.FindLast(entry =>
            entry.Transfers.Any(transfer => transfer.Debit == account.Number || transfer.Credit == account.Number)));
    }

    private EntryHeader Header() => Given.Header(string.Create(CultureInfo.InvariantCulture, $"step {_number++}"));

    private void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;

    private sealed class PaidBill(JournalEntry entry)
    {
        public JournalEntry Entry => entry;

        public List<JournalEntry> Refunds { get; } = [];

        /// <summary>How many attempts at the next refund were refused.</summary>
        public int Attempts { get; set; }
    }

    /// <summary>A programme's money in plain sums.</summary>
    private sealed class Purse(Slug id, int funds)
    {
        /// <summary>Where gifts divided the spent money anew: what each fund had borne by then, and had left.</summary>
        private readonly List<(long From, long[] Borne, long[] Left)> _stretches = [];

        public Slug Id => id;

        public BorneShares Shares { get; } = new(funds);

        /// <summary>What each fund gave and did not get back.</summary>
        public long[] Given { get; } = new long[funds];

        public long Spent { get; private set; }

        public void Give((int Fund, long Fen)[] gifts)
        {
            long[] before = Shares.Borne();
            Shares.Give(gifts);
            foreach ((int fund, long fen) in gifts) Given[fund] += fen;
            // A gift and a return change nothing of what was spent before.
            Assert.Equal(before, Shares.Borne());
            _stretches.RemoveAll(stretch => stretch.From >= Spent);
            _stretches.Add((Spent, before, [.. Given.Zip(before, (given, borne) => given - borne)]));
        }

        /// <summary>No fund gets a fen back by spending, and none bears more by a refund.</summary>
        public void Spend(long fen)
        {
            long[] before = Shares.Borne();
            Spent += fen;
            Shares.Spend(Spent);
            Assert.All(Shares.Borne().Zip(before), part => Assert.True(Math.Sign(part.First - part.Second) * fen >= 0));
        }

        /// <summary>
        /// Since the last gift a fund's part is near what it had left of all that was left: at most (funds − 1) / 2 fen away, so less than
        /// one fen with two funds, and at most one with three. Counted in 128 bits.
        /// </summary>
        public void CheckExactShares(long[] borne)
        {
            if (_stretches.FindLast(stretch => stretch.From <= Spent) is not { Left: { } left } stretch || left.Sum() == 0) return;
            Int128 whole = left.Sum(), givers = left.Count(fen => fen > 0);
            for (int fund = 0; fund < left.Length; fund++)
            {
                Int128 error = ((Int128)(borne[fund] - stretch.Borne[fund]) * whole) - ((Int128)(Spent - stretch.From) * left[fund]);
                Assert.True(Int128.Abs(error) * 2 <= (givers - 1) * whole, $"{id}: fund {fund} bears {borne[fund]} of {Spent}");
            }
        }
    }
}
