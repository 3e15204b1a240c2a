using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>One decision in progress. It works on its own copies of the accounts, so that a refusal leaves no trace.</summary>
internal sealed class EntryDraft(ILedgerView view, Proposal proposal, LedgerTime time)
{
    /// <summary>The largest counter. The sum of two counters can't overflow.</summary>
    private const long MaxCounter = long.MaxValue / 4;

    private readonly List<Account> _touched = [];
    private readonly ImmutableArray<Account>.Builder _opened = ImmutableArray.CreateBuilder<Account>(0);
    private readonly ImmutableArray<Transfer>.Builder _transfers = ImmutableArray.CreateBuilder<Transfer>(proposal.Transfers.Length);
    private readonly ImmutableArray<TransferBalances>.Builder _balances =
        ImmutableArray.CreateBuilder<TransferBalances>(proposal.Transfers.Length);
    private readonly ImmutableArray<AccountChange>.Builder _changes = ImmutableArray.CreateBuilder<AccountChange>(proposal.Changes.Length);
    private (int Debit, int Credit)[] _legs = [];
    private long? _of;

    /// <summary>Finds or opens the accounts of the proposal's transfers. Existence comes before state and limits.</summary>
    public Refusal? Locate()
    {
        _legs = new (int, int)[proposal.Transfers.Length];
        for (int at = 0; at < _legs.Length; at++)
        {
            if (Find(proposal.Transfers[at].Debit, out _legs[at].Debit) is { } noDebit) return noDebit;
            if (Find(proposal.Transfers[at].Credit, out _legs[at].Credit) is { } noCredit) return noCredit;
        }
        return null;
    }

    /// <summary>Makes the proposal's transfers between the accounts that <see cref="Locate"/> found.</summary>
    public Refusal? Move(bool holds)
    {
        foreach ((int debit, int credit) in _legs)
        {
            if ((Immovable(debit) ?? Immovable(credit)) is { } immovable) return immovable;
        }
        for (int at = 0; at < _legs.Length; at++)
        {
            ProposedTransfer wanted = proposal.Transfers[at];
            (int debit, int credit) = _legs[at];
            // Never below 1: without room, OutOfLimits then refuses and names the account whose limit is in the way.
            long amount = wanted.AtMost ? Math.Clamp(Room(debit, credit), 1, wanted.Amount) : wanted.Amount;
            if (OutOfLimits(debit, credit, amount) is { } limit) return limit;
            Apply(debit, credit,
                new Transfer(_touched[debit].Number, _touched[credit].Number, wanted.Unit, holds ? 0 : amount, holds ? amount : 0, 0));
        }
        return ClosedPeriods.Check(proposal, _touched.Find(account => account.Path == ClosedPeriods.Account));
    }

    public Refusal? EndHold()
    {
        if (view.Linked(proposal.Of!.Value) is not { Entry.OpensHold: true } hold) return new Refusal(Reason.HoldNotFound);
        if (Locate() is { } missing) return missing;
        ImmutableArray<Transfer> held = [.. hold.Entry.Transfers.Where(transfer => transfer.Held > 0)];
        bool posts = proposal.Kind == EntryKind.PostHold;
        if (hold.EndedBy is not null) return new Refusal(Reason.HoldEnded);
        bool due = hold.Entry.Expires is { } expires && expires <= time;
        if (posts && due) return new Refusal(Reason.HoldExpired);
        if (proposal.Kind == EntryKind.ExpireHold && !due) return new Refusal(Reason.HoldNotExpired);

        ImmutableArray<long> amounts = posts
            ? proposal.PostAmounts.IsEmpty ? [.. held.Select(transfer => transfer.Held)] : proposal.PostAmounts
            : [.. held.Select(_ => 0L)];
        if (amounts.Length != held.Length) return Refusal.Of(Reason.HoldAmountExceeded, ("held", $"{held.Sum(transfer => transfer.Held)}"));
        for (int at = 0; at < held.Length; at++)
        {
            if (amounts[at] > held[at].Held) return Refusal.Of(Reason.HoldAmountExceeded, ("held", $"{held[at].Held}"));
        }
        for (int at = 0; at < held.Length; at++)
        {
            int debit = Touch(Existing(held[at].Debit)), credit = Touch(Existing(held[at].Credit));
            // Only a post checks the accounts' state. A release is always possible: one frozen account must not bind the other side's hold
            // for ever.
            if (posts && (Immovable(debit) ?? Immovable(credit)) is { } immovable) return immovable;
            Apply(debit, credit, held[at] with { Posted = amounts[at], Held = 0, Released = held[at].Held });
        }
        _of = hold.Entry.Index;
        return Move(holds: false);
    }

