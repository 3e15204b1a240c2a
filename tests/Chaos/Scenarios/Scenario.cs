namespace TimeBank.Chaos.Scenarios;

/// <summary>A fault made on purpose, on one engine.</summary>
/// <param name="Impossible">The reason why this machine can't run it; null if it can.</param>
/// <param name="RunAsync">Runs the scenario, given the options and a printer for progress. Returns the result in one line; throws for a
/// broken promise.</param>
internal sealed record Scenario(string Name, string Engine, Func<string?> Impossible, Func<ChaosOptions, Action<string>,
    Task<string>> RunAsync);
