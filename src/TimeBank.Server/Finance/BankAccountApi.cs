using System.Collections.Immutable;
using Grpc.Core;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Our own bank accounts, as the bank calls them.</summary>
public sealed class BankAccountApi(IGrainFactory grains, IRegistry registry, PageTokens tokens) : BankAccountService.BankAccountServiceBase
{
    public const string BankAccounts = "bankAccounts";

    public override async Task<BankAccount> SetBankAccount(SetBankAccountRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Name, "name", BankAccounts);
        BankDetails account = BankDetailsReader.ReadOwn(
            read, request.HolderName, request.AccountNumber, request.BankName, request.BankCode,
            isWallet: ProfileFile.IsOfWallet(request.StatementProfile));
        var described = new BankAccountDescription(
            account, Profile(read, request.StatementProfile, "statement_profile", ProfileFile.Shipped),
            Profile(read, request.SheetProfile, "sheet_profile", SheetProfile.Shipped),
            request.HasForCustody ? request.ForCustody : null);
        read.Check();
        AccessInterceptor.RequireKnown(name.Region);
        IBankAccountGrain grain = grains.GetGrain<IBankAccountGrain>(name.GrainKey);
        BankAccountRecord set = (await grain.SetAsync(context.Command(request, id), described)).OrThrow();
        return ToContract(name.Region, set);
    }

    public override async Task<BankAccount> GetBankAccount(GetBankAccountRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Named(request.Name, "name", BankAccounts);
        read.Check();
        ImmutableArray<BankAccountRecord> history = await grains.GetGrain<IBankAccountGrain>(name.GrainKey).HistoryAsync();
        if (history.IsEmpty) throw Problem.Of(Reason.BankAccountNotFound, ("account", name.Id));
        BankAccount account = ToContract(name.Region, history[0]);
        account.Former.Add(history.Skip(1).Select(former => ToContract(name.Region, former)));
        return account;
    }

    public override async Task<ListBankAccountsResponse> ListBankAccounts(ListBankAccountsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<BankAccountState>> page, string next) = await registry.PageAsync<BankAccountState>(
            new RegistryQuery(region, BankAccountState.Kind), pageSize, tokens, context, request, request.PageToken);
        var response = new ListBankAccountsResponse { NextPageToken = next, Unreadable = { page.Unreadable(region, BankAccounts) } };
        response.BankAccounts.Add(page.Readable().Select(row => row.State.History.LastOrDefault()).OfType<BankAccountRecord>()
            .Select(account => ToContract(region, account)));
        return response;
    }

    private static string Profile(RequestReader read, string name, string field, ImmutableArray<string> known)
    {
        if (name.Length > 0 && !known.Contains(name)) read.Refuse(field, "UNKNOWN_VALUE");
        return name;
    }

    private static BankAccount ToContract(RegionCode region, BankAccountRecord record) => new()
    {
        Name = ResourceName.Of(region, BankAccounts, record.Slug),
        HolderName = record.Account.Holder,
        AccountNumber = record.Account.Number,
        BankName = record.Account.BankName,
        BankCode = record.Account.BankCode,
        StatementProfile = record.StatementProfile,
        SheetProfile = record.SheetProfile,
        ForCustody = record.IsForCustody,
        SetBy = record.SetBy,
        SetTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(record.SetAt),
    };
}
