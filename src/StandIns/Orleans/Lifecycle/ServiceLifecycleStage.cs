namespace Orleans;

public static class ServiceLifecycleStage
{
    public const int First = int.MinValue;

    public const int RuntimeInitialize = 2000;

    public const int RuntimeServices = 4000;

    public const int RuntimeStorageServices = 6000;

    public const int RuntimeGrainServices = 8000;

    /// <summary>Storage providers start here.</summary>
    public const int ApplicationServices = 10000;

    public const int BecomeActive = Active - 1;

    /// <summary>Startup tasks run here; grains may be called.</summary>
    public const int Active = 20000;

    public const int Last = int.MaxValue;
}
