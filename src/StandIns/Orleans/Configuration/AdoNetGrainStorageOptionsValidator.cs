using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Configuration;

public class AdoNetGrainStorageOptionsValidator(AdoNetGrainStorageOptions configurationOptions, string name) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        if (string.IsNullOrWhiteSpace(configurationOptions.ConnectionString) == (configurationOptions.DataSource is null))
            throw new OrleansConfigurationException($"Storage \"{name}\": set exactly one of ConnectionString and DataSource.");
        AdoNetProviders.Find(configurationOptions.Invariant);
    }
}
