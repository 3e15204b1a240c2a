namespace Orleans.Runtime;

/// <summary>A request that the silo did not run.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message)
    {
    }
}
