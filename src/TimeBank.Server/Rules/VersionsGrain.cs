using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The versions of a region's policy or service list. One person proposes a version and another approves it. A version is in force from its
/// first day until the next version's, here and in every narrower region that has none of its own.
/// </summary>
[Alias("timebank.versions")]
public interface IVersionsGrain : IGrainWithStringKey
{
    /// <summary>The version in force on a day: the region's own, or the nearest wider region's. Refused before the first one.</summary>
    [Alias("in-force"), ReadOnly]
    Task<Reply<RuleVersion>> InForceAsync(DateOnly day);

    /// <summary>One of the region's own versions, by name.</summary>
    [Alias("find"), ReadOnly]
    Task<Reply<RuleVersion>> FindAsync(string name);

    /// <summary>The region's own versions, proposed ones included, latest first day first.</summary>
    [Alias("list"), ReadOnly]
    Task<ImmutableArray<RuleVersion>> ListAsync();

    /// <summary>Proposes a version.</summary>
    /// <param name="document">The file, parsed without errors by the caller. It names the version and its first day.</param>
    [Alias("propose")]
    Task<Reply<RuleVersion>> ProposeAsync(Command command, string document);

    /// <summary>Approves a version that another person has proposed.</summary>
    [Alias("approve")]
    Task<Reply<RuleVersion>> ApproveAsync(Command command, string name);
}

/// <summary>A version as the grain stores it.</summary>
public sealed class ProposedVersion
{
    /// <summary>The file, which names the version and its first day.</summary>
    [JsonPropertyName("document")]
    public string Document { get; set; } = "";

    [JsonPropertyName("proposedBy")]
    public string ProposedBy { get; set; } = "";

    /// <summary>Null until a second person approves.</summary>
    [JsonPropertyName("approvedBy")]
    public string? ApprovedBy { get; set; }
}

/// <summary>A version, as the grain answers it.</summary>
/// <param name="Region">The version's region: the asked one, or a wider one.</param>
/// <param name="Effective">The first civil day in force.</param>
/// <param name="ProposedBy">Empty for a version that ships with the product.</param>
/// <param name="ApprovedBy">Empty for a version that ships with the product or is not approved yet.</param>
/// <param name="Document">The whole file.</param>
[GenerateSerializer, Immutable, Alias("timebank.version")]
public sealed record RuleVersion(
    [property: Id(0)] string Region,
    [property: Id(1)] string Name,
    [property: Id(2)] DateOnly Effective,
    [property: Id(3)] bool IsApproved,
    [property: Id(4)] string ProposedBy,
    [property: Id(5)] string ApprovedBy,
    [property: Id(6)] string Document);

/// <summary>The stored state: the versions that people have proposed. Versions that ship with the product are not stored.</summary>
public sealed class VersionsState : WorkflowState
{
    [JsonPropertyName("versions")]
    public List<ProposedVersion> Versions { get; set; } = [];
}

/// <summary>A parsed version.</summary>
/// <param name="Answer">The parsed rules, for callers who judge by them.</param>
/// <param name="Stored">Null for a version that ships with the product, which needs no approval.</param>
public sealed record VersionedFile<TRules>(RegionCode Region, Slug Name, DateOnly Effective, ReadOnlyMemory<byte> File, TRules Answer,
    ProposedVersion? Stored)
    where TRules : class
{
    public bool IsApproved => Stored is null || Stored.ApprovedBy is not null;

    public RuleVersion ToVersion() => new(
        Region.ToString(), Name.Text, Effective, IsApproved, Stored?.ProposedBy ?? "", Stored?.ApprovedBy ?? "",
            Encoding.UTF8.GetString(File.Span));
}

