namespace TimeBank.Benchmarks.Measures;

/// <summary>Measures subjects one after the other, in one run on one machine.</summary>
internal sealed class Bench(BenchOptions options, Report report)
{
    private const int MostWarmingRounds = 12;

    /// <summary>Measures one subject in all its scenes.</summary>
    /// <param name="database">The id of PostgreSQL's main process, if the subject uses PostgreSQL.</param>
    public async Task RunAsync(ISubject subject, int? database)
    {
        List<Scene> scenes = [.. subject.Scenes.Where(options.Wants)];
        await using ISubject _ = subject;
        if (!options.Wants(subject.Name) || scenes.Count == 0) return;
        await subject.OpenAsync();
        foreach (Scene scene in scenes) report.Add(await MeasureAsync(subject, scene, database));
    }

    /// <summary>
    /// Runs rounds until one is hardly faster than the one before it: in its first half minute a process is busy compiling.
    /// </summary>
    private async Task WarmAsync(ISubject subject, Scene scene)
    {
        double before = 0;
        for (int round = 0; round < MostWarmingRounds; round++)
        {
            double rate = (await subject.RunAsync(scene, options.Round)).Rate;
            if (rate < 1.03 * before) return;
            before = rate;
        }
    }

    private async Task<Figures> MeasureAsync(ISubject subject, Scene scene, int? database)
    {
        await WarmAsync(subject, scene);
        TimeSpan Database() => database is { } process ? CpuTime.OfFamily(process) : TimeSpan.Zero;
        TimeSpan Own() => CpuTime.Own + (subject.Server is { } server ? CpuTime.OfFamily(server) : TimeSpan.Zero);
        TimeSpan ownBefore = Own(), databaseBefore = Database();
        var rounds = new List<Round>();
        for (int round = 0; round < options.Rounds; round++) rounds.Add(await subject.RunAsync(scene, options.Round));
        return Figures.Of(subject.Name, scene, rounds, Own() - ownBefore, Database() - databaseBefore);
    }
}
