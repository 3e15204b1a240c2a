using Orleans;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A policy, written as its file where it leaves the process.</summary>
[GenerateSerializer, Immutable, Alias("timebank.policy-version")]
public sealed record PolicyMessage
{
    [NonSerialized]
    private byte[] _file;

    public PolicyMessage(byte[] file, Policy policy)
    {
        _file = file;
        Policy = policy;
    }

    [field: NonSerialized]
    public Policy Policy { get; private set; }

    [Id(0)]
    public byte[] File
    {
        get => _file;
        internal set
        {
            _file = value;
            Policy = Policy.Parse(value).Expect("policy");
        }
    }
}
