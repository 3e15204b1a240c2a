using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What would become of a proposal, on its way back from the writer; written as bytes only where it leaves the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.trial")]
public sealed record TrialMessage
{
    public TrialMessage(Trial trial) => Trial = trial;

    [field: NonSerialized]
    public Trial Trial { get; private set; }

    [Id(0)]
    public byte[] Bytes
    {
        get => MessageJson.Write(Trial);
        internal set => Trial = MessageJson.Read<Trial>(value);
    }
}
