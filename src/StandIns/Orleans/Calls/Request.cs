namespace Orleans.Runtime;

/// <summary>Who calls which method of which grain with what.</summary>
internal sealed record Request(GrainProxy Target, GrainMethod Method, object?[] Arguments, Activation? Source);
