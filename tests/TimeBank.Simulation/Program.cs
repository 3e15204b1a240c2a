using TimeBank.Simulation;

return CommandLine.Run(args, Console.Out);
