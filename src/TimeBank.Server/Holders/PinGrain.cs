using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>An elder's PIN; key: region/elder. The grain counts every guess before it looks at it.</summary>
[Alias("timebank.pin")]
public interface IPinGrain : IGrainWithStringKey
{
    /// <summary>Sets the first PIN, changes it for who knows the old one, or resets it.</summary>
    [Alias("set")]
    Task<Reply<PinRecord>> SetAsync(Command command, PinOrder order);

    /// <summary>
    /// A guess, of the command for which it was made. The same command again is the same guess and gets the same answer, whatever PIN
    /// comes with it.
    /// </summary>
    /// <returns>The refusal PinNotSet, PinKeyRetired, PinWrong, PinLocked or ClockDoubtful; else the PIN is right.</returns>
    [Alias("try")]
    Task<Reply<PinRecord>> TryAsync(Command command, ShownRecord shown);

    [Alias("get"), AlwaysInterleave]
    Task<PinRecord> GetAsync();
}

/// <summary>What anybody may know about a PIN.</summary>
/// <param name="Misses">Guesses since the last right one.</param>
[GenerateSerializer, Immutable, Alias("timebank.pin-record")]
public sealed record PinRecord(
    [property: Id(0)] bool IsSet, [property: Id(1)] int Misses, [property: Id(2)] DateTimeOffset? LockedUntil,
    [property: Id(3)] ImmutableArray<PinChangeRecord> Changes);

/// <summary>A time at which a PIN was set.</summary>
/// <param name="By">The token's subject.</param>
/// <param name="OnBehalfOf">The elder, where staff did it; else empty.</param>
/// <param name="Reason">Of a reset; else empty.</param>
[GenerateSerializer, Immutable, Alias("timebank.pin-change")]
public sealed record PinChangeRecord(
    [property: Id(0), JsonPropertyName("at")] DateTimeOffset At,
    [property: Id(1), JsonPropertyName("by")] string By,
    [property: Id(2), JsonPropertyName("onBehalfOf")] string OnBehalfOf,
    [property: Id(3), JsonPropertyName("reason")] string Reason);

/// <summary>A wish for another PIN.</summary>
/// <param name="OldPin">Empty: there is none, or it is a reset.</param>
/// <param name="Reason">Of a reset; else empty.</param>
[GenerateSerializer, Immutable, Alias("timebank.pin-order")]
public sealed record PinOrder([property: Id(0)] string Pin, [property: Id(1)] string OldPin, [property: Id(2)] string Reason)
{
    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(PinOrder);
}

