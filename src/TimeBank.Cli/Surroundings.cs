namespace TimeBank.Cli;

/// <summary>What a command finds around it: where it writes, and the environment's variables.</summary>
/// <param name="Variable">A variable's value; null where it isn't set.</param>
/// <param name="OutputIsTerminal">Whether somebody watches; a progress bar and colours are for them alone.</param>
internal sealed record Surroundings(TextWriter Out, TextWriter Error, Func<string, string?> Variable, bool OutputIsTerminal)
{
    public static Surroundings OfProcess() => new(Console.Out, Console.Error, Environment.GetEnvironmentVariable, !Console.IsOutputRedirected);

    /// <summary>A variable's value, or what holds where it is unset or empty.</summary>
    public string Or(string variable, string otherwise) => Variable(variable) is { Length: > 0 } value ? value : otherwise;
}
