using Orleans.Hosting;

namespace TimeBank.Platform.Tests.Orleans.Storage;

public sealed class MemoryGrainStateTests : GrainStateTests
{
    private protected override Task<Cluster> StartAsync() => Cluster.StartAsync(silo => silo.AddMemoryGrainStorage("store"));
}
