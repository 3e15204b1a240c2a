using System.Collections.Immutable;
using System.Diagnostics;

namespace TimeBank.Ledger;

/// <summary>
/// The ledger's one rule book: the writer, the simulator and the tests share it. Pure. The first rule that refuses wins, in this order:
/// <list type="number">
/// <item>The id. A known id with the same command returns its stored outcome; with another command,
/// <see cref="Reason.RequestIdReused"/>.</item>
/// <item>The refusal that the domain's rules gave before the proposal came here.</item>
/// <item>Shape: amounts, units, sizes. Such a refusal is not stored: a retry of the same command gets the same answer anyway.</item>
/// <item>What the proposal was made from: an account that has moved since makes it void. Not stored either: the caller proposes anew, under
/// the same id.</item>
/// <item>Existence: the hold or entry that the proposal names; then the accounts in the order of the transfers, debit first, each in its
/// unit.</item>
/// <item>State: of the hold or entry; then of the accounts, closed before frozen.</item>
/// <item>Limits: transfer by transfer, each on the balances that the ones before it left. The debit account's limit comes first, the bound
/// of the counters last. At the end, whether a close of days ends on the day that it says.</item>
/// </list>
/// </summary>
public static class Decide
{
    public static Decision Entry(ILedgerView view, Proposal proposal, LedgerTime clock)
    {
        EntryHeader header = proposal.Header;
        if (view.Outcome(header.Id) is { } known)
        {
            return Unstored(known.RequestDigest == header.RequestDigest
                ? known with { Replayed = true }
                : Outcome.Refused(proposal, new Refusal(Reason.RequestIdReused)));
        }
        if (proposal.Refused is { } refused) return Refuse(proposal, refused);
        if (Shape.Check(proposal) is { } misshapen) return Unstored(Outcome.Refused(proposal, misshapen));

        if (proposal.Kind == EntryKind.Note) return new Decision(Outcome.Noted(proposal), [], [], Stores: true);

        foreach (SeenAccount seen in proposal.Seen)
        {
            if ((view.Account(seen.Account)?.Counters ?? default) != seen.Counters) return Unstored(Outcome.Refused(
                proposal, Refusal.Of(Reason.AccountMoved, ("account", seen.Account.Text))));
        }
        LedgerTime time = view.LastTime.Next(clock);
        var draft = new EntryDraft(view, proposal, time);
        Refusal? refusal = proposal.Kind switch
        {
            EntryKind.Post => draft.Locate() ?? draft.Move(holds: false),
            EntryKind.Hold => draft.Locate() ?? draft.Move(holds: true),
            EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold => draft.EndHold(),
            EntryKind.Reverse => draft.Reverse(),
            EntryKind.ChangeAccounts => draft.ChangeAccounts(),
            EntryKind.Note => throw new UnreachableException(),
        };
        return refusal is null ? draft.Finish() : Refuse(proposal, refusal);
    }

    private static Decision Refuse(Proposal proposal, Refusal refusal) => new(Outcome.Refused(proposal, refusal), [], [], Stores: true);

    private static Decision Unstored(Outcome outcome) => new(outcome, [], [], Stores: false);
}

/// <summary>The rules that depend on the proposal alone and not on the state of the ledger.</summary>
public static class Shape
{
    /// <summary>The largest amount of one transfer, in its unit: ten trillion yuan, or two billion years.</summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    public const int MaxTransfers = 256;

    public static Refusal? Check(Proposal proposal)
    {
        if (CheckTexts(proposal.Header) is { } text) return text;
        if (proposal.Kind is EntryKind.Post or EntryKind.Hold && proposal.Transfers.IsEmpty) return new Refusal(Reason.AmountNotPositive);
        if (proposal.Transfers.Length + proposal.PostAmounts.Length > MaxTransfers) return new Refusal(Reason.TooManyTransfers);
        foreach (long amount in proposal.PostAmounts)
        {
            // Zero is allowed: a partial post may post nothing of one leg.
            if (amount < 0) return new Refusal(Reason.AmountNotPositive);
            if (amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
        }
        foreach (ProposedTransfer transfer in proposal.Transfers)
        {
            if (transfer.Amount <= 0) return new Refusal(Reason.AmountNotPositive);
            if (transfer.Amount > MaxAmount) return new Refusal(Reason.AmountTooLarge);
            if (transfer.Debit.Unit == default || transfer.Debit.Unit != transfer.Credit.Unit) return Refusal.Of(
                Reason.UnitMismatch, ("expected", transfer.Debit.Unit.Code), ("unit", transfer.Credit.Unit.Code));
            if (transfer.Debit.Path == transfer.Credit.Path) return Refusal.Of(Reason.SameAccount, ("account", transfer.Debit.Path.Text));
            if (transfer.Debit.Terms?.Data.Length > AccountTerms.MaxDataLength
                || transfer.Credit.Terms?.Data.Length > AccountTerms.MaxDataLength) return Refusal.Of(
                Reason.TextTooLong, ("field", "terms"));
        }
        return null;
    }

    private static Refusal? CheckTexts(EntryHeader header)
    {
        Refusal? fixedTexts = CheckText("memo", header.Memo, EntryHeader.MaxMemoLength)
            ?? CheckText("actor", header.Actor, EntryHeader.MaxNameLength)
            ?? CheckText("on_behalf_of", header.OnBehalfOf, EntryHeader.MaxNameLength)
            ?? CheckText("policy_version", header.PolicyVersion, EntryHeader.MaxNameLength);
        if (fixedTexts is not null) return fixedTexts;
        if (header.Details.Count > EntryHeader.MaxDetails) return Refusal.Of(Reason.TextTooLong, ("field", "details"));
        foreach ((string key, string value) in header.Details.Pairs)
        {
            Refusal? detail = CheckText("details", key, EntryHeader.MaxDetailLength)
                ?? CheckText("details", value, EntryHeader.MaxDetailLength - key.Length);
            if (detail is not null) return detail;
        }
        return null;
    }

    private static Refusal? CheckText(string field, string text, int maxLength)
    {
        if (text.Length > maxLength) return Refusal.Of(Reason.TextTooLong, ("field", field));
        return IsUnicode(text) ? null : Refusal.Of(Reason.InvalidField, ("field", field));
    }

    /// <summary>Half a surrogate pair has no bytes in UTF-8: the stored entry would differ from the decided one.</summary>
    private static bool IsUnicode(string text)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAnyInRange('\ud800', '\udfff') is >= 0 and int at)
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1])) return false;
            rest = rest[(at + 2)..];
        }
        return true;
    }
}

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
        if (Locate() is { } missing) return missing;
        if (original.Entry.Kind is not (EntryKind.Post or EntryKind.PostHold)) return new Refusal(Reason.EntryNotReversible);
        if (original.ReversedBy is not null) return new Refusal(Reason.EntryAlreadyReversed);
        if (!proposal.Transfers.IsEmpty)
        {
            _of = original.Entry.Index;
            return Move(holds: false);
        }
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
