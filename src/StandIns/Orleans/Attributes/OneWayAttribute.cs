namespace Orleans.Concurrency;

/// <summary>The caller does not wait and never learns the outcome.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OneWayAttribute : Attribute;
