using TimeBank.Ledger;
using TimeBank.Storage;

namespace TimeBank.Server;

/// <summary>The embedded database: journals, registries and grain state in one file of the data folder.</summary>
public static class StorageSetup
{
    public static SqliteDatabase Database(TimeBankOptions options) => new(Path.Combine(options.Data, "timebank.db"));

    public static void AddTimeBankStorage(this WebApplicationBuilder builder, TimeBankOptions options)
    {
        SqliteDatabase database = Database(options);
        SqliteLedgerStore store = SqliteLedgerStore.Open(database);
        builder.Services.AddSingleton<ILedgerStore>(store);
        builder.Services.AddSingleton<ILedgerReader>(store);
        builder.Services.AddSingleton<IRegistry>(new SqliteRegistry(database));
        builder.Services.AddSingleton(new PageTokens(PageTokenKey.Of(options.Data)));
        builder.Services.AddSingleton<StatementReader>();
        builder.Services.AddSingleton<VoucherReader>();
        builder.Services.AddSingleton<ReportReader>();
    }
}
