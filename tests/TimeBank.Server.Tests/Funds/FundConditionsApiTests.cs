using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class FundConditionsApiTests(TestServer server)
{
    private readonly Desk _desk = new(server, "430202");

    /// <summary>A trust for elders of 85 in one district, for meals alone, whose purpose the caller confirms each time.</summary>
    [Fact]
    public async Task No_word_of_the_caller_lifts_the_conditions_of_a_fund()
    {
        var request = new CreateFundRequest
        {
            RequestId = Desk.Id(), Parent = _desk.Region, FundId = "trust", Kind = V1.FundKind.CharitableTrust, DisplayName = "敬老信托",
            Purpose = "高龄助餐",
            Conditions = new V1.FundConditions { MinAge = 85, Residence = _desk.Region, ServiceTypes = { V1.ServiceType.Meal } },
        };
        Fund trust = await _desk.Maker.CreateFundAsync(request);
        Assert.Equal((V1.FundKind.CharitableTrust, request.Conditions), (trust.Kind, trust.Conditions));
        Assert.Equal(trust, await _desk.Maker.GetFundAsync(new GetFundRequest { Name = trust.Name }));
        string free = await _desk.FundAsync("without-conditions", 1_000);
        await _desk.Maker.RecordReceiptAsync(_desk.Receipt(trust.Name, 1_000));

        await RefusedAsync(_desk.National("trust-national"), Reason.FundAgeBound);
        await RefusedAsync(Meals("trust-young", eligibility => eligibility.MinAge = 84), Reason.FundAgeBound);
        await RefusedAsync(Meals("trust-wide", eligibility => eligibility.Residence = ""), Reason.FundResidenceBound);
        CreateProgrammeRequest baths = Meals("trust-baths", _ => { });
        baths.ServiceTypes.Add(V1.ServiceType.Bath);
        await RefusedAsync(baths, Reason.FundServiceBound);
        string kept = (await _desk.Maker.CreateProgrammeAsync(Meals("trust-kept", _ => { }))).Name;
        await _desk.Maker.AllotFundsAsync(_desk.Allotment(kept, (trust.Name, 50))).IsRefusedAsync(Reason.FundPurposeBound);

        AllotFundsResponse given = await _desk.Maker.AllotFundsAsync(Serves(kept));

        Assert.Equal(150, given.Programme.Available.Value);
        Assert.Equal(950, (await _desk.Maker.GetFundAsync(new GetFundRequest { Name = trust.Name })).Available.Value);
        await _desk.Maker.CreateFundAsync(new CreateFundRequest(request)
        {
            RequestId = Desk.Id(), FundId = "wrong",
            Conditions = new V1.FundConditions { MinAge = -1, Residence = "Tianyuan", ServiceTypes = { (V1.ServiceType)99 } },
        }).IsRefusedAsync(Reason.InvalidField, "conditions.min_age", "conditions.residence", "conditions.service_types[0]");
        // Nothing asked is nothing kept.
        Assert.Null((await _desk.Maker.CreateFundAsync(new CreateFundRequest(request)
        {
            RequestId = Desk.Id(), FundId = "no-conditions", Conditions = new V1.FundConditions(),
        })).Conditions);

        CreateProgrammeRequest Meals(string id, Action<Eligibility> change)
        {
            CreateProgrammeRequest meals = _desk.Meals(id);
            (meals.Eligibility.MinAge, meals.Eligibility.Residence) = (85, _desk.Region);
            change(meals.Eligibility);
            return meals;
        }

        async Task RefusedAsync(CreateProgrammeRequest programme, Reason reason) => await _desk.Maker.AllotFundsAsync(
            Serves((await _desk.Maker.CreateProgrammeAsync(programme)).Name)).IsRefusedAsync(reason);

        AllotFundsRequest Serves(string programme) =>
            new(_desk.Allotment(programme, (free, 100), (trust.Name, 50))) { RequestId = Desk.Id(), ServesPurpose = true };
    }
}
