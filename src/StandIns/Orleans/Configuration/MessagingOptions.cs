namespace Orleans.Configuration;

public abstract class MessagingOptions
{
    /// <summary>How long a caller waits; what became of the call is then unknown to it.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
