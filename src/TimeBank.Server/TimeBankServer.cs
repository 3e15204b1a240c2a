namespace TimeBank.Server;

/// <summary>Puts the server together.</summary>
public static class TimeBankServer
{
    /// <exception cref="InvalidOperationException">The settings contradict each other; the message says how to mend them.</exception>
    public static WebApplication Build(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        TimeBankOptions options = builder.Configuration.GetSection(TimeBankOptions.Section).Get<TimeBankOptions>() ?? new TimeBankOptions();
        options.Check();
        Directory.CreateDirectory(options.Data);
        LocalIssuer? issuer = options.Authority.Length == 0 ? LocalIssuer.Open(options.Data) : null;

        builder.WebHost.UseTimeBankListeners(options);
        builder.AddTimeBankStorage(options);
        builder.AddTimeBankGrains(options);
        builder.Services.AddTimeBankAuthentication(options, issuer);
        builder.Services.AddTimeBankGrpc();

        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        if (issuer is not null) app.MapLocalIssuer(issuer);
        app.MapTimeBankGrpc();
        return app;
    }
}
