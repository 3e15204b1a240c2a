using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Takes a bank's file into the book of an account: all of it or nothing. The file must go on from what the book has, to the fen, also
/// where it overlaps; lines that are known are taken once. Other servers may import meanwhile: then it begins anew from what they stored.
/// </summary>
public sealed class StatementImport(
    IGrainFactory grains, IBankBooks books, Vault vault, BusinessClock clock, ImportFolder folder, TimeBankOptions options)
{
    private const int Tries = 8;

    /// <summary>How far ahead a line may be: what comes on a holiday, banks book on the next working day.</summary>
    private const int MostDaysAhead = 10;

    /// <param name="progress">Is told how far it is, after each stretch of rows.</param>
    /// <exception cref="StorageUnavailableException">Whether the file was taken isn't known: the same command again finds out.</exception>
    public async Task<Reply<ImportResult>> RunAsync(
        OwnAccount account, Command command, StatementFileTerms file, Stream bytes, IProgress<ImportStep> progress,
        CancellationToken cancellation)
    {
        ILedgerGrain writer = grains.Writer(account.Region);
        if (await writer.FindAsync(command.Id) is { } before && before.RequestDigest != Digest.Parse(command.RequestDigest))
            return Reason.RequestIdReused;
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(account.Region, account.Slug, cancellation);
            IReadOnlyList<StoredStatement> known =
                await books.StatementsOfFileAsync(account.Region, account.Slug, file.Digest, cancellation);
            if (known.Count > 0) return ImportResult.Taken(known, isAgain: known[0].ImportedAs != command.Id);
            var reading = new Reading(account, command, file, bytes, book);
            if (await TakeAsync(reading, writer, progress, cancellation) is { } answer) return answer;
        }
        return Reason.BankBookChanged;
    }

    private async Task<Reply<ImportResult>?> TakeAsync(
        Reading reading, ILedgerGrain writer, IProgress<ImportStep> progress, CancellationToken cancellation)
    {
        var step = new ImportStep(0, 0, 0);
        (OwnAccount account, Command command, _, _, BankBook book) = reading;
        StoredStatement? last =
            (await books.StatementsAsync(account.Region, account.Slug, long.MaxValue, 1, cancellation)).FirstOrDefault();
        BookEnd end = last is null ? BookEnd.Empty : StatementNote.Parse(last.Note).End;
        IEnumerable<StatementEvent> first = Pieces(reading, null).Told(rows => Tell(step with { Checked = rows }));
        StatementScan scan = StatementScan.Of(first, end.First);
        if (scan.Refusal is { } wrong) return ImportResult.Refused(wrong);
        DateOnly ahead = clock.Today.AddDays(MostDaysAhead);
        if (scan.Latest is { } latest && latest.BookedOn > ahead)
        {
            return ImportResult.Refused(StatementRefusal.Of(
                RefusalReason.DayAhead, latest.FileLine, null, $"{latest.BookedOn:yyyy-MM-dd}", $"{ahead:yyyy-MM-dd}"));
        }
        StatementBefore? expected = await BeforeAsync(account, scan, end, last, cancellation);
        List<StoredBankLine> known = scan.First is { } from && book.Lines > 0
            ? await LinesAsync(account, new BankLineFilter(from, scan.Last), cancellation) : [];

        using BankContent? content = command.IsDryRun ? null : await BankContent.OfAsync(grains, vault, account);
        using var spool = new LineSpool(folder.Create());
        var taking = new TakenFile(reading, scan, end, known, content, spool, clock.Now);
        if (taking.Read(Pieces(reading, expected).Told(rows => Tell(step with { Read = rows }))) is { } refusal)
        {
            // Another import may have come between the readings of the book: then it is no fault of the file.
            if (await books.ReadAsync(account.Region, account.Slug, cancellation) != book) return null;
            return ImportResult.Refused(refusal);
        }
        if (command.IsDryRun) return ImportResult.Taken(taking.Statements, isAgain: false);

        // The id is this file's from here on, also where the next step fails: the same command goes on.
        Outcome noted = await writer.SubmitAsync(Entries.Note(command.Header(clock.Today, "")));
        if (noted.Refusal is { } taken) return taken;
        IEnumerable<StoredBankLine> lines = spool.Read().Told(stored => Tell(step with { Stored = stored }));
        if (!await books.AddAsync(account.Region, account.Slug, book, taking.Statements, lines, cancellation)) return null;
        return ImportResult.Taken(taking.Statements, isAgain: false);

        void Tell(ImportStep next)
        {
            // Reading isn't stopped by anything else, and is long.
            cancellation.ThrowIfCancellationRequested();
            progress.Report(step = next);
        }
    }

    /// <summary>The balance at the place where the file begins, reckoned from the book's end; null where the book has none.</summary>
    private async Task<StatementBefore?> BeforeAsync(
        OwnAccount account, StatementScan scan, BookEnd end, StoredStatement? last, CancellationToken cancellation)
    {
        if (end.Fen is not { } fen) return null;
        if (scan.First is not { } day || end.First is not { } begins) return new StatementBefore(fen, last?.BankNumber);
        if (day > end.Last) return new StatementBefore(fen, last?.BankNumber);
        BankLineTotals since = await books.TotalsAsync(
            account.Region, account.Slug, new BankLineFilter(day < begins ? null : day), cancellation);
        Int128 opening = fen - since.InFen + since.OutFen;
        if (day < begins) return new StatementBefore((long)(opening - scan.BeforeBookFen), null);
        // A file may begin in the middle of a day: then the known lines that it lacks came before it, or, in a file of one day, after it.
        Int128 beforeFile = 0;
        var seen = new Dictionary<LineFingerprint, int>(scan.OfFirstDay);
        foreach (StoredBankLine line in await LinesAsync(account, new BankLineFilter(day, day), cancellation))
        {
            LineFingerprint what = TakenFile.FingerprintOf(line);
            if (seen.TryGetValue(what, out int left) && left > 0) seen[what] = left - 1;
            else beforeFile += line.SignedFen;
        }
        bool isAllAfter = scan.Last == day && scan.OpeningFen == opening;
        return new StatementBefore((long)(isAllAfter ? opening : opening + beforeFile), null);
    }

    private async Task<List<StoredBankLine>> LinesAsync(OwnAccount account, BankLineFilter filter, CancellationToken cancellation) =>
        await books.LinesAsync(account.Region, account.Slug, filter, 0, int.MaxValue, cancellation).ToListAsync(cancellation);

    private IEnumerable<StatementEvent> Pieces(Reading reading, StatementBefore? before)
    {
        reading.Bytes.Position = 0;
        return StatementFile.Stream(reading.Bytes, reading.File.Profile, new StatementTerms
        {
            Account = reading.Account.Number,
            Before = before is null ? StatementTerms.Default.Before
                : new Dictionary<string, StatementBefore> { [reading.Account.Number] = before },
            Sha1 = reading.File.Sha1,
            MaxBytes = options.StatementBytes,
        });
    }
}

