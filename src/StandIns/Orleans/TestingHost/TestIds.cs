namespace Orleans.TestingHost;

internal static class TestIds
{
    private static int made;

    internal static string Next() => $"testcluster-{Environment.ProcessId}-{Interlocked.Increment(ref made)}";
}
