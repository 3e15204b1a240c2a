using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>
/// The journal and its accounts, for finance, auditors and administrators. Amounts are in the account's minor unit: fen, minutes, services.
/// </summary>
public sealed partial class LedgerApi(
    IGrainFactory grains, ILedgerReader ledger, DueHours due, StatementReader statements, ReportReader reports, BankBookReader bank,
        PageTokens tokens,
    DayRules rules, BusinessClock clock, ProofReader proofs, JournalFollower follower, TokenVerifier callers,
    IHostApplicationLifetime lifetime)
    : LedgerService.LedgerServiceBase
{
    private const int MaxActorLength = 64;

    public override async Task<V1.Account> GetAccount(GetAccountRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, AccountPath path) = read.Account(request.Name, "name");
        if (await read.SizeAsync(ledger, region, request.AsOf, clock.Today, context.CancellationToken) is { } size)
        {
            // Paths are sorted, so if the account exists, it is the first one with its own path as prefix.
            IReadOnlyList<Account> first =
                await ledger.AccountsAsOfAsync(region, new AccountFilter(path.Text), size, "", 1, context.CancellationToken);
            return first is [var then] && then.Path == path
                ? then.ToContract(region, isNow: false) : throw Problem.Of(Reason.AccountNotFound);
        }
        // From the writer's memory: somebody may act on this balance.
        ImmutableArray<Account> accounts = await grains.Writer(region).AccountsAsync([path]);
        return (accounts.Find(path) ?? throw Problem.Of(Reason.AccountNotFound)).ToContract(region, isNow: true);
    }

    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        string prefix = read.PathPrefix(request.PathPrefix, "path_prefix");
        int size = read.PageSize(request.PageSize);
        long? asOf = await read.SizeAsync(ledger, region, request.AsOf, clock.Today, context.CancellationToken);
        var filter = new AccountFilter(prefix, Unit: LedgerRequests.UnitOrNull(request.Unit));
        string after = tokens.Read(context, request, request.PageToken) ?? "";
        IReadOnlyList<Account> page = asOf is { } then
            ? await ledger.AccountsAsOfAsync(region, filter, then, after, size + 1, context.CancellationToken)
            : await ledger.AccountsByPathAsync(region, filter, after, size + 1, context.CancellationToken);
        return new ListAccountsResponse
        {
            Accounts = { page.Take(size).Select(account => account.ToContract(region, isNow: asOf is null)) },
            NextPageToken = page.Count > size ? tokens.Write(context, request, page[size - 1].Path.Text) : "",
        };
    }

    public override async Task<Entry> GetEntry(GetEntryRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, long index) = read.Entry(request.Name, "name");
        read.Check();
        return await EntryAsync(region, index, context.CancellationToken) ?? throw Problem.Of(Reason.EntryNotFound);
    }

    public override async Task<ListEntriesResponse> ListEntries(ListEntriesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        EntryCode? code = read.EventCode(request.Code, "code");
        V1.EntryKind? kind = read.ChoiceOrNull(request.Kind, "kind");
        string actor = read.Text(request.Actor, "actor", MaxActorLength);
        (LedgerTime from, LedgerTime until) = StatementReader.Times(read.Period(request.Period, "period"));
        int size = read.PageSize(request.PageSize);
        read.Check();
        string? cursor = tokens.Read(context, request, request.PageToken);
        EntryPage page = await EntryPage.ReadAsync(
            ledger, region, new EntryFilter(code, from, until, Kind: kind?.ToDomain()), actor, request.NewestFirst,
            cursor is null ? null : long.Parse(cursor, CultureInfo.InvariantCulture), size, context.CancellationToken);
        return new ListEntriesResponse
        {
            Entries = { await WithTransfersAsync(region, page.Entries, context.CancellationToken) },
            NextPageToken = page.Next is { } next ? tokens.Write(context, request, $"{next}") : "",
        };
    }

    public override async Task<ListPostingsResponse> ListPostings(ListPostingsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, AccountPath path) = read.Account(request.Account, "account");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        int size = read.PageSize(request.PageSize);
        read.Check();
        Account account = await ledger.AccountAsync(region, path, context.CancellationToken) ?? throw Problem.Of(Reason.AccountNotFound);
        StatementReader.Page page =
            await statements.PageAsync(context, request, region, account, period, size, request.PageToken, request.NewestFirst);
        return new ListPostingsResponse
        {
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

    public override async Task<V1.TrialBalance> GetTrialBalance(GetTrialBalanceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        long? asOf = await read.SizeAsync(ledger, region, request.AsOf, clock.Today, context.CancellationToken);
        Unit? unit = LedgerRequests.UnitOrNull(request.Unit);
        if (asOf is { } size) return await new PastBalance(ledger, region, size).ReadAsync(unit, context.CancellationToken);
        Ledger.TrialBalance balance = await ledger.TrialBalanceByClassAsync(region, context.CancellationToken);
        return balance.Rows.ToContract(region, balance.Head.Size, balance.Head.Size == 0 ? null : balance.Head.Time, unit);
    }

    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportChunk> responseStream, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        V1.ExportFormat format = read.Choice(request.Format, "format");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        read.Check();
        var export = new JournalExport(ledger, region, format.ToDomain(), context.CancellationToken);
        await foreach (ExportChunk piece in export.PiecesAsync(StatementReader.Times(period))) await responseStream.WriteAsync(
            piece, context.CancellationToken);
    }

    public override async Task<ListHoldsResponse> ListHolds(ListHoldsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int size = read.PageSize(request.PageSize);
        read.Check();
        long after = tokens.Read(context, request, request.PageToken) is { } cursor ? long.Parse(cursor, CultureInfo.InvariantCulture) : -1;
        // A due hold has ended, even if no round has settled it yet.
        await due.LookAtDueHoldsAsync(region, hold => hold.Index > after);
        IReadOnlyList<JournalEntry> page = await ledger.OpenHoldsAsync(region, after, size + 1, context.CancellationToken);
        return new ListHoldsResponse
        {
            Holds = { await WithTransfersAsync(region, [.. page.Take(size).Select(hold => new LinkedEntry(hold, null, null))],
                context.CancellationToken) },
            NextPageToken = page.Count > size ? tokens.Write(context, request, $"{page[size - 1].Index}") : "",
        };
    }

    private async Task<Entry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation)
    {
        IReadOnlyList<LinkedEntry> found = await ledger.EarliestEntriesAsync(region, new EntryFilter(), index - 1, 1, cancellation);
        return found is [{ Entry.Index: var at } linked] && at == index
            ? (await WithTransfersAsync(region, [linked], cancellation))[0] : null;
    }

    private async Task<IReadOnlyList<Entry>> WithTransfersAsync(RegionCode region, IReadOnlyList<LinkedEntry> entries,
        CancellationToken cancellation)
    {
        ILookup<long, StoredTransfer> transfers =
            (await ledger.TransfersAsync(region, [.. entries.Select(linked => linked.Entry.Index)], cancellation))
            .ToLookup(transfer => transfer.Index);
        Dictionary<long, AccountPath> changed = [];
        foreach (long number in entries.SelectMany(linked => linked.Entry.Changes).Select(change => change.Account).Distinct())
        {
            changed[number] = (await ledger.AccountsAsync(region, new AccountFilter(), number - 1, 1, cancellation))[0].Path;
        }
        return [.. entries.Select(linked => linked.ToContract(transfers[linked.Entry.Index], changed))];
    }
}
