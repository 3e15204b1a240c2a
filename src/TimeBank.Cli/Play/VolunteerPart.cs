namespace TimeBank.Cli.Play;

/// <summary>A volunteer of the month, made up.</summary>
/// <param name="Key">What the play calls the enrolment at home.</param>
/// <param name="AwayKey">What it calls the enrolment in Lusong; null where there is none.</param>
/// <param name="ParentKey">An elder who is this volunteer's father or mother; null where none is registered.</param>
internal sealed record VolunteerPart(string Key, string DisplayName, DateOnly Born, string? AwayKey, string? ParentKey)
{
    private const int SpendsFromAge = 60;

    /// <summary>Old enough to spend own hours all month.</summary>
    public bool MaySpend => Ledger.Age.On(Born, Calendar.Date(1)) >= SpendsFromAge;

    public string? EnrolledIn(string region) => region == Roles.Tianyuan ? Key : AwayKey;
}
