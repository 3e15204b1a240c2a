using TimeBank.Server;

await TimeBankServer.Build(args).RunAsync();
