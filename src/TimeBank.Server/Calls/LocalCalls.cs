using System.Collections.Frozen;
using System.Net;
using System.Reflection;
using System.Threading.Channels;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using TimeBank.Ledger;
using TimeBank.Pages.Shell;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The contract's services for callers inside this process, such as the pages and the addresses of HTTP: the same interceptors, so the same
/// rules of access and the same errors, without a connection.
/// </summary>
/// <param name="services">Gives the services of the contract.</param>
/// <param name="clock">The business's clock.</param>
/// <param name="http">The request that a call belongs to: its address counts where there is no token.</param>
public sealed class LocalCalls(IServiceProvider services, BusinessClock clock, IHttpContextAccessor http) : IContractCalls
{
    private readonly Lazy<FrozenDictionary<string, Handler>> _handlers = new(() => Binder.Bind(services));

    public DateTimeOffset Now => clock.Now;

    public CallInvoker Invoker(string token) => new Local(_handlers.Value, token, http.HttpContext?.Connection.RemoteIpAddress);

    public IReadOnlyCollection<VerifierKey> VoucherKeys(string region) => RegionCode.TryParse(region, out RegionCode code)
        ? [.. services.GetRequiredService<VoucherKeys>().Of(code)] : [];

    /// <summary>Calls an RPC that answers once, for a caller who knows it only by its description.</summary>
    /// <exception cref="RpcException">As the RPC refuses.</exception>
    public Task<IMessage> CallAsync(MethodDescriptor method, string token, IMessage request, CallOptions options) =>
        _handlers.Value[AccessRules.FullName(method)].Call!(Invoker(token), request, options);

    /// <summary>As <see cref="CallAsync"/>, for an RPC that answers with a stream.</summary>
    public IAsyncEnumerable<IMessage> Stream(MethodDescriptor method, string token, IMessage request, CallOptions options) =>
        _handlers.Value[AccessRules.FullName(method)].Stream!(Invoker(token), request, options);

    /// <param name="Typed">The service's method inside the interceptors.</param>
    /// <param name="Call">Calls it without knowing its types; null if it is no RPC that answers once.</param>
    /// <param name="Stream">Calls it without knowing its types; null if it is no RPC that answers a request with a stream.</param>
    private sealed record Handler(
        object Typed, Func<CallInvoker, IMessage, CallOptions, Task<IMessage>>? Call = null,
        Func<CallInvoker, IMessage, CallOptions, IAsyncEnumerable<IMessage>>? Stream = null);

    /// <summary>Collects the handlers of all services, each inside the interceptors.</summary>
    private sealed class Binder(IReadOnlyList<Interceptor> interceptors) : ServiceBinderBase
    {
        private readonly Dictionary<string, Handler> _handlers = [];

