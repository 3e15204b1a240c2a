using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Platform.Tests.Orleans.Calls;

[Alias("TimeBank.Platform.Tests.ICallGrain")]
public interface ICallGrain : IGrainWithStringKey
{
    [Alias("Echo")]
    ValueTask<Word> Echo(Word word);

    [Alias("Fail")]
    Task<int> Fail(string message);

    [Alias("FailFar")]
    Task FailFar(string other, string message);

    /// <summary>Raises <c>{key} waits</c>, waits for the token and raises <c>{key} cancelled</c>.</summary>
    [Alias("WaitFor")]
    Task WaitFor(CancellationToken cancellationToken);

    /// <summary>Waits for <c>{key} go</c>, then counts.</summary>
    [Alias("CountLate")]
    Task CountLate();

    [AlwaysInterleave]
    [Alias("Count")]
    Task<int> Count();

    [Alias("ContextHere")]
    Task<string?> ContextHere(string key);

    /// <summary>Reads the value in another grain, having changed it where a new value is given.</summary>
    [Alias("ContextThere")]
    Task<string?> ContextThere(string other, string key, string? changed);

    [OneWay]
    [Alias("Tell")]
    Task Tell(string signal);
}
