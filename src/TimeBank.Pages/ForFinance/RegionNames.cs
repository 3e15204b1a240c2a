using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>Reads lists of the contract as a whole, page by page, and the names that people gave to what is in them.</summary>
public static class RegionNames
{
    private const int Page = 1_000;

    public static async Task<List<Provider>> ProvidersAsync(Visitor visitor) => await AllAsync<Provider>(
        async token =>
        {
            ListProvidersResponse page = await visitor.Client.Providers.ListProvidersAsync(
                new ListProvidersRequest { Parent = visitor.Parent, PageSize = Page, PageToken = token }, visitor.Client.Reading);
            return (page.Providers, page.NextPageToken);
        });

    public static async Task<List<Fund>> FundsAsync(Visitor visitor) => await AllAsync<Fund>(
        async token =>
        {
            ListFundsResponse page = await visitor.Client.Funds.ListFundsAsync(
                new ListFundsRequest { Parent = visitor.Parent, PageSize = Page, PageToken = token }, visitor.Client.Reading);
            return (page.Funds, page.NextPageToken);
        });

    public static async Task<List<Programme>> ProgrammesAsync(Visitor visitor) => await AllAsync<Programme>(
        async token =>
        {
            ListProgrammesResponse page = await visitor.Client.Funds.ListProgrammesAsync(
                new ListProgrammesRequest { Parent = visitor.Parent, PageSize = Page, PageToken = token }, visitor.Client.Reading);
            return (page.Programmes, page.NextPageToken);
        });

    public static async Task<List<BankAccount>> BankAccountsAsync(Visitor visitor) => await AllAsync<BankAccount>(
        async token =>
        {
            ListBankAccountsResponse page = await visitor.Client.BankAccounts.ListBankAccountsAsync(
                new ListBankAccountsRequest { Parent = visitor.Parent, PageSize = Page, PageToken = token }, visitor.Client.Reading);
            return (page.BankAccounts, page.NextPageToken);
        });

    /// <summary>The accounts through which money can pass: prepaid fees have one of their own where there is one for custody.</summary>
    public static async Task<List<BankAccount>> BankAccountsAsync(Visitor visitor, bool isCustody)
    {
        List<BankAccount> all = await BankAccountsAsync(visitor);
        return isCustody && !all.Exists(one => one.ForCustody) ? all : [.. all.Where(one => one.ForCustody == isCustody)];
    }

    /// <param name="unreadable">Gets the names of batches that are damaged; null: nobody shows them.</param>
    public static async Task<List<SettlementBatch>> BatchesAsync(
        Visitor visitor, SettlementState state, List<string>? unreadable = null) => await AllAsync<SettlementBatch>(
        async token =>
        {
            ListBatchesResponse page = await visitor.Client.Settlements.ListBatchesAsync(
                new ListBatchesRequest { Parent = visitor.Parent, State = state, PageSize = Page, PageToken = token },
                visitor.Client.Reading);
            unreadable?.AddRange(page.Unreadable);
            return (page.Batches, page.NextPageToken);
        });

    /// <summary>The names of providers by their resource name.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> OfProvidersAsync(Visitor visitor) =>
        Names(await ProvidersAsync(visitor), one => (one.Name, one.DisplayName));

    public static async Task<IReadOnlyDictionary<string, string>> OfFundsAsync(Visitor visitor) =>
        Names(await FundsAsync(visitor), one => (one.Name, one.DisplayName));

    public static async Task<IReadOnlyDictionary<string, string>> OfProgrammesAsync(Visitor visitor) =>
        Names(await ProgrammesAsync(visitor), one => (one.Name, one.DisplayName));

    private static Dictionary<string, string> Names<T>(IEnumerable<T> all, Func<T, (string Name, string Called)> of) =>
        all.Select(of).ToDictionary(one => one.Name, one => one.Called, StringComparer.Ordinal);

    /// <summary>A thing's name; its id where nobody named it.</summary>
    public static string Called(this IReadOnlyDictionary<string, string> names, string name) =>
        names.TryGetValue(name, out string? called) ? called : Written.Id(name);

    /// <summary>Reads pages until the last one.</summary>
    public static async Task<List<T>> AllAsync<T>(Func<string, Task<(IEnumerable<T> Page, string Next)>> read)
    {
        var all = new List<T>();
        string token = "";
        do
        {
            (IEnumerable<T> page, token) = await read(token);
            all.AddRange(page);
        }
        while (token.Length > 0);
        return all;
    }
}
