using System.Diagnostics;
using System.Net;
using Grpc.Net.Client;

namespace TimeBank.Benchmarks.Platform;

/// <summary>
/// No-op unary calls a second over loopback, with the server in its own process. Plain HTTP/2 posts of the same few bytes alternate with
/// them, as the rate that the platform itself reaches on this machine at this hour.
/// </summary>
public static class GrpcCallBenchmark
{
    private const int Rounds = 3;
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(2);

    public static async Task RunAsync()
    {
        using Process server = GrpcCallServer.Start();
        var address = new Uri((await server.StandardOutput.ReadLineAsync())!);
        using GrpcChannel channel = GrpcChannel.ForAddress(address);
        var client = new NoOp.NoOpClient(channel);
        using var plain = new HttpMessageInvoker(new SocketsHttpHandler());
        var raw = new Uri(address, "/raw");

        Console.WriteLine(
            "callers  gRPC calls/s  plain posts/s  ratio   p50 ms  p99 ms  (best of rounds, client and server in two processes)");
        foreach (int callers in new[] { 1, 8, 64 })
        {
            Figures calls = default, posts = default;
            for (int round = 0; round <= Rounds; round++)
            {
                Figures call = await MeasureAsync(callers, () => CallAsync(client));
                Figures post = await MeasureAsync(callers, () => PostAsync(plain, raw));
                if (round is 0) continue; // The first one warms up.
                if (call.Rate > calls.Rate) calls = call;
                if (post.Rate > posts.Rate) posts = post;
            }
            Console.WriteLine(
                $"{callers,7}  {calls.Rate,12:N0}  {posts.Rate,13:N0}  {calls.Rate / posts.Rate,5:N2}  {calls.MedianMs,7:N2}  "
                    + $"{calls.P99Ms,6:N2}");
        }
        server.StandardInput.Close();
        await server.WaitForExitAsync();
    }

    private static async Task CallAsync(NoOp.NoOpClient client)
    {
        NoOpMessage answer = await client.DoAsync(new NoOpMessage { Text = "no-op" });
        if (answer.Text is not "no-op") throw new InvalidOperationException("The answer is not what was sent.");
    }

    private static async Task PostAsync(HttpMessageInvoker plain, Uri raw)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, raw)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 7, 10, 5, 110, 111, 45, 111, 112]),
        };
        using HttpResponseMessage response = await plain.SendAsync(request, CancellationToken.None);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        if (body.Length is not 12) throw new InvalidOperationException("The answer is not what was sent.");
    }

    private static async Task<Figures> MeasureAsync(int callers, Func<Task> call)
    {
        long start = Stopwatch.GetTimestamp();
        List<double>[] all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            var times = new List<double>();
            while (Stopwatch.GetElapsedTime(start) < s_round)
            {
                long before = Stopwatch.GetTimestamp();
                await call();
                times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
            }
            return times;
        })));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] sorted = [.. all.SelectMany(times => times).Order()];
        return new Figures(sorted.Length / seconds, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    private readonly record struct Figures(double Rate, double MedianMs, double P99Ms);
}
