using System.Diagnostics;
using System.Text;

namespace TimeBank.Chaos.Machines;

/// <summary>
/// One life of the real server, as a process of its own on free ports of the loopback. It goes with this process, however that ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LastCharacters = 8_000;

    private const string Listening = "Now listening on: ", Started = "Application started";

    // The shell's input is the signals for the server; whoever closes it kills the server outright.
    private const string Script =
        """
        exec 3<&0
        "$@" < /dev/null & server=$!
        (exec > /dev/null 2>&1; while read -r signal <&3; do kill -$signal $server; done; kill -KILL $server) & guard=$!
        wait $server; code=$?
        kill $guard 2> /dev/null
        exit $code
        """;

    private readonly Process _shell;
    private readonly StringBuilder _said = new();
    private readonly List<Uri> _addresses = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string database, IReadOnlyList<string> settings)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "TimeBank.Server.dll"), "--TimeBank:Grpc=127.0.0.1:0",
            "--TimeBank:Http=127.0.0.1:0", .. settings];
        _shell = new Process
        {
            StartInfo = new ProcessStartInfo("sh", ["-c", Script, "sh", .. command]) { RedirectStandardInput = true,
                RedirectStandardError = true, RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        _shell.StartInfo.Environment["TimeBank__Database"] = database;
        _shell.StartInfo.Environment["TimeBank__Migrate"] = "true";
        // A life is too short for code that gets faster by watching itself.
        _shell.StartInfo.Environment["DOTNET_TieredPGO"] = "0";
        _shell.ErrorDataReceived += (_, line) => Hear(line.Data);
        _shell.OutputDataReceived += (_, line) => Hear(line.Data);
        _shell.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The server didn't start:\n{Said}"));
    }

    /// <summary>Where gRPC listens.</summary>
    public Uri Address => _addresses[0];

    /// <summary>What the server has written.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>The end of it.</summary>
    public string SaidLast => Said is var said && said.Length > LastCharacters ? said[^LastCharacters..] : said;

    /// <summary>Starts a server that may not be ready yet.</summary>
    public static ServerProcess Begin(string database, IReadOnlyList<string> settings)
    {
        var server = new ServerProcess(database, settings);
        server._shell.Start();
        server._shell.BeginErrorReadLine();
        server._shell.BeginOutputReadLine();
        return server;
    }

    /// <exception cref="InvalidOperationException">It ended before; the message has what it said.</exception>
    public Task ReadyAsync() => _ready.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public static async Task<ServerProcess> StartAsync(string database, IReadOnlyList<string> settings)
    {
        ServerProcess server = Begin(database, settings);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Waits for an end of its own accord.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _shell.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _shell.ExitCode;
    }

    /// <summary>Stops it in the middle of whatever it does.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on, as if no time had passed.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>kill -9.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        await _shell.StandardInput.WriteLineAsync(signal);
        await _shell.StandardInput.FlushAsync();
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) _addresses.Add(new Uri(line[(at + Listening.Length)..]));
        if (line.Contains(Started, StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
