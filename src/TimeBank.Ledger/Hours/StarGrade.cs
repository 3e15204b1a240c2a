namespace TimeBank.Ledger;

/// <summary>A volunteer's stars, by all minutes ever credited, those that went to the pool included. Source: Nanjing; own.</summary>
public static class StarGrade
{
    /// <summary>Zero, or as many stars as there are grades reached.</summary>
    public static int Of(Minutes lifetime, HoursPolicy policy) => policy.GradesFrom.Count(from => lifetime >= from);
}
