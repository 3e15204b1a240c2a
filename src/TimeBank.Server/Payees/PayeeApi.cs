using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// Payees: the bank accounts that providers are paid to. Answers have numbers masked; the whole number leaves the server in payment files.
/// </summary>
public sealed class PayeeApi(IGrainFactory grains, PageTokens tokens) : PayeeService.PayeeServiceBase
{
    public override async Task<PayeeChange> ProposePayee(ProposePayeeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        if (request.Account is null) read.Refuse("account", "REQUIRED");
        BankDetails account = request.Account is null ? BankDetails.Erased : PayeeContract.Read(read, request.Account);
        read.Check();
        // Without the account: the journal has this request's digest, and a number of few digits could be found by trying. So the grain
        // compares the account of a retry by itself.
        Command command = context.Command(new ProposePayeeRequest(request) { Account = null }, id);
        Reply<PayeeChangeView> reply = await Grain(provider).ProposeAsync(command, account);
        return reply.OrThrow().ToContract(provider);
    }

    public override async Task<PayeeChange> ApprovePayee(ApprovePayeeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName provider, OpaqueId change) = PayeeContract.ChangeNamed(read, request.Change);
        string? number = request.AccountNumber.Length == 0
            ? null : BankDetailsReader.Number(read, request.AccountNumber, "account_number");
        read.Check();
        await ProviderAsync(provider);
        Command command = context.Command(new ApprovePayeeRequest(request) { AccountNumber = "" }, id);
        return (await Grain(provider).ApproveAsync(command, new PayeeApproval(change, number))).OrThrow().ToContract(provider);
    }

    public override async Task<PayeeChange> WithdrawPayee(WithdrawPayeeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName provider, OpaqueId change) = PayeeContract.ChangeNamed(read, request.Change);
        read.Check();
        await ProviderAsync(provider);
        return (await Grain(provider).WithdrawAsync(context.Command(request, id), change)).OrThrow().ToContract(provider);
    }

    public override async Task<Payee> GetPayee(GetPayeeRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        read.Check();
        await ProviderAsync(provider);
        ImmutableArray<PayeeChangeView> changes = await Grain(provider).ChangesAsync();
        PayeeChangeView? inForce = changes.FirstOrDefault(change => change.Stage == PayeeStage.InForce),
            next = changes.FirstOrDefault(change => change.Stage is PayeeStage.Proposed or PayeeStage.Approved);
        if (inForce is null && next is null) throw Problem.Of(Reason.PayeeNotFound);
        return new Payee { Provider = $"{provider}", InForce = inForce?.ToContract(provider), Next = next?.ToContract(provider) };
    }

    public override async Task<ListPayeeChangesResponse> ListPayeeChanges(ListPayeeChangesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        await ProviderAsync(provider);
        string? after = tokens.Read(context, request, request.PageToken);
        IEnumerable<PayeeChangeView> rest = await Grain(provider).ChangesAsync();
        if (after is not null) rest = rest.SkipWhile(change => change.Id.Text != after).Skip(1);
        PayeeChangeView[] page = [.. rest.Take(pageSize + 1)];
        var response = new ListPayeeChangesResponse
        {
            NextPageToken = page.Length > pageSize ? tokens.Write(context, request, page[pageSize - 1].Id.Text) : "",
        };
        response.Changes.Add(page.Take(pageSize).Select(change => change.ToContract(provider)));
        return response;
    }

    private IPayeeGrain Grain(ResourceName provider) => grains.GetGrain<IPayeeGrain>(provider.GrainKey);

    private async Task ProviderAsync(ResourceName name)
    {
        if (await grains.GetGrain<IProviderGrain>(name.GrainKey).GetAsync() is null) throw Problem.Of(Reason.ProviderNotFound);
    }
}

/// <summary>Payees in the contract's types.</summary>
internal static class PayeeContract
{
    private const string Changes = "payeeChanges";

    public static BankDetails Read(RequestReader read, PayeeAccount account) => BankDetailsReader.Read(
        read, "account.", account.HolderName, account.AccountNumber, account.BankName, account.BankCode);

    /// <summary>Reads a change's name: its provider's name, then its id.</summary>
    public static (ResourceName Provider, OpaqueId Change) ChangeNamed(RequestReader read, string text)
    {
        int at = text.LastIndexOf($"/{Changes}/", StringComparison.Ordinal);
        string last = at < 0 ? "" : text[(at + Changes.Length + 2)..];
        if (OpaqueId.TryParse(last, out OpaqueId change) && ResourceName.TryParse(text[..at], out ResourceName? provider)
            && provider.Value.Collection == VoucherContract.Providers && OpaqueId.TryParse(provider.Value.Id, out _))
        {
            return (provider.Value, change);
        }
        read.Refuse("change", text.Length == 0 ? "REQUIRED" : "NOT_A_NAME",
            ("pattern", "regions/430211/providers/0123456789AB/payeeChanges/BA9876543210"));
        return default;
    }

    public static PayeeChange ToContract(this PayeeChangeView view, ResourceName provider) => new()
    {
        Name = $"{provider}/{Changes}/{view.Id}",
        Account = new PayeeAccount
        {
            HolderName = view.Account.Holder, AccountNumber = view.Account.Number, BankName = view.Account.BankName,
            BankCode = view.Account.BankCode,
        },
        State = view.Stage.ToContract(),
        ProposedBy = view.ProposedBy,
        ProposeTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(view.ProposedAt),
        ApprovedBy = view.ApprovedBy,
        ApproveTime = view.ApprovedAt is { } approved ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(approved) : null,
        InForceFrom = view.InForceFrom?.ToContract(),
        WithdrawnBy = view.WithdrawnBy,
        WithdrawTime = view.WithdrawnAt is { } ended ? Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(ended) : null,
    };
}
