using TimeBank.Benchmarks.Core;
using TimeBank.Benchmarks.Measures;

namespace TimeBank.Benchmarks.Redeem;

/// <summary>Two servers under the same calls, which take turns: A B A B.</summary>
internal static class PairBench
{
    private const int WarmingRounds = 6;

    /// <summary>An older build beside this one, by the calls of this build's client.</summary>
    public static async Task AgainstAsync(BenchDatabase database, BenchOptions options, Report report)
    {
        if (options.Against is not { } older) return;
        foreach ((RedeemSubject before, RedeemSubject today) in
            RedeemBench.Servers(database, older).Zip(RedeemBench.Servers(database)))
        {
            await using RedeemSubject reference = before, measured = today;
            await RunAsync(today.Name, reference, measured, RedeemSubject.All, options, report);
        }
    }

    /// <summary>Measures both in each scene that is wanted.</summary>
    /// <param name="between">What happens between a turn of the reference and the next one of what is measured.</param>
    public static async Task RunAsync(string name, RedeemSubject reference, RedeemSubject measured, IReadOnlyList<Scene> scenes,
        BenchOptions options, Report report, Func<Task>? between = null)
    {
        List<Scene> wanted = [.. scenes.Where(options.Wants)];
        if (!options.Wants(name) || wanted.Count == 0) return;
        await reference.OpenAsync();
        await measured.OpenAsync();
        foreach (Scene scene in wanted)
        {
            for (int round = 0; round < WarmingRounds; round++)
            {
                await reference.RunAsync(scene, options.Round);
                await measured.RunAsync(scene, options.Round);
            }
            var rounds = new List<PairRound>();
            for (int round = 0; round < options.Rounds; round++)
            {
                (Round one, double oneCpu) = await MeasureAsync(reference, scene, options);
                if (between is not null) await between();
                (Round other, double otherCpu) = await MeasureAsync(measured, scene, options);
                rounds.Add(new PairRound(one, oneCpu, other, otherCpu));
            }
            report.Add(new PairFigures(name, scene.Callers, rounds));
        }
    }

    private static async Task<(Round Round, double Microseconds)> MeasureAsync(RedeemSubject subject, Scene scene, BenchOptions options)
    {
        TimeSpan before = CpuTime.OfFamily(subject.Server!.Value);
        Round round = await subject.RunAsync(scene, options.Round);
        return (round, (CpuTime.OfFamily(subject.Server!.Value) - before).TotalMicroseconds / Math.Max(1, round.Operations));
    }
}
