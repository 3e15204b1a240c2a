namespace TimeBank.Cli;

/// <summary>No token could be had, so nothing was asked of the server.</summary>
internal sealed class TokenException(ExitCode exitCode, string chinese, string english) : Exception(english)
{
    public ExitCode ExitCode { get; } = exitCode;

    public string In(Language language) => language[chinese, Message];
}
