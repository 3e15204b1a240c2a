using TimeBank.Ledger;
using TimeBank.V1;
using Assessment = TimeBank.V1.Assessment;

namespace TimeBank.Server;

/// <summary>Elders and what they are entitled to in the contract's types.</summary>
internal static class ElderContract
{
    /// <param name="programme">Null for the month's hours.</param>
    public static V1.Entitlement ToContract(this Ledger.Entitlement answer, RegionCode region, Slug? programme, bool issued)
    {
        var contract = new V1.Entitlement
        {
            Programme = programme is { } id ? ResourceName.Of(region, FundContract.Programmes, id) : "",
            Entitled = answer.IsGranted,
            Reason = answer.Refusal is { } refusal ? ReasonCatalogue.Name(refusal.Reason) : "",
            Amount = answer.IsGranted ? answer.Unit.Of(answer.Amount) : null,
            Issued = issued,
            Rule = answer.Rule.ToContract(),
            Ground = answer.Reason.ToContract(),
            PolicyVersion = ResourceName.Of(answer.Policy.Region, PolicyApi.Collection, answer.Policy.Name),
            Instead = answer.Instead is { } first ? ResourceName.Of(region, FundContract.Programmes, first) : "",
            Texts = { ["zh-CN"] = Chinese(answer), ["en"] = English(answer) },
        };
        contract.Benefits.Add(answer.Benefits.ToContract());
        return contract;
    }

    public static OutreachRun ToContract(this OutreachRecord run, RegionCode region, string id)
    {
        var contract = new OutreachRun
        {
            Name = ResourceName.Of(region, OutreachRuns.Collection, id), Day = run.Day.ToContract(), Elders = run.Elders,
            Finished = run.Finished,
        };
        contract.Findings.Add(run.Found.Select(ToContract));
        return contract;
    }

    public static FindingCount ToContract(this FoundCount found) => new() { Kind = found.Kind.ToContract(), Count = found.Count };

    /// <param name="day">The day of the run.</param>
    public static OutreachFinding ToContract(this FindingRecord finding, RegionCode region, DateOnly day) => new()
    {
        Elder = ResourceName.Of(region, PersonContract.Elders, finding.Elder),
        Kind = finding.Kind.ToContract(),
        Entitlement = finding.ToEntitlement().ToContract(
            region, finding.Programme.Length == 0 ? null : Slug.Parse(finding.Programme),
            // An older build's findings do not say it: only of one kind is it sure.
            issued: finding.Issued ?? finding.Kind is Ledger.FindingKind.NotUsed),
        FromDate = finding.From.ToContract(),
        DueDate = finding.Due?.ToContract(),
        Late = finding.Due < day,
        DueUnknown = finding.UnknownYear == 0 ? "" : ReasonCatalogue.Name(Reason.CalendarYearUnknown),
        DueUnknownYear = finding.UnknownYear,
    };

    private static string Chinese(Ledger.Entitlement answer)
    {
        const string locale = "zh-CN";
        string benefits = Words(answer.Benefits, locale, "、");
        string what = answer.IsGranted
            ? $"可享受，每月{AmountText.Of(answer.Amount, answer.Unit.Code, locale)}"
            : answer.Reason == EntitlementReason.OtherUnreadable ? "能否享受尚不能判定" : "不能享受";
        string why = answer.Reason == EntitlementReason.None ? "本月已发放" : Word(answer.Reason, locale);
        string more = answer.AssessedUntil is { } last ? $"（{last:yyyy-MM-dd} 到期）"
            : answer.Instead is { } first ? $"（{first}）"
            : benefits.Length == 0 ? ""
            : answer.IsGranted ? $"；{benefits}先支付，券按比例抵扣余下的自付部分" : $"（{benefits}）";
        return $"{what}：{why}{more}。依据：{Word(answer.Rule, locale)}，政策版本 {answer.Policy}。";
    }

