using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// A month of an office on a ledger, by the domain's own rules and entries. Beside it stand plain sums of what clerks and the bank did: the
/// ledger must come to the same.
/// </summary>
internal sealed class RandomMonth
{
    private const int Providers = 3, UnitPrice = 1_500;
    private const long Opening = 90_000_000;

    private static readonly Slug Bank = Slug.Parse("main"), Fund = Slug.Parse("lottery"), Programme = Slug.Parse("meals");
    private static readonly OpaqueId Meals = OpaqueId.Parse("V00000000001"), Money = OpaqueId.Parse("V00000000002");
    private static readonly DateOnly First = new(2026, 10, 1);

    private readonly SortedDictionary<string, int> _done;
    private readonly Book _book = new();
    private readonly List<(EntryId Id, int Provider, long Fen)> _redeemed = [];
    private readonly List<Batch> _batches = [];
    private readonly List<long> _unknown = [];
    private readonly long[] _earned = new long[Providers], _got = new long[Providers];
    private long _atBank = Opening;
    private int _ids;
    private DateOnly? _closed;

    public RandomMonth(SortedDictionary<string, int> done)
    {
        _done = done;
        Accept(MoneyEntries.Receive(Header(), Bank, Fund, new Fen(Opening)));
        Accept(MoneyEntries.Allot(Header(), Programme, [(Fund, new Fen(Opening / 2))]));
        Accept(VoucherEntries.Issue(Header(), Meals, Terms(VoucherKind.Units), 5_000));
        Accept(VoucherEntries.Issue(Header(), Money, Terms(VoucherKind.Money), Opening / 4));
    }

    public void Play(OfficeMove move)
    {
        switch (move.Kind)
        {
            case < 30: Redeem(move.Which % Providers, move.Fen, isMeal: move.Which % 2 == 0); break;
            case < 42: Refund(move.Which); break;
            case < 54: Prepare(move.Which % 4, disputed: move.Which % 5 == 0 ? move.Fen : 0); break;
            case < 68: Step(move.Which, withdraws: move.Fen % 4 == 0); break;
            case < 84: Word(move.Which, move.Fen % 10); break;
            case < 88: Fee(move.Fen); break;
            case < 92: Suspend(move.Which % 3 == 0 ? -move.Fen : move.Fen); break;
            case < 95: Clear(); break;
            default: MoveDays(move.Which); break;
        }
    }

    /// <summary>
    /// What each provider is owed, less what it owes, is what it earned less what it got; money on its way to the bank is got.
    /// </summary>
    public void CheckProviders()
    {
        for (int provider = 0; provider < Providers; provider++)
        {
            long onItsWay = _batches.SelectMany(batch => batch.Payments).Where(one => one.Provider == provider
                && one.State == PaymentState.Approved).Sum(one => one.Fen);
            Counters payable = Payable(provider), owed = _book.Counters(Chart.ProviderOwed(IdOf(provider)));
            Assert.Equal(_earned[provider] - _got[provider] - onItsWay,
                payable.CreditsPosted - payable.DebitsPosted - (owed.DebitsPosted - owed.CreditsPosted));
        }
    }

    /// <summary>Everything under way comes to its end, every provider has earned what it owes, and a last batch pays all.</summary>
    public void Finish()
    {
        Settle();
        for (int provider = 0; provider < Providers; provider++)
            Redeem(provider, 1_000 + _book.Counters(Chart.ProviderOwed(IdOf(provider))).CreditRoom, isMeal: false);
        Prepare(providers: 3, disputed: 0);
        Settle();
        while (_unknown.Count > 0) Clear();
        CheckProviders();
    }

    public void CheckEnd()
    {
        for (int provider = 0; provider < Providers; provider++)
        {
            Assert.True(Payable(provider).IsEmpty, $"payable of {provider}: {Payable(provider)}");
            Assert.True(_book.Counters(Chart.ProviderOwed(IdOf(provider))).IsEmpty);
            Assert.Equal(_earned[provider], _got[provider]);
        }
        Assert.All(_batches, batch => Assert.True(_book.Counters(Chart.Settlement(batch.Id)).IsEmpty));
        Assert.True(_book.Counters(Chart.Suspense(Bank)).IsEmpty);
        Assert.Equal(_atBank, _book.Counters(Chart.Bank(Bank)).CreditRoom);
        CheckLegs();
    }

