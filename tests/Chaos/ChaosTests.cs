using TimeBank.Chaos.Scenarios;
using Xunit;

namespace TimeBank.Chaos;

/// <summary>
/// The scenarios in their short form. Where PostgreSQL does the same as SQLite, only the long form runs it; and where a scenario takes a
/// minute, since two servers must first take each other for dead or start anew. A scenario that this machine can't run is skipped, with the
/// reason.
/// </summary>
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
                if (scenario is not
                    {
                        Engine: Plan.PostgreSql, Name: Plan.OlderBackupName or Plan.FullDiskName or Plan.NetworkCutName
                    or Plan.RollingUpgradeName
                    }) data.Add(scenario.Name, scenario.Engine);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Nothing_acknowledged_is_lost_or_counted_twice(string name, string engine)
    {
        Scenario scenario = Plan.Find(name, engine);
        string? impossible = scenario.Impossible();
        Assert.SkipWhen(impossible is not null, impossible ?? "");
        var options = new ChaosOptions(name == Plan.KillName ? Rounds : 1, Seed, [engine], [name]);
        output.WriteLine(await scenario.RunAsync(options, output.WriteLine));
    }
}
