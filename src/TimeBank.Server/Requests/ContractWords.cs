using System.Collections.Frozen;
using TimeBank.Ledger;
using ContractGrade = TimeBank.V1.AbilityGrade;
using ContractPlace = TimeBank.V1.ServicePlace;
using ContractType = TimeBank.V1.ServiceType;

namespace TimeBank.Server;

/// <summary>The domain's choices in the contract's words and back. What comes from a request has passed <see cref="RequestReader.Choice"/>.</summary>
public static class ContractWords
{
    private static readonly FrozenDictionary<EntryCode, string> Codes = Enum.GetValues<EntryCode>().ToFrozenDictionary(code => code, code => ReasonCatalogue.UpperSnake(code.ToString()));

    private static readonly FrozenDictionary<string, EntryCode> CodesByName = Codes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>An event in UPPER_SNAKE, such as <c>REDEEM_VOUCHER</c>.</summary>
    public static string ToContract(this EntryCode code) => Codes[code];

    /// <summary>The event of a name; null where there is none.</summary>
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

    /// <summary>Day care pays as an institution does.</summary>
    public static ContractPlace ToContract(this ServiceSetting setting) => setting switch
    {
        ServiceSetting.Home => ContractPlace.Home,
        ServiceSetting.Institution => ContractPlace.Institution,
    };
}
