using Orleans;

namespace TimeBank.Grains;

/// <summary>Hours that left another region: its entry id and command, and who sent them.</summary>
[GenerateSerializer, Immutable, Alias("timebank.hours-arrival")]
public sealed record HoursArrivalMessage(
    [property: Id(0)] string LeftAs,
    [property: Id(1)] string Digest,
    [property: Id(2)] string Actor,
    [property: Id(3)] string OnBehalfOf,
    [property: Id(4)] string FromRegion,
    [property: Id(5)] string FromPerson,
    [property: Id(6)] long Minutes);
