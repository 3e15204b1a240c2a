using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using BankLine = TimeBank.V1.BankLine;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Server;

/// <summary>For finance: what the bank says, held against the books. Amounts are in fen.</summary>
public sealed partial class ReconciliationApi(
    IGrainFactory grains, OwnAccounts accounts, IBankBooks books, BankBookReader reader, StatementImport imports, ImportFolder folder,
    ReconciliationRun runs, MatchDesk desk, BankCases cases, BusinessClock clock, TimeBankOptions options, PageTokens tokens)
    : ReconciliationService.ReconciliationServiceBase
{
    private const int MaxNote = 200, MaxFileName = 200, Sha1Digits = 40;

    public override async Task ImportStatement(
        IAsyncStreamReader<ImportStatementRequest> requestStream, IServerStreamWriter<ImportStatementResponse> responseStream,
        ServerCallContext context)
    {
        CancellationToken cancellation = context.CancellationToken;
        await requestStream.MoveNext(cancellation);
        ImportStatementRequest first = requestStream.Current;
        var read = new RequestReader();
        Guid id = read.RequestId(first.RequestId);
        ResourceName name = read.Named(first.Parent, "parent", BankAccountApi.BankAccounts);
        string fileName = read.Text(first.FileName, "file_name", MaxFileName, required: true);
        if (first.Profile.Length > 0 && !ProfileFile.Shipped.Contains(first.Profile)) read.Refuse("profile", "UNKNOWN_VALUE");
        if (first.Sha1.Length > 0 && (first.Sha1.Length != Sha1Digits || !first.Sha1.All(char.IsAsciiHexDigit)))
            read.Refuse("sha1", "NOT_A_DIGEST", ("digits", $"{Sha1Digits}"));
        read.Check();
        OwnAccount account = await AccountAsync(name);
        string profile = first.Profile.Length > 0 ? first.Profile : account.Profile;
        if (profile.Length == 0 || ProfileFile.Find(profile) is not { } rules) throw Problem.Of(Reason.StatementProfileMissing);
        await using FileStream file = folder.Create();
        Digest digest = await ReceiveAsync(requestStream, file, cancellation);
        // The request is all of its messages: another file under the same id is another request.
        Command command = context.Command(new ImportStatementRequest(first) { Data = ByteString.CopyFrom(digest.ToArray()) }, id);
        string? sha1 = first.Sha1.Length > 0 ? first.Sha1 : null;
        var terms = new StatementFileTerms(rules, fileName, sha1, digest);
        Reply<ImportResult> reply = await LongWork.ToldAsync<ImportStep, Reply<ImportResult>>(
            progress => imports.RunAsync(account, command, terms, file, progress, cancellation),
            step => responseStream.WriteAsync(step.ToContract(), cancellation));
        await responseStream.WriteAsync(reply.OrThrow().ToContract(account, command.IsDryRun), cancellation);
    }

    public override async Task<ListStatementsResponse> ListStatements(ListStatementsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Parent, "parent", BankAccountApi.BankAccounts);
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        long before = tokens.Read(context, request, request.PageToken) is { } place ? Number(place) : long.MaxValue;
        IReadOnlyList<StoredStatement> found =
            await books.StatementsAsync(account.Region, account.Slug, before, pageSize + 1, context.CancellationToken);
        var response = new ListStatementsResponse
        {
            NextPageToken = found.Count > pageSize ? tokens.Write(context, request, Text(found[pageSize - 1].Number)) : "",
        };
        response.Statements.Add(found.Take(pageSize).Select(statement => statement.ToContract(account)));
        return response;
    }

    public override async Task<ListBankLinesResponse> ListBankLines(ListBankLinesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Parent, "parent", BankAccountApi.BankAccounts);
        BankLineState? state = read.ChoiceOrNull(request.State, "state");
        (DateOnly From, DateOnly To) days = read.Period(request.Period, "period");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        bool? isOpen = state is { } only ? only == BankLineState.Open : null;
        var filter = new BankLineFilter(
            days.From == DateOnly.MinValue ? null : days.From, days.To == DateOnly.MaxValue ? null : days.To, isOpen);
        long after = tokens.Read(context, request, request.PageToken) is { } place ? Number(place) : 0;
        IReadOnlyList<OpenedLine> found = await reader.LinesAsync(account, filter, after, pageSize + 1, context.CancellationToken);
        OpenedLine[] page = [.. found.Take(pageSize)];
        ILookup<long, StoredMatch> matches =
            await reader.MatchesAsync(account, [.. page.Select(line => line.Number)], context.CancellationToken);
        bool isShown = MayReadTexts(context);
        var response = new ListBankLinesResponse
        {
            NextPageToken = found.Count > pageSize ? tokens.Write(context, request, Text(page[^1].Number)) : "",
        };
        response.Lines.Add(page.Select(line => line.ToContract(account, [.. matches[line.Number]], isShown, withMatches: false)));
        return response;
    }

    public override async Task<BankLine> GetBankLine(GetBankLineRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (ResourceName name, long number) = ReconciliationContract.LineNamed(read, request.Name, "name");
        read.Check();
        return await LineAsync(await AccountAsync(name), number, context);
    }

    /// <summary>Takes the file as it comes, and no more of it than allowed.</summary>
    private async Task<Digest> ReceiveAsync(
        IAsyncStreamReader<ImportStatementRequest> pieces, FileStream file, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ImportStatementRequest piece = pieces.Current;
        for (bool isFirst = true; ; isFirst = false)
        {
            if (!isFirst && !piece.Equals(new ImportStatementRequest { Data = piece.Data }))
                throw Problem.Invalid([new FieldViolation("request_id", "MUST_BE_EMPTY")]);
            if (file.Length + piece.Data.Length > options.StatementBytes)
                throw Problem.Of(Reason.StatementTooLarge, ("max", Text(options.StatementBytes)));
            hash.AppendData(piece.Data.Span);
            await file.WriteAsync(piece.Data.Memory, cancellation);
            if (!await pieces.MoveNext(cancellation)) break;
            piece = pieces.Current;
        }
        await file.FlushAsync(cancellation);
        return new Digest(hash.GetHashAndReset());
    }

    private async Task<OwnAccount> AccountAsync(ResourceName name) =>
        await accounts.FindAsync(name.Region, Slug.Parse(name.Id)) ?? throw Problem.Of(Reason.BankAccountNotFound, ("account", name.Id));

    /// <summary>A line as it is now, with its matches and what people did with it.</summary>
    private async Task<BankLine> LineAsync(OwnAccount account, long number, ServerCallContext context)
    {
        OpenedLine line = await reader.LineAsync(account, number, context.CancellationToken)
            ?? throw Problem.Of(Reason.BankLineNotFound, ("line", Text(number)));
        StoredMatch[] matches = [.. (await reader.MatchesAsync(account, [number], context.CancellationToken))[number]];
        BankLine answer = line.ToContract(account, matches, MayReadTexts(context), withMatches: true);
        answer.Case = (await cases.Of(account, number).GetAsync())?.ToContract(account.Region);
        return answer;
    }

    /// <summary>Texts and counterparties are for those who settle what they say, and for those who check them.</summary>
    private static bool MayReadTexts(ServerCallContext context) =>
        new[] { Role.FinanceMaker, Role.FinanceChecker, Role.Auditor }.Any(context.Caller().Has);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
