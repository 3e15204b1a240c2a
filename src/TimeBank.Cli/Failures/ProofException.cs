namespace TimeBank.Cli;

/// <summary>What was to be proved doesn't hold.</summary>
internal sealed class ProofException(string chinese, string english) : Exception(english)
{
    public string In(Language language) => language[chinese, Message];
}
