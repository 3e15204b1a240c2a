namespace Orleans.Configuration;

public class ClusterOptions
{
    public const string DefaultClusterId = "default";

    public const string DefaultServiceId = "default";

    public string ClusterId { get; set; } = DefaultClusterId;

    /// <summary>Part of every stored state's key: it must stay the same for the life of a database.</summary>
    public string ServiceId { get; set; } = DefaultServiceId;
}
