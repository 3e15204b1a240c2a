using System.Security.Cryptography;
using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>The refusals and notes that a journal remembers, each hash over the previous one, computed without the ledger's code.</summary>
internal sealed class NaiveChain
{
    private byte[] _chain = [];

    public long Count { get; private set; }

    /// <summary>The value that the next entry must seal; null where there are none since the last entry.</summary>
    public (long Count, string Chain)? Unsealed => _chain.Length == 0 ? null : (Count, Convert.ToHexStringLower(_chain));

    public void Add(Fate fate)
    {
        int reason = (int)(fate.Refusal?.Reason ?? 0);
        byte[] outcome = SHA256.HashData(
        [
            .. fate.Intent.Id.ToArray(), .. fate.Intent.Command.ToArray(),
            .. BitConverter.GetBytes(reason).Reverse(), .. Encoding.UTF8.GetBytes(fate.Refusal?.Detail ?? ""),
        ]);
        _chain = SHA256.HashData([.. _chain.Length == 0 ? new byte[32] : _chain, .. outcome]);
        Count++;
    }

    public void Seal() => _chain = [];

    public bool Is(Remembered remembered) => remembered.Count == Count
        && (remembered.Chain?.ToArray() ?? []).AsSpan().SequenceEqual(_chain);
}
