using System.Collections.Frozen;
using Riok.Mapperly.Abstractions;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// The domain's choices in the contract's words and back. What comes from a request has passed <see cref="RequestReader.Choice"/>.
/// </summary>
/// <remarks>
/// Mapperly writes each mapping, from name to name. A member without a partner breaks the build; where that is meant, an attribute says so.
/// Numbers play no part: the domain's are stored, the contract's are on the wire. Three choices are no mapping of members and stand
/// with what they depend on: a voucher's state (also on what remains), an export's format (a class) and a difference of service lists
/// (also on which list it is seen from).
/// </remarks>
[Mapper(EnumMappingStrategy = EnumMappingStrategy.ByName)]
public static partial class ChoiceContract
{
    private static readonly Difficulty[] AllDifficulties = Enum.GetValues<Difficulty>();

    private static readonly Benefit[] AllBenefits = Enum.GetValues<Benefit>();

    private static readonly GradeChange[] AllGradeChanges = Enum.GetValues<GradeChange>();

    private static readonly FrozenDictionary<EntryCode, string> Codes = Enum.GetValues<EntryCode>()
        .ToFrozenDictionary(code => code, code => StoredName.UpperSnake(StoredName.Of(code)));

    private static readonly FrozenDictionary<string, EntryCode> CodesByName =
        Codes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>An event in UPPER_SNAKE, such as <c>REDEEM_VOUCHER</c>: the contract has no enum of them.</summary>
    public static string ToContract(this EntryCode code) => Codes[code];

    /// <summary>The event of a name; null where there is none.</summary>
    public static EntryCode? ToEntryCode(string name) => CodesByName.TryGetValue(name, out EntryCode code) ? code : null;

    [MapEnumValue(Ledger.ServiceType.None, V1.ServiceType.Unspecified)]
    public static partial V1.ServiceType ToContract(this Ledger.ServiceType type);

    [MapEnumValue(V1.ServiceType.Unspecified, Ledger.ServiceType.None)]
    public static partial Ledger.ServiceType ToDomain(this V1.ServiceType type);

    [MapEnumValue(Ledger.PayableKind.None, V1.PayableKind.Unspecified)]
    public static partial V1.PayableKind ToContract(this Ledger.PayableKind kind);

    [MapEnumValue(V1.PayableKind.Unspecified, Ledger.PayableKind.None)]
    public static partial Ledger.PayableKind ToDomain(this V1.PayableKind kind);

    public static partial V1.ServicePlace ToContract(this Ledger.ServicePlace place);

    [MapEnumValue(Ledger.HolderCheck.Nothing, V1.HolderCheck.Unspecified)]
    public static partial V1.HolderCheck ToContract(this Ledger.HolderCheck check);

    [MapperIgnoreTargetValue(V1.ConfirmationState.Unspecified)]
    public static partial V1.ConfirmationState ToContract(this ConfirmationStage stage);

    public static partial Ledger.ServicePlace ToDomain(this V1.ServicePlace place);

    // Every assessment gives a grade: what may be left open is a null in the domain.
    [MapperIgnoreTargetValue(V1.AbilityGrade.Unspecified)]
    public static partial V1.AbilityGrade ToContract(this Ledger.AbilityGrade grade);

    [MapperIgnoreSourceValue(V1.AbilityGrade.Unspecified)]
    public static partial Ledger.AbilityGrade ToDomain(this V1.AbilityGrade grade);

    [MapperIgnoreTargetValue(V1.PayeeChangeState.Unspecified)]
    public static partial V1.PayeeChangeState ToContract(this PayeeStage stage);

    [MapperIgnoreTargetValue(V1.WebhookEvent.Unspecified)]
    public static partial V1.WebhookEvent ToContract(this WebhookEvent one);

    [MapperIgnoreSourceValue(V1.WebhookEvent.Unspecified)]
    public static partial WebhookEvent ToDomain(this V1.WebhookEvent one);

    [MapperIgnoreTargetValue(V1.WebhookOutcome.Unspecified)]
    public static partial V1.WebhookOutcome ToContract(this WebhookOutcome outcome);

    [MapEnumValue(Ledger.SettlementState.None, V1.SettlementState.Unspecified)]
    public static partial V1.SettlementState ToContract(this Ledger.SettlementState state);

    [MapEnumValue(V1.SettlementState.Unspecified, Ledger.SettlementState.None)]
    public static partial Ledger.SettlementState ToDomain(this V1.SettlementState state);

    [MapEnumValue(Server.ReportGap.None, V1.ReportGap.Unspecified)]
    public static partial V1.ReportGap ToContract(this Server.ReportGap gap);

    [MapEnumValue(Server.ReportLeg.None, V1.ReportLeg.Unspecified)]
    public static partial V1.ReportLeg ToContract(this Server.ReportLeg leg);

