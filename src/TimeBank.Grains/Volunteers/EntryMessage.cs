using Orleans;

namespace TimeBank.Grains;

/// <summary>The index of a journal entry.</summary>
[GenerateSerializer, Immutable, Alias("timebank.entry")]
public sealed record EntryMessage([property: Id(0)] long Index);
