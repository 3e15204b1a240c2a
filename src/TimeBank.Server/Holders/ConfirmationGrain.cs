using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// A clerk's question to an elder, which somebody else answers: who telephoned the elder, or the elder or family themselves; key:
/// region/id. It is good for one payment.
/// </summary>
[Alias("timebank.confirmation")]
public interface IConfirmationGrain : IGrainWithStringKey
{
    [Alias("ask")]
    Task<Reply<ConfirmationRecord>> AskAsync(Command command, ConfirmationQuestion question);

    /// <param name="agreed">Whether the elder agreed.</param>
    [Alias("answer")]
    Task<Reply<ConfirmationRecord>> AnswerAsync(Command command, bool agreed, string note);

    /// <summary>
    /// Binds it to a payment's command, before the payment. Until its time is over the same command again has it still; another one only
    /// if that payment was refused.
    /// </summary>
    [Alias("use")]
    Task<Reply<ConfirmationRecord>> UseAsync(Command command, ConfirmationUse use);

    /// <summary>Null: there is none.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<ConfirmationRecord?> GetAsync();
}

/// <summary>How far a confirmation is. The names are stored; what time or use makes of it is not.</summary>
public enum ConfirmationStage
{
    [JsonStringEnumMemberName("waiting")]
    Waiting = 1,

    [JsonStringEnumMemberName("confirmed")]
    Confirmed = 2,

    [JsonStringEnumMemberName("refused")]
    Refused = 3,

    /// <summary>Its time is over. Never stored.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired = 4,

    /// <summary>A payment has it. Never stored.</summary>
    [JsonStringEnumMemberName("used")]
    Used = 5,
}

/// <summary>What a clerk asks: whether the elder agrees to pay so much for these services.</summary>
/// <param name="Items">Items of the service list.</param>
/// <param name="UpToFen">The most that vouchers may pay.</param>
[GenerateSerializer, Immutable, Alias("timebank.confirmation-question")]
public sealed record ConfirmationQuestion(
    [property: Id(0), JsonPropertyName("elder")] string Elder,
    [property: Id(1), JsonPropertyName("provider")] string Provider,
    [property: Id(2), JsonPropertyName("items")] ImmutableArray<string> Items,
    [property: Id(3), JsonPropertyName("upToFen")] long UpToFen);

/// <summary>A payment that wants to use it.</summary>
/// <param name="Died">The day of the elder's death as far as it is known: then only staff's word counts. Null: the elder lives.</param>
[GenerateSerializer, Immutable, Alias("timebank.confirmation-use")]
public sealed record ConfirmationUse(
    [property: Id(0)] string Elder, [property: Id(1)] string Provider, [property: Id(2)] ImmutableArray<string> Items,
    [property: Id(3)] long Fen, [property: Id(4)] DateOnly? Died = null);

