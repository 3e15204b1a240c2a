using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TimeBank.Testing;

/// <summary>
/// A private PostgreSQL server in its own folder, on a free loopback port. It stops when it is disposed of, and also when the tests are
/// killed.
/// </summary>
public sealed class PostgreSqlServer : IDisposable
{
    public const string Superuser = "timebank";

    private const string Binaries = "/usr/lib/postgresql";

    private const string StoppedWord = "timebank: the server has stopped";

    // The shell reads words (start, stop) until its input ends, which happens when the tests end, however they end. Then it stops the
    // server. The server's log goes to the shell's output.
    private const string Script =
        """
        bin=$1; data=$2; port=$3; shift 3
        cd "$data" || exit 1
        trap '' INT
        "$bin/initdb" --pgdata="$data/cluster" --username=timebank --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 || exit 1
        word=start
        while [ $word != end ]; do
            case $word in
                start) "$bin/postgres" -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= "$@" >&2 & server=$! ;;
                stop) kill -QUIT $server; wait $server; echo "timebank: the server has stopped" >&2 ;;
            esac
            read -r word || word=end
        done
        kill -QUIT $server 2> /dev/null
        wait $server
        rm -rf "$data"
        """;

    private readonly Process _shell;
    private readonly StringBuilder _log = new();
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously),
        _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PostgreSqlServer(string binaries, string folder, int port, string[] settings)
    {
        Port = port;
        // PostgreSQL refuses to run as root. Debian's package brings a user for it.
        string[] asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        string[] command = [.. asUser, "sh", "-c", Script, "sh", binaries, folder, port.ToString(CultureInfo.InvariantCulture),
            .. settings.SelectMany(setting => new[] { "-c", setting })];
        _shell = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true,
                RedirectStandardOutput = true },
            EnableRaisingEvents = true,
        };
        _shell.ErrorDataReceived += (_, line) => Log(line.Data);
        _shell.OutputDataReceived += (_, line) => Log(line.Data);
        _shell.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"PostgreSQL didn't start:\n{Text}"));
    }

    public int Port { get; }

    private string Text
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Settings of <c>postgresql.conf</c>, beside the usual ones.</param>
    /// <exception cref="InvalidOperationException">PostgreSQL isn't installed, or doesn't start.</exception>
    public static async Task<PostgreSqlServer> StartAsync(params string[] settings)
    {
        string binaries = Directory.Exists(Binaries)
            ? Directory.GetDirectories(Binaries)
            .Where(folder => int.TryParse(Path.GetFileName(folder), out int version) && version >= 15
            && File.Exists($"{folder}/bin/postgres"))
                .OrderBy(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).LastOrDefault() ?? ""
            : "";
        if (binaries.Length == 0) throw new InvalidOperationException(
            $"There is no PostgreSQL 15 or later under {Binaries}. Install it: apt-get install postgresql");
        string folder = Directory.CreateTempSubdirectory("timebank-postgresql-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            using Process chown = Process.Start("chown", ["postgres:postgres", folder]);
            await chown.WaitForExitAsync();
        }
        var server = new PostgreSqlServer($"{binaries}/bin", folder, Ports.Free(), settings);
        server._shell.Start();
        server._shell.StandardInput.AutoFlush = true;
        server._shell.BeginErrorReadLine();
        server._shell.BeginOutputReadLine();
        try
        {
            await server._ready.Task.WaitAsync(TimeSpan.FromMinutes(2));
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops the server as <c>pg_ctl stop -m immediate</c> does: it drops all connections at once and recovers at the next start.
    /// </summary>
    public Task StopAtOnceAsync()
    {
        _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _shell.StandardInput.WriteLine("stop");
        return _stopped.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public Task StartAgainAsync()
    {
        _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _shell.StandardInput.WriteLine("start");
        return _ready.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    public string ConnectionString(string database, string user = Superuser) =>
        $"Host=127.0.0.1;Port={Port};Username={user};Database={database}";

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Log(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (line == StoppedWord) _stopped.TrySetResult();
        if (line.Contains("database system is ready to accept connections", StringComparison.Ordinal)) _ready.TrySetResult();
    }
}
