using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>An assessment, and the difficulties seen with it.</summary>
[GenerateSerializer, Immutable, Alias("timebank.record-assessment")]
public sealed record RecordAssessmentMessage(
    [property: Id(0)] Command Command,
    [property: Id(1)] AssessmentMessage Assessment,
    [property: Id(2)] Difficulties Difficulties);
