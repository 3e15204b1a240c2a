namespace TimeBank.Chaos.Load;

/// <summary>The server broke a promise.</summary>
internal sealed class ChaosFinding(string message) : Exception(message);
