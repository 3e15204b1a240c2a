using System.Diagnostics;
using Grpc.Net.Client;
using TimeBank.Benchmarks.Measures;
using TimeBank.Benchmarks.Platform;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>A gRPC call that does nothing, at a server that does nothing else: the rate of the transport alone.</summary>
internal sealed class NoOpSubject : ISubject
{
    private Process? _server;
    private GrpcChannel? _channel;
    private NoOp.NoOpClient? _client;

    public string Name => RedeemBench.NoOp;

    public IReadOnlyList<Scene> Scenes => Scene.CallersOnly;

    public int? Server => _server?.Id;

    public async Task OpenAsync()
    {
        _server = GrpcCallServer.Start();
        _channel = GrpcChannel.ForAddress((await _server.StandardOutput.ReadLineAsync())!);
        _client = new NoOp.NoOpClient(_channel);
    }

    public Task<Round> RunAsync(Scene scene, TimeSpan time) => Load.RunAsync(scene.Callers, time, async _ =>
    {
        NoOpMessage answer = await _client!.DoAsync(new NoOpMessage { Text = "no-op" });
        if (answer.Text is not "no-op") throw new InvalidOperationException("The answer is not what was sent.");
    });

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_server is null) return;
        _server.StandardInput.Close();
        await _server.WaitForExitAsync();
        _server.Dispose();
    }
}
