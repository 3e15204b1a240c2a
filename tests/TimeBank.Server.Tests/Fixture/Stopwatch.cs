namespace TimeBank.Server.Tests;

/// <summary>A time provider with real timers, whose elapsed time passes only when a test sets it.</summary>
internal sealed class Stopwatch : TimeProvider
{
    public int Seconds { get; set; }

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Seconds;
}