        public static FrozenDictionary<string, Handler> Bind(IServiceProvider services)
        {
            // The order of GrpcSetup: the first is the outermost.
            var binder = new Binder([services.GetRequiredService<StoredTextInterceptor>(),
                services.GetRequiredService<AccessInterceptor>(), services.GetRequiredService<FaultInterceptor>(),
                services.GetRequiredService<CallFigures>()]);
            foreach (Type type in typeof(Binder).Assembly.GetTypes().Where(type => !type.IsAbstract))
            {
                if (type.BaseType?.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is not { } bind) continue;
                MethodInfo method = bind.BindType.GetMethod(bind.BindMethodName, [typeof(ServiceBinderBase), type.BaseType])!;
                method.Invoke(null, [binder, ActivatorUtilities.GetServiceOrCreateInstance(services, type)]);
            }
            return binder._handlers.ToFrozenDictionary();
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            _handlers[method.FullName] = new Handler(
                interceptors.Aggregate(handler!, (inner, interceptor) =>
                    (request, context) => interceptor.UnaryServerHandler(request, context, inner)),
                Call: async (invoker, request, options) =>
                    (IMessage)await invoker.AsyncUnaryCall(method, null, options, (TRequest)request));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            _handlers[method.FullName] = new Handler(
                interceptors.Aggregate(handler!, (inner, interceptor) =>
                    (request, stream, context) => interceptor.ServerStreamingServerHandler(request, stream, context, inner)),
                Stream: (invoker, request, options) =>
                    ReadAsync(invoker.AsyncServerStreamingCall(method, null, options, (TRequest)request)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            _handlers[method.FullName] = new Handler(interceptors.Aggregate(handler!, (inner, interceptor) =>
                (stream, context) => interceptor.ClientStreamingServerHandler(stream, context, inner)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            _handlers[method.FullName] = new Handler(interceptors.Aggregate(handler!, (inner, interceptor) =>
                (requests, stream, context) => interceptor.DuplexStreamingServerHandler(requests, stream, context, inner)));

        private static async IAsyncEnumerable<IMessage> ReadAsync<TResponse>(AsyncServerStreamingCall<TResponse> call)
        {
            using (call)
            {
                while (await call.ResponseStream.MoveNext(CancellationToken.None)) yield return (IMessage)call.ResponseStream.Current!;
            }
        }
    }

    private sealed class Local(FrozenDictionary<string, Handler> handlers, string token, IPAddress? from) : CallInvoker
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
            throw new NotSupportedException("A page never blocks a thread: call the method that ends with Async.");

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            var context = new LocalContext(method.FullName, token, from, options);
            return new AsyncUnaryCall<TResponse>(
                RunAsync(context, () => ((UnaryServerMethod<TRequest, TResponse>)handlers[method.FullName].Typed)(request, context)),
                Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, context.Dispose);
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            var context = new LocalContext(method.FullName, token, from, options);
            var answers = new Pipe<TResponse>();
            answers.Follow(RunAsync(context, () =>
                ((ServerStreamingServerMethod<TRequest, TResponse>)handlers[method.FullName].Typed)(request, answers, context)));
            return new AsyncServerStreamingCall<TResponse>(
                answers, Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, context.Dispose);
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options) =>
            throw new NotSupportedException("No RPC of the contract streams its request alone.");

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            Method<TRequest, TResponse> method, string? host, CallOptions options)
        {
            var context = new LocalContext(method.FullName, token, from, options);
            Pipe<TRequest> requests = new();
            Pipe<TResponse> answers = new();
            answers.Follow(RunAsync(context, () =>
                ((DuplexStreamingServerMethod<TRequest, TResponse>)handlers[method.FullName].Typed)(requests, answers, context)));
            return new AsyncDuplexStreamingCall<TRequest, TResponse>(
                requests, answers, Task.FromResult(Metadata.Empty), () => Status.DefaultSuccess, () => Metadata.Empty, context.Dispose);
        }

        private static async Task<T> RunAsync<T>(LocalContext context, Func<Task<T>> call)
        {
            using (context) return await call();
        }

        private static async Task RunAsync(LocalContext context, Func<Task> call)
        {
            using (context) await call();
        }
    }

    /// <summary>One direction of a stream: a message waits until the reader takes it.</summary>
    private sealed class Pipe<T> : IServerStreamWriter<T>, IClientStreamWriter<T>, IAsyncStreamReader<T>
    {
        private readonly Channel<T> _channel = Channel.CreateBounded<T>(1);
        private T? _current;

        public WriteOptions? WriteOptions { get; set; }

        public T Current => _current!;

        public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

        /// <summary>The interceptors write so, that a writer never waits for a reader who has left.</summary>
        public Task WriteAsync(T message, CancellationToken cancellationToken) =>
            _channel.Writer.WriteAsync(message, cancellationToken).AsTask();

        public Task CompleteAsync()
        {
            _channel.Writer.TryComplete();
            return Task.CompletedTask;
        }

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _channel.Reader.WaitToReadAsync(cancellationToken)) return false;
            _current = await _channel.Reader.ReadAsync(cancellationToken);
            return true;
        }

        /// <summary>The stream ends when the call does, and with its error.</summary>
        public void Follow(Task call) => _ = call.ContinueWith(
            ended => _channel.Writer.TryComplete(ended.Exception?.InnerException), TaskScheduler.Default);
    }

    /// <summary>
    /// The context of a call without a connection: the interceptors read the token from its HTTP context, as of any call.
    /// </summary>
    private sealed class LocalContext : ServerCallContext, IDisposable
    {
        private readonly CancellationTokenSource _ended;
        private readonly DateTime _deadline;

        public LocalContext(string method, string token, IPAddress? from, CallOptions options)
        {
            MethodCore = method;
            _deadline = options.Deadline ?? DateTime.MaxValue;
            _ended = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken);
            if (options.Deadline is { } deadline)
            {
                TimeSpan left = deadline - TimeProvider.System.GetUtcNow().UtcDateTime;
                _ended.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            CancellationTokenCore = _ended.Token;
            var http = new DefaultHttpContext { Connection = { RemoteIpAddress = from } };
            if (token.Length > 0) http.Request.Headers.Authorization = $"Bearer {token}";
            // gRPC's own key for ServerCallContext.GetHttpContext.
            UserStateCore = new Dictionary<object, object> { ["__HttpContext"] = http };
        }

        protected override string MethodCore { get; }

        protected override string HostCore => "";

        protected override string PeerCore => "local";

        protected override DateTime DeadlineCore => _deadline;

        protected override Metadata RequestHeadersCore { get; } = [];

        protected override CancellationToken CancellationTokenCore { get; }

        protected override Metadata ResponseTrailersCore { get; } = [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore { get; } = new("", []);

        protected override IDictionary<object, object> UserStateCore { get; }

        public void Dispose() => _ended.Dispose();

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
            throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}
