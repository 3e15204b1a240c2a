using TimeBank.Cli;

return await CommandLine.MainAsync(args, _ => []);
