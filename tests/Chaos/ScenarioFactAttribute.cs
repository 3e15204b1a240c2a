using TimeBank.Chaos.Scenarios;
using Xunit;

namespace TimeBank.Chaos;

/// <summary>Skipped, with the reason, where the scenario can't be run.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScenarioFactAttribute : FactAttribute
{
    public ScenarioFactAttribute(string name, string engine)
    {
        Name = name;
        Engine = engine;
        Skip = Plan.Find(name, engine).Impossible();
    }

    public string Name { get; }

    public string Engine { get; }
}
