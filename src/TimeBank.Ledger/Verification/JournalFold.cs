using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using TimeBank.Proofs;

namespace TimeBank.Ledger;

/// <summary>
/// Derives a region's accounts and open holds from its entries, and reports an entry that could not have followed from the earlier ones. It
/// shares no code with <see cref="Decide"/> but the counters' arithmetic: a mistake in a rule there is not repeated here.
/// </summary>
internal sealed class JournalFold(RegionCode region)
{
    private const AccountFlags Limits = AccountFlags.DebitsMustNotExceedCredits | AccountFlags.CreditsMustNotExceedDebits;

    private static readonly DateOnly FirstDay = new(2000, 1, 1);

    private readonly List<Account> _accounts = [];
    private readonly HashSet<AccountPath> _paths = [];
    private readonly SortedDictionary<long, JournalEntry> _openHolds = [];
    private readonly HashSet<long> _reversed = [];

    // A hash of what each entry posted: enough to recognise a reversal as the exact opposite without reading the original again.
    private readonly List<UInt128> _posted = [];

    // Likewise of what each posted hold released, for a reversal that holds it again.
    private readonly Dictionary<long, UInt128> _released = [];

    // Likewise of what each redemption posted but for what it left with the programme, for a refund whose money goes to the programme.
    private readonly Dictionary<long, UInt128> _credited = [];

    private long _daysClosed;

    public IReadOnlyList<Account> Accounts => _accounts;

    public IReadOnlyDictionary<long, JournalEntry> OpenHolds => _openHolds;

    /// <summary>Folds in the next entry. <paramref name="balances"/> receives the counters after each of its transfers.</summary>
    public Finding? Apply(JournalEntry entry, out ImmutableArray<TransferBalances> balances)
    {
        string where = $"regions/{region}/entries/{entry.Index}";
        var after = ImmutableArray.CreateBuilder<TransferBalances>(entry.Transfers.Length);
        Finding? finding = Dated(where, entry) ?? Open(where, entry) ?? Follows(where, entry);
        for (int at = 0; finding is null && at < entry.Transfers.Length; at++) finding =
            Move($"{where}/transfers/{at}", entry.Transfers[at], after);
        for (int at = 0; finding is null && at < entry.Changes.Length; at++) finding = Change($"{where}/changes/{at}", entry.Changes[at]);
        balances = after.ToImmutable();
        bool reversible = entry.Kind is EntryKind.Post or EntryKind.PostHold;
        _posted.Add(reversible ? Fingerprint(entry.Transfers, transfer => transfer.Posted) : default);
        if (reversible && entry.Code == EntryCode.RedeemVoucher && entry.Transfers.Any(IsLeft))
            _credited.Add(entry.Index, Fingerprint(entry.Transfers.Where(transfer => !IsLeft(transfer)), transfer => transfer.Posted));
        if (entry.Kind == EntryKind.PostHold) _released.Add(entry.Index, Fingerprint(entry.Transfers, transfer => transfer.Released));
        return finding;
    }

    /// <summary>Checks that the entry takes no effective date among the days that were closed before it.</summary>
    private Finding? Dated(string where, JournalEntry entry)
    {
        if (_daysClosed == 0) return null;
        Counters days = _accounts[(int)_daysClosed - 1].Counters;
        long closed = days.CreditsPosted - days.DebitsPosted, day = entry.Header.EffectiveDate.DayNumber - FirstDay.DayNumber;
        return day >= closed ? null : new Finding(where, "effective date",
            $"after the last closed day, {FirstDay.AddDays((int)closed - 1):O}", $"{entry.Header.EffectiveDate:O}");
    }

    private Finding? Open(string where, JournalEntry entry)
    {
        foreach (Account account in entry.Opened)
        {
            if (account.Number != _accounts.Count + 1) return new Finding(where, "opened account's number", $"{_accounts.Count + 1}",
                $"{account.Number}");
            if (!_paths.Add(account.Path)) return new Finding(where, "opened account's path", "a new one", account.Path.Text);
            if ((account.Flags & ~Limits) != 0) return new Finding(where, "opened account's flags", "limits alone", $"{account.Flags}");
            _accounts.Add(account);
            if (account.Path.Text == "period/closed") _daysClosed = account.Number;
        }
        return null;
    }