    [MapEnumValue(Ledger.ComplaintState.None, V1.ComplaintState.Unspecified)]
    public static partial V1.ComplaintState ToContract(this Ledger.ComplaintState state);

    [MapEnumValue(V1.ComplaintState.Unspecified, Ledger.ComplaintState.None)]
    public static partial Ledger.ComplaintState ToDomain(this V1.ComplaintState state);

    [MapEnumValue(Ledger.ComplaintCategory.None, V1.ComplaintCategory.Unspecified)]
    public static partial V1.ComplaintCategory ToContract(this Ledger.ComplaintCategory category);

    [MapEnumValue(V1.ComplaintCategory.Unspecified, Ledger.ComplaintCategory.None)]
    public static partial Ledger.ComplaintCategory ToDomain(this V1.ComplaintCategory category);

    [MapEnumValue(Ledger.ComplaintStep.None, V1.ComplaintStep.Unspecified)]
    public static partial V1.ComplaintStep ToContract(this Ledger.ComplaintStep step);

    [MapEnumValue(Ledger.PrepaymentState.None, V1.PrepaymentState.Unspecified)]
    public static partial V1.PrepaymentState ToContract(this Ledger.PrepaymentState state);

    [MapEnumValue(V1.PrepaymentState.Unspecified, Ledger.PrepaymentState.None)]
    public static partial Ledger.PrepaymentState ToDomain(this V1.PrepaymentState state);

    [MapEnumValue(Ledger.PrepaymentStep.None, V1.PrepaymentStep.Unspecified)]
    public static partial V1.PrepaymentStep ToContract(this Ledger.PrepaymentStep step);

    [MapEnumValue(Ledger.NettingState.None, V1.NettingState.Unspecified)]
    public static partial V1.NettingState ToContract(this Ledger.NettingState state);

    [MapEnumValue(Ledger.PeriodState.None, V1.PeriodState.Unspecified)]
    public static partial V1.PeriodState ToContract(this Ledger.PeriodState state);

    [MapEnumValue(Ledger.PaymentState.None, V1.PaymentState.Unspecified)]
    public static partial V1.PaymentState ToContract(this Ledger.PaymentState state);

    [MapEnumValue(V1.PaymentState.Unspecified, Ledger.PaymentState.None)]
    public static partial Ledger.PaymentState ToDomain(this V1.PaymentState state);

    [MapperIgnoreTargetValue(V1.PaymentFileFormat.Unspecified)]
    public static partial V1.PaymentFileFormat ToContract(this PaymentFileFormat format);

    [MapperIgnoreSourceValue(V1.PaymentFileFormat.Unspecified)]
    public static partial PaymentFileFormat ToDomain(this V1.PaymentFileFormat format);

    [MapperIgnoreTargetValue(V1.WithheldReason.Unspecified)]
    public static partial V1.WithheldReason ToContract(this WithheldReason reason);

    [MapperIgnoreTargetValue(V1.ClaimReason.Unspecified)]
    public static partial V1.ClaimReason ToContract(this Ledger.ClaimReason reason);

    [MapEnumValue(ResolutionKind.None, V1.ResolutionKind.Unspecified)]
    public static partial V1.ResolutionKind ToContract(this ResolutionKind kind);

    [MapEnumValue(V1.ResolutionKind.Unspecified, ResolutionKind.None)]
    public static partial ResolutionKind ToDomain(this V1.ResolutionKind kind);

    [MapEnumValue(ResolutionState.None, V1.ResolutionState.Unspecified)]
    public static partial V1.ResolutionState ToContract(this ResolutionState state);

    [MapEnumValue(MatchStatus.None, MatchState.Unspecified)]
    public static partial MatchState ToContract(this MatchStatus status);

    [MapEnumValue(Ledger.Payer.None, V1.Payer.Unspecified)]
    public static partial V1.Payer ToContract(this Ledger.Payer payer);

    [MapEnumValue(Ledger.Kinship.None, V1.Kinship.Unspecified)]
    public static partial V1.Kinship ToContract(this Ledger.Kinship kinship);

    [MapEnumValue(V1.Kinship.Unspecified, Ledger.Kinship.None)]
    public static partial Ledger.Kinship ToDomain(this V1.Kinship kinship);

    [MapEnumValue(Ledger.OrderState.None, V1.OrderState.Unspecified)]
    public static partial V1.OrderState ToContract(this Ledger.OrderState state);

    [MapEnumValue(V1.OrderState.Unspecified, Ledger.OrderState.None)]
    public static partial Ledger.OrderState ToDomain(this V1.OrderState state);

    [MapEnumValue(Ledger.ServiceStep.None, V1.ServiceStep.Unspecified)]
    public static partial V1.ServiceStep ToContract(this Ledger.ServiceStep step);

