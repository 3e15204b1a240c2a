using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// A moment of a journal, by how many entries it had. Entries are never changed, so whatever is read as of one moment fits together, in
/// however many calls and whatever is recorded meanwhile.
/// </summary>
/// <param name="Size">How many entries the journal had.</param>
/// <param name="Last">The time of the last of them.</param>
public readonly record struct Moment(long Size, LedgerTime Last)
{
    public static async Task<Moment> NowAsync(ILedgerReader ledger, RegionCode region, CancellationToken cancellation)
    {
        LedgerHead head = await ledger.ReadHeadAsync(region, cancellation);
        return new Moment(head.Size, head.Time);
    }

    /// <summary>An earlier moment; null where the journal never was so long, as after an older backup.</summary>
    public static async Task<Moment?> AtAsync(ILedgerReader ledger, RegionCode region, long size, CancellationToken cancellation)
    {
        if (size == 0) return default(Moment);
        return await ledger.EntryAsync(region, size - 1, cancellation) is { } last ? new Moment(size, last.Entry.Time) : null;
    }

    /// <summary>The time before which everything was recorded that belongs to this moment: times rise strictly with the entries.</summary>
    public LedgerTime End => Size == 0 ? default : new LedgerTime(Last.Microseconds + 1);

    /// <summary>The time as answers give it; none where there is no entry.</summary>
    public Timestamp? Time => Size == 0 ? null : Last.ToContract();

    /// <summary>The times that bound what some days have of this moment.</summary>
    public (LedgerTime From, LedgerTime Until) Within((DateOnly First, DateOnly Last) period)
    {
        (LedgerTime from, LedgerTime until) = StatementReader.Times(period);
        return (from < End ? from : End, until < End ? until : End);
    }
}
