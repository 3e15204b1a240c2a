using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Simulation;

/// <summary>The processes with a writer of the region: one normally, more where the cluster is split.</summary>
internal sealed class Fleet
{
    private readonly World _world;
    private readonly Disk _disk;
    private readonly FaultPlan _plan;
    private readonly LedgerOptions _options;
    private readonly RegionCode _region;
    private readonly WriterProcess[] _running;
    private readonly List<WriterProcess> _dead = [];
    private int _started;
    private int _primary;

    public Fleet(World world, Disk disk, FaultPlan plan, LedgerOptions options, RegionCode region)
    {
        (_world, _disk, _plan, _options, _region) = (world, disk, plan, options, region);
        _running = new WriterProcess[plan.Writers];
        for (int place = 0; place < _running.Length; place++) Start(place);
    }

    public bool IsCalm { get; private set; }

    /// <summary>The process that gets a call: the primary writer, or a stray one.</summary>
    public WriterProcess Route()
    {
        if (IsCalm || !_world.Chance.Permille(_plan.Strays)) return _running[_primary];
        // Some stray calls take all later calls with them.
        int place = _world.Chance.Below(_running.Length);
        if (_world.Chance.Permille(300)) _primary = place;
        return _running[place];
    }

    /// <summary>A process may die between any two steps.</summary>
    public void MayCrash()
    {
        if (IsCalm || _plan.CrashPerMillion == 0) return;
        for (int place = 0; place < _running.Length; place++)
        {
            if (!_running[place].IsAlive || _world.Chance.Below(1_000_000) >= _plan.CrashPerMillion) continue;
            Crash(place);
        }
    }

    public void JumpClock()
    {
        if (IsCalm) return;
        ProcessClock clock = _running[_world.Chance.Below(_running.Length)].Clock;
        long most = _world.Chance.Permille(500) ? 5_000_000 : 86_400_000_000;
        clock.Ahead = _world.Chance.Permille(200) ? 0 : _world.Chance.Between(-most, most);
        _world.Note($"a clock jumps to {clock.Ahead} ahead");
        _world.Tally.Add("clock jumps");
    }

    public void Stored(WriterProcess by, bool isTold)
    {
        foreach (WriterProcess process in _running)
        {
            if (process != by || !isTold || !by.IsAlive) process.StrangerStored();
        }
    }

    /// <summary>Ends all faults. Running processes go on and must recover by themselves.</summary>
    public void Calm()
    {
        IsCalm = true;
        foreach (WriterProcess process in _running.Concat(_dead)) process.MayFail = false;
    }

    private void Crash(int place)
    {
        _world.Tally.Add("crashes");
        _running[place].Crash();
        _dead.Add(_running[place]);
        _world.After(_world.Chance.Between(100, 500_000), "a process starts", () => Start(place));
    }

    private void Start(int place)
    {
        _running[place] = new WriterProcess(_world, _disk, _plan, _options, _region, $"writer-{++_started}")
        {
            MayFail = !IsCalm
            && !_plan.IsQuiet
        };
        if (_world.Chance.Permille(500)) _running[place].Clock.Ahead = _world.Chance.Between(-50_000, 50_000);
    }
}