    [MapEnumValue(V1.ServiceStep.Unspecified, Ledger.ServiceStep.None)]
    public static partial Ledger.ServiceStep ToDomain(this V1.ServiceStep step);

    [MapEnumValue(Ledger.EvidenceGrade.None, V1.EvidenceGrade.Unspecified)]
    public static partial V1.EvidenceGrade ToContract(this Ledger.EvidenceGrade grade);

    [MapEnumValue(Ledger.EvidenceDoubt.None, V1.EvidenceDoubt.Unspecified)]
    public static partial V1.EvidenceDoubt ToContract(this Ledger.EvidenceDoubt doubt);

    [MapEnumValue(Ledger.EvidenceSource.None, V1.EvidenceSource.Unspecified)]
    public static partial V1.EvidenceSource ToContract(this Ledger.EvidenceSource source);

    [MapEnumValue(V1.EvidenceSource.Unspecified, Ledger.EvidenceSource.None)]
    public static partial Ledger.EvidenceSource ToDomain(this V1.EvidenceSource source);

    [MapEnumValue(V1.CoordinateSystem.Unspecified, Ledger.CoordinateSystem.None)]
    public static partial Ledger.CoordinateSystem ToDomain(this V1.CoordinateSystem system);

    [MapEnumValue(V1.ServiceEnd.Unspecified, Ledger.ServiceEnd.None)]
    public static partial Ledger.ServiceEnd ToDomain(this V1.ServiceEnd end);

    [MapEnumValue(Ledger.OrderPattern.None, V1.OrderPattern.Unspecified)]
    public static partial V1.OrderPattern ToContract(this Ledger.OrderPattern pattern);

    [MapEnumValue(OrderSide.None, V1.OrderSide.Unspecified)]
    public static partial V1.OrderSide ToContract(this OrderSide side);

    [MapEnumValue(Ledger.FundKind.None, V1.FundKind.Unspecified)]
    public static partial V1.FundKind ToContract(this Ledger.FundKind kind);

    [MapEnumValue(V1.FundKind.Unspecified, Ledger.FundKind.None)]
    public static partial Ledger.FundKind ToDomain(this V1.FundKind kind);

    [MapEnumValue(Ledger.CheckVerdict.None, V1.CheckVerdict.Unspecified)]
    public static partial V1.CheckVerdict ToContract(this Ledger.CheckVerdict verdict);

    [MapEnumValue(V1.CountryPart.Unspecified, Ledger.CountryPart.None)]
    public static partial Ledger.CountryPart ToDomain(this V1.CountryPart part);

    [MapEnumValue(EstatePayoutStage.None, V1.EstatePayoutState.Unspecified)]
    public static partial V1.EstatePayoutState ToContract(this EstatePayoutStage stage);

    [MapEnumValue(Ledger.ProgrammeScheme.None, V1.ProgrammeScheme.Unspecified)]
    public static partial V1.ProgrammeScheme ToContract(this Ledger.ProgrammeScheme scheme);

    [MapEnumValue(V1.ProgrammeScheme.Unspecified, Ledger.ProgrammeScheme.None)]
    public static partial Ledger.ProgrammeScheme ToDomain(this V1.ProgrammeScheme scheme);

    [MapEnumValue(Ledger.Standing.None, V1.Standing.Unspecified)]
    public static partial V1.Standing ToContract(this Ledger.Standing standing);

    [MapEnumValue(V1.Standing.Unspecified, Ledger.Standing.None)]
    public static partial Ledger.Standing ToDomain(this V1.Standing standing);

    [MapEnumValue(Ledger.ProviderRight.None, V1.ProviderRight.Unspecified)]
    public static partial V1.ProviderRight ToContract(this Ledger.ProviderRight right);

    [MapEnumValue(V1.ProviderRight.Unspecified, Ledger.ProviderRight.None)]
    public static partial Ledger.ProviderRight ToDomain(this V1.ProviderRight right);

    // A note is no entry: nobody is shown one, and nobody can ask for one.
    [MapEnumValue(Ledger.EntryKind.Post, V1.EntryKind.Posted)]
    [MapperIgnoreSourceValue(Ledger.EntryKind.Note)]
    [MapperIgnoreTargetValue(V1.EntryKind.Unspecified)]
    public static partial V1.EntryKind ToContract(this Ledger.EntryKind kind);

    [MapEnumValue(V1.EntryKind.Posted, Ledger.EntryKind.Post)]
    [MapperIgnoreSourceValue(V1.EntryKind.Unspecified)]
    [MapperIgnoreTargetValue(Ledger.EntryKind.Note)]
    public static partial Ledger.EntryKind ToDomain(this V1.EntryKind kind);

