using TimeBank.V1;

namespace TimeBank.Cli.Play;

/// <summary>Where the month is played, and the staff who act in it.</summary>
internal static class Roles
{
    public const string Tianyuan = "430211", Lusong = "430203";
    public const string National = "national-2026", Meals = "meals-2026";
    public const string Lottery = "lottery", Fiscal = "fiscal", Donation = "donation-meals";

    /// <summary>The subjects of staff tokens: who acts, as the journal keeps it. Nobody checks their own work.</summary>
    public static string SubjectOf(Role role) => "demo-" + ActingAs.NameOf(role).Replace('_', '-');

    public static string Parent(string region) => ResourceNames.OfRegion(region);

    public static string Programme(string id) => $"{Parent(Tianyuan)}/programmes/{id}";

    public static string Fund(string id) => $"{Parent(Tianyuan)}/funds/{id}";
}