    private static string English(Ledger.Entitlement answer)
    {
        const string locale = "en";
        string benefits = Words(answer.Benefits, locale, ", ");
        string what = answer.IsGranted
            ? $"Entitled to {AmountText.Of(answer.Amount, answer.Unit.Code, locale)} a month"
            : answer.Reason == EntitlementReason.OtherUnreadable ? "Whether entitled is not known" : "Not entitled";
        string why = answer.Reason == EntitlementReason.None ? "issued already this month" : Word(answer.Reason, locale);
        string more = answer.AssessedUntil is { } last ? $" (since {last:yyyy-MM-dd})"
            : answer.Instead is { } first ? $" ({first})"
            : benefits.Length == 0 ? ""
            : answer.IsGranted ? $"; {benefits} pays first, the voucher bears its share of what is left" : $" ({benefits})";
        return $"{what}: {why}{more}. By: {Word(answer.Rule, locale)}, policy version {answer.Policy}.";
    }

    private static string Word(EntitlementReason reason, string locale) => ReasonCatalogue.Word(reason.ToContract(), locale);

    private static string Word(Ledger.EntitlementRule rule, string locale) => ReasonCatalogue.Word(rule.ToContract(), locale);

    private static string Words(Benefits benefits, string locale, string between) =>
        string.Join(between, benefits.ToContract().Select(benefit => ReasonCatalogue.Word(benefit, locale)));

    /// <param name="policy">Today's policy: it turns points into a grade and says how long an assessment counts.</param>
    public static Elder ToContract(this ElderRecord elder, RegionCode region, DateOnly today, Policy policy)
    {
        var contract = new Elder
        {
            Name = ResourceName.Of(region, PersonContract.Elders, elder.Id),
            DisplayName = elder.DisplayName,
            BirthDate = elder.BirthDate.ToContract(),
            RegisteredDate = elder.Registered.ToContract(),
            Assessment = elder.Facts(region).LastAssessment(today, policy.Ability) is { } latest
                ? ToContract(latest, elder, policy.Ability) : null,
        };
        contract.Difficulties.Add(elder.Difficulties.ToContract());
        contract.Status = elder.Status.ToContract();
        // Everything that was reported counts on the first day of the next month.
        contract.Benefits.Add(elder.Facts(region).BenefitsOn(new DateOnly(today.Year, today.Month, 1).AddMonths(1)).ToContract());
        return contract;
    }

    public static Notice ToContract(this NoticeRecord notice) => new()
    {
        Kind = notice.Kind.ToContract(), Date = notice.Day.ToContract(), ReportedDate = notice.Reported.ToContract(),
        Benefit = notice.Benefit.ToContract().FirstOrDefault(),
        Residence = notice.Residence.Length == 0 ? "" : ResourceName.OfRegion(RegionCode.Parse(notice.Residence)),
        Source = notice.Source, Key = notice.Key, ReportedBy = notice.By,
        Difficulty = notice.Difficulty?.ToContract().FirstOrDefault() ?? Difficulty.Unspecified,
    };

    private static Assessment ToContract(Ledger.Assessment assessment, ElderRecord elder, AbilityPolicy policy) => new()
    {
        AssessedDate = assessment.On.ToContract(),
        Score = assessment.Points,
        Grade = assessment.Grade(policy).ToContract(),
        PreliminaryGrade = policy.GradeOf(assessment.Points).ToContract(),
        GradeChanges = { assessment.Changes.ToContract() },
        ValidUntil = assessment.LastDay(policy).ToContract(),
        Region = ResourceName.OfRegion(assessment.Region),
        // The rules need only the sum, so the items stand in the record alone.
        Items = elder.Assessments.Last(one => one.Day == assessment.On && one.Points == assessment.Points
            && (one.Changes ?? GradeChanges.None) == assessment.Changes).Items?.ToContract(),
    };

    private static AssessmentItems ToContract(this AssessmentItemsRecord items) => new()
    {
        SelfCare = items.SelfCare, Movement = items.Movement, MentalState = items.MentalState, Participation = items.Participation,
    };
}
