using System.CommandLine;
using System.Text;

namespace TimeBank.Cli;

/// <summary>Makes commands with texts in the reader's language, and runs each of them with a session and error handling.</summary>
internal sealed class CommandFactory(Language language, ToolEnvironment environment)
{
    private const int DefaultLimit = 50;

    public Language Language { get; } = language;

    public GlobalOptions Options { get; } = new(language, environment);

    public Option<int> Limit { get; } =
        new("--limit") { Description = language["最多显示多少条", "at most so many"], DefaultValueFactory = _ => DefaultLimit };

    public Option<bool> All { get; } = new("--all") { Description = language["全部显示", "all of them"] };

    public Option<string> Memo { get; } = new("--note") { Description = language["备注，不写个人信息", "a remark; nothing personal"] };

    public Option<bool> DryRun { get; } =
        new("--dry-run") { Description = language["试算：只看会怎样，不记账", "only say what would happen; nothing is recorded"] };

    public Argument<string> Argument(string name, string chinese, string english) => new(name) { Description = Language[chinese, english] };

    public Option<string> Option(string name, string chinese, string english, bool required = false) =>
        new(name) { Description = Language[chinese, english], Required = required };

    /// <summary>A group of commands.</summary>
    public Command Group(string name, string chinese, string english, params IReadOnlyList<Command> commands)
    {
        var group = new Command(name, Language[chinese, english]);
        foreach (Command command in commands) group.Add(command);
        return group;
    }

    public Command Command(string name, string chinese, string english, IReadOnlyList<Symbol> symbols, Func<Session, ParseResult,
        Task> run) =>
        Command(name, chinese, english, symbols, async (session, parsed) =>
        {
            await run(session, parsed);
            return ExitCode.Ok;
        });

    public Command Command(string name, string chinese, string english, IReadOnlyList<Symbol> symbols, Func<Session, ParseResult,
        Task<ExitCode>> run)
    {
        var command = new Command(name, Language[chinese, english]);
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument) command.Add(argument);
            if (symbol is Option option) command.Add(option);
        }
        command.SetAction(async (parsed, cancellation) => (int)await RunAsync(parsed, run, cancellation));
        return command;
    }

    public Paging PagingOf(ParseResult parsed)
    {
        int limit = parsed.GetValue(All) ? int.MaxValue : parsed.GetValue(Limit);
        return limit > 0 ? new Paging(limit) : throw new UsageException("--limit 须大于零。", "--limit must be more than zero.");
    }

    /// <summary>True for <c>--dry-run</c>. Then says so on the error stream.</summary>
    public bool IsDryRun(ParseResult parsed)
    {
        bool dry = parsed.GetValue(DryRun);
        if (dry) environment.Error.WriteLine(Language["试算：以下并未记账。", "Only tried: nothing of this is recorded."]);
        return dry;
    }

    /// <summary>Asks for what nobody else may see. Where no person types it, it is the next line of the input.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public string Secret(string chinese, string english)
    {
        environment.Error.Write(Language[$"{chinese}：", $"{english}: "]);
        string? typed = environment.ReadSecret()?.Trim();
        environment.Error.WriteLine();
        return typed is { Length: > 0 } ? typed
            : throw new UsageException($"没有输入：{chinese}。", $"Nothing was entered: {english}.");
    }

    /// <summary>The same, or the first line of a file.</summary>
    /// <param name="place">A hyphen: it is asked for. Else the file.</param>
    /// <exception cref="UsageException">There is none, or the file can't be read.</exception>
    public string SecretOf(string place, string chinese, string english)
    {
        if (place == "-") return Secret(chinese, english);
        try
        {
            string? line = File.ReadLines(place).FirstOrDefault()?.Trim('\r', '\n', ' ');
            return line is { Length: > 0 } ? line
                : throw new UsageException($"文件里没有内容：{chinese}。", $"The file is empty: {english}.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // What was typed is not repeated: it may be the secret itself.
            throw new UsageException($"读不到文件：{chinese}写 - 随后输入，或写存有它的文件。",
                $"There is no such file: {english} is - to enter it, or a file that holds it.");
        }
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, Func<Session, ParseResult, Task<ExitCode>> run,
        CancellationToken cancellation)
    {
        var screen = new Screen(environment, Language, parsed.GetValue(Options.Json));
        Session? session = null;
        try
        {
            session = new Session(Settings.Read(parsed, Options), screen, cancellation);
            return await run(session, parsed);
        }
        catch (Exception error) when (Failure.Of(error, Language, session?.Settings.Server) is { } failure)
        {
            screen.Fail(failure);
            if (failure.LeavesUnknown && session?.UsedRequestId is { } id)
            {
                environment.Error.WriteLine(Language[$"是否已记账未知；可用 --request-id {id} 重试，不会重复记账。",
                    $"Whether it was recorded is unknown; try again with --request-id {id}: nothing is recorded twice."]);
            }
            return failure.ExitCode;
        }
        finally
        {
            session?.Dispose();
        }
    }
}

/// <summary>The tool's surroundings: output streams and environment variables.</summary>
/// <param name="Variable">A variable's value; null if unset.</param>
/// <param name="OutputIsTerminal">True if a person watches: only then the tool shows progress bars and colours.</param>
internal sealed record ToolEnvironment(TextWriter Out, TextWriter Error, Func<string, string?> Variable, bool OutputIsTerminal)
{
    /// <summary>Reads a line that a terminal doesn't show; null where the input has ended.</summary>
    public Func<string?> ReadSecret { get; init; } = () => null;

    public static ToolEnvironment OfProcess() =>
        new(Console.Out, Console.Error, Environment.GetEnvironmentVariable, !Console.IsOutputRedirected) { ReadSecret = Hidden };

    /// <summary>A variable's value, or the fallback if it is unset or empty.</summary>
    public string Or(string variable, string otherwise) => Variable(variable) is { Length: > 0 } value ? value : otherwise;

    private static string? Hidden()
    {
        if (Console.IsInputRedirected) return Console.In.ReadLine();
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        return typed.ToString();
    }
}
