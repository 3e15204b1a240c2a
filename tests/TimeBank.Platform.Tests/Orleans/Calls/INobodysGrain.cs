using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Calls;

[Alias("TimeBank.Platform.Tests.INobodysGrain")]
public interface INobodysGrain : IGrainWithStringKey;
