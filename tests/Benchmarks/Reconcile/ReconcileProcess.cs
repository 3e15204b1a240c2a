using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.Server;
using Digest = TimeBank.Proofs.Digest;

namespace TimeBank.Benchmarks.Reconcile;

/// <summary>What the process saw.</summary>
/// <param name="PeakMegabytes">The most memory that it had while it imported and matched.</param>
internal sealed record ReconcileSeen(double ImportSeconds, double MatchSeconds, double PeakMegabytes, long Booked, double BookSeconds);

/// <summary>
/// The whole server in a process of its own, so that its memory is nobody else's. It imports a statement and matches it, as the API would.
/// Before that it books a smaller one, in another region, which also leaves most of the compiler's work behind. Progress goes to its
/// standard error; the last line of its output is a <see cref="ReconcileSeen"/>.
/// </summary>
internal sealed class ReconcileProcess(IServiceProvider services)
{
    public const string Argument = "reconcile-process";

    private const int WrittenAtOnce = 32, Seed = 20_261_129;

    private static readonly Slug Bank = Slug.Parse("main");
    private static readonly TimeSpan s_told = TimeSpan.FromSeconds(1);

    /// <summary>Starts this program a second time.</summary>
    public static async Task<ReconcileSeen> StartAsync(string folder, string connection, BankFiles measured, BankFiles booked)
    {
        string[] words =
            [Argument, folder, connection, measured.Statement, measured.Payments, booked.Statement, booked.Payments];
        string[] arguments = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet"
            ? [typeof(ReconcileProcess).Assembly.Location, .. words] : words;
        using Process process =
            Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonSerializer.Deserialize<ReconcileSeen>(output.Trim().Split('\n')[^1])!
            : throw new InvalidOperationException($"The reconciliation failed:\n{output}");
    }

    /// <param name="words">As <see cref="StartAsync"/> gives them, without the first.</param>
    public static async Task RunAsync(string[] words)
    {
        string data = words[0], connection = words[1];
        await using WebApplication server = TimeBankServer.Build(
        [
            $"--TimeBank:Data={data}", "--TimeBank:Grpc=127.0.0.1:0", "--TimeBank:Http=127.0.0.1:0", "--TimeBank:RoundSeconds=0",
                "--TimeBank:CallsPerSecond=0",
            $"--TimeBank:Database={connection}", "--TimeBank:Migrate=true", "--TimeBank:Scenario=2026-11-01T08:00:00+08:00",
            "--Logging:LogLevel:Default=Warning",
        ]);
        await server.StartAsync();
        var own = new ReconcileProcess(server.Services);
        ReconcileSeen seen = await own.MeasureAsync(new BankFiles(words[2], words[3]), new BankFiles(words[4], words[5]));
        await server.StopAsync();
        Console.WriteLine(JsonSerializer.Serialize(seen));
    }

    private async Task<ReconcileSeen> MeasureAsync(BankFiles measured, BankFiles small)
    {
        OwnAccount booked = Account("430211"), account = Account("430203");
        await DescribeAsync(booked);
        await ExpectAsync(booked, small, withMoney: true);
        await ImportAsync(booked, small);
        (RunFound found, _) = await MatchAsync(booked);
        (long entries, double bookSeconds) = await BookAsync(booked, found);

        await DescribeAsync(account);
        await ExpectAsync(account, measured, withMoney: false);
        // What was made until now is the benchmark's own.
        GC.Collect();
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        double importSeconds = await ImportAsync(account, measured);
        (_, double matchSeconds) = await MatchAsync(account);
        return new ReconcileSeen(importSeconds, matchSeconds, PeakMegabytes(), entries, bookSeconds);
    }

