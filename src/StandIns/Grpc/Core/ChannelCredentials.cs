namespace Grpc.Core;

/// <summary>Whether a channel speaks TLS, and the credentials that each of its calls carries.</summary>
public abstract class ChannelCredentials
{
    private protected ChannelCredentials(bool isSecure, CallCredentials? calls = null)
    {
        IsSecure = isSecure;
        Calls = calls;
    }

    public static ChannelCredentials Insecure { get; } = new Plain(isSecure: false);

    public static ChannelCredentials SecureSsl { get; } = new Plain(isSecure: true);

    internal bool IsSecure { get; }

    internal CallCredentials? Calls { get; }

    /// <summary>The channel's own credentials, and on every call those of <paramref name="callCredentials"/>.</summary>
    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials)
    {
        ArgumentNullException.ThrowIfNull(channelCredentials);
        ArgumentNullException.ThrowIfNull(callCredentials);
        return new Plain(channelCredentials.IsSecure, callCredentials);
    }

    private sealed class Plain(bool isSecure, CallCredentials? calls = null) : ChannelCredentials(isSecure, calls);
}
