namespace Orleans.Configuration;

/// <summary>For calls from grains and from the host of the silo.</summary>
public class SiloMessagingOptions : MessagingOptions;
