using System.Collections.Immutable;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <content>Visits: they move nothing, so they are the elder's state alone.</content>
public sealed partial class ElderGrain
{
    public async Task<Reply<VisitRecord>> RecordVisitAsync(Command command, VisitRecord visit)
    {
        Policy policy = await rules.PolicyAsync(Region, Today);
        Refusal? refusal = await OnceAsync(command,
            () => Exists ? VisitRule.RefusalOf(visit.Day, Today, Facts.DeathOn(Today), policy.Visits) : new Refusal(Reason.ElderNotFound),
            () => (State.Visits ??= []).Add(visit with { Recorded = Today }));
        // A retry may come on a later day: the first answer is the one that is stored.
        return refusal is null ? State.Visits!.First(one => one.Id == visit.Id) : refusal;
    }

    public Task<ImmutableArray<VisitRecord>?> VisitsAsync() =>
        Task.FromResult<ImmutableArray<VisitRecord>?>(Exists ? [.. Stored.Visits ?? []] : null);
}

/// <summary>A visit to an elder, or the attempt of one.</summary>
/// <param name="Id">The id of the command that recorded it.</param>
/// <param name="Volunteer">The visitor, as region/id; empty where it was one of the staff.</param>
/// <param name="By">Who recorded it: the token's subject.</param>
/// <param name="Recorded">The day on which it was recorded.</param>
[GenerateSerializer, Immutable, Alias("timebank.visit")]
public sealed record VisitRecord(
    [property: Id(0), JsonPropertyName("id")] string Id,
    [property: Id(1), JsonPropertyName("day")] DateOnly Day,
    [property: Id(2), JsonPropertyName("method")] VisitMethod Method,
    [property: Id(3), JsonPropertyName("finding")] VisitFinding Finding,
    [property: Id(4), JsonPropertyName("volunteer")] string Volunteer,
    [property: Id(5), JsonPropertyName("by")] string By,
    [property: Id(6), JsonPropertyName("recorded")] DateOnly Recorded)
{
    /// <summary>Orleans writes the arguments of a late call into its log, and what was found is the elder's own business.</summary>
    public override string ToString() => nameof(VisitRecord);
}
