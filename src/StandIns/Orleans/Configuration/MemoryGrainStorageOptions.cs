using Orleans.Storage;

namespace Orleans.Configuration;

public class MemoryGrainStorageOptions : IStorageProviderSerializerOptions
{
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
