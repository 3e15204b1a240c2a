using TimeBank.V1;

namespace TimeBank.Demo;

/// <summary>The first morning: everybody registers. Later the authorities change a provider's standing.</summary>
internal static class PeoplePlan
{
    /// <summary>The provider on the white list.</summary>
    private const string Commended = "provider/10";

    public static IEnumerable<Step> Of(Cast cast)
    {
        foreach (ElderPart elder in cast.Elders)
        {
            yield return new RegisterElderStep(elder, Calendar.At(1, 0, 10));
            if (elder.Score is not null) yield return new AssessStep(elder, Calendar.At(1, 0, 20));
        }
        foreach (VolunteerPart volunteer in cast.Volunteers)
        {
            yield return new EnrolStep(volunteer.Key, Roles.Tianyuan, volunteer, Calendar.At(1, 0, 10));
            if (volunteer.AwayKey is { } away) yield return new EnrolStep(away, Roles.Lusong, volunteer, Calendar.At(1, 0, 20));
            if (volunteer.ParentKey is { } parent) yield return new SetFamilyStep(volunteer, parent, Calendar.At(1, 0, 30));
        }
        foreach (ProviderPart provider in cast.Providers)
        {
            yield return new RegisterProviderStep(provider, Calendar.At(1, 0, 10));
            yield return new SetOpeningStep(provider, Calendar.At(1, 0, 20));
            if (provider.SuspendedFrom == 0) continue;
            yield return new SetStandingStep(provider.Key, Standing.Suspended, provider.SuspendedFrom, provider.SuspendedTo,
                "演示：留样记录不全，整改一周", Calendar.At(provider.SuspendedFrom, 0, 5));
        }
        yield return new SetStandingStep(
            Commended, Standing.WhiteListed, 1, 0, "演示：连续两年评价优秀", Calendar.At(1, 0, 30));
    }
}
