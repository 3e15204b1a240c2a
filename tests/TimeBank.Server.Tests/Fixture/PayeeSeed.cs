using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using System.Text.Json;
using TimeBank.Ledger;

namespace TimeBank.Server.Tests;

/// <summary>
/// Stores the account that a provider is paid to as if it had been approved long ago: one that is proposed today is in force tomorrow, and
/// tests of one server share a clock. Call it before anything asks for the payee, since the grain keeps its state in memory.
/// </summary>
internal static class PayeeSeed
{
    public static async Task WriteAsync(IServiceProvider services, string provider, Vault? vault = null)
    {
        const string change = "0ACC0VNT0001";
        vault ??= services.GetRequiredService<Vault>();
        string[] name = provider.Split('/');
        var party = new VaultParty(RegionCode.Parse(name[1]), $"providers/{name[3]}");
        var account = new BankDetails("演示食堂", "6222000000001234567", "演示银行", "313551088886");
        string key = vault.NewKey(party);
        var approved = new DateTimeOffset(2026, 1, 1, 9, 0, 0, ChinaTime.Offset);
        var state = new PayeeState
        {
            Key = key,
            Changes =
            [
                new PayeeChangeRecord
                {
                    Id = change, Account = vault.Seal(key, party, $"payee/{change}", JsonSerializer.Serialize(account)),
                    ProposedBy = "maker", ProposedAt = approved, ApprovedBy = "checker", ApprovedAt = approved,
                    InForceFrom = new DateOnly(2026, 1, 2),
                },
            ],
        };
        IPayeeGrain grain = services.GetRequiredService<IGrainFactory>().GetGrain<IPayeeGrain>($"{name[1]}/{name[3]}");
        await services.GetRequiredKeyedService<IGrainStorage>(GrainStorageNames.TimeBank)
            .WriteStateAsync(PayeeState.Kind, grain.GetGrainId(), new GrainState<PayeeState>(state));
    }
}