    /// <summary>
    /// In every unit debits are credits; nothing is held; what is bound is the price of what is out; no entry is of a closed day.
    /// </summary>
    private void CheckLegs()
    {
        var sums = new Dictionary<Unit, long>();
        DateOnly? closed = null;
        foreach (JournalEntry entry in _book.Journal)
        {
            Assert.False(entry.Header.EffectiveDate <= closed, $"entry {entry.Index} is of a closed day");
            if (entry.Header.Details.GetValueOrDefault(ClosedPeriods.LateFor) is not null) Count("late");
            if (entry.Code is EntryCode.ClosePeriod or EntryCode.ReopenPeriod)
                closed = entry.Detail("through") is { Length: > 0 } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", null) : null;
        }
        foreach (Account account in _book.Journal.SelectMany(entry => entry.Opened))
        {
            Counters now = _book.Counters(account.Path.Text);
            sums[account.Unit] = sums.GetValueOrDefault(account.Unit) + now.CreditsPosted - now.DebitsPosted;
            Assert.Equal((0, 0), (now.CreditsPending, now.DebitsPending));
        }
        Assert.All(sums.Values, sum => Assert.Equal(0, sum));
        long meals = _book.Counters(Chart.Voucher(Meals, Unit.Meal)).DebitRoom;
        Assert.Equal(meals, _book.Counters(Chart.ProgrammeUnits(Programme, Unit.Meal)).CreditRoom);
        Assert.Equal(meals * UnitPrice, _book.Counters(Chart.ProgrammeCommitted(Programme)).DebitRoom);
    }

    private void Redeem(int provider, long fen, bool isMeal)
    {
        if (isMeal) fen = Math.Min(fen, UnitPrice);
        EntryHeader header = Header();
        Accept(isMeal ? VoucherEntries.RedeemUnits(header, Meals, Terms(VoucherKind.Units), IdOf(provider), 1, new Fen(fen))
            : VoucherEntries.RedeemMoney(header, Money, IdOf(provider), new Fen(fen)));
        _redeemed.Add((header.Id, provider, fen));
        _earned[provider] += fen;
        Count("redeemed");
    }

    private void Refund(int which)
    {
        if (_redeemed.Count == 0) return;
        (EntryId id, int provider, long fen) = _redeemed[which % _redeemed.Count];
        _redeemed.RemoveAt(which % _redeemed.Count);
        long lacks = fen - Payable(provider).DebitRoom;
        if (lacks > 0)
        {
            Accept(SettlementEntries.Owe(Header(), IdOf(provider), new Fen(lacks)));
            Count("refunded after the settlement");
        }
        Accept(VoucherEntries.Refund(Header(), id));
        _earned[provider] -= fen;
        Count("refunded");
    }

    /// <param name="providers">One of them, or all.</param>
    private void Prepare(int providers, long disputed)
    {
        var batch = new Batch(OpaqueId.Parse($"S{++_ids:D11}"), EntryId.Of("OFFICE", new Guid(_ids, 1, 0, new byte[8])));
        var claims = new List<ProviderClaim>();
        for (int provider = 0; provider < Providers; provider++)
        {
            if (providers != Providers && providers != provider) continue;
            var claim = new ProviderClaim(IdOf(provider), new Fen(Payable(provider).DebitRoom), new Fen(disputed),
                new Fen(_book.Counters(Chart.ProviderOwed(IdOf(provider))).CreditRoom));
            if (claim.Taken == Fen.Zero) continue;
            claims.Add(claim);
            batch.Payments.Add(new Payment(provider, claim.Paid.Value));
            if (claim.Netted > Fen.Zero) Count("netted");
        }
        if (claims.Count == 0) return;
        Accept(SettlementEntries.Prepare(Header() with { Id = batch.Prepared }, batch.Id, claims));
        _batches.Add(batch);
        Count("prepared");
    }

    private void Step(int which, bool withdraws)
    {
        if (_batches.Count == 0) return;
        Batch batch = _batches[which % _batches.Count];
        if (withdraws && SettlementRule.Withdraw(batch.State) is null)
        {
            Accept(SettlementEntries.Withdraw(Header(), batch.Prepared));
            batch.State = SettlementState.Withdrawn;
            Count("withdrawn");
        }
        else if (SettlementRule.Submit(batch.State) is null)
        {
            batch.State = SettlementState.Submitted;
        }
        else if (SettlementRule.Approve(batch.State, "MAKER", "MAKER", "CHECKER") is null)
        {
            Accept(SettlementEntries.Approve(Header(), batch.Prepared));
            batch.State = SettlementState.Approved;
            foreach (Payment payment in batch.Payments) payment.State = payment.Fen == 0 ? PaymentState.Paid : PaymentState.Approved;
            Count("approved");
        }
    }

