using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace TimeBank.Server;

/// <summary>Sets up gRPC: limits, interceptors, services, health and reflection.</summary>
public static class GrpcSetup
{
    /// <summary>More than any valid request needs. A field of a whole megabyte still passes, so the refusal can name the field.</summary>
    private const int MaxRequestBytes = 2 << 20;

    private const int MaxAnswerBytes = 8 << 20;

    public static void AddTimeBankGrpc(this IServiceCollection services, TimeBankOptions options)
    {
        services.AddSingleton(_ => new CallLimits(options.CallsPerSecond));
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaxRequestBytes;
            grpc.MaxSendMessageSize = MaxAnswerBytes;
            grpc.Interceptors.Add<CallFigures>();
            grpc.Interceptors.Add<FaultInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
            grpc.Interceptors.Add<StoredTextInterceptor>();
        });
        // Replaces the library's binder, which answers UNKNOWN to an unreadable request and asks no interceptor.
        services.RemoveAll(typeof(IServiceMethodProvider<>));
        services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(ReadableRequests<>));
        // One instance each instead of one a call: none of them keeps anything of a call.
        services.AddSingleton<FaultInterceptor>().AddSingleton<AccessInterceptor>().AddSingleton<StoredTextInterceptor>();
        services.AddSingleton<CatalogueApi>().AddSingleton<LedgerApi>().AddSingleton<PolicyApi>().AddSingleton<ScenarioApi>()
            .AddSingleton<FundApi>();
        services.AddSingleton<PrintableVouchers>().AddSingleton<TerminalLists>();
        services.AddSingleton<HolderReader>().AddSingleton<HolderApi>();
        services.AddSingleton<VoucherApi>().AddSingleton<ProviderApi>().AddSingleton<VolunteerApi>().AddSingleton<ElderApi>();
        services.AddSingleton<ServiceOrderApi>().AddSingleton<ClearingApi>().AddSingleton<PayeeApi>().AddSingleton<DonationApi>();
        services.AddSingleton<PeriodApi>().AddSingleton<StatisticsApi>();
        services.AddSingleton<BankAccountApi>().AddSingleton<ReconciliationApi>().AddSingleton<WebhookApi>();
        services.AddSingleton<ComplaintSubjects>().AddSingleton<ComplaintApi>().AddSingleton<PrepaymentApi>();
        services.AddGrpcReflection();
        services.AddTimeBankHealth();
        services.AddSingleton<CallsUnderWay>().AddHostedService<ServerDrain>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ServerDrain.StopsWithin);
    }

    public static void MapTimeBankGrpc(this WebApplication app)
    {
        // For browsers, at the listener of the pages. No CORS: only scripts of this server can call.
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<CatalogueApi>();
        app.MapGrpcService<LedgerApi>();
        app.MapGrpcService<PolicyApi>();
        app.MapGrpcService<ScenarioApi>();
        app.MapGrpcService<FundApi>();
        app.MapGrpcService<VoucherApi>();
        app.MapGrpcService<SettlementApi>();
        app.MapGrpcService<ProviderApi>();
        app.MapGrpcService<VolunteerApi>();
        app.MapGrpcService<ElderApi>();
        app.MapGrpcService<HolderApi>();
        app.MapGrpcService<ServiceOrderApi>();
        app.MapGrpcService<ClearingApi>();
        app.MapGrpcService<PayeeApi>();
        app.MapGrpcService<DonationApi>();
        app.MapGrpcService<PeriodApi>();
        app.MapGrpcService<StatisticsApi>();
        app.MapGrpcService<BankAccountApi>();
        app.MapGrpcService<ReconciliationApi>();
        app.MapGrpcService<WebhookApi>();
        app.MapGrpcService<ComplaintApi>();
        app.MapGrpcService<PrepaymentApi>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
    }
}