    // Which hours an open choice means depends on whose they are.
    [MapperIgnoreSourceValue(HourAccount.Unspecified)]
    public static partial HoursOrigin ToDomain(this HourAccount account);

    [MapperIgnoreTargetValue(V1.ElderStatus.Unspecified)]
    public static partial V1.ElderStatus ToContract(this Ledger.ElderStatus status);

    [MapEnumValue(NoticeKind.Unspecified, ElderNoticeKind.None)]
    public static partial ElderNoticeKind ToDomain(this NoticeKind kind);

    [MapEnumValue(ElderNoticeKind.None, NoticeKind.Unspecified)]
    public static partial NoticeKind ToContract(this ElderNoticeKind kind);

    [MapEnumValue(Ledger.FindingKind.None, V1.FindingKind.Unspecified)]
    public static partial V1.FindingKind ToContract(this Ledger.FindingKind kind);

    [MapEnumValue(V1.FindingKind.Unspecified, Ledger.FindingKind.None)]
    public static partial Ledger.FindingKind ToDomain(this V1.FindingKind kind);

    [MapEnumValue(Ledger.EntitlementRule.None, V1.EntitlementRule.Unspecified)]
    public static partial V1.EntitlementRule ToContract(this Ledger.EntitlementRule rule);

    [MapEnumValue(EntitlementReason.None, EntitlementGround.Unspecified)]
    public static partial EntitlementGround ToContract(this EntitlementReason reason);

    [MapEnumValue(V1.VisitMethod.Unspecified, Ledger.VisitMethod.None)]
    public static partial Ledger.VisitMethod ToDomain(this V1.VisitMethod method);

    [MapEnumValue(Ledger.VisitMethod.None, V1.VisitMethod.Unspecified)]
    public static partial V1.VisitMethod ToContract(this Ledger.VisitMethod method);

    [MapEnumValue(V1.VisitFinding.Unspecified, Ledger.VisitFinding.None)]
    public static partial Ledger.VisitFinding ToDomain(this V1.VisitFinding finding);

    [MapEnumValue(Ledger.VisitFinding.None, V1.VisitFinding.Unspecified)]
    public static partial V1.VisitFinding ToContract(this Ledger.VisitFinding finding);

    /// <summary>Flags of the domain, in the order of the contract's numbers.</summary>
    public static IEnumerable<VisitGround> ToContract(this VisitGrounds flags) =>
        Enum.GetValues<VisitGround>().Where(ground => (flags & ground.ToDomain()) != 0);

    [MapEnumValue(VisitGround.Unspecified, VisitGrounds.None)]
    [MapEnumValue(VisitGround.LivesAlone, VisitGrounds.LivingAlone)]
    [MapEnumValue(VisitGround.Bereaved, VisitGrounds.LostOnlyChild)]
    private static partial VisitGrounds ToDomain(this VisitGround ground);

    /// <summary>Flags of the domain, in the order of the contract's numbers.</summary>
    public static IEnumerable<GradeChange> ToContract(this GradeChanges flags) =>
        AllGradeChanges.Where(change => (flags & change.ToDomain()) != 0);

    public static GradeChanges ToDomain(this IEnumerable<GradeChange> changes) =>
        changes.Aggregate(GradeChanges.None, (flags, change) => flags | change.ToDomain());

    [MapEnumValue(GradeChange.Unspecified, GradeChanges.None)]
    public static partial GradeChanges ToDomain(this GradeChange change);

    public static IEnumerable<Difficulty> ToContract(this Difficulties flags) =>
        AllDifficulties.Where(difficulty => (flags & difficulty.ToDomain()) != 0);

    public static Difficulties ToDomain(this IEnumerable<Difficulty> difficulties) =>
        difficulties.Aggregate(Difficulties.None, (flags, difficulty) => flags | difficulty.ToDomain());

    [MapEnumValue(Difficulty.Unspecified, Difficulties.None)]
    [MapEnumValue(Difficulty.LivesAlone, Difficulties.LivingAlone)]
    [MapEnumValue(Difficulty.ExtremePoverty, Difficulties.SpecialHardship)]
    [MapEnumValue(Difficulty.Bereaved, Difficulties.LostOnlyChild)]
    public static partial Difficulties ToDomain(this Difficulty difficulty);

    /// <summary>Flags of the domain, in the order of the contract's numbers.</summary>
    public static IEnumerable<Benefit> ToContract(this Benefits flags) => AllBenefits.Where(benefit => (flags & benefit.ToDomain()) != 0);

    public static Benefits ToDomain(this IEnumerable<Benefit> benefits) =>
        benefits.Aggregate(Benefits.None, (flags, benefit) => flags | benefit.ToDomain());

    [MapEnumValue(Benefit.Unspecified, Benefits.None)]
    public static partial Benefits ToDomain(this Benefit benefit);
}
