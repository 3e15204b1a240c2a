using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// The auditor's own ledger: slow and plain, by paths, sharing no rule with the real one. It predicts a command's outcome at the journal's
/// present end, and takes over what was stored.
/// </summary>
internal sealed class Model
{
    /// <summary>No counter may exceed this: a quarter of the range of 64 bits.</summary>
    private const long Brim = long.MaxValue / 4;

    private const string Closed = "period/closed";
    private static readonly DateOnly FirstDay = new(2000, 1, 1);

    private readonly Dictionary<string, Book> _books = [];
    private readonly List<string> _paths = [];
    private readonly List<ModelEntry> _entries = [];
    private readonly Dictionary<EntryId, int> _places = [];
    private readonly Dictionary<string, List<(int From, Book Book)>> _history = [];

    public int Size => _entries.Count;

    public IReadOnlyCollection<Book> Books => _books.Values;

    public int Accounts => _paths.Count;

    public IReadOnlyList<ModelEntry> Entries => _entries;

    /// <summary>The last day that no entry may be dated on any more; null where none is closed.</summary>
    public DateOnly? ClosedThrough =>
        Find(Closed) is { } closed && closed.PaidIn > closed.PaidOut ? FirstDay.AddDays((int)(closed.PaidIn - closed.PaidOut) - 1) : null;

    public Book? Find(string path) => _books.GetValueOrDefault(path);

    /// <summary>An account after so many entries.</summary>
    public Book? Find(string path, int entries)
    {
        if (!_history.TryGetValue(path, out List<(int From, Book Book)>? states)) return null;
        int at = states.FindLastIndex(state => state.From <= entries);
        return at < 0 ? null : states[at].Book;
    }

    /// <summary>The command's outcome if it became the next entry at the given time.</summary>
    public Prediction Predict(Want want, long time)
    {
        var prediction = new Prediction();
        Refusal? refusal = want.Kind switch
        {
            WantKind.Refuse => want.Refusal,
            WantKind.Note => null,
            WantKind.Post or WantKind.Hold => Open(want, prediction) ?? Transfer(want, prediction) ?? Close(want, prediction),
            WantKind.PostHold or WantKind.VoidHold or WantKind.ExpireHold => EndHold(want, time, prediction),
            WantKind.Reverse => Reverse(want, prediction),
            WantKind.Change => Change(want, prediction),
        };
        return refusal is null ? prediction : new Prediction { Refusal = refusal };
    }

    /// <summary>Takes over an entry stored as predicted. Returns the first account that breaks an invariant.</summary>
    public string? Apply(Intent intent, Prediction prediction)
    {
        _places.Add(intent.Id, Size);
        _entries.Add(new ModelEntry(intent.Id, intent.Want.Kind, prediction.Moves, intent.Want.Expires?.Microseconds));
        if (prediction.Of is { } of)
        {
            if (intent.Want.Kind == WantKind.Reverse) _entries[of].IsReversed = true; else _entries[of].IsEnded = true;
        }
        foreach (Book opened in prediction.Opened) _paths.Add(opened.Path);
        foreach ((string path, Book book) in prediction.Touched)
        {
            _books[path] = book;
            if (!_history.TryGetValue(path, out List<(int, Book)>? states)) _history[path] = states = [];
            states.Add((Size, book));
            if (book.Wrong is { } wrong) return $"{book}: {wrong}";
        }
        return null;
    }

    private Refusal? Open(Want want, Prediction prediction)
    {
        foreach (Leg leg in want.Legs)
        {
            if ((Open(leg.Debit, leg.Unit, want, prediction) ?? Open(leg.Credit, leg.Unit, want, prediction))
                is { } refusal) return refusal;
        }
        return null;
    }

