using System.Diagnostics;
using TimeBank.Chaos;
using TimeBank.Chaos.Scenarios;
using Xunit.MicrosoftTestingPlatform;

// With "chaos" as its first word the program runs the long forms; all other words are for the test platform.
if (args is not ["chaos", .. string[] words])
    return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);

ChaosOptions options;
try
{
    options = ChaosOptions.Parse(words, [.. Plan.All.Select(scenario => scenario.Name).Distinct()]);
}
catch (FormatException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}

int passed = 0, failed = 0, notRun = 0;
foreach ((string name, string engine, var impossible, var runAsync) in Plan.All)
{
    if (!options.Scenarios.Contains(name) || !options.Engines.Contains(engine)) continue;
    if (impossible() is { } reason)
    {
        notRun++;
        Console.WriteLine($"{name} on {engine}: NOT RUN: {reason}\n");
        continue;
    }
    Console.WriteLine($"{name} on {engine}, seed {options.Seed}");
    var watch = Stopwatch.StartNew();
    string end;
    try
    {
        end = await runAsync(options, line => Console.WriteLine($"  {line}"));
        passed++;
    }
    // Report any failure of a scenario, and go on with the others.
    catch (Exception error)
    {
        failed++;
        end = $"FAILED: {error}";
    }
    Console.WriteLine($"{name} on {engine}: {end} ({watch.Elapsed.TotalSeconds:F0} s)\n");
}
string left = notRun == 0 ? "" : $"; {notRun} not run";
Console.WriteLine(failed > 0 ? $"chaos: {failed} scenarios failed{left}" : passed > 0
    ? $"chaos: nothing was lost, nothing was counted twice{left}" : "chaos: nothing was run");
return failed > 0 ? 1 : passed > 0 ? 0 : 3;