    public Refusal? Reverse()
    {
        if (view.Linked(proposal.Of!.Value) is not { } original) return new Refusal(Reason.EntryNotFound);
        if (original.Entry.Kind is not (EntryKind.Post or EntryKind.PostHold)) return new Refusal(Reason.EntryNotReversible);
        if (original.ReversedBy is not null) return new Refusal(Reason.EntryAlreadyReversed);
        ImmutableArray<Transfer> held = [];
        if (proposal.Expires is not null) held = [.. original.Entry.Transfers.Where(transfer => transfer.Released > 0)
            .Select(ended => ended with { Posted = 0, Held = ended.Released, Released = 0 })];
        // The last transfer first: what a later transfer passed on must come back before the earlier one can give it up.
        ImmutableArray<Transfer> opposite = [.. original.Entry.Transfers.Where(transfer => transfer.Posted > 0).Reverse()
            .Select(posted => new Transfer(posted.Credit, posted.Debit, posted.Unit, posted.Posted, 0, 0))];
        // A hold that ended without moving anything can be held again all the same.
        if (proposal.Expires is null ? opposite.IsEmpty : held.IsEmpty) return new Refusal(Reason.EntryNotReversible);
        ImmutableArray<Transfer> all = [.. opposite, .. held];
        foreach (Transfer transfer in all)
        {
            int debit = Touch(Existing(transfer.Debit)), credit = Touch(Existing(transfer.Credit));
            if ((Immovable(debit) ?? Immovable(credit)) is { } immovable) return immovable;
        }
        foreach (Transfer transfer in all)
        {
            int debit = Touch(Existing(transfer.Debit)), credit = Touch(Existing(transfer.Credit));
            if (OutOfLimits(debit, credit, transfer.Posted + transfer.Held) is { } limit) return limit;
            Apply(debit, credit, transfer);
        }
        _of = original.Entry.Index;
        return null;
    }

    public Refusal? ChangeAccounts()
    {
        foreach (ProposedChange change in proposal.Changes)
        {
            if (view.Account(change.Account) is not { } account) return Refusal.Of(
                Reason.AccountNotFound, ("account", change.Account.Text));
            int at = Touch(account);
            if ((change.Set & AccountFlags.Closed) != 0 && !_touched[at].Counters.IsEmpty) return Refusal.Of(
                Reason.AccountNotEmpty, ("account", change.Account.Text));
            _touched[at] = _touched[at] with { Flags = (_touched[at].Flags | change.Set) & ~change.Cleared };
            _changes.Add(new AccountChange(account.Number, _touched[at].Flags));
        }
        return null;
    }

    public Decision Finish()
    {
        EntryHeader header = ClosedPeriods.Date(proposal.Header, view.Account(ClosedPeriods.Account));
        var entry = new JournalEntry(
            view.Region, view.NextIndex, time, header, proposal.Kind, proposal.Code,
            _opened.DrainToImmutable(), _transfers.DrainToImmutable(), _changes.DrainToImmutable(), _of, proposal.Expires,
            view.Remembered.Chain is null ? null : view.Remembered);
        return new Decision(Outcome.Wrote(entry), [.. _touched], _balances.DrainToImmutable(), Stores: true);
    }

