using TimeBank.Chaos.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace TimeBank.Chaos;

/// <summary>Every scenario in its short form.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Rounds = 3, Seed = 430211;

    public static TheoryData<string, string> Scenarios
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var scenario in Plan.All) data.Add(scenario.Name, scenario.Engine);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Nothing_acknowledged_is_lost_or_counted_twice(string name, string engine)
    {
        var scenario = Plan.All.Single(each => (each.Name, each.Engine) == (name, engine));
        output.WriteLine(await scenario.RunAsync(Rounds, Seed, output.WriteLine));
    }
}
