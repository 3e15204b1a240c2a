using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>One of our own bank accounts, with what the bank calls it.</summary>
/// <param name="Slug">As in the ledger's <c>bank/{slug}</c>.</param>
/// <param name="Profile">By which its statements are read; empty: none was named.</param>
public sealed record OwnAccount(RegionCode Region, Slug Slug, string Number, string Profile)
{
    public VaultParty Party => new(Region, $"{BankAccountApi.BankAccounts}/{Slug}");

    public GrainKey GrainKey => new(Region, Slug.Text);

    public string Name => ResourceName.Of(Region, BankAccountApi.BankAccounts, Slug);

    /// <summary>Nothing of the number: records may stand in a log.</summary>
    public override string ToString() => Name;
}

/// <summary>Finds our bank accounts.</summary>
public sealed class OwnAccounts(IGrainFactory grains, IRegistry registry)
{
    private const int AtOnce = 1_000;

    /// <summary>The account; null where nobody has described it.</summary>
    public async Task<OwnAccount?> FindAsync(RegionCode region, Slug slug) =>
        await grains.GetGrain<IBankAccountGrain>(region, slug).GetAsync() is { } described ? Of(region, described) : null;

    /// <summary>All accounts of a region, by name.</summary>
    public async Task<IReadOnlyList<OwnAccount>> ListAsync(RegionCode region, CancellationToken cancellation)
    {
        IReadOnlyList<RegistryRow<BankAccountState>> rows = await registry.ListAsync<BankAccountState>(
            new RegistryQuery(region, BankAccountState.Kind) { Limit = AtOnce }, cancellation);
        return [.. rows.Readable().Select(row => row.State.History.LastOrDefault()).OfType<BankAccountRecord>()
            .Select(record => Of(region, record))];
    }

    private static OwnAccount Of(RegionCode region, BankAccountRecord record) =>
        new(region, Slug.Parse(record.Slug), record.Account.Number, record.StatementProfile);
}
