using Orleans;

namespace TimeBank.Grains;

/// <summary>The clock of a demonstration; one in a server, key: <see cref="Key"/>.</summary>
[Alias("timebank.scenario")]
public interface IScenarioGrain : IGrainWithStringKey
{
    const string Key = "scenario";

    [Alias("get")]
    Task<ScenarioMessage> GetAsync();

    /// <summary>Moves the clock forward; never back.</summary>
    [Alias("advance")]
    Task<Reply<ScenarioMessage>> AdvanceAsync(Command command, DateTimeOffset to);

    /// <summary>Ends the demonstration: from now on the system's clock runs the business.</summary>
    [Alias("finish")]
    Task<Reply<ScenarioMessage>> FinishAsync(Command command);
}
