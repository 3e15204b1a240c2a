using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Spectre.Console;

namespace TimeBank.Cli;

/// <summary>A command's output: tables for people, the contract's JSON for scripts. Errors go to the error stream in the same
/// form.</summary>
internal sealed class Screen
{
    // Wide enough that each row of a table is one line for a script.
    private const int WidthOfFiles = 240;

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation());
    private static readonly JsonSerializerOptions ErrorJson =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ToolEnvironment _environment;

    public Screen(ToolEnvironment environment, Language language, bool isJson)
    {
        _environment = environment;
        Language = language;
        IsJson = isJson;
        Console = Create(environment.Out, environment);
    }

    public Language Language { get; }

    /// <summary>True if a script reads the output (<c>--json</c>).</summary>
    public bool IsJson { get; }

    public IAnsiConsole Console { get; }

    public bool IsTerminal => _environment.OutputIsTerminal;

    /// <summary>Writes a message as JSON, or calls <paramref name="forPeople"/>.</summary>
    public void Show(IMessage message, Action forPeople)
    {
        if (IsJson) _environment.Out.WriteLine(Json.Format(message));
        else forPeople();
    }

    public void Line(string text) => Console.WriteLine(text);

    /// <summary>Writes a text that a script takes as it is, such as a token.</summary>
    public void Raw(string text) => _environment.Out.WriteLine(text);

    /// <summary>Writes what a script reads and is no message of the contract.</summary>
    public void Raw(JsonNode answer) => Raw(answer.ToJsonString());

    /// <summary>Writes a text without a line end.</summary>
    public void Text(string text) => _environment.Out.Write(text);

    /// <summary>Says on the error stream what is worth knowing beside the output.</summary>
    public void Warn(string text) => _environment.Error.WriteLine(text);

    /// <summary>
    /// Shows progress on the error stream, so that it never mixes with the output. At a terminal the line overwrites itself; elsewhere only
    /// the last text is written.
    /// </summary>
    public void Progress(string text, bool ended)
    {
        if (!_environment.OutputIsTerminal && !ended) return;
        string line = _environment.OutputIsTerminal ? $"\r{text}" : text;
        if (ended) _environment.Error.WriteLine(line);
        else _environment.Error.Write(line);
    }

    public void Table(string title, IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (Column column in columns)
        {
            TableColumn head = new(new Text(column.Header)) { NoWrap = column.IsAmount };
            table.AddColumn(column.IsAmount ? head.RightAligned() : head);
        }
        int count = 0;
        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
            count++;
        }
        if (count == 0)
        {
            Line(title.Length > 0 ? $"{title}: {Language["没有记录", "none"]}" : Language["没有记录", "None."]);
            return;
        }
        Title(title);
        Console.Write(table);
    }

    /// <summary>A line of its own: a table's own title is cut to the table's width, and the next command may need all of it.</summary>
    private void Title(string title)
    {
        if (title.Length > 0) Console.Write(new Text($"{title}\n", new Style(decoration: Decoration.Bold)));
    }

    /// <summary>Shows one thing as lines of label and value. Empty values are left out.</summary>
    public void Facts(string title, params IReadOnlyList<(string Label, string Value)> facts)
    {
        var table = new Table { Border = TableBorder.Rounded, ShowHeaders = false };
        Title(title);
        table.AddColumn("").AddColumn("");
        foreach ((string label, string value) in facts.Where(fact => fact.Value.Length > 0)) table.AddRow(new Text(label), new Text(value));
        Console.Write(table);
    }

    public void Fail(Failure failure)
    {
        if (IsJson)
        {
            var error = new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["status"] = failure.Status,
                    ["reason"] = failure.Reason,
                    ["message"] = failure.Message,
                    ["metadata"] = new JsonObject(failure.Values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
                    ["fieldViolations"] = new JsonArray([.. failure.Fields.Select(field => new JsonObject
                    {
                        ["field"] = field.Field, ["violation"] = field.Violation, ["description"] = field.Text,
                    })]),
                },
            };
            _environment.Error.WriteLine(error.ToJsonString(ErrorJson));
            return;
        }
        _environment.Error.WriteLine(failure.Reason.Length > 0 ? $"{failure.Message} [{failure.Reason}]" : failure.Message);
        foreach (FieldFailure field in failure.Fields) _environment.Error.WriteLine($"  {field.Field}: {field.Text}");
        if (failure.Option is { } option)
            _environment.Error.WriteLine(Language[$"确实要这样办理的，请加上 {option}。", $"If it is meant all the same, add {option}."]);
    }

    private static IAnsiConsole Create(TextWriter writer, ToolEnvironment environment)
    {
        bool colours = environment.OutputIsTerminal && string.IsNullOrEmpty(environment.Variable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = environment.OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = environment.OutputIsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!environment.OutputIsTerminal)
        {
            console.Profile.Width = WidthOfFiles;
            console.Profile.Capabilities.Unicode = true;
        }
        return console;
    }
}

/// <summary>A column of a table.</summary>
/// <param name="IsAmount">True for numbers, which are aligned to the right.</param>
internal readonly record struct Column(string Header, bool IsAmount = false);
