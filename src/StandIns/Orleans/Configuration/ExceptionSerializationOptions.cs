namespace Orleans.Serialization;

/// <summary>Which exceptions the package may write into a message; here, in one process, every exception crosses as it is.</summary>
public sealed class ExceptionSerializationOptions
{
    public HashSet<string> SupportedNamespacePrefixes { get; } = [];
}
