using Orleans;

namespace TimeBank.Grains;

/// <summary>A version and where it stands.</summary>
/// <param name="Region">Whose it is: the region asked, or a wider one.</param>
/// <param name="Effective">The first civil day on which it is in force.</param>
/// <param name="ProposedBy">Empty where it ships with the product.</param>
/// <param name="ApprovedBy">Empty where it ships with the product, and while it waits.</param>
/// <param name="Document">The file as it was proposed.</param>
[GenerateSerializer, Immutable, Alias("timebank.version")]
public sealed record VersionMessage(
    [property: Id(0)] string Region,
    [property: Id(1)] string Name,
    [property: Id(2)] DateOnly Effective,
    [property: Id(3)] bool IsApproved,
    [property: Id(4)] string ProposedBy,
    [property: Id(5)] string ApprovedBy,
    [property: Id(6)] string Document);
