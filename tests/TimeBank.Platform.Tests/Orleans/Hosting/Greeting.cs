namespace TimeBank.Platform.Tests.Orleans.Hosting;

public sealed record Greeting(string Text);
