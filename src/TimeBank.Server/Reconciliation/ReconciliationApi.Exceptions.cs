using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Lines that are open, and what two persons make of them.</content>
public sealed partial class ReconciliationApi
{
    private const int MaxOwner = 100, ScanAtOnce = 200;

    private static readonly (AgeBucket Bucket, int From, int To)[] Ages =
    [
        (AgeBucket.Week, 0, 7), (AgeBucket.Month, 8, 30), (AgeBucket.Quarter, 31, 90), (AgeBucket.Older, 91, int.MaxValue),
    ];

    public override async Task<ListExceptionsResponse> ListExceptions(ListExceptionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Parent, "parent", BankAccountApi.BankAccounts);
        AgeBucket? age = read.ChoiceOrNull(request.Age, "age");
        ExceptionReason? reason = read.ChoiceOrNull(request.Reason, "reason");
        string owner = read.Text(request.Owner, "owner", MaxOwner);
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        long after = tokens.Read(context, request, request.PageToken) is { } place ? Number(place) : 0;
        BankLineFilter filter = age is { } bucket ? FilterOf(Ages.First(one => one.Bucket == bucket)) : new BankLineFilter(IsOpen: true);
        var response = new ListExceptionsResponse();
        // Reason and owner aren't columns of the book: the list looks at more lines until the page is full.
        for (bool isMore = true; isMore && response.Exceptions.Count <= pageSize;)
        {
            IReadOnlyList<OpenedLine> lines = await reader.LinesAsync(account, filter, after, ScanAtOnce, context.CancellationToken);
            isMore = lines.Count == ScanAtOnce;
            if (lines.Count > 0) after = lines[^1].Number;
            foreach (BankException found in await ExceptionsAsync(account, lines, context))
            {
                bool isWanted = (reason is null || found.Reason == reason) && (owner.Length == 0 || found.Line.Case?.Owner == owner);
                if (isWanted && response.Exceptions.Count <= pageSize) response.Exceptions.Add(found);
            }
        }
        if (response.Exceptions.Count > pageSize)
        {
            response.Exceptions.RemoveAt(pageSize);
            response.NextPageToken = tokens.Write(context, request, response.Exceptions[^1].Line.Name.Split('/')[^1]);
        }
        foreach ((AgeBucket Bucket, int From, int To) one in Ages)
        {
            BankLineTotals totals = await books.TotalsAsync(account.Region, account.Slug, FilterOf(one), context.CancellationToken);
            response.Totals.Add(new AgeTotal
            {
                Age = one.Bucket, Lines = totals.Lines, InAmount = Unit.Fen.OfTotal(totals.InFen),
                OutAmount = Unit.Fen.OfTotal(totals.OutFen),
            });
        }
        return response;
    }

    public override Task<V1.BankLine> AssignException(AssignExceptionRequest request, ServerCallContext context) => CaseAsync(
        context, request, request.RequestId, request.Line, request.Note, isNoteRequired: false,
        read => read.Text(request.Owner, "owner", MaxOwner, required: true),
        (one, command, owner) => one.AssignAsync(command, owner));

    public override Task<V1.BankLine> ProposeResolution(ProposeResolutionRequest request, ServerCallContext context) => CaseAsync(
        context, request, request.RequestId, request.Line, request.Note, isNoteRequired: true,
        read =>
        {
            V1.ResolutionKind kind = read.Choice(request.Kind, "kind");
            bool isCustody = kind == V1.ResolutionKind.Clear && request.Prepayment.Length > 0,
                needsFund = kind is V1.ResolutionKind.Fund or V1.ResolutionKind.Clear && !isCustody;
            if (!needsFund && request.Fund.Length > 0) read.Refuse("fund", "MUST_BE_EMPTY");
            string fund = needsFund ? read.Named(request.Fund, "fund", FundContract.Funds).Id : "";
            if (needsFund && ResourceName.TryParse(request.Fund, out ResourceName? name)
                && ResourceName.TryParse(request.Line, out ResourceName? line)) read.SameRegion(line.Value.Region, name.Value, "fund");
            (string prepayment, long deposit) = isCustody ? CustodyOf(read, request) : ("", 0);
            if (!isCustody && request.Prepayment.Length > 0) read.Refuse("prepayment", "MUST_BE_EMPTY");
            if (!isCustody && request.Deposit is not null) read.Refuse("deposit", "MUST_BE_EMPTY");
            return (Kind: kind.ToDomain(), Fund: fund, Provider: ProviderOf(read, request), Prepayment: prepayment, DepositFen: deposit);
        },
        (one, command, what) => what.Prepayment.Length > 0 ? one.ProposeCustodyAsync(command, what.Prepayment, what.DepositFen)
            : one.ProposeAsync(command, what.Kind, what.Fund, what.Provider));

    public override Task<V1.BankLine> ApproveResolution(ApproveResolutionRequest request, ServerCallContext context) => CaseAsync(
        context, request, request.RequestId, request.Line, "", isNoteRequired: false, _ => 0,
        (one, command, _) => one.ApproveAsync(command));

    public override Task<V1.BankLine> WithdrawResolution(WithdrawResolutionRequest request, ServerCallContext context) => CaseAsync(
        context, request, request.RequestId, request.Line, request.Note, isNoteRequired: false, _ => 0,
        (one, command, _) => one.WithdrawAsync(command));

    /// <summary>The id of the agreement whose prepaid fees it is, and the deposit's part of them.</summary>
    private static (string Prepayment, long DepositFen) CustodyOf(RequestReader read, ProposeResolutionRequest request)
    {
        ResourceName prepayment = read.Resource(request.Prepayment, "prepayment", PrepaymentContract.Prepayments);
        if (prepayment != default && ResourceName.TryParse(request.Line, out ResourceName? line))
            read.SameRegion(line.Value.Region, prepayment, "prepayment");
        return (prepayment.Id ?? "", read.Amount(request.Deposit, "deposit", Unit.Fen, zeroAllowed: true));
    }

    /// <summary>The id of the provider that pays back; empty for other resolutions.</summary>
    private static string ProviderOf(RequestReader read, ProposeResolutionRequest request)
    {
        if (request.Kind != V1.ResolutionKind.Repayment)
        {
            if (request.Provider.Length > 0) read.Refuse("provider", "MUST_BE_EMPTY");
            return "";
        }
        ResourceName provider = read.Resource(request.Provider, "provider", SettlementContract.Providers);
        if (provider != default && ResourceName.TryParse(request.Line, out ResourceName? line))
            read.SameRegion(line.Value.Region, provider, "provider");
        return provider.Id ?? "";
    }

    /// <summary>One step of a case: reads the request, asks the case's grain, and answers with the line as it is then.</summary>
    private async Task<V1.BankLine> CaseAsync<T>(
        ServerCallContext context, Google.Protobuf.IMessage request, string requestId, string line, string note, bool isNoteRequired,
        Func<RequestReader, T> more, Func<IBankCaseGrain, Command, T, Task<Reply<BankCaseRecord>>> step)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        (ResourceName name, long number) = ReconciliationContract.LineNamed(read, line, "line");
        T what = more(read);
        string memo = read.Text(note, "note", MaxNote, isNoteRequired);
        read.Check();
        OwnAccount account = await AccountAsync(name);
        await RequireLineAsync(account, number, context.CancellationToken);
        Command command = context.Command(request, id, memo: memo);
        BankCaseRecord after = (await step(cases.Of(account, number), command, what)).OrThrow();
        V1.BankLine answer = await LineAsync(account, number, context);
        answer.Case = after.ToContract(account.Region);
        return answer;
    }

    private async Task<IEnumerable<BankException>> ExceptionsAsync(
        OwnAccount account, IReadOnlyList<OpenedLine> lines, ServerCallContext context)
    {
        ILookup<long, StoredMatch> matches =
            await reader.MatchesAsync(account, [.. lines.Select(line => line.Number)], context.CancellationToken);
        BankCaseRecord?[] found = await Task.WhenAll(lines.Select(line => cases.Of(account, line.Number).GetAsync()));
        return lines.Zip(found, (line, known) =>
        {
            StoredMatch[] candidates = [.. matches[line.Number]];
            V1.BankLine shown = line.ToContract(account, candidates, MayReadTexts(context), withMatches: true);
            shown.Case = known?.ToContract(account.Region);
            int days = Math.Max(0, clock.Today.DayNumber - line.Line.BookedOn.DayNumber);
            return new BankException
            {
                Line = shown, AgeDays = days, Age = Ages.First(one => days <= one.To).Bucket, Reason = ReasonOf(line, candidates),
            };
        });
    }

    private static ExceptionReason ReasonOf(OpenedLine line, StoredMatch[] candidates)
    {
        if (line.HasSameReference) return ExceptionReason.SameReferenceTwice;
        if (candidates.Length == 0) return ExceptionReason.NoCandidate;
        if (candidates.FirstOrDefault(match => match.Status == MatchStatus.Tied) is { } tie)
            return tie.Pass is "END_TO_END_ID" or "REFERENCE" ? ExceptionReason.SameReferenceTwice : ExceptionReason.SeveralWaysFit;
        return candidates.Any(match => match.DifferenceFen != 0) ? ExceptionReason.AmountDiffers : ExceptionReason.SuggestedOnly;
    }

    private BankLineFilter FilterOf((AgeBucket Bucket, int From, int To) age) => new(
        From: age.To == int.MaxValue ? null : clock.Today.AddDays(-age.To),
        // A bank may date a line ahead: it is as young as can be.
        To: age.From == 0 ? null : clock.Today.AddDays(-age.From), IsOpen: true);
}
