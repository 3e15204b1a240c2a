namespace Orleans.Runtime;

/// <summary>Which silo is meant, where a method asks; with one silo there is none to name.</summary>
public sealed class SiloAddress
{
    internal SiloAddress()
    {
    }
}