/// <summary>A file on its way into a book.</summary>
internal sealed record Reading(OwnAccount Account, Command Command, StatementFileTerms File, Stream Bytes, BankBook Book);

/// <summary>What is known of a file beside its bytes.</summary>
/// <param name="Digest">The SHA-256 of its bytes.</param>
/// <param name="Sha1">As the wallet gave it; null where it gave none.</param>
public sealed record StatementFileTerms(StatementProfile Profile, string FileName, string? Sha1, Digest Digest);

/// <summary>How far an import is.</summary>
/// <param name="Checked">Rows read for the first time, to see whether the file is right by itself.</param>
/// <param name="Read">Rows read for the second time, told from known ones.</param>
/// <param name="Stored">New lines written, which count when all of them are.</param>
public sealed record ImportStep(long Checked, long Read, long Stored);

/// <summary>What became of a file: its statements, or why nothing was taken.</summary>
public sealed record ImportResult(ImmutableArray<StoredStatement> Statements, bool IsAgain, StatementRefusal? Refusal)
{
    public static ImportResult Taken(IEnumerable<StoredStatement> statements, bool isAgain) => new([.. statements], isAgain, null);

    public static ImportResult Refused(StatementRefusal refusal) => new([], false, refusal);
}

/// <summary>The second reading of a file: which of its lines are new, and what is stored of it.</summary>
internal sealed class TakenFile(
    Reading reading, StatementScan scan, BookEnd end, IReadOnlyList<StoredBankLine> known, BankContent? content, LineSpool spool,
    DateTimeOffset now)
{
    private readonly List<NotedWarning> _warnings = [];
    private readonly List<NotedRow> _leftOut = [];
    private readonly HashSet<LineId> _missing = [.. known.Select(IdOf)];
    private readonly List<BankStatement> _ended = [];
    private readonly List<(long Through, int New)> _counts = [];
    private int _leftOutCount, _new;
    private long _through = reading.Book.Lines;
    private Int128 _newFen;
    private StatementRefusal? _refusal;

    public IReadOnlyList<StoredStatement> Statements { get; private set; } = [];

    public static LineFingerprint FingerprintOf(StoredBankLine line) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(line.Fingerprint.AsSpan()));

    /// <returns>Why the file is refused; null where it is right, and all of it is in the spool.</returns>
    public StatementRefusal? Read(IEnumerable<StatementEvent> pieces)
    {
        IEnumerable<KnownLine> before = known.Select(line => new KnownLine(IdOf(line), line.SignedFen, line.BankReference));
        foreach (IdentifiedLine line in LineIdentity.Identify(before, Lines(pieces))) Take(line);
        if (_refusal is null && scan.OpeningFen is not null) _refusal = Missing();
        if (_refusal is null) Statements = Finish();
        return _refusal;
    }

    /// <summary>The file's lines. What stands between them is noted on the way: a statement ends when its last line was taken.</summary>
    private IEnumerable<BankLine> Lines(IEnumerable<StatementEvent> pieces)
    {
        foreach (StatementEvent piece in pieces)
        {
            switch (piece)
            {
                case StatementEvent.LineRead read: yield return read.Line; break;
                case StatementEvent.RowLeftOut row: Note(_leftOut, NotedRow.Of(row.Row), ref _leftOutCount); break;
                case StatementEvent.Warned warned: Warn(NotedWarning.Of(warned.Warning)); break;
                case StatementEvent.FileRefused refused: _refusal = refused.Refusal; break;
                case StatementEvent.StatementEnded ended:
                    _ended.Add(ended.Statement);
                    _counts.Add((_through, _new));
                    _new = 0;
                    break;
            }
        }
    }

    private void Take(IdentifiedLine found)
    {
        if (!found.IsNew)
        {
            _missing.Remove(found.Id);
            return;
        }
        if (found.SameReference is not null) Warn(new NotedWarning("SAME_REFERENCE", found.Line.FileLine, $"{found.Id.Day:O}"));
        _through++;
        _new++;
        if (end.First is not { } begins || found.Id.Day >= begins) _newFen += found.Line.SignedFen;
        if (content is null) return;
        byte[] fingerprint = new byte[EntryId.Size];
        BinaryPrimitives.WriteUInt128BigEndian(fingerprint, found.Id.Content.Value);
        spool.Add(new StoredBankLine(
            _through, reading.Book.Statements + _ended.Count + 1, found.Id.Day, found.Line.SignedFen,
            ImmutableCollectionsMarshal.AsImmutableArray(fingerprint),
            found.Id.Occurrence, found.Line.BankReference,
            ImmutableCollectionsMarshal.AsImmutableArray(content.Seal(_through, found.Line, found.SameReference is not null))));
    }

    /// <summary>
    /// A known line of a day in the middle of the file that the file lacks: the bank has written it anew, and would bring its money twice.
    /// </summary>
    private StatementRefusal? Missing()
    {
        DateOnly[] days = [.. _missing.Select(line => line.Day).Where(day => day > scan.First && day < scan.Last).Order()];
        return days.Length == 0 ? null : new StatementRefusal(
            RefusalReason.ClosingDiffers, 0, null, $"以前导入的 {days[0]:yyyy-MM-dd} 的明细不在这个文件里。",
            $"A line of {days[0]:yyyy-MM-dd} that was imported before isn't in this file.");
    }

    private StoredStatement[] Finish()
    {
        long? fen = end.Fen is { } balance ? (long)(balance + _newFen)
            : scan.ClosingFen is { } closing ? closing + known.Where(line => line.Day > scan.Last).Sum(line => line.SignedFen) : null;
        var ends = new BookEnd(fen, Least(end.First, scan.First), Greatest(end.Last, scan.Last));
        return [.. _ended.Select((statement, at) =>
        {
            bool isLast = at == _ended.Count - 1;
            var note = new StatementNote(
                StatementNote.Names(statement.HeldAgainst), isLast ? [.. _warnings] : [], isLast ? [.. _leftOut] : [],
                isLast ? _leftOutCount : 0, ends);
            return new StoredStatement(
                reading.Book.Statements + at + 1, reading.File.Digest, reading.File.Profile.Name, reading.File.FileName, reading.Command.Id,
                reading.Command.Actor, LedgerTime.From(now), statement.Number, statement.From, statement.To, statement.OpeningFen,
                statement.ClosingFen, statement.LineCount, _counts[at].New, _counts[at].Through, note.Write());
        })];
    }

    private void Warn(NotedWarning warning)
    {
        if (_warnings.Count < StatementNote.MaxListed) _warnings.Add(warning);
    }

    private static void Note(List<NotedRow> rows, NotedRow row, ref int count)
    {
        count++;
        if (rows.Count < StatementNote.MaxListed) rows.Add(row);
    }

    private static LineId IdOf(StoredBankLine line) => new(line.Day, FingerprintOf(line), line.Occurrence);

    private static DateOnly? Least(DateOnly? one, DateOnly? other) => one < other || other is null ? one : other;

    private static DateOnly? Greatest(DateOnly? one, DateOnly? other) => one > other || other is null ? one : other;
}