/// <summary>A question, and what became of it.</summary>
/// <param name="ExpiresAt">Until when it waits for its answer; once confirmed, for its payment.</param>
/// <param name="UsedBy">The id of the payment's entry; empty: none yet.</param>
/// <param name="AnsweredFor">The elder, where staff answered; null: the elder or the family did, or nobody yet.</param>
[GenerateSerializer, Immutable, Alias("timebank.confirmation-record")]
public sealed record ConfirmationRecord(
    [property: Id(0), JsonPropertyName("question")] ConfirmationQuestion Question,
    [property: Id(1), JsonPropertyName("stage")] ConfirmationStage Stage,
    [property: Id(2), JsonPropertyName("askedBy")] string AskedBy,
    [property: Id(3), JsonPropertyName("askedAt")] DateTimeOffset AskedAt,
    [property: Id(4), JsonPropertyName("expiresAt")] DateTimeOffset ExpiresAt,
    [property: Id(5), JsonPropertyName("answeredBy")] string AnsweredBy = "",
    [property: Id(6), JsonPropertyName("answeredAt")] DateTimeOffset? AnsweredAt = null,
    [property: Id(7), JsonPropertyName("note")] string Note = "",
    [property: Id(8), JsonPropertyName("usedBy")] string UsedBy = "",
    [property: Id(9), JsonPropertyName("answeredFor"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? AnsweredFor = null)
{
    public ConfirmationStage StageAt(DateTimeOffset now) => UsedBy.Length > 0 ? ConfirmationStage.Used
        : Stage != ConfirmationStage.Refused && now >= ExpiresAt ? ConfirmationStage.Expired : Stage;

    /// <summary>Whether a payment is what was asked.</summary>
    public bool Allows(ConfirmationUse use) => use.Elder == Question.Elder && use.Provider == Question.Provider
        && use.Fen <= Question.UpToFen && use.Items.All(Question.Items.Contains);
}

/// <summary>The stored state of a confirmation.</summary>
public sealed class ConfirmationState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps confirmations and lists find them. Stored: never change it.</summary>
    public const string Kind = "confirmation";

    /// <summary>The paths in the state's JSON at which lists look.</summary>
    public const string ElderPath = "record.question.elder", StagePath = "record.stage", ExpiresPath = "record.expiresAt";

    [JsonPropertyName("record")]
    public ConfirmationRecord? Record { get; set; }
}

/// <inheritdoc cref="IConfirmationGrain"/>
public sealed class ConfirmationGrain(
    [PersistentState(ConfirmationState.Kind, GrainStorageNames.TimeBank)] IPersistentState<ConfirmationState> state,
    BusinessClock clock, DayRules rules)
    : WorkflowGrain<ConfirmationState>(state, clock), IConfirmationGrain
{
    public async Task<Reply<ConfirmationRecord>> AskAsync(Command command, ConfirmationQuestion question)
    {
        DateTimeOffset until = await UntilAsync();
        return Answered(await OnceAsync(command, () => null, () => State.Record = new ConfirmationRecord(
            question, ConfirmationStage.Waiting, command.Actor, Now, until)));
    }

    public async Task<Reply<ConfirmationRecord>> AnswerAsync(Command command, bool agreed, string note)
    {
        DateTimeOffset until = await UntilAsync();
        bool isStaff = command.OnBehalfOf.Length > 0;
        // Who holds a dead elder's role isn't the elder. That staff asked somebody, they write down.
        Refusal? death = agreed && !isStaff && State.Record is { } asked
            ? await GrainFactory.DeathAsync(Region, asked.Question.Elder, Today) : null;
        return Answered(await OnceAsync(
            command,
            () => death ?? State.Record switch
            {
                null => new Refusal(Reason.ConfirmationNotFound),
                // Who wants the money doesn't also say that the elder agreed.
                { } record when record.AskedBy == command.Actor => new Refusal(Reason.MakerIsChecker),
                { Stage: not ConfirmationStage.Waiting } => new Refusal(Reason.ConfirmationAnswered),
                { } record => Now >= record.ExpiresAt ? new Refusal(Reason.ConfirmationExpired) : null,
            },
            () => State.Record = State.Record! with
            {
                Stage = agreed ? ConfirmationStage.Confirmed : ConfirmationStage.Refused,
                AnsweredBy = command.Actor,
                AnsweredAt = Now,
                Note = note,
                ExpiresAt = until,
                AnsweredFor = isStaff ? command.OnBehalfOf : null,
            }));
    }

    public async Task<Reply<ConfirmationRecord>> UseAsync(Command command, ConfirmationUse use)
    {
        // It would be good for longer, or for ever, by a clock that stands still or went back.
        if (IsClockDoubted) return Reason.ClockDoubtful;
        if (State.Record is not { } record) return Reason.ConfirmationNotFound;
        if (!record.Allows(use)) return Reason.ConfirmationOther;
        string id = command.Id.ToString();
        // A payment that was refused has moved nothing: another one may have the elder's word.
        if (record.UsedBy.Length > 0 && record.UsedBy != id && (await Writer.FindAsync(EntryId.Parse(record.UsedBy)))?.Refusal is null)
            return Reason.ConfirmationUsed;
        if (record.Stage == ConfirmationStage.Refused) return Reason.ConfirmationRefused;
        if (Now >= record.ExpiresAt) return Reason.ConfirmationExpired;
        if (record.Stage == ConfirmationStage.Waiting) return Reason.ConfirmationWaiting;
        if (use.Died is { } died && record.AnsweredFor is null) return HolderChecks.Deceased(died);
        // Who says that the elder agreed doesn't also take the money.
        if (record.AnsweredBy == command.Actor) return Reason.MakerIsChecker;
        // After the time: a payment that was written is found before it comes here, and one that wasn't doesn't keep the elder's word.
        if (record.UsedBy == id) return record;
        State.Record = record with { UsedBy = id };
        await SaveAsync();
        return State.Record;
    }

    public Task<ConfirmationRecord?> GetAsync() => Task.FromResult(Stored.Record);

    /// <summary>In UTC, since lists compare it as text.</summary>
    private async Task<DateTimeOffset> UntilAsync() =>
        Now.ToUniversalTime().AddMinutes((await rules.PolicyAsync(Region, Today)).Vouchers.ConfirmWaitMinutes);

    private Reply<ConfirmationRecord> Answered(Refusal? refusal) => refusal is null ? State.Record! : refusal;
}