    private Refusal? Open(string path, string unit, Want want, Prediction prediction)
    {
        bool mustBeNew = want.Opens?.Path == path;
        Book? book = prediction.Touched.GetValueOrDefault(path) ?? Find(path);
        if (book is null)
        {
            if (!mustBeNew && path.StartsWith("voucher/", StringComparison.Ordinal)) return new Refusal(
                Reason.AccountNotFound, $"account={path}");
            book = new Book(_paths.Count + prediction.Opened.Count + 1, path, unit, Chartbook.LimitOf(path), mustBeNew
                ? want.Opens!.Value.Owner : Chartbook.OwnerOf(path), Size);
            prediction.Opened.Add(book);
        }
        else if (mustBeNew && book.OpenedBy != Size)
        {
            return new Refusal(Reason.AccountExists, $"account={path}");
        }
        if (book.Unit != unit) return new Refusal(Reason.UnitMismatch, $"account={path};expected={book.Unit};unit={unit}");
        prediction.Touched.TryAdd(path, book);
        return null;
    }

    private static Refusal? Transfer(Want want, Prediction prediction)
    {
        foreach (Leg leg in want.Legs)
        {
            if ((Still(prediction.Touched[leg.Debit]) ?? Still(prediction.Touched[leg.Credit])) is { } still) return still;
        }
        foreach (Leg leg in want.Legs)
        {
            (Book payer, Book payee) = (prediction.Touched[leg.Debit], prediction.Touched[leg.Credit]);
            long amount = leg.Amount;
            if (leg.AtMost)
            {
                if (payer.BoundsPayer) amount = Math.Min(amount, payer.LeftToPay);
                if (payee.BoundsPayee) amount = Math.Min(amount, payee.LeftToTake);
                amount = Math.Max(amount, 1);
            }
            if (TooMuch(payer, payee, amount) is { } tooMuch) return tooMuch;
            Take(prediction, payer, payee, want.Kind == WantKind.Hold ? 0 : amount, want.Kind == WantKind.Hold ? amount : 0, 0);
        }
        return null;
    }

    /// <summary>A close says where it ends. Days that somebody else has moved meanwhile refuse it.</summary>
    private static Refusal? Close(Want want, Prediction prediction) =>
        want.ClosedDays is { } days && prediction.Touched[Closed] is var closed && closed.PaidIn - closed.PaidOut != days
            ? new Refusal(Reason.PeriodChanged) : null;

    private Refusal? EndHold(Want want, long time, Prediction prediction)
    {
        if (!_places.TryGetValue(want.Of!.Value, out int place) || !_entries[place].IsHold) return new Refusal(Reason.HoldNotFound);
        ModelEntry hold = _entries[place];
        Move[] holds = [.. hold.Moves.Where(move => move.Held > 0)];
        if (Open(want, prediction) is { } missing) return missing;
        if (hold.IsEnded) return new Refusal(Reason.HoldEnded);
        bool isOver = hold.Expires <= time, posts = want.Kind == WantKind.PostHold;
        if (posts && isOver) return new Refusal(Reason.HoldExpired);
        if (want.Kind == WantKind.ExpireHold && !isOver) return new Refusal(Reason.HoldNotExpired);
        if (posts && want.Parts is { } parts)
        {
            if (parts.Count != holds.Length) return new Refusal(Reason.HoldAmountExceeded, $"held={holds.Sum(move => move.Held)}");
            for (int at = 0; at < parts.Count; at++)
            {
                if (parts[at] > holds[at].Held) return new Refusal(Reason.HoldAmountExceeded, $"held={holds[at].Held}");
            }
        }
        for (int at = 0; at < holds.Length; at++)
        {
            Move held = holds[at];
            (Book payer, Book payee) = (Touch(prediction, held.Debit), Touch(prediction, held.Credit));
            if (posts && (Still(payer) ?? Still(payee)) is { } still) return still;
            Take(prediction, payer, payee, posts ? want.Parts?[at] ?? held.Held : 0, 0, held.Held);
        }
        prediction.Of = place;
        return Transfer(want, prediction);
    }

