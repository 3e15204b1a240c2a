using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;

namespace TimeBank.Server.Tests;

/// <summary>On a server of its own: a run looks at every elder of a region, and only October's vouchers are issued here.</summary>
public sealed class EntitlementTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly Desk _desk = new(server, "430225");

    [Fact]
    public async Task An_entitlement_cites_its_rule_and_version_in_both_languages_and_yields_to_what_comes_first()
    {
        string fund = await _desk.FundAsync("lottery", 10_000_000);
        string national = await _desk.FundedAsync(_desk.National("care"), (fund, 1_000_000));
        CreateProgrammeRequest meals = _desk.Meals("meals");
        (meals.Eligibility.LowIncome, meals.Eligibility.Residence) = (true, _desk.Region);
        meals.Eligibility.ExcludedBenefits.Add(Benefit.ElderNursingSubsidy);
        meals.Eligibility.YieldsTo.Add(national);
        string second = await _desk.FundedAsync(meals, (fund, 1_000_000));
        Assert.Equal(meals.Eligibility, (await _desk.Maker.GetProgrammeAsync(new GetProgrammeRequest { Name = second })).Eligibility);
        string disabled = await RegisterAsync(Difficulty.LowIncome, 40), poor = await RegisterAsync(Difficulty.LowIncome, 70),
            rich = await RegisterAsync(Difficulty.LeftBehind, 70);

        V1.Entitlement[] first = await ListAsync(disabled), others = [.. await ListAsync(poor), .. await ListAsync(rich)];

        Assert.Equal(
            [EntitlementGround.NoHardship, EntitlementGround.Disability, EntitlementGround.OtherProgramme],
            first.Select(one => one.Ground));
        Assert.Equal((second, national, "ELDER_NOT_ENTITLED"), (first[2].Programme, first[2].Instead, first[2].Reason));
        Assert.Equal(
            [EntitlementGround.NoHardship, EntitlementGround.AbilityTooGood, EntitlementGround.ConditionsMet,
                EntitlementGround.NoHardship, EntitlementGround.AbilityTooGood, EntitlementGround.NotLowIncome],
            others.Select(one => one.Ground));
        Assert.Equal((V1.EntitlementRule.NationalVoucher, 80_000L, "regions/430000/policyVersions/2026-01"),
            (first[1].Rule, first[1].Amount.Value, first[1].PolicyVersion));
        Assert.Equal(
            "可享受，每月800.00元：评估为规定的失能等级。依据：国家养老服务消费补贴（民政部 2025 年第 37 号），政策版本 430000/2026-01。",
            first[1].Texts["zh-CN"]);
        Assert.Equal(
            "Not entitled: a programme that comes first gives it (care). By: conditions of the programme, policy version 430000/2026-01.",
            first[2].Texts["en"]);

        Dictionary<string, long> skipped = (await _desk.IssueAsync(second))[^1].Summary.SkippedByReason
            .ToDictionary(skip => skip.Reason, skip => skip.Count);
        Assert.Equal(2, skipped["ELDER_NOT_ENTITLED"]);
        Assert.Equal(second, (await _desk.VoucherOfAsync(poor, second)).Programme);
        Assert.True((await ListAsync(poor))[2].Issued);
    }

    [Fact]
    public async Task A_programme_yields_only_to_programmes_that_are_open()
    {
        CreateProgrammeRequest Yielding(string id, params string[] to)
        {
            CreateProgrammeRequest request = _desk.Meals(id);
            request.Eligibility.YieldsTo.Add(to);
            return request;
        }

        await _desk.Maker.CreateProgrammeAsync(Yielding("late", $"{_desk.Region}/programmes/nothing"))
            .IsRefusedAsync(Reason.ProgrammeNotFound);
        await _desk.Maker.CreateProgrammeAsync(Yielding("itself", $"{_desk.Region}/programmes/itself"))
            .IsRefusedAsync(Reason.ProgrammeNotFound);
        await _desk.Maker.CreateProgrammeAsync(Yielding("elsewhere", "regions/430211/programmes/x"))
            .IsRefusedAsync(Reason.InvalidField, "eligibility.yields_to[0]");
        CreateProgrammeRequest wrong = Yielding("wrong", "x");
        wrong.Eligibility.Residence = "430211";
        wrong.Eligibility.ExcludedBenefits.Add((Benefit)99);
        await _desk.Maker.CreateProgrammeAsync(wrong).IsRefusedAsync(
            Reason.InvalidField, "eligibility.residence", "eligibility.excluded_benefits[0]", "eligibility.yields_to[0]");
    }

    private async Task<string> RegisterAsync(Difficulty difficulty, int points)
    {
        string elder = await _desk.RegisterElderAsync();
        await _desk.Elders().RecordAssessmentAsync(new RecordAssessmentRequest
        {
            RequestId = Id(), Elder = elder, AssessedDate = _desk.Today.AddMonths(-1).ToContract(), Score = points,
            Difficulties = { difficulty },
        });
        return elder;
    }

    private async Task<V1.Entitlement[]> ListAsync(string elder) =>
        [.. (await _desk.Elders().ListEntitlementsAsync(new ListEntitlementsRequest { Elder = elder })).Entitlements];
}
