namespace TimeBank.Simulation;

/// <summary>The auditor's version of an account.</summary>
internal sealed record Book(int Number, string Path, string Unit, int Limit, string Owner, int OpenedBy)
{
    private const int DebitsStayWithinCredits = 1, CreditsStayWithinDebits = 2, Frozen = 4, Closed = 8;

    public bool IsFrozen { get; init; }

    public bool IsClosed { get; init; }

    public long HeldOut { get; init; }

    public long PaidOut { get; init; }

    public long HeldIn { get; init; }

    public long PaidIn { get; init; }

    public bool BoundsPayer => Limit == DebitsStayWithinCredits;

    public bool BoundsPayee => Limit == CreditsStayWithinDebits;

    /// <summary>The amount that may still leave an account that can't be overdrawn.</summary>
    public long LeftToPay => PaidIn - PaidOut - HeldOut;

    /// <summary>The amount that may still enter an account with the opposite limit.</summary>
    public long LeftToTake => PaidOut - PaidIn - HeldIn;

    public bool IsEmpty => PaidIn == PaidOut && HeldIn == 0 && HeldOut == 0;

    public int Flags => Limit | (IsFrozen ? Frozen : 0) | (IsClosed ? Closed : 0);

    /// <summary>Checks what must be true of every account after every entry.</summary>
    public string? Wrong =>
        HeldOut < 0 || PaidOut < 0 || HeldIn < 0 || PaidIn < 0 ? "a counter below nothing"
        : BoundsPayer && LeftToPay < 0 ? "more paid and held than came in"
        : BoundsPayee && LeftToTake < 0 ? "more taken and held than went out"
        : IsClosed && !IsEmpty ? "closed and not empty"
        : null;

    public override string ToString() => $"{Path} #{Number} {Unit} flags {Flags} out {HeldOut}+{PaidOut} in {HeldIn}+{PaidIn}";
}
