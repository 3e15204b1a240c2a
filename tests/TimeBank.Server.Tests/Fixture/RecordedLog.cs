using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TimeBank.Server.Tests;

/// <summary>What a running server writes from now on, at the levels that operators keep.</summary>
internal sealed class RecordedLog : ILoggerProvider, ILogger
{
    private volatile bool _closed;

    public RecordedLog(IServiceProvider server) => server.GetRequiredService<ILoggerFactory>().AddProvider(this);

    public ConcurrentQueue<string> Lines { get; } = [];

    public IEnumerable<string> Errors => Lines.Where(line => line.StartsWith(nameof(LogLevel.Error), StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!_closed && IsEnabled(logLevel)) Lines.Enqueue(
            $"{logLevel} {eventId} {formatter(state, exception)} {exception?.GetType().Name}");
    }

    public void Dispose() => _closed = true;
}
