using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Simulation;

/// <summary>A process with one real <see cref="LedgerWriter"/> of the region's journal. It lives until it crashes.</summary>
internal sealed class WriterProcess
{
    private readonly World _world;
    private readonly Turns _turns;
    private readonly Dictionary<EntryId, int> _firstAsked = [];

    public WriterProcess(World world, Disk disk, FaultPlan plan, LedgerOptions options, RegionCode region, string name)
    {
        _world = world;
        Name = name;
        Region = region;
        MaxQueue = options.MaxQueue;
        _turns = new Turns(world, name);
        Clock = new ProcessClock(world);
        World.Run(_turns, () => Writer = new LedgerWriter(
            region, new FaultyStore(world, disk, plan, this), new BusinessClock(Clock), new SeededSalts(world), options,
                new TraceLog(world, name), new HeadWatch(world, disk, name)));
    }

    public string Name { get; }

    public RegionCode Region { get; }

    public LedgerWriter Writer { get; private set; } = null!;

    public ProcessClock Clock { get; }

    public int MaxQueue { get; }

    public bool IsAlive => _turns.IsAlive;

    /// <summary>True while the store may fail this process.</summary>
    public bool MayFail { get; set; } = true;

    /// <summary>The number of unanswered calls.</summary>
    public int Waiting { get; set; }

    /// <summary>How often the store has failed it or let another writer win.</summary>
    public int Troubles { get; set; }

    /// <summary>The number of batches stored since its start without its knowledge.</summary>
    public int Strangers { get; private set; }

    /// <summary>
    /// True where such a batch was stored since it last read the head: its reads may then be old, and parts of them newer than others.
    /// </summary>
    public bool IsBehind { get; private set; }

    /// <summary>The number of entries at the start of the journal that it has acknowledged as stored.</summary>
    public int Acknowledged { get; set; }

    public void HeadSeen() => IsBehind = false;

    public void StrangerStored()
    {
        Strangers++;
        IsBehind = true;
    }

    public void Asked(EntryId id) => _firstAsked.TryAdd(id, Clock.Count);

    /// <summary>The earliest and latest time that its clock has shown since it was first asked for an id.</summary>
    public (long Earliest, long Latest)? ShownSince(EntryId id) => _firstAsked.TryGetValue(id, out int reading)
        ? Clock.Since(reading) : null;

    public void Crash()
    {
        _world.Note($"{Name} crashes");
        _turns.Die();
    }

    /// <summary>Runs a call in the process, once it gets a turn.</summary>
    public void Run(Func<Task> call) => _turns.Post(async _ =>
    {
        try
        {
            await call();
        }
        catch (Exception error) when (error is not FindingException)
        {
            throw _world.Report($"{Name} threw: {error}");
        }
    }, null);

    public override string ToString() => Name;
}
