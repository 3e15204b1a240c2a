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

    private const string Accepting = "database system is ready to accept connections";

    private const string Following = "database system is ready to accept read-only connections";

    // The shell reads words until its input ends, which happens when the tests end, however they end. Then it stops what it started. The
    // server's log goes to the shell's output.
    private const string Script =
        """
        bin=$1; data=$2; port=$3; shift 3
        cd "$data" || exit 1
        trap '' INT
        say() { echo "timebank: $1" >&2; }
        end() { [ -z "$2" ] || { kill "-$1" "$2"; wait "$2"; } 2> /dev/null; }
        other() { program=$1; shift; "$bin/$program" -h 127.0.0.1 -p "$with" -U timebank "$@" >&2; }
        while read -r word with; do
            case $word in
                new)
                    "$bin/initdb" -D cluster --username=timebank --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 || exit 1
                    echo "host all all 127.0.0.0/8 trust" >> cluster/pg_hba.conf ;;
                standby)
                    rm -rf cluster
                    other pg_basebackup -D cluster -R -X stream -c fast --no-sync || exit 1 ;;
                keep)
                    mkdir wal
                    other pg_receivewal --slot=wal --create-slot || exit 1
                    "$bin/pg_receivewal" -h 127.0.0.1 -p "$with" -U timebank -D wal --slot=wal --synchronous >&2 & receiver=$!
                    other pg_basebackup -D base -X none -c fast --no-sync || exit 1
                    say kept ;;
                restore)
                    end KILL "$receiver"; receiver=
                    rm -rf cluster
                    cp -a base cluster
                    echo "synchronous_standby_names = ''" >> cluster/postgresql.auto.conf
                    echo "restore_command = 'cp $data/wal/%f %p 2>/dev/null || cp $data/wal/%f.partial %p'" >> cluster/postgresql.auto.conf
                    [ -z "$with" ] || echo "recovery_target_time = '$with'" >> cluster/postgresql.auto.conf
                    echo "recovery_target_action = promote" >> cluster/postgresql.auto.conf
                    touch cluster/recovery.signal ;;
                start)
                    "$bin/postgres" -D "$data/cluster" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= "$@" >&2 &
                    server=$! ;;
                stop) end QUIT "$server"; server=; say stopped ;;
                lose) end QUIT "$server"; server=; rm -rf cluster; say lost ;;
            esac
        done
        end KILL "$receiver"
        end QUIT "$server"
        rm -rf "$data"
        """;

    private readonly Process _shell;
    private readonly StringBuilder _log = new();
    private (string Line, TaskCompletionSource Said) _awaited = ("", new TaskCompletionSource());

    private PostgreSqlServer(string binaries, string folder, int port, string[] settings)
    {
        Port = port;
        // PostgreSQL refuses to run as root. Debian's package brings a user for it.
        string[] asUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
        string[] command = [.. asUser, "sh", "-c", Script, "sh", binaries, folder, port.ToString(CultureInfo.InvariantCulture),
            .. settings.SelectMany(setting => new[] { "-c", setting })];
        _shell = new Process
        {
            StartInfo = new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardInput = true, RedirectStandardError = true,
                RedirectStandardOutput = true
            },
            EnableRaisingEvents = true,
        };
        _shell.ErrorDataReceived += (_, line) => Log(line.Data);
        _shell.OutputDataReceived += (_, line) => Log(line.Data);
        _shell.Exited += (_, _) => _awaited.Said.TrySetException(new InvalidOperationException($"PostgreSQL didn't start:\n{Text}"));
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
        PostgreSqlServer server = await WithoutDatabaseAsync(settings);
        try
        {
            server.Tell("new");
            await server.DoAsync("start", Accepting);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>A server that has nothing yet: to follow another one, or to keep another one's backup.</summary>
    public static async Task<PostgreSqlServer> WithoutDatabaseAsync(params string[] settings)
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
        return server;
    }

    /// <summary>
    /// Stops the server as <c>pg_ctl stop -m immediate</c> does: it drops all connections at once and recovers at the next start.
    /// </summary>
    public Task StopAtOnceAsync() => DoAsync("stop", "timebank: stopped");

    /// <summary>Stops the server at once, and its disk is gone.</summary>
    public Task LoseAsync() => DoAsync("lose", "timebank: lost");

    public Task StartAgainAsync() => DoAsync("start", Accepting);

    /// <summary>Forgets what it has, and follows another server as its standby, by streaming replication.</summary>
    public Task FollowAsync(PostgreSqlServer primary)
    {
        Tell($"standby {primary.Port}");
        return DoAsync("start", Following);
    }

    /// <summary>
    /// Takes a base backup of another server, and receives its write-ahead log from now on, as <c>pg_receivewal</c> with
    /// <c>--synchronous</c> does.
    /// </summary>
    public Task KeepAsync(PostgreSqlServer primary) => DoAsync($"keep {primary.Port}", "timebank: kept");

    /// <summary>Restores the backup that it keeps, and starts.</summary>
    /// <param name="to">The moment to restore to; null: the last one of the received log.</param>
    public Task RestoreAsync(DateTimeOffset? to = null)
    {
        Tell($"restore {to?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", CultureInfo.InvariantCulture)}");
        return DoAsync("start", Accepting);
    }

    public string ConnectionString(string database, string user = Superuser) =>
        $"Host=127.0.0.1;Port={Port};Username={user};Database={database}";

    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit();
        _shell.Dispose();
    }

    private void Tell(string word) => _shell.StandardInput.WriteLine(word);

    /// <summary>Tells a word, and waits until a line of the output has a text.</summary>
    private Task DoAsync(string word, string line)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_log) _awaited = (line, said);
        Tell(word);
        return said.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }

    private void Log(string? line)
    {
        if (line is null) return;
        lock (_log)
        {
            _log.AppendLine(line);
            if (_awaited.Line.Length > 0 && line.Contains(_awaited.Line, StringComparison.Ordinal)) _awaited.Said.TrySetResult();
        }
    }
}
