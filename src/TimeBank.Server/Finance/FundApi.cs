using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// For finance: funds, receipts, programmes and reports. Amounts are in fen. The other part of the class has the programmes.
/// </summary>
public sealed partial class FundApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, ReportReader reports, FundingReader funding,
    HourLiabilityReader liability, StatementReader statements, PageTokens tokens, BusinessClock clock)
    : FundService.FundServiceBase
{
    private const int MaxNameLength = 100, MaxTextLength = 200, MaxReferenceLength = 100;

    public override async Task<Fund> CreateFund(CreateFundRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        Slug source = read.Slug(request.FundId, "fund_id");
        V1.FundKind kind = read.Choice(request.Kind, "kind");
        var fund = new FundRecord(
            request.FundId, kind.ToDomain(), read.Name(request.DisplayName, "display_name", MaxNameLength),
                read.Text(request.Purpose, "purpose", MaxTextLength), Conditions(read, request.Conditions));
        read.Check();
        AccessInterceptor.RequireKnown(region);
        Reply<FundRecord> reply = await grains.GetGrain<IFundGrain>(region, source)
            .CreateAsync(context.Command(request, id), fund);
        return await ToContractAsync(region, reply.OrThrow());
    }

    /// <summary>A fund's conditions; null where none is set.</summary>
    private static FundConditionsRecord? Conditions(RequestReader read, V1.FundConditions? asked)
    {
        if (asked is null) return null;
        int age = (int)read.Whole(asked.MinAge, "conditions.min_age", 0, MaxAge);
        string residence = asked.Residence.Length == 0 ? "" : read.Region(asked.Residence, "conditions.residence").ToString();
        Ledger.ServiceType[] types =
            [.. read.Choices(asked.ServiceTypes, "conditions.service_types").Select(type => type.ToDomain())];
        return age > 0 || residence.Length > 0 || types.Length > 0 ? new FundConditionsRecord(age, residence, [.. types]) : null;
    }

    public override async Task<Fund> GetFund(GetFundRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Name, "name", FundContract.Funds);
        read.Check();
        return await ToContractAsync(name.Region, await FundAsync(name));
    }

    public override async Task<ListFundsResponse> ListFunds(ListFundsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<FundState>> page, string next) = await registry.PageAsync<FundState>(
            new RegistryQuery(region, FundState.Kind), pageSize, tokens, context, request, request.PageToken);
        FundRecord[] funds = [.. page.Readable().Select(row => row.State.Fund).OfType<FundRecord>()];
        IReadOnlyList<long> available =
            await grains.AvailableAsync(region, [.. funds.Select(fund => Chart.FundAvailable(Slug.Parse(fund.Id)).Path)]);
        var response = new ListFundsResponse { NextPageToken = next, Unreadable = { page.Unreadable(region, FundContract.Funds) } };
        response.Funds.Add(funds.Zip(available, (fund, fen) => fund.ToContract(region, fen)));
        return response;
    }

    public override async Task<RecordReceiptResponse> RecordReceipt(RecordReceiptRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Fund, "fund", FundContract.Funds);
        Slug bank = read.Slug(request.BankAccount, "bank_account");
        DateOnly received = read.PastDay(request.ReceivedDate, "received_date", clock.Today);
        string reference = read.Text(request.Reference, "reference", MaxReferenceLength);
        long fen = read.Amount(request.Amount, "amount", Unit.Fen);
        read.Check();
        Outcome answer = await grains.GetGrain<IFundGrain>(name.GrainKey)
            .ReceiveAsync(context.Command(request, id, memo: reference), bank.Text, fen, received, request.AllowRepeat);
        JournalEntry entry = answer.EntryOrThrow();
        var response = new RecordReceiptResponse
        {
            Entry = request.ValidateOnly ? "" : ResourceName.Of(name.Region, "entries", entry.Index),
            Fund = await ToContractAsync(name.Region, await FundAsync(name)), LateFor = entry.LateFor(),
            EffectiveDate = entry.EffectiveIfLate(),
        };
        if (request.ValidateOnly && !answer.Replayed) response.Fund.Available.Value += fen;
        return response;
    }

    public override async Task<FundReport> GetFundReport(GetFundReportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Fund, "fund", FundContract.Funds);
        read.Check();
        FundRecord fund = await FundAsync(name);
        FundReport report = await reports.FundAsync(name.Region, Slug.Parse(name.Id), context.CancellationToken);
        report.Fund = fund.ToContract(name.Region, report.Available.Value);
        return report;
    }

    public override async Task<Statement> GetFundStatement(GetFundStatementRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Fund, "fund", FundContract.Funds);
        if (request.Period is null) read.Refuse("period", "REQUIRED");
        (DateOnly First, DateOnly Last) period = read.Period(request.Period, "period");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        await FundAsync(name);
        return await statements.StatementAsync(context, request, name.Region, Chart.FundAvailable(Slug.Parse(name.Id)), period, pageSize,
            request.PageToken);
    }

    private async Task<FundRecord> FundAsync(ResourceName name) =>
        await grains.GetGrain<IFundGrain>(name.GrainKey).GetAsync() ?? throw Problem.Of(Reason.FundNotFound);

    private async Task<Fund> ToContractAsync(RegionCode region, FundRecord fund) =>
        fund.ToContract(region, (await grains.AvailableAsync(region, [Chart.FundAvailable(Slug.Parse(fund.Id)).Path]))[0]);
}
