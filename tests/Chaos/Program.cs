using System.Diagnostics;
using TimeBank.Chaos;
using TimeBank.Chaos.Scenarios;

ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args, [.. Plan.All.Select(scenario => scenario.Name).Distinct()]);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

int failed = 0;
foreach ((string name, string engine, var impossible, var runAsync) in Plan.All)
{
    if (!options.Scenarios.Contains(name) || !options.Engines.Contains(engine)) continue;
    if (impossible() is { } reason)
    {
        Console.WriteLine($"{name} on {engine}: SKIPPED: {reason}\n");
        continue;
    }
    Console.WriteLine($"{name} on {engine}, seed {options.Seed}");
    var watch = Stopwatch.StartNew();
    string end;
    try
    {
        end = await runAsync(options.Rounds, options.Seed, line => Console.WriteLine($"  {line}"));
    }
    // Whatever ends a scenario is told, and the others go on.
    catch (Exception error)
    {
        failed++;
        end = $"FAILED: {error}";
    }
    Console.WriteLine($"{name} on {engine}: {end} ({watch.Elapsed.TotalSeconds:F0} s)\n");
}
Console.WriteLine(failed == 0 ? "chaos: nothing was lost, nothing was counted twice" : $"chaos: {failed} scenarios failed");
return failed == 0 ? 0 : 1;
