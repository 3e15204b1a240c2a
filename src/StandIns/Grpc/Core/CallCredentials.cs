namespace Grpc.Core;

/// <summary>Credentials of a call: they add headers to it, such as a bearer token.</summary>
public abstract class CallCredentials
{
    private protected CallCredentials()
    {
    }

    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(interceptor);
        return new Single(interceptor);
    }

    public static CallCredentials Compose(params CallCredentials[] credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        return credentials.Length > 1 ? new Several([.. credentials]) : throw new ArgumentException("Composite credentials need at least two credentials.");
    }

    internal abstract Task AddToAsync(AuthInterceptorContext context, Metadata metadata);

    private sealed class Single(AsyncAuthInterceptor interceptor) : CallCredentials
    {
        internal override Task AddToAsync(AuthInterceptorContext context, Metadata metadata) => interceptor(context, metadata);
    }

    private sealed class Several(CallCredentials[] credentials) : CallCredentials
    {
        internal override async Task AddToAsync(AuthInterceptorContext context, Metadata metadata)
        {
            foreach (CallCredentials one in credentials) await one.AddToAsync(context, metadata).ConfigureAwait(false);
        }
    }
}
