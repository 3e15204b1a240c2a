using System.Diagnostics;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Core;

/// <summary>
/// A growing journal, filled through the writer in large batches. At each size it measures: the rate of 64 callers with ten hot payees, on
/// the writer that filled the journal and holds as much as its bounds allow; this process's memory; the time of two pages, from places all
/// over the journal; and a new writer's time to its first answer. A tenth of the entries open an account; payers are drawn from all.
/// </summary>
internal static class GrowthBench
{
    private static readonly long[] Sizes = [10_000, 1_000_000, 10_000_000];
    private const int Pages = 50;
    private static readonly Scene Asked = new(64, Payees.TenHot);

    public static async Task RunAsync(Func<int, CoreSubject> subject, BenchOptions options, Report report)
    {
        foreach (long size in Sizes.Where(size => size <= options.Growth))
        {
            int people = checked((int)(size / 10));
            await using CoreSubject core = subject(people);
            if (!options.Wants(core.Name)) return;
            await core.OpenAsync();
            await core.GiveAsync(size - people);

            await core.RunAsync(Asked, options.Round);
            var rounds = new List<Round>();
            for (int round = 0; round < options.Rounds; round++) rounds.Add(await core.RunAsync(Asked, options.Round));
            Figures figures = Figures.Of(core.Name, Asked, rounds, TimeSpan.Zero, TimeSpan.Zero);
            using var process = Process.GetCurrentProcess();
            double memory = process.WorkingSet64 / 1048576.0;

            double pageMs = await PageMsAsync(core, size, size + rounds.Sum(round => round.Operations));

            long before = Stopwatch.GetTimestamp();
            core.Restart();
            await core.AskAsync();
            double startMs = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            report.Add(new GrowthFigures(core.Name, size, people, figures.Rate, figures.P99Ms, memory, pageMs, startMs));
        }
    }

    /// <summary>The median over places: the list's all over the journal, the statement's where the account is hot.</summary>
    private static async Task<double> PageMsAsync(CoreSubject core, long filled, long end)
    {
        // The first read books what the books lack: do not measure it.
        await core.PageAsync(end, end);
        var took = new List<double>();
        for (int page = 0; page < Pages; page++)
        {
            long before = Stopwatch.GetTimestamp();
            await core.PageAsync(end - (end - filled / 2) * page / Pages, end - (end - filled) / 2 * page / Pages);
            took.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }
        return took.Order().ElementAt(Pages / 2);
    }
}
