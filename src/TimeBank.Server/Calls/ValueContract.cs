using System.Collections.Frozen;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using AbilityGrade = TimeBank.Ledger.AbilityGrade;
using ContractGrade = TimeBank.V1.AbilityGrade;
using ContractPlace = TimeBank.V1.ServicePlace;
using ContractType = TimeBank.V1.ServiceType;
using ServicePlace = TimeBank.Ledger.ServicePlace;
using ServiceType = TimeBank.Ledger.ServiceType;

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
        return new Balance { Amount = unit.OfTotal(Int128.Abs(credit)),
            Side = Int128.Sign(credit) switch { < 0 => Side.Debit, 0 => Side.Unspecified, _ => Side.Credit } };
    }
}

/// <summary>
/// Maps the domain's enums to the contract's and back. Pass only choices that <see cref="RequestReader.Choice"/> has checked.
/// </summary>
public static class ChoiceContract
{
    private static readonly FrozenDictionary<EntryCode, string> Codes = System.Enum.GetValues<EntryCode>()
        .ToFrozenDictionary(code => code, code => ReasonCatalogue.UpperSnake(code.ToString()));

    private static readonly FrozenDictionary<string,
        EntryCode> CodesByName = Codes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>An entry's code in UPPER_SNAKE, such as <c>REDEEM_VOUCHER</c>.</summary>
    public static string ToContract(this EntryCode code) => Codes[code];

    /// <summary>The entry code of a contract name; null for an unknown name.</summary>
    public static EntryCode? ToEntryCode(string name) => CodesByName.TryGetValue(name, out EntryCode code) ? code : null;

    public static ContractType ToContract(this ServiceType type) => type switch
    {
        ServiceType.None => ContractType.Unspecified,
        ServiceType.Meal => ContractType.Meal,
        ServiceType.Bath => ContractType.Bath,
        ServiceType.Clean => ContractType.Clean,
        ServiceType.Medical => ContractType.Medical,
        ServiceType.Urgent => ContractType.Urgent,
        ServiceType.Mobility => ContractType.Mobility,
        ServiceType.Care => ContractType.Care,
        ServiceType.Companionship => ContractType.Companionship,
        ServiceType.Errands => ContractType.Errands,
        ServiceType.DigitalHelp => ContractType.DigitalHelp,
    };

    public static ServiceType ToDomain(this ContractType type) => type switch
    {
        ContractType.Unspecified => ServiceType.None,
        ContractType.Meal => ServiceType.Meal,
        ContractType.Bath => ServiceType.Bath,
        ContractType.Clean => ServiceType.Clean,
        ContractType.Medical => ServiceType.Medical,
        ContractType.Urgent => ServiceType.Urgent,
        ContractType.Mobility => ServiceType.Mobility,
        ContractType.Care => ServiceType.Care,
        ContractType.Companionship => ServiceType.Companionship,
        ContractType.Errands => ServiceType.Errands,
        ContractType.DigitalHelp => ServiceType.DigitalHelp,
    };

    public static ContractGrade ToContract(this AbilityGrade grade) => grade switch
    {
        AbilityGrade.Able => ContractGrade.Able,
        AbilityGrade.Mild => ContractGrade.Mild,
        AbilityGrade.Moderate => ContractGrade.Moderate,
        AbilityGrade.Severe => ContractGrade.Severe,
        AbilityGrade.Complete => ContractGrade.Complete,
    };

    public static ContractPlace ToContract(this ServicePlace place) => place switch
    {
        ServicePlace.Unspecified => ContractPlace.Unspecified,
        ServicePlace.Home => ContractPlace.Home,
        ServicePlace.DayCare => ContractPlace.DayCare,
        ServicePlace.Institution => ContractPlace.Institution,
    };

    public static ServicePlace ToDomain(this ContractPlace place) => place switch
    {
        ContractPlace.Unspecified => ServicePlace.Unspecified,
        ContractPlace.Home => ServicePlace.Home,
        ContractPlace.DayCare => ServicePlace.DayCare,
        ContractPlace.Institution => ServicePlace.Institution,
    };
}
