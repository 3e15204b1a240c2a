using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>
/// One stored batch, placed into the model entry by entry. A refusal's place is before the entry that seals it; there the model must give
/// the same refusal.
/// </summary>
internal sealed class StoredBatch(World world, Auditor auditor, WriterProcess by, LedgerAppend append)
{
    private const int RootEvery = 32;

    private readonly HashSet<string> _touched = [];
    private readonly int _accountsBefore = auditor.Model.Accounts;
    private int _refusals;

    /// <summary>Places refusals until the given number is remembered.</summary>
    public void PlaceRefusals(long until)
    {
        for (; _refusals < append.Remembered.Count && auditor.Remembered.Count < until; _refusals++)
        {
            Outcome outcome = append.Remembered[_refusals];
            Intent intent = Asked(outcome.Id, outcome.RequestDigest.ToString());
            if (outcome.Entry is not null || Refusals(intent).All(refusal => refusal != outcome.Refusal)) return;
            auditor.Settle(new Fate(intent, null, outcome.Refusal));
            world.Tally.Add(outcome.Refusal is null ? "notes stored" : "refusals stored");
        }
    }

    public void Place(AppendedEntry appended)
    {
        var written = Written.Read(appended.Bytes);
        var id = EntryId.Parse(written.Id);
        Intent intent = Asked(id, written.Command);
        Require(written.Index == auditor.Model.Size, $"has index {written.Index}", intent);
        Require(appended.Entry.Id == id && appended.Entry.Index == written.Index, "is another one than its bytes say", intent);
        RequireHeader(written, intent);
        RequireTime(written, intent);
        Require(intent.Want.Kind == WantKind.Refuse || Shapes.Wrong(intent.Want) is null, "is wrong by shape", intent);

        Prediction prediction = auditor.Model.Predict(intent.Want, written.Time);
        Require(intent.Want.Kind is not (WantKind.Note or WantKind.Refuse) && prediction.Refusal is null,
            $"should be refused: {prediction.Refusal?.Reason.ToString() ?? "no entry"} ({prediction.Refusal?.Detail})", intent);
        Require(written.Seals == auditor.Remembered.Unsealed, $"seals {written.Seals}, not {auditor.Remembered.Unsealed}", intent);
        Require(written.Of == prediction.Of, $"names entry {written.Of}, not {prediction.Of}", intent);
        Require(written.Moves.SequenceEqual(prediction.Moves),
            $"moves [{string.Join(", ", written.Moves)}], not [{string.Join(", ", prediction.Moves)}]", intent);
        Require(written.Opened.SequenceEqual(
            prediction.Opened.Select(book => (book.Number, book.Path, book.Unit, book.Limit, book.Owner))),
            $"opens [{string.Join(", ", written.Opened)}], not [{string.Join(", ", prediction.Opened)}]", intent);
        Require(written.Changes.SequenceEqual(prediction.Changes),
            $"changes [{string.Join(", ", written.Changes)}], not [{string.Join(", ", prediction.Changes)}]", intent);
        bool balances = appended.Balances.Length == prediction.After.Count
            && appended.Balances.Zip(prediction.After)
            .All(pair => Comparison.SameCounters(pair.Second.Payer, pair.First.Debit)
            && Comparison.SameCounters(pair.Second.Payee, pair.First.Credit));
        Require(balances, $"leaves balances [{string.Join(", ", appended.Balances)}], not [{string.Join(", ", prediction.After)}]", intent);

        byte[] leaf = NaiveTree.Leaf(appended.Salt, appended.Bytes);
        Require(appended.Salt.Length == 16 && appended.Leaf.ToArray().AsSpan().SequenceEqual(leaf),
            "has another leaf than its salt and bytes", intent);
        if (auditor.Model.Apply(intent, prediction) is { } wrong) Require(false, $"breaks an account: {wrong}", intent);
        _touched.UnionWith(prediction.Touched.Keys);
        auditor.Keep(new StoredBytes(appended.Bytes, appended.Salt, leaf), written.Time);
        auditor.Settle(new Fate(intent, (int)written.Index, null));
        world.Tally.Add("entries");
    }

    public void Finish()
    {
        if (_refusals < append.Remembered.Count)
        {
            Outcome outcome = append.Remembered[_refusals];
            Intent intent = Asked(outcome.Id, outcome.RequestDigest.ToString());
            throw world.Report(
                $"{by} stored for {intent} {Text(outcome.Refusal)}; the model gives {string.Join(" or ", Refusals(intent).Select(Text))} "
                    + $"after {auditor.Model.Size} entries");
        }
        LedgerHead after = append.After;
        bool follows = after.Size == auditor.Model.Size && after.Accounts == auditor.Model.Accounts
            && auditor.Remembered.Is(after.Remembered) && after.Time.Microseconds == auditor.LastTime;
        if (!follows) throw world.Report(
            $"{by} stored a head of {after.Size} entries, {after.Accounts} accounts, {after.Remembered} remembered at {after.Time}; there "
                + $"are {auditor.Model.Size}, {auditor.Model.Accounts}, {auditor.Remembered}");
        if (append.Before.Size / RootEvery != after.Size / RootEvery
            && !after.Tree.Root.ToArray().AsSpan().SequenceEqual(NaiveTree.Root([.. auditor.Stored.Select(stored => stored.Leaf)])))
        {
            throw world.Report($"{by} stored a root that is not that of its {after.Size} leaves");
        }
        RequireAccounts();
    }

