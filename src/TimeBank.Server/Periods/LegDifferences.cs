using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans.Concurrency;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Who looks into a difference of the five legs; key: region/<see cref="LegLine.Id"/>. What differs is summed anew by each report; what
/// people did stays here when the difference is gone.
/// </summary>
[Alias("timebank.difference")]
public interface IDifferenceGrain : IGrainWithStringKey
{
    /// <summary>What people did; null if nobody did anything.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<DifferenceRecord?> GetAsync();

    /// <summary>Gives the difference to somebody; the command's memo says what was done or agreed.</summary>
    /// <param name="first">The first day of the report that names the difference.</param>
    [Alias("assign")]
    Task<Reply<DifferenceRecord>> AssignAsync(Command command, DateOnly first, DateOnly last, string owner);
}

/// <summary>A difference that somebody has looked into, and what people did about it.</summary>
/// <param name="Account">As <see cref="LegLine.Account"/>.</param>
/// <param name="Entry">As <see cref="LegLine.Entry"/>.</param>
[GenerateSerializer, Immutable, Alias("timebank.difference-record")]
public sealed record DifferenceRecord(
    [property: Id(0), JsonPropertyName("leg")] ReportLeg Leg,
    [property: Id(1), JsonPropertyName("account")] string Account,
    [property: Id(2), JsonPropertyName("unit")] string Unit,
    [property: Id(3), JsonPropertyName("gap")] ReportGap Gap,
    [property: Id(4), JsonPropertyName("entry")] string Entry,
    [property: Id(5), JsonPropertyName("owner")] string Owner,
    [property: Id(6), JsonPropertyName("history")] ImmutableArray<ClaimStep> History);

/// <summary>The stored state of a difference.</summary>
public sealed class DifferenceState : WorkflowState
{
    /// <summary>The kind under which grain storage keeps differences. Stored: never change it.</summary>
    public const string Kind = "difference";

    [JsonPropertyName("difference")]
    public DifferenceRecord? Difference { get; set; }
}

/// <inheritdoc cref="IDifferenceGrain"/>
public sealed class DifferenceGrain(
    [PersistentState(DifferenceState.Kind, GrainStorageNames.TimeBank)] IPersistentState<DifferenceState> state, FiveLegs legs,
    BusinessClock clock)
    : WorkflowGrain<DifferenceState>(state, clock), IDifferenceGrain
{
    public Task<DifferenceRecord?> GetAsync() => Task.FromResult(Stored.Difference);

    public Task<Reply<DifferenceRecord>> AssignAsync(Command command, DateOnly first, DateOnly last, string owner) =>
        command.IsDryRun ? DryRunAsync(() => AssignOnceAsync(command, first, last, owner)) : AssignOnceAsync(command, first, last, owner);

    private async Task<Reply<DifferenceRecord>> AssignOnceAsync(Command command, DateOnly first, DateOnly last, string owner)
    {
        DifferenceRecord? found = State.Difference ?? await FindAsync(first, last);
        Refusal? refusal = await OnceAsync(
            command, () => found is null ? new Refusal(Reason.DifferenceNotFound) : null,
            () => State.Difference = found! with
            {
                Owner = owner,
                History = found.History.Add(new ClaimStep(owner, command.Actor, Now, command.Memo)),
            });
        return refusal is null ? State.Difference! : refusal;
    }

    /// <summary>The difference as the report of these days has it; null: it has none under this id, or a line of the bank.</summary>
    private async Task<DifferenceRecord?> FindAsync(DateOnly first, DateOnly last)
    {
        LegLine? line = (await legs.DifferencesAsync(Region, first, last, CancellationToken.None))
            .FirstOrDefault(line => line.BankLine is null && line.Id.Text == LocalKey);
        return line is null ? null
            : new DifferenceRecord(line.Leg, line.Account, line.Unit.Code, line.Gap, line.Entry, "", []);
    }
}
