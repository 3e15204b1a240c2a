using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>An outcome on its way back from the writer; written as bytes only where it leaves the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.outcome")]
public sealed record OutcomeMessage
{
    public OutcomeMessage(Outcome outcome) => Outcome = outcome;

    [field: NonSerialized]
    public Outcome Outcome { get; private set; }

    [Id(0)]
    public byte[] Bytes
    {
        get => MessageJson.Write(Outcome);
        internal set => Outcome = MessageJson.Read<Outcome>(value);
    }
}
