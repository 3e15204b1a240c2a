using Orleans;

namespace TimeBank.Grains;

/// <summary>To enrol a volunteer. Home is the key of the first enrolment, or empty.</summary>
[GenerateSerializer, Immutable, Alias("timebank.enrol-volunteer")]
public sealed record EnrolVolunteerMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateOnly BirthDate,
    [property: Id(3)] string Home);
