namespace TimeBank.Simulation;

/// <summary>The rate of each fault in a world, drawn from its seed: some never, some often. In permille of the occasions.</summary>
internal sealed record FaultPlan
{
    /// <summary>A process dies between two steps of the world. In chances per million.</summary>
    public int CrashPerMillion { get; init; }

    /// <summary>An append fails and is not stored.</summary>
    public int AppendFails { get; init; }

    /// <summary>An append is stored and then reported as failed.</summary>
    public int CommitsThenFails { get; init; }

    /// <summary>An append is reported as failed, and is stored later if its head still stands.</summary>
    public int FailsThenCommits { get; init; }

    /// <summary>A read of the head or a prefetch fails.</summary>
    public int ReadFails { get; init; }

    /// <summary>The store takes a thousand times as long for an answer.</summary>
    public int Slow { get; init; }

    /// <summary>The store answers before the call returns.</summary>
    public int Instant { get; init; }

    /// <summary>The disk is full for a while. In periods during the world's first minute.</summary>
    public int DiskFull { get; init; }

    /// <summary>A clock jumps forward or back. In jumps during the world's first minute.</summary>
    public int ClockJumps { get; init; }

    /// <summary>The database refuses an entry for as long as there are faults.</summary>
    public int Poison { get; init; }

    public int LostRequests { get; init; }

    public int LostAnswers { get; init; }

    public int DoubledRequests { get; init; }

    /// <summary>A call goes to another writer than the last call.</summary>
    public int Strays { get; init; }

    public int Writers { get; init; } = 1;

    public bool IsQuiet { get; init; }

    public static FaultPlan Draw(Chance chance)
    {
        int writers = chance.Permille(500) ? 1 : 2 + chance.Below(2);
        // A world without faults must not show any: there a refusal because the store is unavailable is a finding.
        if (chance.Permille(60)) return new FaultPlan { IsQuiet = true, Slow = Some(chance, 20), Instant = Some(chance, 500) };
        return new FaultPlan
        {
            CrashPerMillion = Some(chance, 3_000),
            AppendFails = Some(chance, 150),
            CommitsThenFails = Some(chance, 150),
            FailsThenCommits = Some(chance, 150),
            ReadFails = Some(chance, 80),
            Slow = Some(chance, 30),
            Instant = Some(chance, 500),
            DiskFull = Some(chance, 4),
            ClockJumps = Some(chance, 30),
            Poison = Some(chance, 30),
            LostRequests = Some(chance, 60),
            LostAnswers = Some(chance, 100),
            DoubledRequests = Some(chance, 60),
            Strays = writers == 1 ? 0 : 5 + chance.Below(chance.Permille(500) ? 50 : 500),
            Writers = writers,
        };
    }

    private static int Some(Chance chance, int most) => chance.Permille(350) ? 0 : 1 + chance.Below(most);
}
