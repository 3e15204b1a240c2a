using TimeBank.Simulation;
using Xunit.MicrosoftTestingPlatform;

return args is [CommandLine.Word, .. string[] words]
    ? CommandLine.Run(words, Console.Out)
    : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