    /// <summary>Checks that the entry has the form of its kind, and follows from the entry that it names.</summary>
    private Finding? Follows(string where, JournalEntry entry)
    {
        bool names = entry.EndsHold || entry.Kind == EntryKind.Reverse, changes = entry.Kind == EntryKind.ChangeAccounts;
        if (names != entry.Of is not null) return new Finding(where, "named entry", names ? "one" : "none", $"{entry.Of}");
        if (changes == entry.Changes.IsEmpty) return new Finding(where, "account changes", changes ? "some" : "none",
            $"{entry.Changes.Length}");
        if (changes != entry.Transfers.IsEmpty) return new Finding(where, "transfers", changes ? "none" : "some",
            $"{entry.Transfers.Length}");
        switch (entry.Kind)
        {
            case EntryKind.Post: return Plain(where, entry.Transfers, 0);
            case EntryKind.Hold:
                _openHolds.Add(entry.Index, entry);
                return entry.Transfers.All(transfer => transfer is { Held: > 0, Posted: 0, Released: 0 })
                    ? null : new Finding(where, "transfers", "holds alone", "others");
            case EntryKind.PostHold or EntryKind.VoidHold or EntryKind.ExpireHold: return EndsHold(where, entry);
            case EntryKind.Reverse: return Reverses(where, entry);
            case EntryKind.ChangeAccounts: return null;
            case EntryKind.Note: return new Finding(where, "kind", "one that writes an entry", "Note");
        }
        return new Finding(where, "kind", "a known one", $"{entry.Kind}");
    }

    private Finding? EndsHold(string where, JournalEntry entry)
    {
        if (!_openHolds.Remove(entry.Of!.Value, out JournalEntry? hold)) return new Finding(where, "named entry", "an open hold",
            $"{entry.Of}");
        ImmutableArray<Transfer> holds = [.. hold.Transfers.Where(transfer => transfer.Held > 0)];
        bool posts = entry.Kind == EntryKind.PostHold, due = hold.Expires <= entry.Time;
        if (posts && due) return new Finding(where, "time", $"before the hold expired at {hold.Expires}", $"{entry.Time}");
        if (entry.Kind == EntryKind.ExpireHold && !due) return new Finding(where, "time", hold.Expires is null
            ? "none: the hold never expires" : $"from {hold.Expires} on", $"{entry.Time}");
        if (entry.Transfers.Length < holds.Length || (!posts && entry.Transfers.Length > holds.Length))
        {
            return new Finding(where, "transfers", $"those of the hold, {holds.Length}", $"{entry.Transfers.Length}");
        }
        for (int at = 0; at < holds.Length; at++)
        {
            Transfer held = holds[at], ended = entry.Transfers[at];
            Transfer expected = held with { Held = 0, Released = held.Held, Posted = posts ? Math.Clamp(ended.Posted, 0, held.Held) : 0 };
            if (ended != expected) return new Finding($"{where}/transfers/{at}", "end of the hold", $"{expected}", $"{ended}");
        }
        return Plain(where, entry.Transfers[holds.Length..], holds.Length);
    }

    private Finding? Reverses(string where, JournalEntry entry)
    {
        long of = entry.Of!.Value;
        if (of < 0 || of >= _posted.Count || _posted[(int)of] == default) return new Finding(
            where, "named entry", "an earlier one that posted", $"{of}");
        if (!_reversed.Add(of)) return new Finding(where, "named entry", "one not yet reversed", $"{of}");
        int posted = entry.Transfers.TakeWhile(transfer => transfer.Posted > 0).Count();
        ImmutableArray<Transfer> back = entry.Transfers[..posted], again = entry.Transfers[posted..];
        if (_posted[(int)of] != Opposite(back) && !PassesOn(of, back))
            return new Finding(where, "transfers", $"the opposite of entry {of}, last first", "others");
        if (entry.OpensHold)
        {
            _openHolds.Add(entry.Index, entry);
            if (again.Any(transfer => transfer is not { Held: > 0, Released: 0 })
                || !_released.TryGetValue(of, out UInt128 released) || released != Fingerprint(again, transfer => transfer.Held))
            {
                return new Finding(where, "transfers", $"last a hold of what entry {of} released", "others");
            }
            return Plain(where, back, 0);
        }
        return Plain(where, entry.Transfers, 0);
    }

