using Orleans;
using Orleans.Concurrency;

namespace TimeBank.Grains;

/// <summary>
/// The versions of what a region rules by. Each is proposed by one person, approved by another, and in force from its first day until the
/// next one's, here and in every narrower region that has none of its own.
/// </summary>
[Alias("timebank.versions")]
public interface IVersionsGrain : IGrainWithStringKey
{
    /// <summary>The version in force on a day: the region's own or the nearest wider one's; refused before the first.</summary>
    [Alias("in-force"), ReadOnly]
    Task<Reply<VersionMessage>> InForceAsync(DateOnly day);

    /// <summary>A version of the region's own, by its name.</summary>
    [Alias("find"), ReadOnly]
    Task<Reply<VersionMessage>> FindAsync(string name);

    /// <summary>The region's own versions, those that begin last first.</summary>
    [Alias("list"), ReadOnly]
    Task<VersionsMessage> ListAsync();

    /// <summary>Proposes a version; its name and first day stand in the document.</summary>
    /// <param name="document">A file that has been read without errors.</param>
    [Alias("propose")]
    Task<Reply<VersionMessage>> ProposeAsync(Command command, string document);

    /// <summary>Approves a version that somebody else has proposed.</summary>
    [Alias("approve")]
    Task<Reply<VersionMessage>> ApproveAsync(Command command, string name);
}