/// <summary>
/// The common part of policies and service lists. A version takes effect tomorrow at the earliest. So one version rules a whole day, and
/// the answer for a day that has begun is final: the grain may keep it.
/// </summary>
public abstract class VersionsGrain<TRules>(IPersistentState<VersionsState> state, BusinessClock clock)
    : WorkflowGrain<VersionsState>(state, clock), IVersionsGrain
    where TRules : class
{
    /// <summary>The days whose answers are kept: a year, since some services and claims are judged late.</summary>
    private const int MaxKeptDays = 366;

    private readonly Dictionary<DateOnly, TRules> _final = [];
    private ImmutableArray<VersionedFile<TRules>> _versions = [];

    protected abstract Reason NotFound { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ReadVersions();
        return Task.CompletedTask;
    }

    /// <summary>The rules in force on a day; for a day before the first version, that version's rules.</summary>
    public async Task<TRules> AtAsync(DateOnly day)
    {
        if (_final.TryGetValue(day, out TRules? kept)) return kept;
        TRules found = Own(day)?.Answer
            ?? (Region.Parent() is { } wider
            ? await WiderAtAsync(wider, day) : _versions.FirstOrDefault(version => version.IsApproved)?.Answer)
            ?? throw new InvalidOperationException($"No version is in force in {Region} or around it.");
        if (day > Today) return found;
        if (_final.Count >= MaxKeptDays) _final.Clear();
        return _final[day] = found;
    }

    public async Task<Reply<RuleVersion>> InForceAsync(DateOnly day)
    {
        if (Own(day) is { } own) return own.ToVersion();
        return Region.Parent() is { } wider ? await Wider(wider).InForceAsync(day) : NotFound;
    }

    public Task<Reply<RuleVersion>> FindAsync(string name) =>
        Task.FromResult<Reply<RuleVersion>>(Find(name) is { } version ? version.ToVersion() : NotFound);

    public Task<ImmutableArray<RuleVersion>> ListAsync() =>
        Task.FromResult<ImmutableArray<RuleVersion>>([.. _versions.Reverse().Select(version => version.ToVersion())]);

    public async Task<Reply<RuleVersion>> ProposeAsync(Command command, string document)
    {
        var stored = new ProposedVersion { Document = document, ProposedBy = command.Actor };
        VersionedFile<TRules> proposed = Read(stored);
        if (proposed.Region != Region) throw new ArgumentException($"The document is of {proposed.Region}, not of {Region}.",
            nameof(document));
        Refusal? belowFloor = await BelowFloorAsync(proposed);
        Refusal? refusal = await OnceAsync(
            command,
            () => proposed.Effective <= Today ? new Refusal(Reason.EffectiveDateInPast)
                : Find(proposed.Name.Text) is not null || HasBeginning(proposed.Effective) ? new Refusal(Reason.VersionExists)
                : belowFloor,
            () => State.Versions.Add(stored));
        return Answer(refusal, proposed.Name.Text);
    }

    public async Task<Reply<RuleVersion>> ApproveAsync(Command command, string name)
    {
        VersionedFile<TRules>? version = Find(name);
        // Compare again: the wider region may have raised its list since the proposal.
        Refusal? belowFloor = version is null ? null : await BelowFloorAsync(version);
        Refusal? refusal = await OnceAsync(
            command,
            () => version switch
            {
                null => new Refusal(NotFound),
                { IsApproved: true } => new Refusal(Reason.VersionAlreadyApproved),
                _ when version.Stored!.ProposedBy == command.Actor => new Refusal(Reason.MakerIsChecker),
                _ when version.Effective <= Today => new Refusal(Reason.EffectiveDateInPast),
                _ when HasBeginning(version.Effective) => new Refusal(Reason.VersionExists),
                _ => belowFloor,
            },
            () => version!.Stored!.ApprovedBy = command.Actor);
        return Answer(refusal, name);
    }

    /// <summary>The versions of the region that ship with the product.</summary>
    protected abstract IEnumerable<VersionedFile<TRules>> Shipped();

    /// <summary>Parses a stored document. It had no errors when it was proposed, so an error is a bug.</summary>
    protected abstract VersionedFile<TRules> Read(ProposedVersion stored);

    protected abstract IVersionsGrain Wider(RegionCode region);

    protected abstract Task<TRules> WiderAtAsync(RegionCode region, DateOnly day);

    /// <summary>The refusal of a version below the wider region's version of the same first day; null if it is not below.</summary>
    protected virtual Task<Refusal?> BelowFloorAsync(VersionedFile<TRules> version) => Task.FromResult<Refusal?>(null);

    protected static ReadOnlySpan<byte> Utf8(ProposedVersion stored) => Encoding.UTF8.GetBytes(stored.Document);

    private Reply<RuleVersion> Answer(Refusal? refusal, string name)
    {
        if (refusal is not null) return refusal;
        ReadVersions();
        return Find(name)!.ToVersion();
    }

    private VersionedFile<TRules>? Own(DateOnly day) => _versions.LastOrDefault(version => version.IsApproved && version.Effective <= day);

    private VersionedFile<TRules>? Find(string name) => _versions.FirstOrDefault(version => version.Name.Text == name);

    private bool HasBeginning(DateOnly day) => _versions.Any(version => version.IsApproved && version.Effective == day);

    private void ReadVersions() => _versions = [.. Shipped().Concat(State.Versions.Select(Read)).OrderBy(version => version.Effective)];
}
