using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Simulation;

/// <summary>Takes the place of the checkpoint signer. Every head that it is shown must be durable.</summary>
internal sealed class HeadWatch(World world, Disk disk, string process) : IJournalWatch
{
    public IReadOnlyDictionary<RegionCode, string> Refused { get; } = new Dictionary<RegionCode, string>();

    public ValueTask<LedgerHead> LoadAsync(RegionCode region, Func<ValueTask<LedgerHead>> read, CancellationToken cancellation) => read();

    public void Stored(LedgerHead head)
    {
        world.RequireOwnThread("The watch");
        if (!disk.HasStood(head)) throw world.Report($"{process} shows a head of {head.Size} entries to be signed, which never stood");
    }
}
