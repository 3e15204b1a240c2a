namespace TimeBank.Grains;

/// <summary>What is kept of a demonstration, so that it goes on where a stopped server left it.</summary>
public sealed class ScenarioState : WorkflowState
{
    public DateTimeOffset? Now { get; set; }

    public bool Finished { get; set; }
}
