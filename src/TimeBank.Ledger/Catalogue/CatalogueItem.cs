namespace TimeBank.Ledger;

/// <summary>One service of the service list (基本养老服务清单): what it is, who may have it, what it costs and who pays.</summary>
/// <param name="Unit">What is given for it: a service unit, fen, or minutes of the time bank.</param>
/// <param name="Setting">Where it is given.</param>
/// <param name="CeilingPrice">The highest price that public money takes part in; zero where minutes are given.</param>
/// <param name="ContractPrice">What a provider is paid for one unit; null but where a unit voucher covers the item.</param>
/// <param name="StandardMinutes">The least time that one service takes; zero where it is not timed.</param>
/// <param name="UnitsPerMonth">What a programme that gives the item gives at least a month; zero where nothing is promised.</param>
/// <param name="FromAge">Years from which an elder may have it.</param>
/// <param name="FromGrade">The mildest grade of disability with which an elder may have it; able is anybody.</param>
/// <param name="Content">Content and standard of the service, in words.</param>
public sealed record CatalogueItem(
    Slug Id,
    ServiceType Type,
    LocalText Name,
    Unit Unit,
    ServiceSetting Setting,
    Payer Payer,
    Fen CeilingPrice,
    Fen? ContractPrice,
    Minutes StandardMinutes,
    long UnitsPerMonth,
    int FromAge,
    AbilityGrade FromGrade,
    LocalText Content);