    /// <summary>The bank says something of a payment; the rules let it count once.</summary>
    private void Word(int which, int word)
    {
        (Batch Batch, Payment Payment)[] all =
            [.. _batches.SelectMany(batch => batch.Payments.Where(one => one.Fen > 0).Select(payment => (batch, payment)))];
        if (all.Length == 0) return;
        (Batch batch, Payment payment) = all[which % all.Length];
        PaymentState said = word switch { < 5 => PaymentState.Paid, < 7 => PaymentState.Rejected, _ => PaymentState.Returned };
        if (SettlementRule.Record(payment.State, said) is not null) return;
        // A bank pays or rejects what was approved, and brings back what it has paid, each once.
        Assert.Equal(said == PaymentState.Returned ? PaymentState.Paid : PaymentState.Approved, payment.State);
        (OpaqueId provider, var fen) = (IdOf(payment.Provider), new Fen(payment.Fen));
        Accept(said switch
        {
            PaymentState.Paid => SettlementEntries.Pay(Header(), batch.Id, Bank, fen),
            PaymentState.Rejected => SettlementEntries.Reject(Header(), batch.Id, provider, fen),
            _ => SettlementEntries.Return(Header(), Bank, provider, fen),
        });
        payment.State = said;
        long moved = said switch { PaymentState.Paid => payment.Fen, PaymentState.Returned => -payment.Fen, _ => 0 };
        (_atBank, _got[payment.Provider]) = (_atBank - moved, _got[payment.Provider] + moved);
        Count(said.ToString().ToLowerInvariant());
    }

    private void Fee(long fen)
    {
        Accept(BankEntries.Fee(Header(), Bank, new Fen(fen), isBack: false));
        _atBank -= fen;
        Count("fee");
    }

    private void Suspend(long fen)
    {
        Accept(BankEntries.Suspend(Header(), Bank, new Fen(Math.Abs(fen)), isIn: fen > 0));
        _unknown.Add(fen);
        _atBank += fen;
        Count("unknown");
    }

    private void Clear()
    {
        if (_unknown.Count == 0) return;
        Accept(BankEntries.Clear(Header(), Bank, Fund, new Fen(Math.Abs(_unknown[0])), isIn: _unknown[0] > 0));
        _unknown.RemoveAt(0);
        Count("cleared");
    }

    /// <summary>Closes the next month, or opens the last one again.</summary>
    private void MoveDays(int which)
    {
        DateOnly? next = which % 3 != 0 ? (_closed is { } end ? Month.After(end) : Month.Parse("2026-10")).Last
            : _closed is { Month: not 10 } last ? new DateOnly(last.Year, last.Month, 1).AddDays(-1) : null;
        if (next == _closed) return;
        Accept(PeriodEntries.Move(Header(), _closed, next));
        Count(next is null || next < _closed ? "opened again" : "closed");
        _closed = next;
    }

    /// <summary>Leads every batch to its end: approved, and paid.</summary>
    private void Settle()
    {
        for (int at = 0; at < _batches.Count; at++)
        {
            while (_batches[at].State is SettlementState.Draft or SettlementState.Submitted) Step(at, withdraws: false);
        }
        int payments = _batches.Sum(batch => batch.Payments.Count(one => one.Fen > 0));
        for (int at = 0; at < payments; at++) Word(at, word: 0);
    }

    private JournalEntry Accept(Proposal proposal) => _book.Accept(proposal);

    private void Count(string what) => _done[what] = _done.GetValueOrDefault(what) + 1;

    private Counters Payable(int provider) => _book.Counters(Chart.ProviderPayable(IdOf(provider)));

    private static OpaqueId IdOf(int provider) => OpaqueId.Parse($"P{provider + 1:D11}");

    private static VoucherTerms Terms(VoucherKind kind) => new(
        OpaqueId.Parse("E00000000001"), Programme, kind, kind == VoucherKind.Units ? Unit.Meal : Unit.Fen, [ServiceType.Meal],
        new Fen(kind == VoucherKind.Units ? UnitPrice : 0), First, First.AddDays(90), First.AddDays(120));

    /// <summary>Of some day of three months, whether it is closed or not.</summary>
    private EntryHeader Header()
    {
        var id = EntryId.Of("OFFICE", new Guid(++_ids, 0, 0, new byte[8]));
        return new EntryHeader(
            id, Digest.Of(id.ToArray()), "STAFF", "", First.AddDays(_ids * 7 % 90), "430211/1", "", EntryHeader.NoDetails);
    }

    private sealed class Batch(OpaqueId id, EntryId prepared)
    {
        public OpaqueId Id => id;

        public EntryId Prepared => prepared;

        public SettlementState State { get; set; } = SettlementState.Draft;

        public List<Payment> Payments { get; } = [];
    }

    private sealed class Payment(int provider, long fen)
    {
        public int Provider => provider;

        public long Fen => fen;

        public PaymentState State { get; set; } = PaymentState.Prepared;
    }
}
