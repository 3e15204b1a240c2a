using System.Collections.Immutable;
using System.Text.Json;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>Confirmations: a clerk asks, and somebody who isn't the clerk says whether the elder agrees.</content>
public sealed partial class HolderApi
{
    public override async Task<Confirmation> RequestConfirmation(RequestConfirmationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName elder = read.Resource(request.Elder, "elder", PersonContract.Elders),
            provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        if (request.Items.Count == 0) read.Refuse("items", "REQUIRED");
        if (request.Items.Count > BillClaim.MaxLines) read.Refuse("items", "TOO_MANY", ("max", $"{BillClaim.MaxLines}"));
        ImmutableArray<string> items =
            [.. request.Items.Take(BillClaim.MaxLines).Select((item, at) => read.Slug(item, $"items[{at}]").ToString()).Distinct()];
        long upTo = read.Amount(request.UpTo, "up_to", Unit.Fen);
        read.SameRegion(elder.Region, provider, "provider");
        read.Check();
        if (behalf is { } person && person != elder) throw Problem.Of(Reason.PartyNotAllowed);
        await ElderAsync(elder);
        Command command = context.Command(request, id, behalf);
        var name = new ResourceName(elder.Region, HolderContract.Confirmations, command.NewId.Text);
        return (await Grain(name).AskAsync(command, new ConfirmationQuestion(elder.Id, provider.Id, items, upTo))).OrThrow()
            .ToContract(name, clock.Now);
    }

    public override async Task<Confirmation> AnswerConfirmation(AnswerConfirmationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Confirmation, "confirmation", HolderContract.Confirmations);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, PersonContract.Elders);
        string note = read.Text(request.Note, "note", MaxReasonLength, required: true);
        read.Check();
        ConfirmationRecord record = await Grain(name).GetAsync() ?? throw Problem.Of(Reason.ConfirmationNotFound);
        if (context.ActingParty(behalf) != ResourceName.Of(name.Region, PersonContract.Elders, record.Question.Elder))
            throw Problem.Of(Reason.PartyNotAllowed);
        return (await Grain(name).AnswerAsync(context.Command(request, id, behalf), request.Agreed, note)).OrThrow()
            .ToContract(name, clock.Now);
    }

    public override async Task<Confirmation> GetConfirmation(GetConfirmationRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", HolderContract.Confirmations);
        read.Check();
        ConfirmationRecord record = await Grain(name).GetAsync() ?? throw Problem.Of(Reason.ConfirmationNotFound);
        Caller caller = context.Caller();
        bool mayRead = caller.HasAny(Role.Counter, Role.Auditor, Role.Administrator)
            || caller.Owns(ResourceName.Of(name.Region, PersonContract.Elders, record.Question.Elder))
            || caller.Owns(ResourceName.Of(name.Region, VoucherContract.Providers, record.Question.Provider));
        return mayRead ? record.ToContract(name, clock.Now) : throw Problem.Of(Reason.PartyNotAllowed);
    }

    public override async Task<ListConfirmationsResponse> ListConfirmations(ListConfirmationsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? elder = read.ResourceOrNull(request.Elder, "elder", PersonContract.Elders);
        if (elder is { } named) read.SameRegion(region, named, "elder");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        RegistryQuery query = new RegistryQuery(region, ConfirmationState.Kind)
            .WhereOrMissing(new RegistryCondition(ConfirmationState.StagePath, StoredName.Of(ConfirmationStage.Waiting)))
            .WhereOrMissing(new RegistryCondition(ConfirmationState.ExpiresPath, Stored(clock.Now), RegistryTest.AtLeast));
        if (elder is { } one) query = query.WhereOrMissing(new RegistryCondition(ConfirmationState.ElderPath, one.Id));
        (IReadOnlyList<RegistryRow<ConfirmationState>> rows, string next) =
            await registry.PageAsync<ConfirmationState>(query, pageSize, tokens, context, request, request.PageToken);
        var response = new ListConfirmationsResponse
        {
            NextPageToken = next, Unreadable = { rows.Unreadable(region, HolderContract.Confirmations) },
        };
        response.Confirmations.Add(rows.Readable().Where(row => row.State.Record is not null).Select(row =>
            row.State.Record!.ToContract(new ResourceName(region, HolderContract.Confirmations, row.Key), clock.Now)));
        return response;
    }

    private IConfirmationGrain Grain(ResourceName name) => grains.GetGrain<IConfirmationGrain>(name.GrainKey);

    /// <summary>A moment as the states have it; they are compared as text.</summary>
    private static string Stored(DateTimeOffset time) => JsonSerializer.SerializeToElement(time.ToUniversalTime()).GetString()!;
}