    private Refusal? Find(AccountSpec spec, out int at)
    {
        at = IndexOf(spec.Path);
        Account? account = at >= 0 ? _touched[at] : view.Account(spec.Path);
        if (account is null)
        {
            if (spec.Opening == Opening.Never) return Refusal.Of(Reason.AccountNotFound, ("account", spec.Path.Text));
            account = new Account(view.NextAccount + _opened.Count, spec.Path, spec.Unit, spec.Flags, default, view.NextIndex, spec.Terms);
            _opened.Add(account);
        }
        if (spec.Opening == Opening.New && account.Opened != view.NextIndex) return Refusal.Of(
            Reason.AccountExists, ("account", spec.Path.Text));
        if (account.Unit != spec.Unit) return Refusal.Of(Reason.UnitMismatch, ("account", spec.Path.Text), ("expected", account.Unit.Code),
            ("unit", spec.Unit.Code));
        if (at < 0) at = Touch(account);
        return null;
    }

    private int IndexOf(AccountPath path)
    {
        for (int at = 0; at < _touched.Count; at++)
        {
            if (_touched[at].Path == path) return at;
        }
        return -1;
    }

    private Account Existing(long number) =>
        view.Account(number) ?? throw new InvalidOperationException(
            $"Account {number} of region {view.Region} is named by an entry and isn't there.");

    private int Touch(Account account)
    {
        for (int at = 0; at < _touched.Count; at++)
        {
            if (_touched[at].Number == account.Number) return at;
        }
        _touched.Add(account);
        return _touched.Count - 1;
    }

    private Refusal? Immovable(int at) => _touched[at] switch
    {
        var account when account.Is(AccountFlags.Closed) => Refusal.Of(Reason.AccountClosed, ("account", account.Path.Text)),
        var account when account.Is(AccountFlags.Frozen) => Refusal.Of(Reason.AccountFrozen, ("account", account.Path.Text)),
        _ => null,
    };

    private long Room(int debit, int credit)
    {
        long room = Shape.MaxAmount;
        if (_touched[debit].Is(AccountFlags.DebitsMustNotExceedCredits)) room = Math.Min(room, _touched[debit].Counters.DebitRoom);
        if (_touched[credit].Is(AccountFlags.CreditsMustNotExceedDebits)) room = Math.Min(room, _touched[credit].Counters.CreditRoom);
        return room;
    }

    private Refusal? OutOfLimits(int debit, int credit, long amount)
    {
        Account from = _touched[debit], to = _touched[credit];
        if (from.Is(AccountFlags.DebitsMustNotExceedCredits) && amount > from.Counters.DebitRoom)
        {
            return Refusal.Of(Reason.InsufficientBalance, ("account", from.Path.Text), ("available", $"{from.Counters.DebitRoom}"),
                ("needed", $"{amount}"), ("unit", from.Unit.Code));
        }
        if (to.Is(AccountFlags.CreditsMustNotExceedDebits) && amount > to.Counters.CreditRoom) return Refusal.Of(
            Reason.LimitReached, ("account", to.Path.Text), ("limit", $"{to.Counters.CreditRoom}"));
        if (from.Counters.DebitsPosted + from.Counters.DebitsPending > MaxCounter - amount) return Refusal.Of(
            Reason.AmountTooLarge, ("account", from.Path.Text));
        if (to.Counters.CreditsPosted + to.Counters.CreditsPending > MaxCounter - amount) return Refusal.Of(
            Reason.AmountTooLarge, ("account", to.Path.Text));
        return null;
    }

    private void Apply(int debit, int credit, Transfer transfer)
    {
        _touched[debit] = _touched[debit] with { Counters = _touched[debit].Counters.Debit(transfer) };
        _touched[credit] = _touched[credit] with { Counters = _touched[credit].Counters.Credit(transfer) };
        _transfers.Add(transfer);
        _balances.Add(new TransferBalances(_touched[debit].Counters, _touched[credit].Counters));
    }
}
