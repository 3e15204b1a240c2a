using TimeBank.Benchmarks.Platform;

// Each first word names a benchmark: dotnet run -c Release --project tests/Benchmarks -- grains
switch (args.FirstOrDefault())
{
    case "grains":
        await GrainCallBenchmark.RunAsync();
        return 0;
    case "grpc":
        await GrpcCallBenchmark.RunAsync();
        return 0;
    case GrpcCallServer.Argument:
        await GrpcCallServer.RunAsync();
        return 0;
    default:
        Console.Error.WriteLine("Which benchmark? grains grpc");
        return 2;
}
