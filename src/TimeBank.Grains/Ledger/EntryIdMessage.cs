using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>The id of an entry, in hexadecimal.</summary>
[GenerateSerializer, Immutable, Alias("timebank.entry-id")]
public sealed record EntryIdMessage([property: Id(0)] string Hex)
{
    public EntryId Id => EntryId.Parse(Hex);
}
