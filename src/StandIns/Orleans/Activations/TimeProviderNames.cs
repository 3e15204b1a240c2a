namespace Orleans.Runtime;

/// <summary>Keys of the clocks that a silo uses; each is the host's <see cref="TimeProvider"/> unless registered under its key.</summary>
public static class TimeProviderNames
{
    public const string Grains = "Orleans.Grains";

    public const string Messaging = "Orleans.Messaging";

    public const string ActivationManagement = "Orleans.ActivationManagement";
}
