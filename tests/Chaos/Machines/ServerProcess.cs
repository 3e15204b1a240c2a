using System.Diagnostics;
using System.Text;

namespace TimeBank.Chaos.Machines;

/// <summary>
/// One life of the real server: a process on free loopback ports. It ends with this process, however this process ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int LastCharacters = 8_000;

    private const string Listening = "Now listening on: ", Started = "Application started";

    // The shell reads signals for the server from its input. When the input ends, the shell kills the server.
    private const string Script =
        """
        exec 3<&0
        "$@" < /dev/null & server=$!
        (exec > /dev/null 2>&1; while read -r signal <&3; do kill -$signal $server; done; kill -KILL $server) & guard=$!
        wait $server; code=$?
        kill $guard 2> /dev/null
        exit $code
        """;

    /// <summary>The command of the server beside this program.</summary>
    public static readonly IReadOnlyList<string> ThisBuild = ["dotnet", Path.Combine(AppContext.BaseDirectory, "TimeBank.Server.dll")];

    private readonly Process _shell;
    private readonly StringBuilder _said = new();
    private readonly List<Uri> _addresses = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(string database, IReadOnlyList<string> settings, IReadOnlyList<string> program)
    {
        string[] command = [.. program, "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0",
            "--TimeBank:CallsPerSecond=0", .. settings];
        _shell = new Process
        {
            StartInfo = new ProcessStartInfo("sh", ["-c", Script, "sh", .. command])
            {
                RedirectStandardInput = true,
                RedirectStandardError = true, RedirectStandardOutput = true
            },
            EnableRaisingEvents = true,
        };
        _shell.StartInfo.Environment["TimeBank__Database"] = database;
        _shell.StartInfo.Environment["TimeBank__Migrate"] = "true";
        // A life is too short for code that the runtime optimises by profiling.
        _shell.StartInfo.Environment["DOTNET_TieredPGO"] = "0";
        _shell.ErrorDataReceived += (_, line) => Hear(line.Data);
        _shell.OutputDataReceived += (_, line) => Hear(line.Data);
        _shell.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The server didn't start:\n{Said}"));
    }

    /// <summary>The address of gRPC.</summary>
    public Uri Address => _addresses[0];

    /// <summary>The server's output so far.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>The end of the server's output.</summary>
    public string SaidLast => Said is var said && said.Length > LastCharacters ? said[^LastCharacters..] : said;

    /// <summary>Starts a server and does not wait until it is ready.</summary>
    /// <param name="program">The command before the settings.</param>
    public static ServerProcess Begin(string database, IReadOnlyList<string> settings, IReadOnlyList<string> program)
    {
        var server = new ServerProcess(database, settings, program);
        server._shell.Start();
        server._shell.BeginErrorReadLine();
        server._shell.BeginOutputReadLine();
        return server;
    }

    /// <summary>Waits until the server is ready.</summary>
    /// <exception cref="InvalidOperationException">The server ended before. The message contains its output.</exception>
    public Task ReadyAsync() => _ready.Task.WaitAsync(TimeSpan.FromMinutes(1));

    public static async Task<ServerProcess> StartAsync(string database, IReadOnlyList<string> settings, IReadOnlyList<string> program)
    {
        ServerProcess server = Begin(database, settings, program);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Tells the server to end (SIGTERM), and waits until it has.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> DrainAsync()
    {
        await SignalAsync("TERM");
        return await EndAsync();
    }

    /// <summary>Waits until the server ends by itself.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _shell.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _shell.ExitCode;
    }

    /// <summary>Freezes the process in the middle of its work (SIGSTOP).</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets a frozen process go on (SIGCONT).</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Kills the server with <c>kill -9</c>.</summary>
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
