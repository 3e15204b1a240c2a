namespace TimeBank.Simulation;

/// <summary>How often what goes wrong in a world: some of it never, some of it often, as its seed says. Permille of occasions.</summary>
internal sealed record FaultPlan
{
    /// <summary>A process dies between two steps of the world; chances in a million.</summary>
    public int CrashPerMillion { get; init; }

    /// <summary>An append fails and is not stored.</summary>
    public int AppendFails { get; init; }

    /// <summary>An append is stored, and then is said to have failed.</summary>
    public int CommitsThenFails { get; init; }

    /// <summary>An append is said to have failed, and is stored later where its head still stands.</summary>
    public int FailsThenCommits { get; init; }

    /// <summary>A read of the head or a prefetch fails.</summary>
    public int ReadFails { get; init; }

    /// <summary>An answer of the store takes a thousand times as long.</summary>
    public int Slow { get; init; }

    /// <summary>The store answers before the call returns.</summary>
    public int Instant { get; init; }

    /// <summary>The disk is full for a while; periods in a world's first minute.</summary>
    public int DiskFull { get; init; }

    /// <summary>A clock jumps, or is thrown back; jumps in a world's first minute.</summary>
    public int ClockJumps { get; init; }

    /// <summary>Entries that the database refuses, for as long as there are faults.</summary>
    public int Poison { get; init; }

    public int LostRequests { get; init; }

    public int LostAnswers { get; init; }

    public int DoubledRequests { get; init; }

    /// <summary>A call goes to another writer than the last one.</summary>
    public int Strays { get; init; }

    public int Writers { get; init; } = 1;

    public bool IsQuiet { get; init; }

    public static FaultPlan Draw(Chance chance)
    {
        int writers = chance.Permille(500) ? 1 : 2 + chance.Below(2);
        // A world where nothing goes wrong must not even show it: there a refusal for want of a store is a finding.
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