/// <summary>The stored state of a PIN's grain.</summary>
public sealed class PinState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps PINs. Stored: never change it.</summary>
    public const string Kind = "pin";

    /// <summary>As <see cref="PinHasher"/> writes it; empty: there is no PIN.</summary>
    [JsonPropertyName("hash")]
    public string Hash { get; set; } = "";

    /// <summary>Guesses since the last right one, each counted before it was looked at.</summary>
    [JsonPropertyName("guesses")]
    public int Guesses { get; set; }

    [JsonPropertyName("lockedUntil")]
    public DateTimeOffset? LockedUntil { get; set; }

    /// <summary>The commands whose guess was wrong since the last right one.</summary>
    [JsonPropertyName("missed")]
    public List<string> Missed { get; set; } = [];

    [JsonPropertyName("changes")]
    public List<PinChangeRecord> Changes { get; set; } = [];

    /// <summary>The id of the master key on which the hash hangs; null: it was set before the id was kept.</summary>
    [JsonPropertyName("keyId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeyId { get; set; }

    public PinRecord ToRecord() => new(Hash.Length > 0, Guesses, LockedUntil, [.. Changes]);
}

/// <inheritdoc cref="IPinGrain"/>
public sealed class PinGrain(
    [PersistentState(PinState.Kind, GrainStorageNames.TimeBank)] IPersistentState<PinState> state, BusinessClock clock, DayRules rules,
    PinHasher hasher, ILogger<PinGrain> log)
    : WorkflowGrain<PinState>(state, clock), IPinGrain
{
    private OpaqueId Elder => OpaqueId.Parse(LocalKey);

    public async Task<Reply<PinRecord>> SetAsync(Command command, PinOrder order)
    {
        if (State.HasDone(command, out Refusal? reused)) return reused is null ? State.ToRecord() : reused;
        // By a wrong time a lock would end, or never end; and what the server's state refuses is no guess.
        if (IsClockDoubted) return Reason.ClockDoubtful;
        // What was refused is refused: the old PIN of a replay isn't guessed at again.
        if (await Writer.FindAsync(command.Id) is { } known)
        {
            if (known.RequestDigest != Digest.Parse(command.RequestDigest)) return Reason.RequestIdReused;
            if (known.Refusal is { } told) return told;
        }
        bool isReset = order.Reason.Length > 0, isFirst = State.Hash.Length == 0;
        Refusal? refusal = await GrainFactory.DeathAsync(Region, LocalKey, Today)
            ?? (isReset || isFirst ? null
                : order.OldPin.Length == 0 ? new Refusal(Reason.PinAlreadySet)
                : !hasher.HasKey(State.KeyId) ? new Refusal(Reason.PinKeyRetired)
                : await GuessAsync(command, order.OldPin));
        KeyedHash? hash = refusal is null ? await hasher.HashAsync(Region, Elder, order.Pin) : null;
        refusal = await OnceAsync(command, () => refusal, () =>
        {
            Keep(hash!);
            Forget();
            State.Changes.Add(new PinChangeRecord(Now, command.Actor, command.OnBehalfOf, order.Reason));
        });
        if (refusal is not null) return refusal;
        log.LogInformation("{Actor} {What} the PIN of elder {Elder} in {Region}.",
            command.Actor, isReset ? "reset" : isFirst ? "set" : "changed", LocalKey, Region);
        return State.ToRecord();
    }

    public async Task<Reply<PinRecord>> TryAsync(Command command, ShownRecord shown)
    {
        if (IsClockDoubted) return Reason.ClockDoubtful;
        if (State.Hash.Length == 0) return Reason.PinNotSet;
        // No PIN would be the right one: that is no miss of whoever types it.
        if (!hasher.HasKey(State.KeyId)) return Reason.PinKeyRetired;
        return await GuessAsync(command, shown.Pin) is { } refusal ? refusal : State.ToRecord();
    }

    public Task<PinRecord> GetAsync() => Task.FromResult(Stored.ToRecord());

    /// <summary>
    /// Looks at one guess. It is counted, and where it is the last one locked, before that: then neither a crash nor another activation of
    /// this grain gives away a guess, since the storage lets only one of two writes win.
    /// </summary>
    private async Task<Refusal?> GuessAsync(Command command, string pin)
    {
        VouchersPolicy limits = (await rules.PolicyAsync(Region, Today)).Vouchers;
        if (State.Missed.Contains(command.Id.ToString())) return Missed(limits);
        if (State.LockedUntil is { } until)
        {
            if (Now < until) return Locked(until);
            (State.Guesses, State.LockedUntil) = (0, null);
        }
        State.Guesses++;
        if (State.Guesses >= limits.PinMaxMisses) State.LockedUntil = Now.AddHours(limits.PinLockHours);
        await SaveAsync();
        bool isRight = await hasher.IsRightAsync(State.Hash, State.KeyId, Region, Elder, pin);
        if (isRight) Forget();
        else State.Missed.Add(command.Id.ToString());
        // Whoever uses the PIN takes it along to the current key, so that an older one can be retired.
        if (isRight && State.KeyId != hasher.CurrentKey) Keep(await hasher.HashAsync(Region, Elder, pin));
        await SaveAsync();
        return isRight ? null : Missed(limits);
    }

    private Refusal Missed(VouchersPolicy limits) => State.LockedUntil is { } until && Now < until ? Locked(until)
        : Refusal.Of(Reason.PinWrong,
            ("tries", Math.Max(0, limits.PinMaxMisses - State.Guesses).ToString(CultureInfo.InvariantCulture)));

    private static Refusal Locked(DateTimeOffset until) => Refusal.Of(Reason.PinLocked, ("time", ChinaTime.Minute(until)));

    private void Keep(KeyedHash hash) => (State.Hash, State.KeyId) = (hash.Hash, hash.KeyId);

    private void Forget()
    {
        (State.Guesses, State.LockedUntil) = (0, null);
        State.Missed.Clear();
    }
}
