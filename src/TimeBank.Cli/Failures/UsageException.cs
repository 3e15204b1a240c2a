namespace TimeBank.Cli;

/// <summary>What was entered can't be right; the message says how to enter it.</summary>
internal sealed class UsageException(string chinese, string english) : Exception(english)
{
    public string In(Language language) => language[chinese, Message];
}
