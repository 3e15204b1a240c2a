using System.Globalization;
using Grpc.Core;
using Orleans;
using TimeBank.Grains;
using TimeBank.Ledger;
using TimeBank.V1;
using Account = TimeBank.Ledger.Account;
using Posting = TimeBank.Ledger.Posting;

namespace TimeBank.Server;

/// <summary>The journal and its accounts, for those who keep and audit the books.</summary>
public sealed class LedgerApi(IGrainFactory grains, ILedgerReader ledger, PageTokens tokens, BusinessClock clock) : LedgerService.LedgerServiceBase
{
    private const int MaxActorLength = 64;

    public override async Task<V1.Account> GetAccount(GetAccountRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, AccountPath path) = read.Account(request.Name, "name");
        read.Check();
        // From the writer's memory, as every balance that somebody acts upon.
        AccountsMessage accounts = await grains.Ledger(region).AccountsAsync(new AccountPathsMessage([path.Text]));
        return (accounts.Find(path) ?? throw Problem.Of(Reason.AccountNotFound)).ToContract(region);
    }

    public override async Task<ListAccountsResponse> ListAccounts(ListAccountsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        string prefix = read.PathPrefix(request.PathPrefix, "path_prefix");
        int size = read.PageSize(request.PageSize);
        read.Check();
        var filter = new AccountFilter(prefix, Unit: LedgerRequests.UnitOrNull(request.Unit));
        string after = tokens.Read(context, request, request.PageToken) ?? "";
        IReadOnlyList<Account> page = await ledger.AccountsByPathAsync(region, filter, after, size + 1, context.CancellationToken);
        return new ListAccountsResponse
        {
            Accounts = { page.Take(size).Select(account => account.ToContract(region)) },
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
        (LedgerTime from, LedgerTime until) = StatementReader.Times(read.Period(request.Period, "period"));
        int size = read.PageSize(request.PageSize);
        read.Check();
        PostingCursor? cursor = StatementReader.CursorOf(tokens.Read(context, request, request.PageToken));
        Account account = await ledger.AccountAsync(region, path, context.CancellationToken) ?? throw Problem.Of(Reason.AccountNotFound);
        IReadOnlyList<Posting> page = request.NewestFirst
            ? await ledger.LatestPostingsAsync(region, account.Number, from, until, cursor ?? PostingCursor.End, size + 1, context.CancellationToken)
            : await ledger.PostingsAsync(region, account.Number, from, until, cursor ?? PostingCursor.Start, size + 1, context.CancellationToken);
        return new ListPostingsResponse
        {
            Postings = { page.Take(size).Select(posting => StatementReader.ToContract(region, account.Unit, posting)) },
            NextPageToken = page.Count > size ? tokens.Write(context, request, StatementReader.TextOf(page[size - 1].Cursor)) : "",
        };
    }

    public override async Task<V1.TrialBalance> GetTrialBalance(GetTrialBalanceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        Unit? unit = LedgerRequests.UnitOrNull(request.Unit);
        return (await ledger.TrialBalanceByClassAsync(region, context.CancellationToken)).ToContract(region, unit);
    }

    public override async Task Export(ExportRequest request, IServerStreamWriter<ExportChunk> responseStream, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        V1.ExportFormat format = read.Choice(request.Format, "format");
        (DateOnly, DateOnly) period = read.Period(request.Period, "period");
        read.Check();
        var export = new JournalExport(ledger, region, format.ToDomain(), context.CancellationToken);
        await foreach (ExportChunk piece in export.PiecesAsync(StatementReader.Times(period))) await responseStream.WriteAsync(piece, context.CancellationToken);
    }

    public override async Task<Entry> Reverse(ReverseRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (RegionCode region, long index) = read.Entry(request.Entry, "entry");
        string memo = read.Text(request.Memo, "memo", EntryHeader.MaxMemoLength, required: true);
        read.Check();
        JournalEntry? original = (await ledger.EntryAsync(region, index, context.CancellationToken))?.Entry;
        string policy = (await grains.GetGrain<IPolicyGrain>(region.ToString()).AtAsync(clock.Today)).Policy.Version.ToString();
        EntryHeader header = context.Command(request, id, memo: memo).Header(clock.Today, policy);
        // Also what can't be reversed goes to the writer, which remembers the answer under the request id.
        Proposal proposal = original switch
        {
            null => Entries.Refuse(header, EntryCode.Reverse, new Refusal(Reason.EntryNotFound)),
            // Half of it stands in another region's journal; hours come back by being cleared back.
            { Code: EntryCode.ClearOut or EntryCode.ClearIn } => Entries.Refuse(header, EntryCode.Reverse, new Refusal(Reason.EntryNotReversible)),
            _ => Entries.Reverse(header, original.Id),
        };
        JournalEntry reversal = (await grains.Ledger(region).SubmitAsync(new ProposalMessage(proposal))).EntryOrThrow();
        return (await EntryAsync(region, reversal.Index, context.CancellationToken))!;
    }

    private async Task<Entry?> EntryAsync(RegionCode region, long index, CancellationToken cancellation)
    {
        IReadOnlyList<LinkedEntry> found = await ledger.EarliestEntriesAsync(region, new EntryFilter(), index - 1, 1, cancellation);
        return found is [{ Entry.Index: var at } linked] && at == index ? (await WithTransfersAsync(region, [linked], cancellation))[0] : null;
    }

    private async Task<IReadOnlyList<Entry>> WithTransfersAsync(RegionCode region, IReadOnlyList<LinkedEntry> entries, CancellationToken cancellation)
    {
        ILookup<long, StoredTransfer> transfers = (await ledger.TransfersAsync(region, [.. entries.Select(linked => linked.Entry.Index)], cancellation)).ToLookup(transfer => transfer.Index);
        return [.. entries.Select(linked => linked.ToContract(transfers[linked.Entry.Index]))];
    }
}
