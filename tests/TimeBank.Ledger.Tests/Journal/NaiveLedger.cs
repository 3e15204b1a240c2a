namespace TimeBank.Ledger.Tests;

/// <summary>
/// Predicts the ledger's outcomes the slow way, without its code: sums every balance afresh over the accepted movements, and applies the
/// rules in the documented order of precedence.
/// </summary>
internal sealed class NaiveLedger
{
    private const long MaxAmount = 1_000_000_000_000_000;

    private readonly Dictionary<string, (string Content, string? Reason)> _decided = [];
    private readonly Dictionary<string, (string Verb, List<Movement> Moved, long? Until)> _entries = [];
    private readonly HashSet<string> _ended = [];
    private readonly HashSet<string> _reversed = [];
    private readonly Dictionary<string, AccountName> _accounts = [];
    private readonly HashSet<string> _frozen = [];
    private readonly HashSet<string> _closed = [];
    private readonly List<Movement> _movements = [];

    private sealed record Movement(AccountName Debit, AccountName Credit, long Amount, string? PendingFor);

    public (string? Reason, bool Again) Propose(Command command, long second)
    {
        if (_decided.TryGetValue(command.Label, out (string Content, string? Reason) known))
        {
            return known.Content == command.Text ? (known.Reason, true) : ("RequestIdReused", false);
        }
        if (Misshapen(command) is { } shape) return (shape, false);
        string? reason = Rule(command, second);
        _decided[command.Label] = (command.Text, reason);
        return (reason, false);
    }

    /// <summary>Debits posted and pending, credits posted and pending.</summary>
    public (long, long, long, long) Balances(string path) => Sums(_movements, path);

    private static string? Misshapen(Command command)
    {
        foreach (Leg leg in command.Legs)
        {
            if (leg.Amount <= 0) return "AmountNotPositive";
            if (leg.Amount > MaxAmount) return "AmountTooLarge";
            if (leg.Debit.Unit.Code != leg.Credit.Unit.Code) return "UnitMismatch";
            if (leg.Debit.Path == leg.Credit.Path) return "SameAccount";
        }
        return null;
    }

    private string? Rule(Command command, long second)
    {
        string label = command.Label, target = command.Target;
        List<Movement> after = [.. _movements], moved = [];
        switch (command.Verb)
        {
            case "post" or "hold":
                if (Missing(command) is { } missing) return missing;
                if (Stuck(command.Legs.SelectMany(leg => new[] { leg.Debit.Path, leg.Credit.Path })) is { } stuck) return stuck;
                if (Move(command, command.Verb == "hold" ? label : null, after, moved) is { } limit) return limit;
                break;
            case "posthold" or "void" or "expire":
                if (!_entries.TryGetValue(target, out (string Verb, List<Movement> Moved, long? Until) hold)
                    || hold.Verb != "hold") return "HoldNotFound";
                if (Missing(command) is { } absent) return absent;
                if (_ended.Contains(target)) return "HoldEnded";
                bool due = hold.Until <= second;
                if (command.Verb == "posthold" && due) return "HoldExpired";
                if (command.Verb == "expire" && !due) return "HoldNotExpired";
                if (command.Verb == "posthold")
                {
                    long[] amounts = command.Amounts.IsEmpty ? [.. hold.Moved.Select(part => part.Amount)] : [.. command.Amounts];
                    if (amounts.Length != hold.Moved.Count
                        || amounts.Zip(hold.Moved).Any(pair => pair.First > pair.Second.Amount)) return "HoldAmountExceeded";
                    if (Stuck(hold.Moved.SelectMany(part => new[] { part.Debit.Path, part.Credit.Path })) is { } held) return held;
                    moved.AddRange(hold.Moved.Zip(amounts, (part, amount) => part with { Amount = amount, PendingFor = null })
                        .Where(part => part.Amount > 0));
                    after.AddRange(moved);
                }
                after.RemoveAll(part => part.PendingFor == target);
                if (Stuck(command.Legs.SelectMany(leg => new[] { leg.Debit.Path, leg.Credit.Path })) is { } further) return further;
                if (Move(command, null, after, moved) is { } passed) return passed;
                _ended.Add(target);
                break;
            case "reverse":
                if (!_entries.TryGetValue(target, out (string Verb, List<Movement> Moved, long? Until) original)) return "EntryNotFound";
                if (original.Verb is not ("post" or "posthold") || original.Moved.Count == 0) return "EntryNotReversible";
                if (_reversed.Contains(target)) return "EntryAlreadyReversed";
                if (Stuck(Enumerable.Reverse(original.Moved).SelectMany(part => new[] { part.Credit.Path, part.Debit.Path }))
                    is { } fixedAccount) return fixedAccount;
                foreach (Movement part in Enumerable.Reverse(original.Moved))
                {
                    if (Limit(after, part.Credit, part.Debit, part.Amount) is { } gone) return gone;
                    after.Add(new Movement(part.Credit, part.Debit, part.Amount, null));
                }
                _reversed.Add(target);
                break;
            default:
                if (!_accounts.ContainsKey(target)) return "AccountNotFound";
                if (command.Verb == "close")
                {
                    (long debits, long pendingDebits, long credits, long pendingCredits) = Balances(target);
                    if (debits != credits || pendingDebits + pendingCredits != 0) return "AccountNotEmpty";
                    _closed.Add(target);
                }
                if (command.Verb == "reopen") _closed.Remove(target);
                if (command.Verb == "freeze") _frozen.Add(target);
                if (command.Verb == "thaw") _frozen.Remove(target);
                break;
        }
        foreach (Leg leg in command.Legs)
        {
            _accounts.TryAdd(leg.Debit.Path, leg.Debit);
            _accounts.TryAdd(leg.Credit.Path, leg.Credit);
        }
        _movements.Clear();
        _movements.AddRange(after);
        _entries[label] = (command.Verb, moved, command.Until);
        return null;
    }

