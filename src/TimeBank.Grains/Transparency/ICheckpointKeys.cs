using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>In whose name, and with what keys, the checkpoints of a region are signed.</summary>
public interface ICheckpointKeys
{
    /// <summary>The name of the region's tree, which its keys have too; such as <c>timebank.example/430211</c>.</summary>
    string OriginOf(RegionCode region);

    /// <summary>All keys that sign now: while keys are exchanged, the old and the new ones.</summary>
    IReadOnlyList<NoteSigner> Of(RegionCode region);

    /// <summary>Whether one of these keys signed a note.</summary>
    NoteStatus Check(RegionCode region, SignedNote note);
}
