using TimeBank.Pages;

namespace TimeBank.Server;

/// <summary>Puts the server together.</summary>
public static class TimeBankServer
{
    /// <param name="time">The machine's clock for what comes from and goes to other machines; null: the system's. The business has a clock
    /// of its own.</param>
    /// <exception cref="InvalidOperationException">A setting is invalid or contradicts another; the message says how to mend
    /// it.</exception>
    public static WebApplication Build(string[] args, TimeProvider? time = null)
    {
        WebApplicationBuilder builder = Builder(args);
        TimeBankOptions options = Read(builder.Configuration);
        options.Check();
        ListenerSetup.RefuseOthers(builder.Configuration);
        ServerCertificate? certificate = ServerCertificate.Open(options, time ?? TimeProvider.System);
        IReadOnlyList<string> readable = DataFolder.Prepare(options);
        LocalIssuer? issuer = options.Authority.Length == 0 ? LocalIssuer.Open(options.Data) : null;

        builder.WebHost.UseTimeBankListeners(options, certificate);
        StorageEngine engine = StorageEngine.Of(options);
        builder.AddTimeBankStorage(options, engine);
        builder.Services.AddTimeBankTransparency(options);
        builder.Services.AddTimeBankVault(options);
        builder.AddTimeBankGrains(options, engine);
        builder.Services.AddTimeBankAuthentication(options, issuer);
        builder.Services.AddTimeBankSignIn(options, issuer);
        builder.Services.AddTimeBankDonations(options, time ?? TimeProvider.System);
        builder.Services.AddTimeBankReconciliation(options);
        builder.Services.AddTimeBankFollowing(time ?? TimeProvider.System);
        builder.Services.AddTimeBankWebhooks(options, time ?? TimeProvider.System);
        builder.Services.AddTimeBankGrpc(options);
        builder.AddTimeBankTelemetry(options.Telemetry);

        WebApplication app = builder.Build();
        // Resolve the engine: the host disposes only services that were resolved.
        app.Services.GetRequiredService<StorageEngine>();
        if (options.ProxyEndsTls) app.UseProxyOfThisHost();
        app.UseTimeBankRefusals();
        foreach (string file in readable)
        {
            app.Logger.LogWarning("Others than its owner may read {File}, and this account may not change that: chmod 600.", file);
        }
        if (issuer is not null) app.UseLoopbackAlone();
        app.UseTimeBankPages();
        app.UseTimeBankOperatorGate();
        if (issuer is not null) app.MapLocalIssuer(issuer);
        app.MapTimeBankSignIn();
        app.MapTimeBankTiles();
        app.MapTimeBankGrpc();
        app.MapTimeBankHttp();
        app.MapTimeBankHttpDocument(canTry: options.IsLocal);
        app.MapTimeBankDonations();
        app.MapTimeBankHealth();
        app.MapTimeBankTelemetry(options.Telemetry);
        return app;
    }

    /// <summary>The settings that a server with these arguments would have.</summary>
    public static TimeBankOptions Options(string[] args) => Read(Builder(args).Configuration);

    private static TimeBankOptions Read(IConfiguration configuration)
    {
        try
        {
            return configuration.GetSection(TimeBankOptions.Section).Get<TimeBankOptions>() ?? new TimeBankOptions();
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidOperationException(
                $"A setting isn't of its kind: {error.Message} src/TimeBank.Server/README.md says what each one takes.", error);
        }
    }

    // Read appsettings.json beside the program and not in the current folder.
    private static WebApplicationBuilder Builder(string[] args) =>
        WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
}
