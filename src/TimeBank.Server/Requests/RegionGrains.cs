using Orleans;
using TimeBank.Grains;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Grains by what they are the authority for.</summary>
public static class RegionGrains
{
    public static ILedgerGrain Ledger(this IGrainFactory grains, RegionCode region) => grains.GetGrain<ILedgerGrain>(region.ToString());

    /// <summary>Whether a command has been carried out or refused before; then nothing of the clock may refuse its retry.</summary>
    public static async Task<bool> IsKnownAsync(this IGrainFactory grains, RegionCode region, Command command) =>
        await grains.Ledger(region).FindAsync(new EntryIdMessage(command.Id.ToString())) is not null;

    /// <summary>The balances of accounts that only ever stand on the credit side; zero where an account was never used.</summary>
    public static async Task<IReadOnlyList<long>> AvailableAsync(this IGrainFactory grains, RegionCode region, IReadOnlyList<AccountPath> paths)
    {
        if (paths.Count == 0) return [];
        AccountsMessage accounts = await grains.Ledger(region).AccountsAsync(new AccountPathsMessage([.. paths.Select(path => path.Text)]));
        var rooms = accounts.Accounts.ToDictionary(account => account.Path, account => account.Counters.DebitRoom);
        return [.. paths.Select(path => rooms.GetValueOrDefault(path))];
    }

    /// <exception cref="Grpc.Core.RpcException">REGION_UNKNOWN.</exception>
    public static void RequireRegion(RegionCode region)
    {
        if (RegionDirectory.BuiltIn.Find(region) is null) throw Problem.Of(Reason.RegionUnknown, ("region", region.ToString()));
    }
}
