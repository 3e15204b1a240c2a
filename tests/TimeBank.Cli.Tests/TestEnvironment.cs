namespace TimeBank.Cli.Tests;

/// <summary>A process's surroundings that a test can look into.</summary>
internal sealed class TestEnvironment
{
    private readonly Dictionary<string, string> _variables = [];
    private readonly StringWriter _out = new(), _error = new();

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public TestEnvironment With(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    public ToolEnvironment AsTool(bool isTerminal = false) => new(_out, _error, name => _variables.GetValueOrDefault(name), isTerminal);

    public Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, AsTool(), CancellationToken.None);
}
