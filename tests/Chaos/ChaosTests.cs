using TimeBank.Chaos.Scenarios;
using Xunit;

namespace TimeBank.Chaos;

/// <summary>
/// The scenarios in their short form. Where PostgreSQL does the same as SQLite, only the long form runs it. A scenario that this machine
/// can't run is skipped, with the reason.
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
                if (scenario is not { Engine: Plan.PostgreSql, Name: Plan.OlderBackupName or Plan.FullDiskName })
                    data.Add(scenario.Name, scenario.Engine);
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
        output.WriteLine(await scenario.RunAsync(name == Plan.KillName ? Rounds : 1, Seed, output.WriteLine));
    }
}
