namespace Orleans.Runtime;

/// <summary>The silo is not there, or is stopping.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    public SiloUnavailableException(string msg) : base(msg)
    {
    }
}
