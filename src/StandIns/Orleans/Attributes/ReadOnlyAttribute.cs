namespace Orleans.Concurrency;

/// <summary>This method does not change the grain; it interleaves with other read-only requests.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ReadOnlyAttribute : Attribute;
