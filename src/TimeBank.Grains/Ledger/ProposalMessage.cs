using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A proposal on its way to the writer; written as bytes only where it leaves the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.proposal")]
public sealed record ProposalMessage
{
    public ProposalMessage(Proposal proposal) => Proposal = proposal;

    [field: NonSerialized]
    public Proposal Proposal { get; private set; }

    [Id(0)]
    public byte[] Bytes
    {
        get => MessageJson.Write(Proposal);
        internal set => Proposal = MessageJson.Read<Proposal>(value);
    }
}
