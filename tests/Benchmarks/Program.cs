using TimeBank.Benchmarks.Platform;

// Each first word names a benchmark: dotnet run -c Release --project tests/Benchmarks -- grains
switch (args.FirstOrDefault())
{
    case "grains":
        await GrainCallBenchmark.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("Which benchmark? grains");
        return 2;
}
