using TimeBank.Cli;
using TimeBank.Demo;

// The operators' tool, with the commands of the demonstration.
return await CommandLine.MainAsync(args, make => [.. ScenarioCommands.Of(make), .. PlayCommand.Of(make), CardCommand.Of(make)]);
