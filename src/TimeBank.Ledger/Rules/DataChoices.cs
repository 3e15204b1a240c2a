using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>The words that data files use for the domain's enums and units.</summary>
internal static class DataChoices
{
    public static ImmutableDictionary<string, AbilityGrade> Grades { get; } = new Dictionary<string, AbilityGrade>
    {
        ["able"] = AbilityGrade.Able,
        ["mild"] = AbilityGrade.Mild,
        ["moderate"] = AbilityGrade.Moderate,
        ["severe"] = AbilityGrade.Severe,
        ["complete"] = AbilityGrade.Complete,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, Difficulties> Difficulties { get; } = new Dictionary<string, Difficulties>
    {
        ["living-alone"] = TimeBank.Ledger.Difficulties.LivingAlone,
        ["empty-nest"] = TimeBank.Ledger.Difficulties.EmptyNest,
        ["low-income"] = TimeBank.Ledger.Difficulties.LowIncome,
        ["special-hardship"] = TimeBank.Ledger.Difficulties.SpecialHardship,
        ["lost-only-child"] = TimeBank.Ledger.Difficulties.LostOnlyChild,
        ["left-behind"] = TimeBank.Ledger.Difficulties.LeftBehind,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, Benefits> Benefits { get; } = new Dictionary<string, Benefits>
    {
        ["none"] = TimeBank.Ledger.Benefits.None,
        ["long-term-care-insurance"] = TimeBank.Ledger.Benefits.LongTermCareInsurance,
        ["special-hardship-support"] = TimeBank.Ledger.Benefits.SpecialHardshipSupport,
        ["institution-care-subsidy"] = TimeBank.Ledger.Benefits.InstitutionCareSubsidy,
        ["home-care-project"] = TimeBank.Ledger.Benefits.HomeCareProject,
        ["disability-nursing-subsidy"] = TimeBank.Ledger.Benefits.DisabilityNursingSubsidy,
        ["elder-nursing-subsidy"] = TimeBank.Ledger.Benefits.ElderNursingSubsidy,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, ServiceType> ServiceTypes { get; } = new Dictionary<string, ServiceType>
    {
        ["meal"] = ServiceType.Meal,
        ["bath"] = ServiceType.Bath,
        ["clean"] = ServiceType.Clean,
        ["medical"] = ServiceType.Medical,
        ["urgent"] = ServiceType.Urgent,
        ["mobility"] = ServiceType.Mobility,
        ["care"] = ServiceType.Care,
        ["companionship"] = ServiceType.Companionship,
        ["errands"] = ServiceType.Errands,
        ["digital-help"] = ServiceType.DigitalHelp,
    }.ToImmutableDictionary();

    /// <summary>The classes of service in the table of what an elder shows.</summary>
    public static ImmutableDictionary<string, ServiceType> HolderServices { get; } = ServiceTypes.Add("any", ServiceType.None);

    public static ImmutableDictionary<string, HolderCheck> HolderChecks { get; } = new Dictionary<string, HolderCheck>
    {
        ["nothing"] = HolderCheck.Nothing,
        ["code-or-card"] = HolderCheck.CodeOrCard,
        ["pin"] = HolderCheck.Pin,
        ["confirmation"] = HolderCheck.Confirmation,
    }.ToImmutableDictionary();

    /// <summary>What a row of that table judges by; left out: one payment.</summary>
    public static ImmutableDictionary<string, HolderSum> HolderSums { get; } = new Dictionary<string, HolderSum>
    {
        ["payment"] = HolderSum.Payment,
        ["day-at-provider"] = HolderSum.DayAtProvider,
        ["day"] = HolderSum.Day,
    }.ToImmutableDictionary();

    /// <summary>The grades of a service's evidence of which a policy may say that their hours wait.</summary>
    public static ImmutableDictionary<string, EvidenceGrade> EvidenceGrades { get; } = new Dictionary<string, EvidenceGrade>
    {
        ["none"] = EvidenceGrade.None,
        ["both-sides"] = EvidenceGrade.BothSides,
        ["one-side"] = EvidenceGrade.OneSide,
        ["counter"] = EvidenceGrade.Counter,
        ["call"] = EvidenceGrade.Call,
        ["paper"] = EvidenceGrade.Paper,
        ["doubtful"] = EvidenceGrade.Doubtful,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, Payer> Payers { get; } = new Dictionary<string, Payer>
    {
        ["public-funds"] = Payer.PublicFunds,
        ["shared"] = Payer.Shared,
        ["elder"] = Payer.Elder,
        ["time-bank"] = Payer.TimeBank,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, ServicePlace> Places { get; } = new Dictionary<string, ServicePlace>
    {
        ["home"] = ServicePlace.Home,
        ["institution"] = ServicePlace.Institution,
    }.ToImmutableDictionary();

    public static ImmutableDictionary<string, Unit> Units { get; } =
        new[] { Unit.Fen, Unit.Minutes, Unit.Meal, Unit.Bath, Unit.Clean }.ToImmutableDictionary(unit => unit.Code);

    /// <summary>The word for a value.</summary>
    public static string Of<T>(ImmutableDictionary<string, T> words, T value) =>
        words.FirstOrDefault(word => EqualityComparer<T>.Default.Equals(word.Value, value)).Key ?? "";
}

/// <summary>
/// Finds invisible, unreadable and look-alike letters in a data file's texts, also where they are written as escapes. Only proposed files
/// are checked: a stored file was accepted by the rules of its day and must stay readable. Look-alike ideographs are reported and not
/// replaced: the second person must approve exactly the proposed file.
/// </summary>
public static class DataLetters
{
    public static IEnumerable<DataError> Find(byte[] utf8) => Find(DataNode.Read(utf8));

    private static IEnumerable<DataError> Find(DataNode node) => node.Content switch
    {
        string text when Wrong(text) is { } wrong => [new DataError(node.Line, node.Path, wrong)],
        List<DataNode> elements => elements.SelectMany(Find),
        Dictionary<string, DataNode> members => members.Values.SelectMany(Find),
        _ => [],
    };

    private static string? Wrong(string text) =>
        text.Any(char.IsControl) ? "has a control character"
        : PlainLetters.FindStrange(text, joinersAllowed: false) is not { } strange ? null
        : PlainLetters.Fold(strange.Letter.ToString()) is var plain && plain != strange.Letter.ToString()
            ? $"has {strange.CodePoint}, which only looks like {plain}"
        : $"has {strange.CodePoint}, which can't be seen or read";
}
