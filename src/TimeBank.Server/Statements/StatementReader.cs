using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using ContractPosting = TimeBank.V1.Posting;
using Posting = TimeBank.Ledger.Posting;

namespace TimeBank.Server;

/// <summary>Statements and posting lists of any account, the same for volunteers, providers, funds and the ledger.</summary>
public sealed class StatementReader(ILedgerReader ledger, PageTokens tokens)
{
    /// <summary>The statement of an account over some days; an account that nothing has moved yet gives an empty one.</summary>
    public async Task<Statement> StatementAsync(
        ServerCallContext context, IMessage request, RegionCode region, AccountSpec account, (DateOnly First, DateOnly Last) period, int pageSize, string pageToken)
    {
        PostingCursor after = CursorOf(tokens.Read(context, request, pageToken)) ?? PostingCursor.Start;
        var statement = new Statement
        {
            Account = ResourceName.Of(region, "accounts", account.Path),
            Unit = account.Unit.Code,
            Period = period.ToContract(),
        };
        Account? found = await ledger.AccountAsync(region, account.Path, context.CancellationToken);
        (LedgerTime from, LedgerTime until) = Times(period);
        Counters opening = default, closing = default;
        if (found is not null)
        {
            opening = await ledger.CountersBeforeAsync(region, found.Number, from, context.CancellationToken);
            closing = await ledger.CountersBeforeAsync(region, found.Number, until, context.CancellationToken);
            IReadOnlyList<Posting> page = await ledger.PostingsAsync(region, found.Number, from, until, after, pageSize + 1, context.CancellationToken);
            statement.Postings.Add(page.Take(pageSize).Select(posting => ToContract(region, account.Unit, posting)));
            statement.NextPageToken = Next(context, request, page, pageSize);
        }
        statement.Opening = opening.ToBalance(account.Unit);
        statement.Closing = closing.ToBalance(account.Unit);
        statement.TotalDebits = account.Unit.Of(closing.DebitsPosted - opening.DebitsPosted);
        statement.TotalCredits = account.Unit.Of(closing.CreditsPosted - opening.CreditsPosted);
        return statement;
    }

    /// <summary>An account's postings over some days, oldest first.</summary>
    public async Task<(IReadOnlyList<ContractPosting> Postings, string NextPageToken)> PostingsAsync(
        ServerCallContext context, IMessage request, RegionCode region, AccountPath path, (DateOnly First, DateOnly Last) period, int pageSize, string pageToken)
    {
        PostingCursor after = CursorOf(tokens.Read(context, request, pageToken)) ?? PostingCursor.Start;
        if (await ledger.AccountAsync(region, path, context.CancellationToken) is not { } account) return ([], "");
        (LedgerTime from, LedgerTime until) = Times(period);
        IReadOnlyList<Posting> page = await ledger.PostingsAsync(region, account.Number, from, until, after, pageSize + 1, context.CancellationToken);
        return ([.. page.Take(pageSize).Select(posting => ToContract(region, account.Unit, posting))], Next(context, request, page, pageSize));
    }

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
    };

    private string Next(ServerCallContext context, IMessage request, IReadOnlyList<Posting> page, int pageSize) =>
        page.Count > pageSize ? tokens.Write(context, request, TextOf(page[pageSize - 1].Cursor)) : "";

    internal static string TextOf(PostingCursor cursor) => $"{cursor.Index}.{cursor.Position}";

    internal static PostingCursor? CursorOf(string? text)
    {
        if (text is null) return null;
        string[] parts = text.Split('.');
        return new PostingCursor(long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The moments that bound a span of days.</summary>
    internal static (LedgerTime From, LedgerTime Until) Times((DateOnly First, DateOnly Last) period) => (
        period.First == DateOnly.MinValue ? default : LedgerTime.From(ChinaTime.StartOf(period.First)),
        period.Last == DateOnly.MaxValue ? new LedgerTime(long.MaxValue) : LedgerTime.From(ChinaTime.StartOf(period.Last.AddDays(1))));
}
