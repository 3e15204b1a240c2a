using TimeBank.Server;

try
{
    if (args is [VerifyCommand.Name, .. string[] settings]) return VerifyCommand.Run(TimeBankServer.Options(settings), Console.Out,
        Console.Error);
    if (args is [MoveCommand.Name, .. string[] places]) return MoveCommand.Run(TimeBankServer.Options(places), Console.Out, Console.Error);
    if (args is [MigrateCommand.Name, .. string[] words])
    {
        bool dryRun = words.Contains(MigrateCommand.DryRun);
        return MigrateCommand.Run(TimeBankServer.Options([.. words.Where(word => word != MigrateCommand.DryRun)]), dryRun, Console.Out);
    }
    await ServerStart.RunAsync(TimeBankServer.Build(args));
    return 0;
}
catch (Exception error) when (ServerStart.Explain(error) is { } explanation)
{
    Console.Error.WriteLine($"timebank: {explanation}");
    return ServerStart.CannotStart;
}
