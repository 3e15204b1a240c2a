using System.Text;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>A version that has been read.</summary>
/// <param name="Answer">What callers who judge by it get.</param>
/// <param name="Stored">Null where it ships with the product, and so was approved with it.</param>
public sealed record VersionedFile<TMessage>(RegionCode Region, Slug Name, DateOnly Effective, ReadOnlyMemory<byte> File, TMessage Answer, ProposedVersion? Stored)
    where TMessage : class
{
    public bool IsApproved => Stored is null || Stored.ApprovedBy is not null;

    public VersionMessage ToMessage() => new(
        Region.ToString(), Name.Text, Effective, IsApproved, Stored?.ProposedBy ?? "", Stored?.ApprovedBy ?? "", Encoding.UTF8.GetString(File.Span));
}
