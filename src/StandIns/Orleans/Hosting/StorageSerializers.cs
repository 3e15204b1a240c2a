using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Storage;

namespace Orleans.Hosting;

/// <summary>Gives a provider whose options name no serializer the one registered under its name, else the common one.</summary>
internal sealed class StorageSerializers<TOptions>(IServiceProvider services) : IPostConfigureOptions<TOptions>
    where TOptions : class, IStorageProviderSerializerOptions
{
    public void PostConfigure(string? name, TOptions options) => options.GrainStorageSerializer ??=
        (name is null ? null : services.GetKeyedService<IGrainStorageSerializer>(name)) ?? services.GetRequiredService<IGrainStorageSerializer>();
}
