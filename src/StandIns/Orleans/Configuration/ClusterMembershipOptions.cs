namespace Orleans.Configuration;

/// <summary>Never read: a cluster needs the packages.</summary>
public class ClusterMembershipOptions
{
    public bool EnableConnectionLivenessCheck { get; set; }
}
