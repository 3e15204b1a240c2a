namespace TimeBank.Chaos.Scenarios;

/// <summary>Something that is broken on purpose, on an engine.</summary>
/// <param name="Impossible">Why it can't be done on this machine; null where it can.</param>
/// <param name="RunAsync">Runs it with so many rounds, from a seed, telling of each, and gives the end in a line; throws where a promise
/// was broken.</param>
internal sealed record Scenario(string Name, string Engine, Func<string?> Impossible, Func<int, int, Action<string>,
    Task<string>> RunAsync);
