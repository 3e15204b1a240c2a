using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A provider's terminal; key: region/id. The grain is the authority for its key, for who may use it, and for its chain of receipts: one
/// call decides one batch, and the next one waits.
/// </summary>
[Alias("timebank.device")]
public interface IDeviceGrain : IGrainWithStringKey
{
    /// <summary>Keeps the hash of a one-time code for a new terminal of a registered provider.</summary>
    [Alias("invite")]
    Task<Reply<DeviceRecord>> InviteAsync(Command command, DeviceInvitation invitation);

    [Alias("enrol")]
    Task<Reply<DeviceRecord>> EnrolAsync(Command command, DeviceEnrolment enrolment);

    [Alias("approve")]
    Task<Reply<DeviceRecord>> ApproveAsync(Command command, string fingerprint);

    /// <param name="since">From when on nothing counts; null: now.</param>
    [Alias("revoke")]
    Task<Reply<DeviceRecord>> RevokeAsync(Command command, string note, DateTimeOffset? since);

    /// <summary>Null: there is no such terminal.</summary>
    [Alias("get")]
    Task<DeviceRecord?> GetAsync();

    /// <summary>Decides receipts, and answers in their order.</summary>
    /// <exception cref="StorageUnavailableException">Some are decided and some are not: send all of them again.</exception>
    [Alias("submit")]
    Task<Reply<DeviceAnswers>> SubmitAsync(Command command, ImmutableArray<byte[]> receipts);

    /// <summary>
    /// Declares lost what a waiting receipt waits for: the chain goes on with that receipt, which is decided now with those after it.
    /// </summary>
    /// <param name="key">The waiting receipt's key.</param>
    [Alias("skip-lost")]
    Task<Reply<OfflineReceiptRecord>> SkipLostAsync(Command command, string key);
}

/// <summary>How far a terminal is. The names are stored.</summary>
public enum DeviceStage
{
    [JsonStringEnumMemberName("invited")]
    Invited = 1,
    [JsonStringEnumMemberName("enrolled")]
    Enrolled = 2,
    [JsonStringEnumMemberName("active")]
    Active = 3,
    [JsonStringEnumMemberName("revoked")]
    Revoked = 4,
}

/// <summary>A terminal as others see it.</summary>
/// <param name="PublicKey">Base64 of 32 bytes; empty until it is enrolled.</param>
/// <param name="Counter">Of its last decided receipt.</param>
[GenerateSerializer, Immutable, Alias("timebank.device-record")]
public sealed record DeviceRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("provider")] string Provider,
    [property: Id(2), JsonPropertyName("stage")] DeviceStage Stage,
    [property: Id(3), JsonPropertyName("askedBy")] string AskedBy,
    [property: Id(4), JsonPropertyName("displayName")] string DisplayName = "",
    [property: Id(5), JsonPropertyName("publicKey")] string PublicKey = "",
    [property: Id(6), JsonPropertyName("enrolledBy")] string EnrolledBy = "",
    [property: Id(7), JsonPropertyName("approvedBy")] string ApprovedBy = "",
    [property: Id(8), JsonPropertyName("approvedAt")] DateTimeOffset? ApprovedAt = null,
    [property: Id(9), JsonPropertyName("revokedBy")] string RevokedBy = "",
    [property: Id(10), JsonPropertyName("revokedSince")] DateTimeOffset? RevokedSince = null,
    [property: Id(11), JsonPropertyName("note")] string Note = "",
    [property: Id(12), JsonPropertyName("counter")] long Counter = 0,
    [property: Id(13), JsonPropertyName("syncedAt")] DateTimeOffset? SyncedAt = null)
{
    [JsonIgnore]
    public byte[] Key => Convert.FromBase64String(PublicKey);
}

/// <summary>Asks for a terminal.</summary>
[GenerateSerializer, Immutable, Alias("timebank.device-invitation")]
public sealed record DeviceInvitation(
    [property: Id(0)] string Provider, [property: Id(1)] string CodeHash, [property: Id(2)] DateTimeOffset ExpiresAt);

/// <summary>What a new terminal sends.</summary>
[GenerateSerializer, Immutable, Alias("timebank.device-enrolment")]
public sealed record DeviceEnrolment(
    [property: Id(0)] string Code, [property: Id(1)] string PublicKey, [property: Id(2)] string DisplayName)
{
    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(DeviceEnrolment);
}

/// <summary>The answers to a batch.</summary>
[GenerateSerializer, Immutable, Alias("timebank.device-answers")]
public sealed record DeviceAnswers(
    [property: Id(0)] DeviceRecord Device, [property: Id(1)] ImmutableArray<OfflineReceiptRecord> Answers);

