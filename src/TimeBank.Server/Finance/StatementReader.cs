using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using ContractPosting = TimeBank.V1.Posting;
using Posting = TimeBank.Ledger.Posting;

namespace TimeBank.Server;

/// <summary>
/// Reads statements and posting lists of any account, for volunteers, providers, finance and auditors alike. All pages of a list show the
/// moment of its first page, which the page token carries.
/// </summary>
public sealed class StatementReader(ILedgerReader ledger, PageTokens tokens)
{
    /// <summary>One page of an account's postings in a period, with the opening and closing counters of the whole period.</summary>
    public sealed record Page(
        Moment Moment, Counters Opening, Counters Closing, IReadOnlyList<ContractPosting> Postings, string NextPageToken);

    /// <summary>An account's statement over a period; empty for an account without postings.</summary>
    public async Task<Statement> StatementAsync(
        ServerCallContext context, IMessage request, RegionCode region, AccountSpec account, (DateOnly First, DateOnly Last) period,
            int pageSize, string pageToken)
    {
        Account? found = await ledger.AccountAsync(region, account.Path, context.CancellationToken);
        Page page = await PageAsync(context, request, region, found, period, pageSize, pageToken);
        return new Statement
        {
            Account = ResourceName.Of(region, "accounts", account.Path),
            Unit = account.Unit.Code,
            Period = period.ToContract(),
            Opening = page.Opening.ToBalance(account.Unit),
            Closing = page.Closing.ToBalance(account.Unit),
            TotalDebits = account.Unit.Of(page.Closing.DebitsPosted - page.Opening.DebitsPosted),
            TotalCredits = account.Unit.Of(page.Closing.CreditsPosted - page.Opening.CreditsPosted),
            Postings = { page.Postings },
            NextPageToken = page.NextPageToken,
            EntryCount = page.Moment.Size,
            Time = page.Moment.Time,
        };
    }

    /// <summary>One page of an account's postings in a period.</summary>
    /// <param name="account">Null for an account that no entry has opened: the page is empty.</param>
    public async Task<Page> PageAsync(
        ServerCallContext context, IMessage request, RegionCode region, Account? account, (DateOnly First, DateOnly Last) period,
        int pageSize, string pageToken, bool newestFirst = false)
    {
        CancellationToken cancellation = context.CancellationToken;
        (Moment moment, PostingCursor? cursor) = await PlaceAsync(context, request, region, pageToken);
        if (account is null) return new Page(moment, default, default, [], "");
        (LedgerTime from, LedgerTime until) = moment.Within(period);
        IReadOnlyList<Posting> page = newestFirst
            ? await ledger.LatestPostingsAsync(region, account.Number, from, until, cursor ?? PostingCursor.End, pageSize + 1, cancellation)
            : await ledger.PostingsAsync(region, account.Number, from, until, cursor ?? PostingCursor.Start, pageSize + 1, cancellation);
        return new Page(
            moment,
            await ledger.CountersBeforeAsync(region, account.Number, from, cancellation),
            await ledger.CountersBeforeAsync(region, account.Number, until, cancellation),
            [.. page.Take(pageSize).Select(posting => ToContract(region, account.Unit, posting))],
            page.Count > pageSize ? TokenOf(context, request, moment, page[pageSize - 1].Cursor) : "");
    }

