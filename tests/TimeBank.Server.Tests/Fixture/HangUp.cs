using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>
/// Hangs up on a streamed call in the middle, and waits for what the server made of it. ASP.NET tells when the server has seen the hang-up,
/// and the server's figures tell how the call ended, so nothing depends on who is faster.
/// </summary>
internal sealed class HangUp : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn", Started = $"{Request}.Start";

    /// <summary>Set while the watched call runs, and in no other call of this process.</summary>
    private static readonly AsyncLocal<HangUp?> s_watched = new();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly int _port;
    private readonly string _method;
    private readonly MeterListener _figures = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile HttpContext? _call;
    private volatile string _reason = "";

    private HangUp(TestServer server, string method)
    {
        (_port, _method) = (server.Grpc.Port, method);
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        _figures.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == CallFigures.Name) listener.EnableMeasurementEvents(instrument);
        };
        _figures.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (s_watched.Value == this) _reason = $"{tags.ToArray().First(tag => tag.Key == "reason").Value}";
        });
        _figures.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            if (s_watched.Value == this) _ended.TrySetResult(_reason);
        });
        _figures.Start();
    }

    /// <summary>
    /// Asks while another program holds the server's file, so that a run waits for the writer; hangs up there, and lets go of the file once
    /// the server knows that nobody listens.
    /// </summary>
    /// <returns>The reason with which the server ended the call; empty where it ended well.</returns>
    public static async Task<string> WhileItWritesAsync<T>(
        TestServer server, string method, Func<CancellationToken, AsyncServerStreamingCall<T>> ask)
    {
        CallsUnderWay calls = server.Services.GetRequiredService<CallsUnderWay>();
        using var watch = new HangUp(server, method);
        using (server.HoldWrites())
        {
            using var caller = new CancellationTokenSource();
            using AsyncServerStreamingCall<T> call = ask(caller.Token);
            await server.UntilAsync(() => watch._call is not null && calls.Count == 1);
            await watch.LeaveAsync(server, caller);
        }
        return await watch._ended.Task.WaitAsync(Patience);
    }

    /// <summary>Asks, reads the first message, and hangs up. For a stream that goes on by itself.</summary>
    public static async Task<string> AfterTheFirstMessageAsync<T>(
        TestServer server, string method, Func<CancellationToken, AsyncServerStreamingCall<T>> ask)
    {
        using var watch = new HangUp(server, method);
        using var caller = new CancellationTokenSource();
        using AsyncServerStreamingCall<T> call = ask(caller.Token);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await watch.LeaveAsync(server, caller);
        return await watch._ended.Task.WaitAsync(Patience);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.AspNetCore") _subscriptions.Add(value.Subscribe(this, name => name is Request or Started));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != Started || value.Value is not HttpContext call) return;
        if (call.Connection.LocalPort != _port || call.Request.Path != _method) return;
        s_watched.Value = this;
        _call = call;
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions) subscription.Dispose();
        _figures.Dispose();
    }

    private async Task LeaveAsync(TestServer server, CancellationTokenSource caller)
    {
        CancellationToken aborted = _call!.RequestAborted;
        await caller.CancelAsync();
        await server.UntilAsync(() => aborted.IsCancellationRequested);
    }
}
