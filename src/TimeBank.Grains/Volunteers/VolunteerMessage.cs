using System.Collections.Immutable;
using Orleans;

namespace TimeBank.Grains;

/// <summary>An enrolment as it stands.</summary>
[GenerateSerializer, Immutable, Alias("timebank.volunteer-view")]
public sealed record VolunteerMessage(
    [property: Id(0)] string Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] DateOnly Enrolled,
    [property: Id(4)] string Home,
    [property: Id(5)] ImmutableArray<FamilyMemberMessage> Family);
