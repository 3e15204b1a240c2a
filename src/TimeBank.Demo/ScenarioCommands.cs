using System.CommandLine;
using TimeBank.Cli;
using TimeBank.V1;
using Client = TimeBank.V1.ScenarioService.ScenarioServiceClient;

namespace TimeBank.Demo;

/// <summary>The commands of the demonstration's clock and month.</summary>
internal static class ScenarioCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) => [Scenario(make)];

    private static Command Scenario(CommandFactory make)
    {
        Command scenario = make.Group("scenario", "演示的时钟", "the clock of a demonstration");
        scenario.Add(make.Command("show", "演示进行到哪里", "where it stands", [], async (session, _) =>
            Show(session, await (await ClientAsync(session)).GetScenarioAsync(new GetScenarioRequest()))));
        Argument<string> to = make.Argument("to", "新的时间，如 \"2026-10-05 09:00\"", "the new time, such as \"2026-10-05 09:00\"");
        scenario.Add(make.Command("advance", "把时钟往前拨", "move the clock on", [to], async (session, parsed) =>
        {
            var request = new AdvanceClockRequest { RequestId = session.RequestId(), To = TimeText.ParseTime(parsed.GetValue(to)!) };
            Scenario scenario = await (await ClientAsync(session)).AdvanceClockAsync(request);
            Show(session, scenario);
            if (scenario.Now > request.To) session.Screen.Progress(session.Language[
                $"时钟已在 {TimeText.Of(request.To)} 之后，不会往回拨。",
                $"The clock already stands later than {TimeText.Of(request.To)}, and never goes back."], ended: true);
        }));
        scenario.Add(make.Command("finish", "结束演示，改用真实时间", "end it; the clock is the real one from then on", [], async (session, _) =>
            Show(session, await (await ClientAsync(session))
                .FinishScenarioAsync(new FinishScenarioRequest { RequestId = session.RequestId() }))));
        return scenario;
    }

    private static async Task<Client> ClientAsync(Session session) =>
        new(await session.AsAsync(Role.Administrator, session.Settings.Region));

    private static void Show(Session session, Scenario scenario) => session.Screen.Show(scenario, () => session.Screen.Facts(
        "",
        (session.Language["状态", "state"], EnumText.Of(scenario.State, session.Language)),
        (session.Language["现在", "now"], TimeText.Of(scenario.Now)),
        (session.Language["开始", "started"], TimeText.Of(scenario.StartTime))));
}
