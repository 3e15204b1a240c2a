using System.Collections.Immutable;
using System.Text;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>
/// What policies and catalogues have in common. A version takes effect tomorrow at the earliest, so that a day has one version from its
/// beginning to its end, and the answer for a day that has begun is final and may be kept.
/// </summary>
public abstract class VersionsGrain<TMessage>(IPersistentState<VersionsState> state, BusinessClock clock)
    : WorkflowGrain<VersionsState>(state, clock), IVersionsGrain
    where TMessage : class
{
    /// <summary>Days whose answer is kept: a year, for what is judged late.</summary>
    private const int MaxKeptDays = 366;

    private readonly Dictionary<DateOnly, TMessage> _final = [];
    private ImmutableArray<VersionedFile<TMessage>> _versions = [];

    protected abstract Reason NotFound { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ReadVersions();
        return Task.CompletedTask;
    }

    /// <summary>The version in force on a day, read; before the first one that one.</summary>
    public async Task<TMessage> AtAsync(DateOnly day)
    {
        if (_final.TryGetValue(day, out TMessage? kept)) return kept;
        TMessage found = Own(day)?.Answer
            ?? (Region.Parent() is { } wider ? await WiderAtAsync(wider, day) : _versions.FirstOrDefault(version => version.IsApproved)?.Answer)
            ?? throw new InvalidOperationException($"No version is in force in {Region} or around it.");
        if (day > Today) return found;
        if (_final.Count >= MaxKeptDays) _final.Clear();
        return _final[day] = found;
    }

    public async Task<Reply<VersionMessage>> InForceAsync(DateOnly day)
    {
        if (Own(day) is { } own) return own.ToMessage();
        return Region.Parent() is { } wider ? await Wider(wider).InForceAsync(day) : NotFound;
    }

    public Task<Reply<VersionMessage>> FindAsync(string name) =>
        Task.FromResult<Reply<VersionMessage>>(Find(name) is { } version ? version.ToMessage() : NotFound);

    public Task<VersionsMessage> ListAsync() => Task.FromResult(new VersionsMessage([.. _versions.Reverse().Select(version => version.ToMessage())]));

    public async Task<Reply<VersionMessage>> ProposeAsync(Command command, string document)
    {
        var stored = new ProposedVersion { Document = document, ProposedBy = command.Actor };
        VersionedFile<TMessage> proposed = Read(stored);
        if (proposed.Region != Region) throw new ArgumentException($"The document is of {proposed.Region}, not of {Region}.", nameof(document));
        Refusal? belowFloor = await BelowFloorAsync(proposed);
        Refusal? refusal = await OnceAsync(
            command,
            () => proposed.Effective <= Today ? new Refusal(Reason.EffectiveDateInPast)
                : Find(proposed.Name.Text) is not null || HasBeginning(proposed.Effective) ? new Refusal(Reason.VersionExists)
                : belowFloor,
            () => State.Versions.Add(stored));
        return Answer(refusal, proposed.Name.Text);
    }

    public async Task<Reply<VersionMessage>> ApproveAsync(Command command, string name)
    {
        VersionedFile<TMessage>? version = Find(name);
        // The wider region may have risen since the proposal.
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
    protected abstract IEnumerable<VersionedFile<TMessage>> Shipped();

    /// <summary>Reads a stored document, which was right when it was proposed.</summary>
    protected abstract VersionedFile<TMessage> Read(ProposedVersion stored);

    protected abstract IVersionsGrain Wider(RegionCode region);

    protected abstract Task<TMessage> WiderAtAsync(RegionCode region, DateOnly day);

    /// <summary>In what a version falls below the wider region's of its first day; null where in nothing.</summary>
    protected virtual Task<Refusal?> BelowFloorAsync(VersionedFile<TMessage> version) => Task.FromResult<Refusal?>(null);

    protected static ReadOnlySpan<byte> Utf8(ProposedVersion stored) => Encoding.UTF8.GetBytes(stored.Document);

    private Reply<VersionMessage> Answer(Refusal? refusal, string name)
    {
        if (refusal is not null) return refusal;
        ReadVersions();
        return Find(name)!.ToMessage();
    }

    private VersionedFile<TMessage>? Own(DateOnly day) => _versions.LastOrDefault(version => version.IsApproved && version.Effective <= day);

    private VersionedFile<TMessage>? Find(string name) => _versions.FirstOrDefault(version => version.Name.Text == name);

    private bool HasBeginning(DateOnly day) => _versions.Any(version => version.IsApproved && version.Effective == day);

    private void ReadVersions() => _versions = [.. Shipped().Concat(State.Versions.Select(Read)).OrderBy(version => version.Effective)];
}