    private async Task<double> ImportAsync(OwnAccount account, BankFiles files)
    {
        await using var file = new FileStream(files.Statement, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        long start = Stopwatch.GetTimestamp();
        var far = new Far<ImportStep>(step => $"{step.Checked} rows checked, {step.Read} read, {step.Stored} lines stored");
        Reply<ImportResult> reply = await ToldAsync($"{account.Region}: import", far.ToString, async () =>
        {
            var digest = new Digest(await SHA256.HashDataAsync(file));
            var terms = new StatementFileTerms(ProfileFile.Find(BankFiles.Profile)!, "statement.csv", null, digest);
            return await services.GetRequiredService<StatementImport>()
                .RunAsync(account, Order(account, "import"), terms, file, far, default);
        });
        if (reply.Value is not { Refusal: null, IsAgain: false, Statements: [{ OpeningFen: not null }] })
            throw new InvalidOperationException($"The statement wasn't taken: {reply.Refusal} {reply.Value?.Refusal}");
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task<(RunFound Found, double Seconds)> MatchAsync(OwnAccount account)
    {
        long start = Stopwatch.GetTimestamp();
        var far = new Far<RunStep>(step => $"{step.Lines} lines, {step.Expected} expected, {step.Matches} matches stored");
        RunFound found = await ToldAsync($"{account.Region}: matching", far.ToString,
            () => services.GetRequiredService<ReconciliationRun>().MatchAsync(account, Order(account, "match"), far, default));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        // A wrong answer has no speed.
        if (found is not { OpenLines: 0, OpenItems: 0, Passes: [{ Pass: "REFERENCE" } only] } || only.Confirmed != found.Lines)
            throw new InvalidOperationException($"Not each line was matched: {string.Join(", ", found.Passes)}; {found.OpenLines} open.");
        return (found, seconds);
    }

    private async Task<(long Entries, double Seconds)> BookAsync(OwnAccount account, RunFound found)
    {
        long start = Stopwatch.GetTimestamp(), booked = 0;
        await ToldAsync($"{account.Region}: booking", () => $"{booked} of {found.Lines}", async () =>
        {
            await foreach ((_, Reason left) in services.GetRequiredService<MatchBooking>()
                .BookAsync(account, Order(account, "book"), found.Expected, default))
            {
                if (left != Reason.None) throw new InvalidOperationException($"A payment wasn't booked: {left}");
                booked++;
            }
            return booked;
        });
        return (booked, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private async Task DescribeAsync(OwnAccount account)
    {
        var description = new BankAccountDescription(
            new BankDetails("演示民政局", account.Number, "演示银行", "102100099996"), BankFiles.Profile, "");
        Reply<BankAccountRecord> reply = await services.GetRequiredService<IGrainFactory>()
            .GetGrain<IBankAccountGrain>(account.GrainKey).SetAsync(Order(account, "describe"), description);
        if (reply.Refusal is { } refusal) throw new InvalidOperationException($"{refusal}");
    }

    /// <summary>Writes exported batches straight into grain storage: a month's work of the settlement desk.</summary>
    /// <param name="withMoney">Also gives the bank's and the batches' accounts the money that booking moves.</param>
    private async Task ExpectAsync(OwnAccount account, BankFiles files, bool withMoney)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        IGrainStorage storage = services.GetRequiredKeyedService<IGrainStorage>(GrainStorageNames.TimeBank);
        ILedgerGrain writer = grains.GetGrain<ILedgerGrain>(account.Region.ToString());
        int stored = 0;
        await ToldAsync($"{account.Region}: expected payments", () => $"{stored} stored", async () =>
        {
            foreach ((string Id, DateOnly Day, long[] Fen)[] batches in files.Batches().Chunk(WrittenAtOnce))
            {
                await Task.WhenAll(batches.Select(async batch =>
                {
                    var state = new GrainState<SettlementGrainState>(new SettlementGrainState { Batch = Batch(batch) });
                    GrainId grain = grains.GetGrain<ISettlementGrain>($"{account.Region}/{batch.Id}").GetGrainId();
                    await storage.WriteStateAsync(SettlementGrainState.Kind, grain, state);
                    if (withMoney)
                        await GiveAsync(Chart.Settlement(OpaqueId.Parse(batch.Id)), isDebit: false, batch.Id, batch.Fen.Sum());
                }));
                stored += batches.Sum(batch => batch.Fen.Length);
            }
            return stored;
        });
        if (withMoney) await GiveAsync(Chart.Bank(account.Slug), isDebit: true, "bank", files.Batches().Sum(batch => batch.Fen.Sum()));

        async Task GiveAsync(AccountSpec to, bool isDebit, string name, long fen)
        {
            Command command = Order(account, name);
            EntryHeader header = command.Header(new DateOnly(2026, 8, 31), "");
            if ((await writer.SubmitAsync(Entries.Import(header, to, isDebit, fen))).Refusal is { } refusal)
                throw new InvalidOperationException($"{to.Path}: {refusal}");
        }
    }

    private static SettlementRecord Batch((string Id, DateOnly Day, long[] Fen) batch)
    {
        DateTimeOffset approved = new(batch.Day, new TimeOnly(9, 0), TimeSpan.FromHours(8));
        return new SettlementRecord(
            batch.Id, SettlementState.Exported, batch.Day, "maker", 0, $"{EntryId.Of("maker", Guid.Empty, batch.Id)}",
            [.. batch.Fen.Select((fen, at) => new PaymentRecord(
                at + 1, OpaqueId.From(new EntryId((UInt128)at)).Text, 0, 1, [], [], 0, fen, PaymentState.Approved, []))],
            "maker", "checker", 1, approved.ToUniversalTime());
    }

    private static OwnAccount Account(string region) =>
        new(RegionCode.Parse(region), Bank, "6222000000000000001", BankFiles.Profile);

    private static Command Order(OwnAccount account, string what)
    {
        EntryId id = EntryId.Of("bench", Guid.Empty, $"{account.Region}/{what}/{Seed}");
        return new Command(new Guid(id.ToArray()), $"{Digest.Of(id.ToArray())}", "bench", "", "");
    }

    /// <summary>Tells each second how far a step is, and at its end how long it took.</summary>
    private static async Task<T> ToldAsync<T>(string what, Func<string> far, Func<Task<T>> step)
    {
        long start = Stopwatch.GetTimestamp();
        Task<T> running = Task.Run(step);
        while (await Task.WhenAny(running, Task.Delay(s_told, TimeProvider.System)) != running) Tell(far());
        T result = await running;
        Tell("done");
        return result;

        void Tell(string state) => Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {what}, {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s, {Environment.WorkingSet >> 20} MB: {state}"));
    }

    private static double PeakMegabytes() => File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024.0)
        .First();

    /// <summary>The step that the product told last.</summary>
    private sealed class Far<TStep>(Func<TStep, string> text) : IProgress<TStep>
        where TStep : class
    {
        private volatile TStep? _last;

        public void Report(TStep value) => _last = value;

        public override string ToString() => _last is { } step ? text(step) : "";
    }
}
