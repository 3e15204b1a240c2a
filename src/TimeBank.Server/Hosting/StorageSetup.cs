namespace TimeBank.Server;

/// <summary>The database, and what reads it beside the grains.</summary>
public static class StorageSetup
{
    public static void AddTimeBankStorage(this WebApplicationBuilder builder, TimeBankOptions options, StorageEngine engine)
    {
        engine.Take();
        engine.AddStores(builder.Services, options.Migrate);
        // By a factory, so that the host closes the database when it has stopped.
        builder.Services.AddSingleton(_ => engine);
        builder.Services.AddSingleton(new PageTokens(PageTokenKey.Of(options.Data)));
        builder.Services.AddSingleton<StatementReader>();
        builder.Services.AddSingleton<VoucherReader>();
        builder.Services.AddSingleton<ReportReader>();
    }
}
