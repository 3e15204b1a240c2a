namespace Orleans.Concurrency;

/// <summary>Requests of this grain class interleave with each other at each await.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ReentrantAttribute : Attribute;
