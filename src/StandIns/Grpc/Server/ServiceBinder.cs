using System.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Learns from generated code which methods a service has, and makes a handler for each: an open delegate on the service's own
/// override, the service being made anew for each call, behind the interceptors.
/// </summary>
internal sealed class ServiceBinder<TService>(ServerOptions options, ILogger logger) : ServiceBinderBase where TService : class
{
    public List<BoundMethod> Methods { get; } = [];

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        MethodInfo found = Find(method, typeof(TRequest), typeof(ServerCallContext));
        var open = found.CreateDelegate<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>();
        UnaryServerMethod<TRequest, TResponse> invoke = (request, context) => open(Service(context), request, context);
        foreach (InterceptorRegistration interceptor in options.Interceptors.Reverse())
        {
            UnaryServerMethod<TRequest, TResponse> next = invoke;
            invoke = (request, context) => interceptor.For(context).UnaryServerHandler(request, context, next);
        }
        Methods.Add(new(method, found, new UnaryHandler<TRequest, TResponse>(method, invoke, options, logger)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        MethodInfo found = Find(method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var open = found.CreateDelegate<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        ServerStreamingServerMethod<TRequest, TResponse> invoke = (request, responses, context) => open(Service(context), request, responses, context);
        foreach (InterceptorRegistration interceptor in options.Interceptors.Reverse())
        {
            ServerStreamingServerMethod<TRequest, TResponse> next = invoke;
            invoke = (request, responses, context) => interceptor.For(context).ServerStreamingServerHandler(request, responses, context, next);
        }
        Methods.Add(new(method, found, new ServerStreamingHandler<TRequest, TResponse>(method, invoke, options, logger)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        MethodInfo found = Find(method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        var open = found.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>();
        ClientStreamingServerMethod<TRequest, TResponse> invoke = (requests, context) => open(Service(context), requests, context);
        foreach (InterceptorRegistration interceptor in options.Interceptors.Reverse())
        {
            ClientStreamingServerMethod<TRequest, TResponse> next = invoke;
            invoke = (requests, context) => interceptor.For(context).ClientStreamingServerHandler(requests, context, next);
        }
        Methods.Add(new(method, found, new ClientStreamingHandler<TRequest, TResponse>(method, invoke, options, logger)));
    }

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        MethodInfo found = Find(method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var open = found.CreateDelegate<Func<TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>();
        DuplexStreamingServerMethod<TRequest, TResponse> invoke = (requests, responses, context) => open(Service(context), requests, responses, context);
        foreach (InterceptorRegistration interceptor in options.Interceptors.Reverse())
        {
            DuplexStreamingServerMethod<TRequest, TResponse> next = invoke;
            invoke = (requests, responses, context) => interceptor.For(context).DuplexStreamingServerHandler(requests, responses, context, next);
        }
        Methods.Add(new(method, found, new DuplexStreamingHandler<TRequest, TResponse>(method, invoke, options, logger)));
    }

    private static TService Service(ServerCallContext context) => Activation.Of<TService>.For(context.GetHttpContext());

    private static MethodInfo Find(IMethod method, params Type[] parameters) =>
        typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
        ?? throw new InvalidOperationException($"Could not find '{method.Name}' on {typeof(TService)}.");
}
