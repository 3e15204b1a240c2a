using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using PaymentState = TimeBank.V1.PaymentState;
using SettlementState = TimeBank.V1.SettlementState;

namespace TimeBank.Server;

/// <summary>For finance: paying providers in batches that two persons answer for. Amounts are in fen.</summary>
public sealed partial class SettlementApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, ProviderDebtReader debts, PaymentLines lines,
    IBankBooks books, OwnAccounts accounts, PageTokens tokens, BusinessClock clock)
    : SettlementService.SettlementServiceBase
{
    private const int MaxNote = 200, MaxReference = 100, MaxNamed = 100;

    public override async Task<PrepareBatchResponse> PrepareBatch(PrepareBatchRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        ImmutableArray<string> providers = [.. Named(read, request.Providers, "providers").Select((text, at) =>
        {
            ResourceName name = read.Resource(text, $"providers[{at}]", SettlementContract.Providers);
            read.SameRegion(region, name, $"providers[{at}]");
            return name.Id;
        })];
        ImmutableArray<long> setAside = [.. Named(read, request.SetAside, "set_aside").Select((text, at) =>
            Entry(read, region, text, $"set_aside[{at}]"))];
        DateOnly? releaseUntil = read.DayOrNull(request.ReleaseHeldBackUntil, "release_held_back_until");
        Ledger.PayableKind pays = Kind(read, request.Pays);
        // Of prepaid fees nothing is held back, and no redemption is among them.
        if (pays == Ledger.PayableKind.Prepaid && setAside.Length > 0) read.Refuse("set_aside", "MUST_BE_EMPTY");
        if (pays == Ledger.PayableKind.Prepaid && releaseUntil is not null) read.Refuse("release_held_back_until", "MUST_BE_EMPTY");
        read.Check();
        AccessInterceptor.RequireKnown(region);
        SettlementRecord prepared = (await grains.SettlementDesk(region, pays)
            .PrepareAsync(context.Command(request, id), providers, setAside, releaseUntil)).OrThrow();
        return new PrepareBatchResponse { Batch = prepared.ToContract(region), LeftOut = prepared.LeftOut };
    }

    public override Task<SettlementBatch> SubmitBatch(SubmitBatchRequest request, ServerCallContext context) =>
        StepAsync(context, request, request.RequestId, request.Name, (batch, command) => batch.SubmitAsync(command));

    public override Task<SettlementBatch> ApproveBatch(ApproveBatchRequest request, ServerCallContext context) =>
        StepAsync(context, request, request.RequestId, request.Name, async (batch, command) =>
            await NamedAsync(request.Name, await batch.ApproveAsync(command)));

    public override async Task<SettlementBatch> WithdrawBatch(WithdrawBatchRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", SettlementContract.Settlements);
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        return (await Grain(name).WithdrawAsync(context.Command(request, id, memo: note))).OrThrow().ToContract(name.Region);
    }

    public override async Task<SettlementBatch> RecordPaymentOutcome(RecordPaymentOutcomeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName name, int number) = SettlementContract.PaymentNamed(read, request.Payment, "payment");
        PaymentState outcome = read.Choice(request.Outcome, "outcome");
        if (outcome is PaymentState.Prepared or PaymentState.Approved or PaymentState.Withdrawn) read.Refuse("outcome", "UNKNOWN_VALUE");
        DateOnly day = read.PastDay(request.Date, "date", clock.Today);
        string bank = outcome == PaymentState.Rejected && request.BankAccount.Length == 0
            ? "" : read.Slug(request.BankAccount, "bank_account").Text;
        string reference = read.Text(request.Reference, "reference", MaxReference);
        read.Check();
        var word = new PaymentOutcome(outcome.ToDomain(), day, bank, reference);
        return (await Grain(name).RecordAsync(context.Command(request, id), number, word)).OrThrow().ToContract(name.Region);
    }

    public override async Task<SettlementBatch> RevokePaymentOutcome(RevokePaymentOutcomeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName name, int number) = SettlementContract.PaymentNamed(read, request.Payment, "payment");
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        Command command = context.Command(request, id, memo: note);
        PaymentRecord? payment = (await BatchAsync(name)).Payments.FirstOrDefault(one => one.Number == number);
        // A repeated request finds the word gone, and another one before it.
        bool isKnown = await grains.IsKnownAsync(name.Region, command);
        if (!isKnown && payment?.Outcomes.LastOrDefault() is { } last && await IsSaidByLineAsync(name, number, last, context))
            throw Problem.Of(Reason.MatchBooked, ("item", BankItem.Payment(name.Id, number)));
        return (await Grain(name).RevokeAsync(command, number)).OrThrow().ToContract(name.Region);
    }

    /// <summary>Whether a line of the bank is matched with what was recorded.</summary>
    private async Task<bool> IsSaidByLineAsync(ResourceName batch, int number, PaymentOutcome outcome, ServerCallContext context)
    {
        string item = BankItem.Payment(batch.Id, number);
        foreach (OwnAccount account in await accounts.ListAsync(batch.Region, context.CancellationToken))
        {
            await foreach (StoredMatch match in books.ConfirmedAsync(account.Region, account.Slug, item, context.CancellationToken))
            {
                bool isReturn = match.Pass == BankPass.Returned;
                if (match.Item == item && isReturn == (outcome.State == Ledger.PaymentState.Returned)) return true;
            }
        }
        return false;
    }

    public override async Task<ExportPaymentsResponse> ExportPayments(ExportPaymentsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", SettlementContract.Settlements);
        string bank = read.Slug(request.BankAccount, "bank_account").Text;
        V1.PaymentFileFormat format = read.Choice(request.Format, "format");
        if (request.Profile.Length > 0 && format == V1.PaymentFileFormat.Pain001) read.Refuse("profile", "MUST_BE_EMPTY");
        else if (request.Profile.Length > 0 && !SheetProfile.Shipped.Contains(request.Profile)) read.Refuse("profile", "UNKNOWN_VALUE");
        DateOnly? day = read.DayOrNull(request.ExecutionDate, "execution_date");
        read.Check();
        ISettlementGrain batch = Grain(name);
        Command command = context.Command(request, id);
        // The day of a file that was made already may be over by now.
        if (day < clock.Today && (await batch.GetAsync())?.Export?.Day != day && !await grains.IsKnownAsync(name.Region, command))
            throw Problem.Invalid([new FieldViolation("execution_date", "IN_PAST")]);
        var order = new PaymentFileOrder(bank, format.ToDomain(), request.Profile, day);
        return (await NamedAsync(request.Name, await batch.ExportAsync(command, order))).OrThrow().ToContract(name.Region);
    }

    public override async Task<SettlementBatch> WithdrawExport(WithdrawExportRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", SettlementContract.Settlements);
        string note = read.Text(request.Note, "note", MaxNote, required: true);
        read.Check();
        return (await Grain(name).WithdrawExportAsync(context.Command(request, id, memo: note))).OrThrow().ToContract(name.Region);
    }

    public override Task<SettlementBatch> ConfirmWithdrawExport(ConfirmWithdrawExportRequest request, ServerCallContext context) =>
        StepAsync(context, request, request.RequestId, request.Name, (batch, command) => batch.ConfirmWithdrawExportAsync(command));

    public override async Task<SettlementBatch> GetBatch(GetBatchRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", SettlementContract.Settlements);
        read.Check();
        SettlementRecord batch = await BatchAsync(name);
        SettlementBatch answer = batch.ToContract(name.Region);
        if (batch.State is not (Ledger.SettlementState.Draft or Ledger.SettlementState.Submitted or Ledger.SettlementState.Approved))
            return answer;
        // Until the file is made a dispute still changes what is paid.
        answer.Disputes.Add((await new PaidEntries(name.Region, ledger, grains,
            new HeldBackEarnings(name.Region, ledger, registry)).InBatchAsync(
            batch, await registry.DisputesAsync(name.Region))).Select(found => found.ToContract(batch, name.Region)));
        return answer;
    }

    public override async Task<ListBatchesResponse> ListBatches(ListBatchesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        SettlementState? state = read.ChoiceOrNull(request.State, "state");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        var query = new RegistryQuery(region, SettlementGrainState.Kind);
        if (state is { } only) query = query.WhereOrMissing(new RegistryCondition(SettlementGrainState.StatePath, $"{only.ToDomain()}"));
        (IReadOnlyList<RegistryRow<SettlementGrainState>> page, string next) = await registry.PageAsync<SettlementGrainState>(
            query, pageSize, tokens, context, request, request.PageToken);
        var response = new ListBatchesResponse
        {
            NextPageToken = next, Unreadable = { page.Unreadable(region, SettlementContract.Settlements) },
        };
        foreach (SettlementRecord batch in page.Readable().Select(row => row.State.Batch).OfType<SettlementRecord>())
        {
            SettlementBatch listed = batch.ToContract(region);
            listed.Payments.Clear();
            response.Batches.Add(listed);
        }
        return response;
    }

    public override async Task<ListPaymentLinesResponse> ListPaymentLines(ListPaymentLinesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (ResourceName name, int number) = SettlementContract.PaymentNamed(read, request.Payment, "payment");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        SettlementRecord batch = await BatchAsync(name);
        PaymentRecord payment = batch.Payments.FirstOrDefault(one => one.Number == number) ?? throw Problem.Of(Reason.PaymentNotFound);
        Caller caller = context.Caller();
        if (!caller.HasAny(Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator)
            && !caller.Owns(ResourceName.Of(name.Region, SettlementContract.Providers, payment.Provider))) throw Problem.Of(
                Reason.PartyNotAllowed);
        return await LinesAsync(
            context, request, request.PageToken, (name.Region, Chart.Payable(OpaqueId.Parse(payment.Provider), batch.Pays)),
            payment.FromSize, payment.ToSize, pageSize, request.WithFunders);
    }

    public override async Task<ListPaymentLinesResponse> ListNextPaymentLines(
        ListNextPaymentLinesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Provider, "provider", SettlementContract.Providers);
        int pageSize = read.PageSize(request.PageSize);
        Ledger.PayableKind pays = Kind(read, request.Pays);
        read.Check();
        OpaqueId provider = OpaqueId.Parse(name.Id);
        long from = await grains.SettlementDesk(name.Region, pays).SettledAsync(provider);
        long to = (await ledger.ReadHeadAsync(name.Region, context.CancellationToken)).Size;
        return await LinesAsync(
            context, request, request.PageToken, (name.Region, Chart.Payable(provider, pays)), from, to, pageSize, request.WithFunders);
    }

    private async Task<ListPaymentLinesResponse> LinesAsync(
        ServerCallContext context, Google.Protobuf.IMessage request, string pageToken, (RegionCode Region, AccountSpec Payable) provider,
        long from, long to, int pageSize, bool withFunders)
    {
        string[] parts = (tokens.Read(context, request, pageToken) ?? $"{from - 1}.{int.MaxValue}.{to}").Split('.');
        long[] place = [.. parts.Select(part => long.Parse(part, CultureInfo.InvariantCulture))];
        // All pages show the moment of the first one. Tokens of earlier builds don't name it.
        long size = place.Length > 2 ? place[2] : to;
        (IReadOnlyList<PaymentLine> page, PostingCursor? next) = await lines.PageAsync(
            provider.Region, provider.Payable, size, new PostingCursor(place[0], (int)place[1]), pageSize, withFunders,
            context.CancellationToken);
        var response = new ListPaymentLinesResponse { Lines = { page } };
        if (next is { } last)
        {
            response.NextPageToken = tokens.Write(
                context, request, string.Create(CultureInfo.InvariantCulture, $"{last.Index}.{last.Position}.{size}"));
        }
        return response;
    }

    private async Task<SettlementBatch> StepAsync(
        ServerCallContext context, Google.Protobuf.IMessage request, string requestId, string batch,
        Func<ISettlementGrain, Command, Task<Reply<SettlementRecord>>> step)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        ResourceName name = read.Resource(batch, "name", SettlementContract.Settlements);
        read.Check();
        return (await step(Grain(name), context.Command(request, id))).OrThrow().ToContract(name.Region);
    }

    /// <summary>What is stored keeps the ids of providers alone; who reads the refusal gets their names beside them.</summary>
    private async Task<Reply<T>> NamedAsync<T>(string batch, Reply<T> reply)
        where T : notnull
    {
        if (reply.Refusal is not { Reason: Reason.ProvidersNotPayable } refusal) return reply;
        ResourceName.TryParse(batch, out ResourceName? name);
        var values = new List<(string Key, string Value)>();
        foreach ((string key, string ids) in refusal.Values)
            values.Add((key, string.Join(", ", await Task.WhenAll(ids.Split(", ").Select(NameAsync)))));
        return Refusal.Of(refusal.Reason, [.. values]);

        async Task<string> NameAsync(string id) =>
            await grains.GetGrain<IProviderGrain>(name!.Value.Region, OpaqueId.Parse(id)).GetAsync() is { } provider
                ? $"{provider.DisplayName} ({id})" : id;
    }

    private static IReadOnlyList<string> Named(RequestReader read, IReadOnlyList<string> names, string field)
    {
        if (names.Count > MaxNamed) read.Refuse(field, "TOO_MANY", ("max", $"{MaxNamed}"));
        return names.Count > MaxNamed ? [] : names;
    }

    /// <summary>What a batch pays; where the request does not say it, services, as before there were prepaid fees.</summary>
    internal static Ledger.PayableKind Kind(RequestReader read, V1.PayableKind kind) =>
        read.ChoiceOrNull(kind, "pays")?.ToDomain() ?? Ledger.PayableKind.Services;

    private static long Entry(RequestReader read, RegionCode region, string text, string field)
    {
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == SettlementContract.Entries
            && ResourceName.TryIndex(name.Value.Id, out long index))
        {
            read.SameRegion(region, name.Value, field);
            return index;
        }
        read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/entries/17"));
        return 0;
    }

    private async Task<SettlementRecord> BatchAsync(ResourceName name) =>
        await Grain(name).GetAsync() ?? throw Problem.Of(Reason.SettlementNotFound);

    private ISettlementGrain Grain(ResourceName name) => grains.GetGrain<ISettlementGrain>(name.GrainKey);
}