    /// <summary>
    /// Whether a reversal brings back what a redemption credited, and then passes on what came back, account by account, and no more.
    /// </summary>
    private bool PassesOn(long of, ImmutableArray<Transfer> transfers)
    {
        UInt128 credited = _credited.GetValueOrDefault(of, _posted[(int)of]);
        int back = Enumerable.Range(1, transfers.Length).FirstOrDefault(count => Opposite(transfers[..count]) == credited);
        if (back == 0 || transfers[..back].Any(transfer => !IsOfVouchers(transfer.Credit))) return false;
        IEnumerable<long> between = [
            .. transfers[..back].Select(transfer => transfer.Credit), .. transfers[back..].Select(transfer => transfer.Debit)];
        return between.Distinct().All(account =>
            transfers[..back].Where(transfer => transfer.Credit == account).Sum(transfer => transfer.Posted)
                == transfers[back..].Where(transfer => transfer.Debit == account).Sum(transfer => transfer.Posted));
    }

    private bool IsOfVouchers(long number) => PathOf(number) is var path
        && (path.StartsWith("voucher/", StringComparison.Ordinal) || path.EndsWith("/committed", StringComparison.Ordinal));

    private bool IsLeft(Transfer transfer) => PathOf(transfer.Credit).EndsWith("/allotted", StringComparison.Ordinal);

    private string PathOf(long number) => number >= 1 && number <= _accounts.Count ? _accounts[(int)number - 1].Path.Text : "";

    private static UInt128 Opposite(ImmutableArray<Transfer> transfers) => Fingerprint(
        transfers.Reverse().Select(transfer => transfer with { Debit = transfer.Credit, Credit = transfer.Debit }),
        transfer => transfer.Posted);

    /// <param name="from">The number of the first of them in the entry.</param>
    private static Finding? Plain(string where, ImmutableArray<Transfer> transfers, int from)
    {
        for (int at = 0; at < transfers.Length; at++)
        {
            if (transfers[at] is not { Posted: > 0, Held: 0, Released: 0 }) return new Finding($"{where}/transfers/{from + at}", "amounts",
                "one that is posted", $"{transfers[at]}");
        }
        return null;
    }

    private Finding? Move(string where, Transfer transfer, ImmutableArray<TransferBalances>.Builder after)
    {
        if (transfer.Debit == transfer.Credit) return new Finding(where, "accounts", "two", $"{transfer.Debit} twice");
        bool moves = transfer.Posted > 0 || transfer.Held > 0;
        if ((Touch(where, transfer.Debit, transfer, moves) ?? Touch(where, transfer.Credit, transfer, moves))
            is { } untouchable) return untouchable;
        Account debit = _accounts[(int)transfer.Debit - 1], credit = _accounts[(int)transfer.Credit - 1];
        debit = debit with
        {
            Counters = debit.Counters with
            {
                DebitsPending = debit.Counters.DebitsPending + transfer.Held - transfer.Released,
                DebitsPosted = debit.Counters.DebitsPosted + transfer.Posted,
            },
        };
        credit = credit with
        {
            Counters = credit.Counters with
            {
                CreditsPending = credit.Counters.CreditsPending + transfer.Held - transfer.Released,
                CreditsPosted = credit.Counters.CreditsPosted + transfer.Posted,
            },
        };
        _accounts[(int)transfer.Debit - 1] = debit;
        _accounts[(int)transfer.Credit - 1] = credit;
        after.Add(new TransferBalances(debit.Counters, credit.Counters));
        return Bounded(where, debit) ?? Bounded(where, credit);
    }

    private Finding? Touch(string where, long number, Transfer transfer, bool moves)
    {
        if (number < 1 || number > _accounts.Count) return new Finding(where, "account", "one that is open", $"{number}");
        Account account = _accounts[(int)number - 1];
        if (account.Unit != transfer.Unit) return new Finding(where, "unit", $"{account.Unit} of {account.Path}", $"{transfer.Unit}");
        bool stands = moves && account.Is(AccountFlags.Frozen | AccountFlags.Closed);
        return stands ? new Finding(where, "account", "one that may move", $"{account.Path} ({account.Flags})") : null;
    }

