namespace Orleans.Runtime;

/// <summary>
/// Names a state and its storage provider. Providers file a state under its name and the grain's key, without the class:
/// two classes that share keys need different names.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute, IFacetMetadata, IPersistentStateConfiguration
{
    public string StateName { get; } = stateName;

    public string StorageName { get; } = storageName!;
}
