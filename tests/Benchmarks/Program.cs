using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;
using TimeBank.Benchmarks.Pages;
using TimeBank.Benchmarks.Platform;
using TimeBank.Benchmarks.Reconcile;
using TimeBank.Benchmarks.Redeem;

// The first word names the benchmark: dotnet run -c Release --project tests/Benchmarks -- bench --quick
switch (args.FirstOrDefault())
{
    case "bench":
        return await BenchAsync(args[1..]);
    case "grains":
        await GrainCallBenchmark.RunAsync();
        return 0;
    case "grpc":
        await GrpcCallBenchmark.RunAsync();
        return 0;
    case "issue":
        await IssueBenchmark.RunAsync(args[1..]);
        return 0;
    case GrpcCallServer.Argument:
        await GrpcCallServer.RunAsync();
        return 0;
    case ReconcileProcess.Argument:
        await ReconcileProcess.RunAsync(args[1..]);
        return 0;
    default:
        Console.Error.WriteLine($"Which benchmark? bench grains grpc issue\n{BenchOptions.Usage}");
        return 2;
}

static async Task<int> BenchAsync(string[] words)
{
    BenchOptions options;
    try
    {
        options = BenchOptions.Parse(words);
    }
    catch (FormatException wrong)
    {
        Console.Error.WriteLine(wrong.Message);
        return 2;
    }
    using BenchDatabase database = await BenchDatabase.StartAsync();
    var report = new Report(Console.Out);
    var bench = new Bench(options, report);
    if (options.Against is not null)
    {
        await PairBench.AgainstAsync(database, options, report);
        return Finish(options, report);
    }
    report.Begin();
    foreach (ISubject subject in CoreBench.Subjects(database)) await bench.RunAsync(subject, database.FirstProcess);
    foreach (ISubject subject in RedeemBench.Subjects(database)) await bench.RunAsync(subject, database.FirstProcess);
    report.Compare(CoreBench.RowLocks, name => name.StartsWith("core on", StringComparison.Ordinal));
    report.Compare(RedeemBench.NoOp, name => name.StartsWith(RedeemBench.Redeem, StringComparison.Ordinal)
        || name.StartsWith(RedeemBench.Bill, StringComparison.Ordinal));
    await GrowthBench.RunAsync(people => CoreBench.OnPostgreSql(database, people), options, report);
    await GrowthBench.RunAsync(CoreBench.OnSqlite, options, report);
    await ReconcileBench.RunAsync(database, options, report);
    await PageBench.RunAsync(options, report);
    await TelemetryBench.RunAsync(database, options, report);
    return Finish(options, report);
}

static int Finish(BenchOptions options, Report report)
{
    if (options.Json is { } file) report.Write(file, TimeProvider.System.GetUtcNow());
    return 0;
}
