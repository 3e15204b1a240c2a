using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>One who gives services for vouchers; key: region/id. The authority for accreditation, service types and standing.</summary>
[Alias("timebank.provider")]
public interface IProviderGrain : IGrainWithStringKey
{
    [Alias("register")]
    Task<Reply<ProviderRecord>> RegisterAsync(RegisterProviderMessage registration);

    /// <summary>The provider; null where none is registered.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ProviderRecord?> GetAsync();

    [Alias("set-standing")]
    Task<Reply<ProviderRecord>> SetStandingAsync(SetStandingMessage decision);
}
