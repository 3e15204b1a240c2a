using TimeBank.Chaos.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace TimeBank.Chaos;

/// <summary>The scenarios in their short form; what is the same on the other engine is left to the long one.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Rounds = 3, Seed = 430211;

    public static TheoryData<string, string> Scenarios
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (Scenario scenario in Plan.All)
            {
                // These are run where they can be.
                if (scenario.Name is Plan.FullDiskName or Plan.TwoServersName or Plan.AllServersName) continue;
                if ((scenario.Name, scenario.Engine) != (Plan.OlderBackupName, Plan.PostgreSql)) data.Add(scenario.Name, scenario.Engine);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task Nothing_acknowledged_is_lost_or_counted_twice(string name, string engine) =>
        RunAsync(name, engine, name == "kill" ? Rounds : 1);

    [ScenarioFact(Plan.FullDiskName, Plan.Sqlite)]
    public Task Nothing_acknowledged_is_lost_when_the_disk_is_full() => RunAsync(Plan.FullDiskName, Plan.Sqlite, 1);

    [ScenarioFact(Plan.TwoServersName, Plan.PostgreSql)]
    public Task Nothing_acknowledged_is_lost_when_one_of_two_servers_is_killed() => RunAsync(Plan.TwoServersName, Plan.PostgreSql, 1);

    [ScenarioFact(Plan.AllServersName, Plan.PostgreSql)]
    public Task Nothing_acknowledged_is_lost_when_both_of_two_servers_are_killed_and_they_soon_serve_again() =>
        RunAsync(Plan.AllServersName, Plan.PostgreSql, 1);

    private async Task RunAsync(string name, string engine, int rounds)
    {
        output.WriteLine(await Plan.Find(name, engine).RunAsync(rounds, Seed, output.WriteLine));
    }
}