    /// <summary>
    /// The list's moment and the last posting of the previous page. For the first page: the moment is now, the posting null.
    /// </summary>
    /// <exception cref="RpcException">PAGE_TOKEN_INVALID, also for a token of an earlier build, which names no moment.</exception>
    public async Task<(Moment Moment, PostingCursor? After)> PlaceAsync(
        ServerCallContext context, IMessage request, RegionCode region, string pageToken)
    {
        CancellationToken cancellation = context.CancellationToken;
        if (tokens.Read(context, request, pageToken) is not { } text) return (await Moment.NowAsync(ledger, region, cancellation), null);
        long[] parts = [.. text.Split('.').Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
        return parts is [var size, var index, var position] && await Moment.AtAsync(ledger, region, size, cancellation) is { } moment
            ? (moment, new PostingCursor(index, (int)position))
            : throw Problem.Of(Reason.PageTokenInvalid);
    }

    public string TokenOf(ServerCallContext context, IMessage request, Moment moment, PostingCursor last) =>
        tokens.Write(context, request, $"{moment.Size}.{last.Index}.{last.Position}");

    public static ContractPosting ToContract(RegionCode region, Unit unit, Posting posting) => new()
    {
        Entry = ResourceName.Of(region, "entries", posting.Entry.Index),
        EntryIndex = posting.Entry.Index,
        Time = posting.Entry.Time.ToContract(),
        EffectiveDate = posting.Entry.Header.EffectiveDate.ToContract(),
        Code = posting.Entry.Code.ToContract(),
        Kind = PostingKind.Posted,
        Side = posting.IsDebit ? Side.Debit : Side.Credit,
        Amount = unit.Of(posting.Amount),
        BalanceAfter = posting.After.ToBalance(unit),
        CounterAccount = ResourceName.Of(region, "accounts", posting.CounterAccount),
        Memo = posting.Entry.Header.Memo,
        LateFor = posting.Entry.LateFor(),
    };

    /// <summary>A period's bounds as times: from the first day's start until the start of the day after the last.</summary>
    internal static (LedgerTime From, LedgerTime Until) Times((DateOnly First, DateOnly Last) period) => (
        period.First == DateOnly.MinValue ? default : LedgerTime.From(ChinaTime.StartOf(period.First)),
        period.Last == DateOnly.MaxValue ? new LedgerTime(long.MaxValue) : LedgerTime.From(ChinaTime.StartOf(period.Last.AddDays(1))));
}

/// <summary>
/// A moment of a journal, named by its number of entries. Entries never change, so several queries as of one moment fit together, whatever
/// the writer records meanwhile.
/// </summary>
/// <param name="Size">The number of entries.</param>
/// <param name="Last">The time of the last entry.</param>
public readonly record struct Moment(long Size, LedgerTime Last)
{
    public static async Task<Moment> NowAsync(ILedgerReader ledger, RegionCode region, CancellationToken cancellation)
    {
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        return new Moment(head.Size, head.Time);
    }

    /// <summary>An earlier moment; null if the journal is shorter, for example after a restore from an older backup.</summary>
    public static async Task<Moment?> AtAsync(ILedgerReader ledger, RegionCode region, long size, CancellationToken cancellation)
    {
        if (size == 0) return default(Moment);
        return await ledger.EntryAsync(region, size - 1, cancellation) is { } last ? new Moment(size, last.Entry.Time) : null;
    }

    /// <summary>The time just after the moment's last entry. Times rise strictly with the entries, so it bounds the moment.</summary>
    public LedgerTime End => Size == 0 ? default : new LedgerTime(Last.Microseconds + 1);

    /// <summary>The last entry's time in the contract's type; null for an empty journal.</summary>
    public Timestamp? Time => Size == 0 ? null : Last.ToContract();

    /// <summary>The bounds of a period, cut at the end of this moment.</summary>
    public (LedgerTime From, LedgerTime Until) Within((DateOnly First, DateOnly Last) period)
    {
        (LedgerTime from, LedgerTime until) = StatementReader.Times(period);
        return (from < End ? from : End, until < End ? until : End);
    }
}

/// <summary>Reads the moment that a request asks for.</summary>
public static class Moments
{
    /// <summary>The journal's number of entries at an earlier moment; null for now. Also checks the fields read so far.</summary>
    public static async Task<long?> SizeAsync(
        this RequestReader read, ILedgerReader ledger, RegionCode region, AsOf? asOf, DateOnly today, CancellationToken cancellation)
    {
        DateOnly day = asOf?.MomentCase == AsOf.MomentOneofCase.Date ? read.Day(asOf.Date, "as_of.date") : default;
        if (day > today) read.Refuse("as_of.date", "IN_FUTURE");
        read.Check();
        switch (asOf?.MomentCase)
        {
            case null or AsOf.MomentOneofCase.None:
                return null;
            case AsOf.MomentOneofCase.Date:
                return day == today ? null
                    : await ledger.IndexAtAsync(region, LedgerTime.From(ChinaTime.StartOf(day.AddDays(1))), cancellation);
            case AsOf.MomentOneofCase.EntryCount:
                long size = read.Whole(asOf.EntryCount, "as_of.entry_count", 0, (await ledger.ReadHeadAsync(region, cancellation)).Size);
                read.Check();
                return size;
        }
        throw new UnreachableException();
    }

    /// <summary>The moment that a request asks for; unset means now. Also checks the fields read so far.</summary>
    public static async Task<Moment> MomentAsync(
        this RequestReader read, ILedgerReader ledger, RegionCode region, AsOf? asOf, DateOnly today, CancellationToken cancellation)
    {
        long? size = await read.SizeAsync(ledger, region, asOf, today, cancellation);
        return size is { } at && await Moment.AtAsync(ledger, region, at, cancellation) is { } moment
            ? moment : await Moment.NowAsync(ledger, region, cancellation);
    }
}
