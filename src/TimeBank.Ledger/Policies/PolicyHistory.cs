using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The versions of one region's policy, so that what happened on a day is judged by the rules of that day.</summary>
public sealed class PolicyHistory
{
    private readonly ImmutableArray<Policy> versions;

    /// <exception cref="ArgumentException">
    /// There is no version, or the versions are of several regions, or two have one name or begin on one day.
    /// </exception>
    public PolicyHistory(IEnumerable<Policy> policies)
    {
        versions = [.. policies.OrderBy(policy => policy.Effective)];
        if (versions.IsEmpty)
            throw new ArgumentException("A history has at least one version.", nameof(policies));
        if (versions.Any(policy => policy.Version.Region != versions[0].Version.Region))
            throw new ArgumentException("A history is of one region.", nameof(policies));
        if (versions.DistinctBy(policy => policy.Effective).Count() != versions.Length || versions.DistinctBy(policy => policy.Version).Count() != versions.Length)
            throw new ArgumentException("Two versions have one name or begin on one day.", nameof(policies));
    }

    /// <summary>The defaults that ship with the product.</summary>
    public static PolicyHistory BuiltIn { get; } =
        new(ShippedData.Names("policy-").Select(name => Policy.Parse(ShippedData.Read(name)).Expect(name)));

    /// <summary>Every version, oldest first.</summary>
    public IReadOnlyList<Policy> Versions => versions;

    /// <summary>The policy in force on a civil day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day lies before the first version; ask <see cref="Find(DateOnly)"/> where that may be.</exception>
    public Policy At(DateOnly day) => Find(day) ?? throw new ArgumentOutOfRangeException(nameof(day), day, "No policy was in force.");

    /// <summary>The policy in force on a civil day; null before the first.</summary>
    public Policy? Find(DateOnly day) => versions.LastOrDefault(policy => policy.Effective <= day);

    /// <summary>The policy that an entry is stamped with; null where it is none of these.</summary>
    public Policy? Find(PolicyVersion version) => versions.FirstOrDefault(policy => policy.Version == version);
}
