using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Closing statements: of each class of accounts, the balances at both ends of a month and what moved in between, by effective dates. All
/// of it follows from the journal up to the entry that closed the days, so anybody with the journal can make the same text again.
/// </summary>
public sealed class PeriodStatements(ILedgerReader ledger, ITreeStore trees, ICheckpointKeys keys, BusinessClock clock)
{
    /// <summary>The first line of every statement. No checkpoint begins so: one key signs both.</summary>
    public const string Title = "timebank closing statement v1";

    /// <summary>The text of a closed month's statement, without a signature.</summary>
    public async Task<string> MakeAsync(RegionCode region, Month month, PeriodRecord period)
    {
        long size = period.Entry + 1;
        Digest root = await new TreeProofs(new JournalTiles(trees, region), size).RootAsync(size, CancellationToken.None);
        var text = new StringBuilder();
        void Line(params ReadOnlySpan<string> words) => text.AppendJoin(' ', words!).Append('\n');
        Line(Title);
        Line("region", region.ToString());
        Line("period", $"{month.First:yyyy-MM-dd}", $"{month.Last:yyyy-MM-dd}");
        Line("entries", size.ToString(CultureInfo.InvariantCulture));
        Line("root", Convert.ToBase64String(root.ToArray()));
        Line("prepared", Time(period.PreparedAt), period.PreparedBy);
        if (period.ApprovedAt is not null) Line("approved", Time(period.ApprovedAt), period.ApprovedBy);
        foreach (PeriodReopening reopening in period.Reopenings)
            Line("reopened", Time(reopening.At), reopening.By, reopening.WasSigned ? "signed" : "unsigned", reopening.Note);
        Line("columns unit account opening debits credits closing");
        foreach (StatementRow row in await RowsAsync(region, month.First, month.Last, size, CancellationToken.None))
            Line(row.Unit.Code, row.Class, Balance(row.Opening), Number(row.Debits), Number(row.Credits), Balance(row.Closing));
        return text.ToString();
    }

    /// <summary>The text as a note signed with the keys of the region's checkpoints.</summary>
    public string Sign(RegionCode region, string text)
    {
        DateTimeOffset now = clock.Now;
        return new SignedNote(text, [.. keys.Of(region).Select(signer => signer.Sign(text, now))]).ToString();
    }

    /// <summary>What every class of accounts held and moved over some days, by effective dates.</summary>
    /// <param name="size">The journal's size up to which entries count.</param>
    public async Task<ImmutableArray<StatementRow>> RowsAsync(
        RegionCode region, DateOnly first, DateOnly last, long size, CancellationToken cancellation)
    {
        var rows = new SortedDictionary<(string Unit, string Class), StatementRow>();
        void Add(Unit unit, string account, Func<StatementRow, StatementRow> change)
        {
            (string, string) key = (unit.Code, account);
            rows[key] = change(rows.GetValueOrDefault(key) ?? new StatementRow(unit, account, 0, 0, 0));
        }
        foreach (Turnover before in await ledger.TurnoversAsync(region, 0, size, (DateOnly.MinValue, first.AddDays(-1)), cancellation))
        {
            Add(before.Unit, before.Debit, row => row with { Opening = row.Opening + before.Amount });
            Add(before.Unit, before.Credit, row => row with { Opening = row.Opening - before.Amount });
        }
        foreach (Turnover within in await ledger.TurnoversAsync(region, 0, size, (first, last), cancellation))
        {
            Add(within.Unit, within.Debit, row => row with { Debits = row.Debits + within.Amount });
            Add(within.Unit, within.Credit, row => row with { Credits = row.Credits + within.Amount });
        }
        return [.. rows.Values.Where(row => row.Opening != 0 || row.Debits != 0 || row.Credits != 0)];
    }

    private static string Time(DateTimeOffset? time) =>
        time!.Value.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Number(Int128 amount) => amount.ToString(CultureInfo.InvariantCulture);

    /// <summary>A balance with its side; the ledger knows no signs.</summary>
    private static string Balance(Int128 debit) => debit == 0 ? "0" : debit > 0 ? $"D{Number(debit)}" : $"C{Number(-debit)}";
}

/// <summary>A line of a closing statement, in the unit's smallest parts.</summary>
/// <param name="Class">A path with * in the place of ids.</param>
/// <param name="Opening">Debits less credits before the first day.</param>
public sealed record StatementRow(Unit Unit, string Class, Int128 Opening, Int128 Debits, Int128 Credits)
{
    /// <summary>Debits less credits after the last day.</summary>
    public Int128 Closing => Opening + Debits - Credits;
}