    private string? Missing(Command command)
    {
        Dictionary<string, AccountName> there = new(_accounts);
        foreach (AccountName account in command.Legs.SelectMany(leg => new[] { leg.Debit, leg.Credit }))
        {
            if (!there.ContainsKey(account.Path) && account.Opening == Opening.Never) return "AccountNotFound";
            if (_accounts.ContainsKey(account.Path) && account.Opening == Opening.New) return "AccountExists";
            there.TryAdd(account.Path, account);
            if (there[account.Path].Unit.Code != account.Unit.Code) return "UnitMismatch";
        }
        return null;
    }

    private string? Stuck(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (_closed.Contains(path)) return "AccountClosed";
            if (_frozen.Contains(path)) return "AccountFrozen";
        }
        return null;
    }

    private static string? Move(Command command, string? pendingFor, List<Movement> after, List<Movement> moved)
    {
        foreach (Leg leg in command.Legs)
        {
            long amount = leg.Amount;
            // Try every amount down to the largest that passes: amounts here are small.
            while (leg.AtMost && amount > 1 && Limit(after, leg.Debit, leg.Credit, amount) is not null) amount--;
            if (Limit(after, leg.Debit, leg.Credit, amount) is { } limit) return limit;
            var movement = new Movement(leg.Debit, leg.Credit, amount, pendingFor);
            after.Add(movement);
            moved.Add(movement);
        }
        return null;
    }

    private static string? Limit(List<Movement> movements, AccountName debit, AccountName credit, long amount)
    {
        (long debits, long pendingDebits, long credits, _) = Sums(movements, debit.Path);
        if (debit.Path.StartsWith('p') && debits + pendingDebits + amount > credits) return "InsufficientBalance";
        (debits, _, credits, long pendingCredits) = Sums(movements, credit.Path);
        return credit.Path.StartsWith('d') && credits + pendingCredits + amount > debits ? "LimitReached" : null;
    }

    private static (long DebitsPosted, long DebitsPending, long CreditsPosted, long CreditsPending) Sums(
        List<Movement> movements, string path)
    {
        (long, long, long, long) sums = default;
        foreach (Movement movement in movements)
        {
            bool pending = movement.PendingFor is not null;
            if (movement.Debit.Path == path) sums = pending
                ? sums with { Item2 = sums.Item2 + movement.Amount } : sums with { Item1 = sums.Item1 + movement.Amount };
            if (movement.Credit.Path == path) sums = pending
                ? sums with { Item4 = sums.Item4 + movement.Amount } : sums with { Item3 = sums.Item3 + movement.Amount };
        }
        return sums;
    }
}
