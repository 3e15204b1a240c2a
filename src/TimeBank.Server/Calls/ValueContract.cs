using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

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
}
