using TimeBank.Ledger;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>Reads the fields that only the requests of <see cref="LedgerApi"/> have.</summary>
internal static class LedgerRequests
{
    public const string Accounts = "accounts", EntriesOfRegion = "entries";

    /// <summary>An account's name: <c>regions/430211/accounts/fund/lottery/available</c>.</summary>
    public static (RegionCode Region, AccountPath Path) Account(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == Accounts
            && AccountPath.TryParse(name.Value.Id, out AccountPath path)) return (name.Value.Region, path);
        else read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/accounts/fund/lottery/available"));
        return default;
    }

    /// <summary>An entry's name: <c>regions/430211/entries/0</c>.</summary>
    public static (RegionCode Region, long Index) Entry(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == EntriesOfRegion
            && ResourceName.TryIndex(name.Value.Id, out long index)) return (name.Value.Region, index);
        else read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/entries/0"));
        return default;
    }

    /// <summary>An entry's name with its index, or with its id (32 hexadecimal digits) in place of the index.</summary>
    public static (RegionCode Region, long? Index, EntryId? Id) EntryOrId(this RequestReader read, string text, string field)
    {
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == EntriesOfRegion
            && EntryId.TryParse(name.Value.Id, out EntryId id)) return (name.Value.Region, null, id);
        (RegionCode region, long index) = read.Entry(text, field);
        return (region, index, null);
    }

    public static EntryCode? EventCode(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) return null;
        EntryCode? code = ChoiceContract.ToEntryCode(text);
        if (code is null) read.Refuse(field, "UNKNOWN_VALUE");
        return code;
    }

    /// <summary>The beginning of an account's path; empty for all accounts.</summary>
    public static string PathPrefix(this RequestReader read, string text, string field)
    {
        if (text.Length > AccountPath.MaxLength) read.Refuse(field, "TOO_LONG", ("max", $"{AccountPath.MaxLength}"));
        else if (!text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '/')) read.Refuse(field, "TEXT_INVALID");
        return text;
    }

    /// <summary>A unit by its code; null for an empty text.</summary>
    /// <exception cref="Grpc.Core.RpcException">UNIT_UNKNOWN.</exception>
    public static Unit? UnitOrNull(string text)
    {
        if (text.Length == 0) return null;
        if (Chart.Units.FirstOrDefault(unit => unit.Code == text) is var known && known != default) return known;
        throw Problem.Of(Reason.UnitUnknown, ("unit", Problem.Short(text, 8)), ("field", "unit"));
    }
}

/// <summary>One page of a journal's entries.</summary>
/// <param name="Next">The index after which the next page goes on, in its direction; null after the last page.</param>
internal sealed record EntryPage(IReadOnlyList<LinkedEntry> Entries, long? Next)
{
    /// <summary>
    /// The most entries that a page of one actor's entries reads. The journal has no index by actor, so such a page may be short or empty
    /// and still have a next one.
    /// </summary>
    private const int MaxLookedAt = 10_000;

    private const int Batch = 1_000;

    /// <param name="actor">The actor whose entries to list; empty for all.</param>
    /// <param name="beyond">The index at which the page before ended; null for the first page.</param>
    public static async Task<EntryPage> ReadAsync(
        ILedgerReader ledger, RegionCode region, EntryFilter filter, string actor, bool newestFirst, long? beyond, int size,
            CancellationToken cancellation)
    {
        var page = new List<LinkedEntry>();
        long at = beyond ?? (newestFirst ? long.MaxValue : -1);
        int wanted = actor.Length == 0 ? size + 1 : Batch;
        for (int lookedAt = 0; lookedAt < MaxLookedAt; lookedAt += wanted)
        {
            IReadOnlyList<LinkedEntry> found = newestFirst
                ? await ledger.EntriesAsync(region, filter, at, wanted, cancellation)
                : await ledger.EarliestEntriesAsync(region, filter, at, wanted, cancellation);
            foreach (LinkedEntry linked in found)
            {
                if (actor.Length == 0 || linked.Entry.Header.Actor == actor)
                {
                    if (page.Count == size) return new EntryPage(page, at);
                    page.Add(linked);
                }
                at = linked.Entry.Index;
            }
            if (found.Count < wanted) return new EntryPage(page, null);
        }
        return new EntryPage(page, at);
    }
}

/// <summary>
/// A region's trial balance at an earlier moment: sums every account's counters of then, by class. The past never changes, so pages read
/// one after the other belong to one moment.
/// </summary>
/// <param name="size">The moment, as the journal's number of entries.</param>
internal sealed class PastBalance(ILedgerReader ledger, RegionCode region, long size)
{
    private const int AccountsAtOnce = 1_000;

    public async Task<V1.TrialBalance> ReadAsync(Unit? unit, CancellationToken cancellation)
    {
        var rows = new SortedDictionary<(string Unit, string Class), ClassTotals>(Comparer<(string Unit, string Class)>.Create(
            (left, right) => string.CompareOrdinal(left.Unit, right.Unit) is var units && units != 0
                ? units : string.CompareOrdinal(left.Class, right.Class)));
        string after = "";
        while (true)
        {
            IReadOnlyList<Account> page =
                await ledger.AccountsAsOfAsync(region, new AccountFilter(Unit: unit), size, after, AccountsAtOnce, cancellation);
            foreach (Account account in page)
            {
                (string Unit, string Class) key = (account.Unit.Code, Chart.ClassOf(account.Path));
                ClassTotals row = rows.TryGetValue(key, out ClassTotals? found)
                    ? found : new ClassTotals(account.Unit, key.Class, default, 0);
                rows[key] = row with { Totals = row.Totals + account.Counters, Accounts = row.Accounts + 1 };
            }
            if (page.Count < AccountsAtOnce) break;
            after = page[^1].Path.Text;
        }
        LedgerTime? time = size == 0 ? null : (await ledger.EntryAsync(region, size - 1, cancellation))!.Entry.Time;
        return rows.Values.ToContract(region, size, time, unit);
    }
}