    private Finding? Change(string where, AccountChange change)
    {
        if (change.Account < 1 || change.Account > _accounts.Count) return new Finding(where, "account", "one that is open",
            $"{change.Account}");
        Account account = _accounts[(int)change.Account - 1];
        if (((account.Flags ^ change.Flags) & ~(AccountFlags.Frozen | AccountFlags.Closed)) != 0) return new Finding(
            where, "limits", $"{account.Flags & Limits}", $"{change.Flags}");
        return Bounded(where, _accounts[(int)change.Account - 1] = account with { Flags = change.Flags });
    }

    private static Finding? Bounded(string where, Account account) =>
        account.KeepsLimits ? null : new Finding(where, "limits", $"{account.Path} within {account.Flags}", $"{account.Counters}");

    /// <summary>A hash of those transfers that have the amount.</summary>
    private static UInt128 Fingerprint(IEnumerable<Transfer> transfers, Func<Transfer, long> amount)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[Digest.Size];
        foreach (Transfer transfer in transfers.Where(transfer => amount(transfer) > 0))
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, transfer.Debit);
            BinaryPrimitives.WriteInt64BigEndian(bytes[8..], transfer.Credit);
            BinaryPrimitives.WriteInt64BigEndian(bytes[16..], amount(transfer));
            hash.AppendData(bytes[..24]);
        }
        hash.GetHashAndReset(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>
/// Checks a region's refusals and notes, which come in any order, against the entries that seal them and against the head.
/// </summary>
internal sealed class RememberedFold(RegionCode region)
{
    private readonly List<(long Index, Remembered Seals)> _seals = [];
    private readonly Dictionary<long, Digest> _hashes = [];

    public long Count => _hashes.Count;

    /// <summary>Takes the next entry, in journal order.</summary>
    public void Entry(JournalEntry entry)
    {
        if (entry.Seals is { } seals) _seals.Add((entry.Index, seals));
    }

    public Finding? Outcome(OutcomeRow row)
    {
        string where = $"regions/{region}/outcomes/{row.Id}";
        if (row.RequestDigest is not { Length: Digest.Size } command) return new Finding(where, "command", $"{Digest.Size} bytes",
            row.RequestDigest is null ? "none" : $"{row.RequestDigest.Length}");
        if (row.Reason is { } reason && (reason is <= 0 or > int.MaxValue || !Enum.IsDefined((Reason)reason))) return new Finding(
            where, "reason", "a known one", $"{reason}");
        if (row.Reason is null != row.Detail is null) return new Finding(where, "detail", row.Reason is null ? "none" : "one",
            row.Detail is null ? "none" : "one");
        if (row.Nth is not { } nth) return new Finding(where, "number", "one", "none");
        Refusal? refusal = row.Reason is { } why ? new Refusal((Reason)why, row.Detail!) : null;
        return _hashes.TryAdd(nth, Remembered.Hash(row.Id, new Digest(command), refusal))
            ? null : new Finding(where, "number", "one of its own", $"{nth}, which another one has");
    }

    /// <summary>Call after the last row: checks all rows against the entries and the head.</summary>
    public Finding? Finish(HeadRow head)
    {
        Remembered remembered = Remembered.None;
        foreach ((long index, Remembered seals) in _seals)
        {
            while (remembered.Count < seals.Count)
            {
                if (!_hashes.TryGetValue(remembered.Count, out Digest hash)) return Missing(remembered.Count);
                remembered = remembered.With(hash);
            }
            if (Finding.IfDiffers($"regions/{region}/entries/{index}", "refusals and notes that it seals", seals, remembered)
                is { } other) return other;
            remembered = remembered.Sealed();
        }
        for (long left = Count - remembered.Count; left > 0; left--)
        {
            if (!_hashes.TryGetValue(remembered.Count, out Digest hash)) return Missing(remembered.Count);
            remembered = remembered.With(hash);
        }
        return Finding.IfDiffers($"regions/{region}/head", "remembered", remembered.Count, head.Remembered)
            ?? Finding.IfBytesDiffer($"regions/{region}/head", "chain", remembered.Chain?.ToArray() ?? [], head.Chain);
    }

    private Finding Missing(long nth) => new($"regions/{region}/outcomes", $"refusal or note number {nth}", "one", "none");
}
