namespace TimeBank.Cli.Play;

/// <summary>Two figures that must be equal.</summary>
internal readonly record struct Check(string Chinese, string English, long Left, long Right)
{
    public bool Ties => Left == Right;
}
