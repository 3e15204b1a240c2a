namespace TimeBank.Server.Tests;

/// <summary>Real timers, but time passes only when the test says so.</summary>
internal sealed class Stopwatch : TimeProvider
{
    public int Seconds { get; set; }

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Seconds;
}
