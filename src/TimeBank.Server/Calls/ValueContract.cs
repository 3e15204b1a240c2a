using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>The name of a resource of a region: <c>regions/430211/volunteers/0ABC…</c>.</summary>
/// <param name="Collection">The plural noun, such as <c>volunteers</c>.</param>
/// <param name="Id">The rest of the name. Only an account's path contains slashes.</param>
public readonly record struct ResourceName(RegionCode Region, string Collection, string Id)
{
    public const int MaxLength = 200;

    /// <summary>The beginning of every name.</summary>
    internal const string Regions = "regions/";

    public static bool TryParse(string? text, [NotNullWhen(true)] out ResourceName? name)
    {
        name = null;
        if (text is null || text.Length > MaxLength || !text.StartsWith(Regions, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> rest = text.AsSpan(Regions.Length);
        int region = rest.IndexOf('/');
        if (region < 0 || !RegionCode.TryParse(rest[..region], out RegionCode code)) return false;
        rest = rest[(region + 1)..];
        int collection = rest.IndexOf('/');
        if (collection <= 0 || collection + 1 == rest.Length) return false;
        name = new ResourceName(code, rest[..collection].ToString(), rest[(collection + 1)..].ToString());
        return true;
    }

    /// <summary>Reads an index of a name. Refuses leading zeros, so that each entry has one name.</summary>
    public static bool TryIndex(string text, out long index) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index.ToString(CultureInfo.InvariantCulture) == text;

    public static string OfRegion(RegionCode region) => $"regions/{region}";

    public static string Of<T>(RegionCode region, string collection, T id)
        where T : notnull => string.Create(CultureInfo.InvariantCulture, $"regions/{region}/{collection}/{id}");

    /// <summary>The key of the resource's grain.</summary>
    public GrainKey GrainKey => new(Region, Id);

    public override string ToString() => Of(Region, Collection, Id);
}

/// <summary>Maps the domain's dates, times, amounts and balances to the contract's types.</summary>
public static class ValueContract
{
    public static Date ToContract(this DateOnly day) => new() { Year = day.Year, Month = day.Month, Day = day.Day };

    /// <summary>A span of days. Leaves an open end unset.</summary>
    public static Period ToContract(this (DateOnly First, DateOnly Last) period) => new()
    {
        FirstDay = period.First == DateOnly.MinValue ? null : period.First.ToContract(),
        LastDay = period.Last == DateOnly.MaxValue ? null : period.Last.ToContract(),
    };

    public static Timestamp ToContract(this LedgerTime time) => Timestamp.FromDateTimeOffset(time.ToDateTimeOffset());

    public static Amount Of(this Unit unit, long value) => new() { Value = value, Unit = unit.Code };

    /// <summary>A sum over accounts; it may exceed the contract's 64 bits.</summary>
    /// <exception cref="RpcException">TOTAL_TOO_LARGE.</exception>
    public static Amount OfTotal(this Unit unit, Int128 total) => total > long.MaxValue
        ? throw Problem.Of(Reason.TotalTooLarge, ("unit", unit.Code)) : unit.Of((long)total);

    public static Amount ToContract(this Minutes minutes) => Unit.Minutes.Of(minutes.Value);

    public static Amount ToContract(this Fen fen) => Unit.Fen.Of(fen.Value);

    /// <summary>The balance of an account's posted counters: a positive amount and its side.</summary>
    public static Balance ToBalance(this Counters counters, Unit unit) => (default(CounterTotals) + counters).ToBalance(unit);

    /// <summary>The balance of several accounts together.</summary>
    /// <exception cref="RpcException">TOTAL_TOO_LARGE.</exception>
    public static Balance ToBalance(this CounterTotals totals, Unit unit)
    {
        Int128 credit = totals.CreditsPosted - totals.DebitsPosted;
        return new Balance
        {
            Amount = unit.OfTotal(Int128.Abs(credit)),
            Side = Int128.Sign(credit) switch { < 0 => Side.Debit, 0 => Side.Unspecified, _ => Side.Credit }
        };
    }

    /// <summary>The closed day that an entry came too late for; null where it counts on its own day.</summary>
    public static Date? LateFor(this JournalEntry entry) => entry.Header.LateDay()?.ToContract();

    /// <summary>The first open day, on which a late entry counts instead; null for any other.</summary>
    public static Date? EffectiveIfLate(this JournalEntry entry) =>
        entry.Header.LateDay() is null ? null : entry.Header.EffectiveDate.ToContract();
}
