using TimeBank.Server;

try
{
    if (args is [VerifyCommand.Name, .. string[] settings]) return VerifyCommand.Run(TimeBankServer.Options(settings), Console.Out, Console.Error);
    await TimeBankServer.Build(args).RunAsync();
    return 0;
}
catch (Exception error) when (ServerStart.Explain(error) is { } explanation)
{
    Console.Error.WriteLine($"timebank: {explanation}");
    return ServerStart.CannotStart;
}
