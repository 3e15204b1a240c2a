namespace TimeBank.Server;

/// <summary>Sets up what reads bank statements and matches them.</summary>
public static class ReconciliationSetup
{
    public static void AddTimeBankReconciliation(this IServiceCollection services, TimeBankOptions options)
    {
        services.AddSingleton(new ImportFolder(options.Data));
        services.AddSingleton(options);
        services.AddSingleton<OwnAccounts>();
        services.AddSingleton<StatementImport>();
        services.AddSingleton<BankBookReader>().AddSingleton<ExpectedReader>().AddSingleton<BankCases>();
        services.AddSingleton<MatchBooking>().AddSingleton<MatchDesk>().AddSingleton<ReconciliationRun>();
    }
}
