using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TimeBank.Server.Tests;

/// <summary>
/// Records a running server's log from now on, at the operators' levels. It leaves out the warnings of Orleans and Kestrel about a busy
/// machine (stalled threads, a late heartbeat), which may come during any test.
/// </summary>
internal sealed class RecordedLog : ILoggerProvider
{
    private readonly LogLevel _least;

    private volatile bool _closed;

    /// <param name="least">From which level on.</param>
    public RecordedLog(IServiceProvider server, LogLevel least = LogLevel.Warning)
    {
        _least = least;
        server.GetRequiredService<ILoggerFactory>().AddProvider(this);
    }

    public ConcurrentQueue<string> Lines { get; } = [];

    public IEnumerable<string> Errors => Lines.Where(line => line.StartsWith(nameof(LogLevel.Error), StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) =>
        new Category(this, categoryName.StartsWith("Orleans.Runtime.", StringComparison.Ordinal));

    public void Dispose() => _closed = true;

    private sealed class Category(RecordedLog log, bool isOfTheMachine) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel >= log._least;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (log._closed || !IsEnabled(logLevel)) return;
            if (logLevel == LogLevel.Warning && (isOfTheMachine || eventId.Name == "HeartbeatSlow")) return;
            log.Lines.Enqueue($"{logLevel} {eventId} {formatter(state, exception)} {exception?.GetType().Name}");
        }
    }
}
