namespace Orleans.Configuration;

/// <summary>For calls from a client.</summary>
public class ClientMessagingOptions : MessagingOptions;
