using System.Collections.Immutable;
using System.Data.Common;
using TimeBank.Ledger;

namespace TimeBank.Storage;

/// <summary>The transfers of a region in order, read beside its entries.</summary>
internal sealed class TransferRows : IDisposable
{
    private readonly DbDataReader _row;

    public TransferRows(StoredRows rows, RegionCode region)
    {
        _row = rows.ReadBeside(rows.Transfers, [region.Value]);
        Advance();
    }

    /// <summary>The entry of the next row; null at the end.</summary>
    public long? Next { get; private set; }

    /// <summary>The rows up to an entry: its own, and those whose entries aren't there.</summary>
    public ImmutableArray<TransferRow> Of(long index)
    {
        var rows = ImmutableArray.CreateBuilder<TransferRow>();
        for (; Next <= index; Advance())
        {
            rows.Add(new TransferRow(
                _row.GetInt64(1), _row.GetInt64(2), _row.GetInt64(3), _row.GetString(4), _row.GetInt64(5), _row.GetInt64(6), _row.GetInt64(7),
                _row.GetInt64(8), _row.GetInt64(9), _row.GetInt64(10), _row.GetInt64(11)));
        }
        return rows.ToImmutable();
    }

    public void Dispose() => _row.Dispose();

    private void Advance() => Next = _row.Read() ? _row.GetInt64(0) : null;
}