    private void RequireAccounts()
    {
        var stored = append.Changed.Concat(append.Opened).ToDictionary(account => account.Path.Text);
        foreach (string path in _touched)
        {
            Book book = auditor.Model.Find(path)!;
            string? differs = stored.Remove(path, out Account? account) ? Comparison.Differs(book, account) : $"{book} is not stored";
            if (differs is not null) throw world.Report($"{by} stored accounts otherwise than their entries: {differs}");
        }
        if (stored.Count > 0 || append.Opened.Count != auditor.Model.Accounts - _accountsBefore) throw world.Report(
            $"{by} stored accounts that no entry touched: {string.Join(", ", stored.Keys)}");
    }

    /// <summary>
    /// The model's refusals here, at the earliest and at the latest time at which the writer may have decided; null for a note.
    /// </summary>
    private IEnumerable<Refusal?> Refusals(Intent intent)
    {
        // A refusal for shape is never stored.
        if (intent.Want.Kind != WantKind.Refuse && Shapes.Wrong(intent.Want) is not null) return [new Refusal(Reason.None)];
        if (intent.Want.Kind == WantKind.Note) return [null];
        (long earliest, long latest) = by.ShownSince(intent.Id)
            ?? throw world.Report($"{by} stored {intent}, which it wasn't asked, or without a look at the clock");
        return new[] { earliest, latest }.Distinct()
            .Select(time => auditor.Model.Predict(intent.Want, Math.Max(time, auditor.LastTime + 1)).Refusal ?? new Refusal(Reason.None));
    }

    private Intent Asked(EntryId id, string command) =>
        auditor.IntentOf(id, command) ?? throw world.Report($"{by} stored {id} with command {command}, which nobody asked for");

    private void RequireHeader(Written written, Intent intent)
    {
        EntryHeader header = intent.Header;
        // A close says its last day. What comes after it is of the first open day, and says which day it would have been of.
        DateOnly asked = header.EffectiveDate, day = asked;
        EntryDetails details = header.Details;
        if (intent.Want.ClosedDays is { } days)
            details = details.Add("through", days == 0 ? "" : new DateOnly(1999, 12, 31).AddDays((int)days).ToString("yyyy-MM-dd", null));
        if (auditor.Model.ClosedThrough is { } closed && asked <= closed)
            (day, details) = (closed.AddDays(1), details.Add("lateFor", asked.ToString("yyyy-MM-dd", null)));
        if (day != asked) world.Tally.Add("entries after a close");
        bool same = written.Text("actor") == header.Actor && written.Text("onBehalfOf") == header.OnBehalfOf
            && written.Text("policy") == header.PolicyVersion
            && written.Text("memo") == header.Memo && written.Text("effective") == day.ToString("yyyy-MM-dd", null)
            && written.Details.SequenceEqual(details.Select(detail => (detail.Key, detail.Value)))
            && written.Text("region") == by.Region.ToString()
            && written.Kind == KindOf(intent.Want.Kind) && written.Code == intent.Want.Code.ToString()
            && written.Expires == intent.Want.Expires?.Microseconds;
        Require(same, $"has another header, kind or expiry: {written.Json}", intent);
    }

    /// <summary>
    /// An entry's time is the clock's. If the clock stood still or went back, it is a microsecond after the last entry's.
    /// </summary>
    private void RequireTime(Written written, Intent intent)
    {
        long next = auditor.LastTime + 1;
        bool isNext = written.Time == next && by.ShownSince(intent.Id)?.Earliest <= next;
        Require(written.Time >= next && (isNext || by.Clock.HasShown(written.Time)), $"is of {written.Time}, after {auditor.LastTime}",
            intent);
    }

    private void Require(bool kept, string wrong, Intent intent)
    {
        if (!kept) throw world.Report($"{by} stored an entry at {auditor.Model.Size} for {intent} that {wrong}");
    }

    private static string Text(Refusal? refusal) => refusal is null ? "a note" : refusal.Reason == Reason.None
        ? "no refusal" : $"{refusal.Reason} ({refusal.Detail})";

    private static string KindOf(WantKind kind) => kind switch
    {
        WantKind.Change => "ChangeAccounts",
        _ => kind.ToString(),
    };
}