/// <summary>The stored state of a terminal's grain.</summary>
public sealed class DeviceState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps terminals and lists find them. Stored: never change it.</summary>
    public const string Kind = "device";

    /// <summary>The paths in the state's JSON at which lists look.</summary>
    public const string ProviderPath = "device.provider", StagePath = "device.stage";

    [JsonPropertyName("device")]
    public DeviceRecord? Device { get; set; }

    /// <summary>The hash of the one-time code; empty once it was used or guessed at too often.</summary>
    [JsonPropertyName("codeHash")]
    public string CodeHash { get; set; } = "";

    [JsonPropertyName("codeExpiresAt")]
    public DateTimeOffset CodeExpiresAt { get; set; }

    [JsonPropertyName("misses")]
    public int Misses { get; set; }

    /// <summary>The digest of the last decided receipt; empty before the first.</summary>
    [JsonPropertyName("last")]
    public string Last { get; set; } = "";

    /// <summary>The clock in it.</summary>
    [JsonPropertyName("lastClock")]
    public DateTimeOffset LastClock { get; set; }

    /// <summary>The counter up to which the device was answered in an earlier call.</summary>
    [JsonPropertyName("answered")]
    public long Answered { get; set; }

    /// <summary>Fen at stake of decided receipts, by counter, since the last sync that the device says it knew of.</summary>
    [JsonPropertyName("unsynced")]
    public SortedDictionary<long, long> Unsynced { get; set; } = [];

    /// <summary>Digests of receipts of other branches: the ends of chains that a copy of the device goes on from.</summary>
    [JsonPropertyName("branches")]
    public List<string> Branches { get; set; } = [];

    /// <summary>The counters of receipts that wait for one before them, with their keys.</summary>
    [JsonPropertyName("waiting")]
    public Dictionary<string, long> Waiting { get; set; } = [];

    /// <summary>The last counter of each stretch that was declared lost, by the first; null: none was.</summary>
    [JsonPropertyName("lost"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<long, long>? Lost { get; set; }

    /// <summary>The same as the rules see it, of a device that is known.</summary>
    [JsonIgnore]
    public OfflineChain Chain
    {
        get => new(Device!.Counter, Last, LastClock, Answered, Unsynced.ToImmutableSortedDictionary(), [.. Branches],
            (Lost ?? []).ToImmutableSortedDictionary());
        set
        {
            Device = Device! with { Counter = value.Counter };
            (Last, LastClock, Unsynced, Branches) = (value.Last, value.LastClock, new(value.Unsynced), [.. value.Branches]);
            Lost = value.Lost.IsEmpty ? null : new(value.Lost);
        }
    }
}

/// <inheritdoc cref="IDeviceGrain"/>
public sealed partial class DeviceGrain(
    [PersistentState(DeviceState.Kind, GrainStorageNames.TimeBank)] IPersistentState<DeviceState> state, BusinessClock clock,
    DayRules rules, VoucherKeys keys, ILedgerReader ledger)
    : WorkflowGrain<DeviceState>(state, clock), IDeviceGrain
{
    private const int MaxMisses = 5;

    public async Task<Reply<DeviceRecord>> InviteAsync(Command command, DeviceInvitation invitation)
    {
        bool isRegistered = await GrainFactory.GetGrain<IProviderGrain>(Region, invitation.Provider).GetAsync() is not null;
        return Answer(await OnceAsync(command, () => isRegistered ? null : new Refusal(Reason.ProviderNotFound), () =>
        {
            State.Device = new DeviceRecord(LocalKey, invitation.Provider, DeviceStage.Invited, command.Actor);
            (State.CodeHash, State.CodeExpiresAt) = (invitation.CodeHash, invitation.ExpiresAt);
        }));
    }

    public async Task<Reply<DeviceRecord>> EnrolAsync(Command command, DeviceEnrolment enrolment)
    {
        bool isKnown = State.HasDone(command, out _);
        if (!isKnown && State is { Device.Stage: DeviceStage.Invited, CodeHash.Length: > 0 } && Now < State.CodeExpiresAt
            && State.CodeHash != HashOf(LocalKey, enrolment.Code))
        {
            // Counted before the answer, and outside of the command: whoever guesses sends a new one each time.
            if (++State.Misses >= MaxMisses) State.CodeHash = "";
            await SaveAsync();
            return Reason.EnrolmentCodeWrong;
        }
        return Answer(await OnceAsync(
            command,
            () => State.Device switch
            {
                null => new Refusal(Reason.DeviceNotFound),
                { Stage: not DeviceStage.Invited } => new Refusal(Reason.DeviceWrongState),
                _ => State.CodeHash.Length == 0 || Now >= State.CodeExpiresAt ? new Refusal(Reason.EnrolmentCodeExpired) : null,
            },
            () =>
            {
                State.CodeHash = "";
                State.Device = State.Device! with
                {
                    Stage = DeviceStage.Enrolled,
                    PublicKey = enrolment.PublicKey,
                    DisplayName = enrolment.DisplayName,
                    EnrolledBy = command.Actor,
                };
            }));
    }

    public async Task<Reply<DeviceRecord>> ApproveAsync(Command command, string fingerprint) => Answer(await OnceAsync(
        command,
        () => State.Device switch
        {
            null => new Refusal(Reason.DeviceNotFound),
            { Stage: not DeviceStage.Enrolled } => new Refusal(Reason.DeviceWrongState),
            var device when device.AskedBy == command.Actor || device.EnrolledBy == command.Actor => new Refusal(Reason.MakerIsChecker),
            var device => OfflineReceipt.Fingerprint(device.Key) == fingerprint ? null : new Refusal(Reason.DeviceKeyDiffers),
        },
        () => State.Device = State.Device! with { Stage = DeviceStage.Active, ApprovedBy = command.Actor, ApprovedAt = Now }));

    public async Task<Reply<DeviceRecord>> RevokeAsync(Command command, string note, DateTimeOffset? since)
    {
        return Answer(await OnceAsync(
            command,
            () => State.Device switch
            {
                null => new Refusal(Reason.DeviceNotFound),
                { Stage: DeviceStage.Revoked } => new Refusal(Reason.DeviceWrongState),
                _ => null,
            },
            () => State.Device = State.Device! with
            {
                Stage = DeviceStage.Revoked,
                RevokedBy = command.Actor,
                RevokedSince = since ?? Now,
                Note = note,
            }));
    }

    public Task<DeviceRecord?> GetAsync() => Task.FromResult(State.Device);

    /// <summary>What is kept of a code: it has 40 bits, lives for minutes and is good for one device.</summary>
    public static string HashOf(string device, string code) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"device-enrolment\n{device}\n{code}")));

    private Reply<DeviceRecord> Answer(Refusal? refusal) => refusal is null ? State.Device! : refusal;
}
