using TimeBank.Ledger;
using TimeBank.Storage;
using TimeBank.Testing;
using TimeBank.Writer;

namespace TimeBank.Simulation;

/// <summary>Runs one region's life from a seed: callers, writers, a store, the faults between them, and an auditor of it all.</summary>
internal static class Simulation
{
    private static readonly RegionCode Region = RegionCode.Parse("430211");

    private const int OfficesPermille = 400, TerminalsPermille = 350;

    // A process books its entries never, at once, or now and then. The next one books the rest.
    private static readonly int[] BookFrom = [1_000_000, 1, 7];

    /// <param name="onSqlite">True: on a database file in its own folder. False: in memory.</param>
    /// <param name="reader">Receives every line of the trace.</param>
    public static Simulated Run(ulong seed, bool onSqlite = false, TextWriter? reader = null)
    {
        if (!onSqlite)
        {
            var memory = new MemoryLedgerStore();
            return Run(seed, () => memory, memory, () => null, reader);
        }
        string folder = Directory.CreateTempSubdirectory("timebank-simulation-").FullName;
        var stores = new List<SqliteLedgerStore>();
        try
        {
            var database = new SqliteDatabase(Path.Combine(folder, "timebank.db"));
            return Run(seed, Open, Open(), () => SqliteVerifier.Verify(database, default).Finding?.ToString(), reader);

            SqliteLedgerStore Open()
            {
                stores.Add(SqliteLedgerStore.Open(database, BookFrom[stores.Count % BookFrom.Length]));
                return stores[^1];
            }
        }
        finally
        {
            stores.ForEach(store => store.Dispose());
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Simulated Run(ulong seed, Func<ILedgerStore> open, ILedgerReader reads, Func<string?> verify, TextWriter? reader)
    {
        using var world = new World(seed, reader);
        FaultPlan plan = FaultPlan.Draw(world.Chance);
        world.Note(plan.ToString());
        Auditor auditor = null!;
        Fleet fleet = null!;
        var disk = new Disk(world, open, plan)
        {
            Landed = (append, by, isTold) =>
            {
                fleet.Stored(by, isTold);
                auditor.Stores(append, by);
            },
        };
        auditor = new Auditor(world, disk);
        fleet = new Fleet(world, disk, plan, Options(world.Chance), Region);
        var network = new Network(world, fleet, auditor, plan);
        var callers = new Callers(world, network, auditor);
        // Drawn apart, so that a world without an office is the same as before there were any.
        Office? office = new Chance(~seed).Permille(OfficesPermille) ? new Office(world, network, auditor, plan) : null;
        Officers? officers = office is null ? null : new Officers(world, office);
        Terminals? terminals = new Chance(seed ^ 0x5E5E5E5E5E5E5E5E).Permille(TerminalsPermille)
            ? new Terminals(world, network, auditor, plan) : null;
        TerminalPeople? holders = terminals is null ? null : new TerminalPeople(world, terminals);
        ArrangeFaults(world, plan, fleet, disk);

        Task life = null!;
        try
        {
            World.Run(new Turns(world, "callers"), () =>
                life = LiveAsync(world, fleet, disk, callers, (office, officers), (terminals, holders)));
            world.RunToEnd(() =>
            {
                fleet.MayCrash();
                office?.MayCrash();
                terminals?.MayCrash();
            });
            if (world.Finding is null && !life.IsCompletedSuccessfully) world.Report(
                life.Exception?.ToString() ?? "everybody waits, and nothing is left to happen");
            if (world.Finding is null && (FinalAudit.Wrong(auditor, Region, open(), reads)
                ?? callers.Wrong() ?? (office is null ? null : OfficeAudit.Wrong(auditor, office, officers!))
                ?? (terminals is null ? null : TerminalAudit.Wrong(world, auditor, terminals)) ?? verify())
                is { } wrong) world.Report(wrong);
        }
        catch (FindingException)
        {
            // Report has recorded it already.
        }
        return new Simulated(seed, world.Finding is null ? null : $"step {world.Steps}: {world.Finding}", world.Steps,
            world.Trace.Digest(), world.Tally);
    }

    private static async Task LiveAsync(
        World world, Fleet fleet, Disk disk, Callers callers, (Office? Place, Officers? People) office,
        (Terminals? Place, TerminalPeople? People) terminals)
    {
        await Task.WhenAll(
            callers.LiveAsync(), office.People?.LiveAsync() ?? Task.CompletedTask, terminals.People?.LiveAsync() ?? Task.CompletedTask);
        world.Note("nothing fails any more");
        fleet.Calm();
        office.Place?.Calm();
        terminals.Place?.Calm();
        disk.IsFull = false;
        disk.EndPoison();
        await world.DelayAsync(60_000_000, "what was late has arrived");
        await callers.SettleAsync();
        if (office.People is not null) await office.People.SettleAsync();
        if (terminals.Place is not null) await terminals.Place.SettleAsync();
    }

    private static void ArrangeFaults(World world, FaultPlan plan, Fleet fleet, Disk disk)
    {
        long span = world.Chance.Between(500_000, 20_000_000);
        for (int jump = 0; jump < plan.ClockJumps; jump++) world.After(world.Chance.Between(0, span), "a clock is set", fleet.JumpClock);
        for (int time = 0; time < plan.DiskFull; time++)
        {
            long from = world.Chance.Between(0, span);
            world.After(from, "the disk is full", () => disk.IsFull = !fleet.IsCalm);
            world.After(from + world.Chance.Between(1_000, 2_000_000), "the disk has room", () => disk.IsFull = false);
        }
    }

    private static LedgerOptions Options(Chance chance)
    {
        LedgerOptions options = Bounds(chance);
        options.MaxHeldOutcomes = options.MaxHeldAccounts;
        options.MaxHeldIds = chance.Permille(500) ? options.MaxHeldOutcomes : options.MaxHeldOutcomes + chance.Below(1_000);
        return options;
    }

    private static LedgerOptions Bounds(Chance chance) => new()
    {
        MaxBatch = chance.Permille(300) ? 1 + chance.Below(4) : 1 + chance.Below(512),
        MaxBatchBytes = chance.Permille(300) ? 1 + chance.Below(3_000) : 1 << 20,
        MaxQueue = chance.Permille(300) ? 1 + chance.Below(10) : 1 + chance.Below(200),
        MaxHeldAccounts = chance.Permille(400) ? chance.Below(60) : 200_000,
    };
}
