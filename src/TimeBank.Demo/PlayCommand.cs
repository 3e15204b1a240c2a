using System.CommandLine;
using Grpc.Core;
using Spectre.Console;
using TimeBank.Cli;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>Plays the demonstration's month through the API, and checks that the figures tie out.</summary>
internal static class PlayCommand
{
    private const long DefaultSeed = 430211;

    public static IEnumerable<Command> Of(CommandFactory make)
    {
        Option<long> seed =
            new("--seed")
            {
                Description = make.Language["种子；同一种子总是同一个月", "the seed; the same seed is always the same month"],
                DefaultValueFactory = _ => DefaultSeed
            };
        Option<string> until = make.Option("--until", "只演到这一天（含），时钟停在那里；再来一次接着演",
            "play up to this day, and leave the clock there; played again, it goes on");
        return
        [
            make.Command("play", "演示天元区的 2026 年 10 月；中断后再来一次即可接着演",
                "play October 2026 of Tianyuan district; broken off, it goes on when played again", [seed, until], (session, parsed) =>
                PlayAsync(session, parsed.GetValue(seed), parsed.GetValue(until) is { } day ? TimeText.ParseDay(day) : null)),
            make.Command("figures", "演示月份的账目和核对", "the figures of the month that was played, and whether they tie out", [], (session, _) =>
            FiguresAsync(session)),
        ];
    }

    private static async Task<ExitCode> PlayAsync(Session session, long seed, Date? until)
    {
        TimeProvider clock = TimeProvider.System;
        long start = clock.GetTimestamp();
        Language language = session.Language;
        var stage = new Stage(session);
        var scenario = new ScenarioService.ScenarioServiceClient(await stage.StaffAsync(Role.Administrator));
        Scenario before = await stage.RetryAsync(() => scenario.GetScenarioAsync(new GetScenarioRequest()).ResponseAsync);
        if (before.State == ScenarioState.Finished)
        {
            if (session.Screen.IsJson) session.Screen.Raw("{ \"played\": true }");
            else session.Screen.Line(
                language["这个月已经演完；账目见 ./timebank figures。", "The month has been played; ./timebank figures shows it."]);
            return ExitCode.Ok;
        }
        var catalogue = new CatalogueService.CatalogueServiceClient(await stage.StaffAsync(Role.Auditor));
        Month month =
            Month.Of(seed, await catalogue.GetVersionAsync(
            new GetCatalogueVersionRequest { Parent = Roles.Parent(Roles.Tianyuan), Date = TimeText.ToContract(Calendar.Date(1)) }));
        if (until is not null) month = month.Until(new DateOnly(until.Year, until.Month, until.Day));
        var player = new Player(stage, month);
        await WithProgressAsync(session.Screen, month, player.PlayAsync);
        if (until is not null)
        {
            session.Screen.Line(language[
                $"演到 {TimeText.Of(until)} 为止，共 {month.Steps.Length} 步，最长的一步 {stage.LongestStep.TotalSeconds:F1} 秒。",
                $"Played up to {TimeText.Of(until)}: {month.Steps.Length} steps, the longest in "
                    + $"{stage.LongestStep.TotalSeconds:F1} seconds."]);
            return ExitCode.Ok;
        }
        MonthFigures books = await MonthFigures.ReadAsync(stage, month);
        // A month that does not tie out stays open, so that people can look at it under its own clock.
        if (books.TiesOut) await player.FinishAsync();
        return Show(session, books, month.Steps.Length, clock.GetElapsedTime(start), stage.Tally, stage.LongestStep);
    }

    private static async Task<ExitCode> FiguresAsync(Session session)
    {
        long start = TimeProvider.System.GetTimestamp();
        MonthFigures books;
        try
        {
            books = await MonthFigures.ReadAsync(new Stage(session), null);
        }
        // A month begins with its funds and programmes: without them none was played.
        catch (RpcException error) when (Failure.ReasonOf(error) is "FUND_NOT_FOUND" or "PROGRAMME_NOT_FOUND")
        {
            Failure none = Failure.Of(error, session.Language, session.Settings.Server)!;
            session.Screen.Fail(none with
            {
                Message = session.Language["这里没有演过演示月份；./timebank up（不带 --no-play）会演一遍。",
                    "No month was played here; ./timebank up without --no-play plays one."],
            });
            return none.ExitCode;
        }
        return Show(session, books, 0, TimeProvider.System.GetElapsedTime(start), new Tally(), TimeSpan.Zero);
    }

    private static ExitCode Show(Session session, MonthFigures books, int steps, TimeSpan took, Tally tally, TimeSpan longest)
    {
        if (session.Screen.IsJson) session.Screen.Raw(MonthFiguresText.ToJson(books, steps, took.TotalSeconds));
        else session.Screen.Show(books, steps == 0 ? "" : session.Language[
            $"{steps:N0} 步：核销 {tally.Of("redemptions"):N0} 次，退回 {tally.Of("refunds"):N0} 次，服务 {tally.Of("services"):N0} 次。用时 "
                + $"{took.TotalSeconds:F1} 秒，最长的一步 {longest.TotalSeconds:F1} 秒。",
            $"{steps:N0} steps, among them {tally.Of("redemptions"):N0} redemptions, {tally.Of("refunds"):N0} refunds and "
                + $"{tally.Of("services"):N0} services, in {took.TotalSeconds:F1} seconds; "
                + $"the longest step took {longest.TotalSeconds:F1}."]);
        return books.TiesOut ? ExitCode.Ok : ExitCode.Refused;
    }

    /// <summary>A bar at a terminal, a line for every tenth in a log, nothing for scripts.</summary>
    private static async Task WithProgressAsync(Screen screen, Month month, Func<Action<int, DateTimeOffset>, Task> play)
    {
        if (screen.IsJson)
        {
            await play((_, _) => { });
        }
        else if (screen.IsTerminal)
        {
            await screen.Console.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(async context =>
            {
                ProgressTask bar = context.AddTask("2026-10-01", maxValue: month.Steps.Length);
                await play((done, at) =>
                {
                    bar.Value = done;
                    bar.Description = at.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
                });
            });
        }
        else
        {
            int tenth = Math.Max(1, month.Steps.Length / 10);
            await play((done, at) =>
            {
                if (done % tenth == 0) screen.Line(
                    $"{at:yyyy-MM-dd}  {100L * done / month.Steps.Length,3} %  {done:N0}/{month.Steps.Length:N0}");
            });
        }
    }
}