    private Refusal? Reverse(Want want, Prediction prediction)
    {
        if (!_places.TryGetValue(want.Of!.Value, out int place)) return new Refusal(Reason.EntryNotFound);
        ModelEntry original = _entries[place];
        if (original.Kind is not (WantKind.Post or WantKind.PostHold)) return new Refusal(Reason.EntryNotReversible);
        if (original.IsReversed) return new Refusal(Reason.EntryAlreadyReversed);
        Move[] posted = [.. original.Moves.Where(move => move.Posted > 0).Reverse()];
        // Wanted with a time of expiry, it also holds again all that the entry let go of.
        Move[] again = want.Expires is null ? [] : [.. original.Moves.Where(move => move.Released > 0)];
        if ((want.Expires is null ? posted : again).Length == 0) return new Refusal(Reason.EntryNotReversible);
        IEnumerable<(int Payer, int Payee, long Amount, bool Holds)> wanted =
        [
            .. posted.Select(move => (move.Credit, move.Debit, move.Posted, false)),
            .. again.Select(move => (move.Debit, move.Credit, move.Released, true)),
        ];
        foreach (var one in wanted)
        {
            if ((Still(Touch(prediction, one.Payer)) ?? Still(Touch(prediction, one.Payee))) is { } still) return still;
        }
        foreach (var one in wanted)
        {
            (Book payer, Book payee) = (Touch(prediction, one.Payer), Touch(prediction, one.Payee));
            if (TooMuch(payer, payee, one.Amount) is { } tooMuch) return tooMuch;
            Take(prediction, payer, payee, one.Holds ? 0 : one.Amount, one.Holds ? one.Amount : 0, 0);
        }
        prediction.Of = place;
        return null;
    }

    private Refusal? Change(Want want, Prediction prediction)
    {
        if (Find(want.ChangedPath) is not { } book) return new Refusal(Reason.AccountNotFound, $"account={want.ChangedPath}");
        if (want.Set == AccountFlags.Closed && !book.IsEmpty) return new Refusal(Reason.AccountNotEmpty, $"account={want.ChangedPath}");
        book = book with
        {
            IsFrozen = want.Set == AccountFlags.Frozen || (book.IsFrozen && want.Cleared != AccountFlags.Frozen),
            IsClosed = want.Set == AccountFlags.Closed || (book.IsClosed && want.Cleared != AccountFlags.Closed),
        };
        prediction.Touched[book.Path] = book;
        prediction.Changes.Add((book.Number, book.Flags));
        return null;
    }

    private Book Touch(Prediction prediction, int number)
    {
        string path = _paths[number - 1];
        if (!prediction.Touched.TryGetValue(path, out Book? book)) prediction.Touched[path] = book = _books[path];
        return book;
    }

    private static Refusal? Still(Book book) =>
        book.IsClosed ? new Refusal(Reason.AccountClosed, $"account={book.Path}")
        : book.IsFrozen ? new Refusal(Reason.AccountFrozen, $"account={book.Path}")
        : null;

    private static Refusal? TooMuch(Book payer, Book payee, long amount)
    {
        if (payer.BoundsPayer && amount > payer.LeftToPay) return new Refusal(
            Reason.InsufficientBalance, $"account={payer.Path};available={payer.LeftToPay};needed={amount};unit={payer.Unit}");
        if (payee.BoundsPayee && amount > payee.LeftToTake) return new Refusal(
            Reason.LimitReached, $"account={payee.Path};limit={payee.LeftToTake}");
        if ((Int128)payer.PaidOut + payer.HeldOut + amount > Brim) return new Refusal(Reason.AmountTooLarge, $"account={payer.Path}");
        return (Int128)payee.PaidIn + payee.HeldIn + amount > Brim ? new Refusal(Reason.AmountTooLarge, $"account={payee.Path}") : null;
    }

    private static void Take(Prediction prediction, Book payer, Book payee, long posted, long held, long released)
    {
        payer = payer with { PaidOut = payer.PaidOut + posted, HeldOut = payer.HeldOut + held - released };
        prediction.Touched[payer.Path] = payer;
        payee = payee with { PaidIn = payee.PaidIn + posted, HeldIn = payee.HeldIn + held - released };
        prediction.Touched[payee.Path] = payee;
        prediction.Moves.Add(new Move(payer.Number, payee.Number, payer.Unit, posted, held, released));
        prediction.After.Add((payer, payee));
    }
}
