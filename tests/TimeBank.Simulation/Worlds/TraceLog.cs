using Microsoft.Extensions.Logging;

namespace TimeBank.Simulation;

/// <summary>Writes the log of the code under test into the trace.</summary>
internal sealed class TraceLog(World world, string process) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
        string> formatter)
    {
        world.RequireOwnThread("The log");
        world.Note(
            $"{process} logs: "
                + $"{formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
    }
}
