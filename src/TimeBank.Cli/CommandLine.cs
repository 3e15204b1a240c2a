using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text;

namespace TimeBank.Cli;

/// <summary>The tool's commands.</summary>
internal static class CommandLine
{
    /// <summary>Runs the tool as a process, on its console, until it ends or Ctrl-C.</summary>
    /// <param name="more">Commands besides the tool's own.</param>
    public static async Task<int> MainAsync(IReadOnlyList<string> args, Func<CommandFactory, IEnumerable<Command>> more)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        return await RunAsync(args, ToolEnvironment.OfProcess(), stop.Token, more);
    }

    /// <returns>An <see cref="ExitCode"/> as a number.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, ToolEnvironment environment, CancellationToken cancellation,
        Func<CommandFactory, IEnumerable<Command>>? more = null)
    {
        Language language = Language.Choose(args, environment.Variable);
        ParseResult parsed = Root(language, environment, more).Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors) await environment.Error.WriteLineAsync(error.Message);
            await environment.Error.WriteLineAsync(language["用法见 --help。", "See --help."]);
            return (int)ExitCode.Usage;
        }
        var configuration = new InvocationConfiguration
        {
            Output = environment.Out, Error = environment.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellation);
    }

    /// <summary>The tool as a command called as people call it, whatever the name of the program that has it.</summary>
    public static Command Root(Language language, ToolEnvironment environment, Func<CommandFactory, IEnumerable<Command>>? more = null)
    {
        var make = new CommandFactory(language, environment);
        var root = new Command("timebank", language[
            """
            时间银行：养老服务时间和养老服务券的记账工具。

            退出码：0 成功；1 按规则不能办理，或没有找到；2 输入有误；3 服务器连不上或暂时不能答复，是否已记账未知，可用同一 --request-id 重试；4 无权办理。
            """,
            """
            TimeBank: the ledger of hours and vouchers for the care of the old.

            Exit codes: 0 done; 1 refused by a rule, or not found; 2 what was entered can't be right; 3 the server can't be reached or can't answer
            now, and whether anything was recorded is unknown: the same --request-id again does nothing twice; 4 not allowed.
            """]);
        root.Add(new HelpOption());
        root.Add(new VersionOption());
        foreach (Option option in make.Options.All) root.Add(option);
        IEnumerable<Command> commands =
        [
            .. ConnectionCommands.Of(make), .. HourCommands.Of(make), .. VoucherCommands.Of(make), BillCommands.Of(make),
            ConfirmationCommands.Of(make),
            .. StatementCommands.Of(make), .. LedgerCommands.Of(make),
            ReceiptCommand.Of(make), ReceiptCheck.Of(make), WitnessCommand.Of(make),
            .. AccountCommands.Of(make), .. ExportCommand.Of(make), .. ImportCommand.Of(make),
            .. ProgrammeCommands.Of(make), .. FundCommands.Of(make), .. DonationCommands.Of(make),
            .. OrderCommands.Of(make), .. ElderCommands.Of(make), .. OutreachCommands.Of(make),
            VisitCommands.Of(make), .. VolunteerCommands.Of(make), PersonCommands.Of(make),
            .. ProviderCommands.Of(make), .. TerminalCommands.Of(make),
            .. BankAccountCommands.Of(make), .. PayeeCommands.Of(make), .. SettlementCommands.Of(make), .. PeriodCommands.Of(make),
            ClearingCommands.Of(make),
            .. ReportCommands.Of(make), ComplaintCommands.Of(make), EstateCommands.Of(make), PrepaymentCommands.Of(make),
            WebhookCommands.Of(make), .. RuleCommands.Of(make), .. more?.Invoke(make) ?? [],
        ];
        foreach (Command command in commands) root.Add(command);
        return root;
    }
}
