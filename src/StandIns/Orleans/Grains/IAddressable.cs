namespace Orleans.Runtime;

/// <summary>Anything a grain call can reach.</summary>
public interface IAddressable;
