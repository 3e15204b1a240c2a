using Google.Protobuf.Reflection;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Protos.Tests;

public sealed class AccessTests
{
    /// <summary>What anybody may call without a token.</summary>
    private static readonly string[] Published = ["GetPublicStatistics", "ListPublishedProviders"];

    public static TheoryData<string> Names => [.. Contract.Methods.Select(method => method.FullName)];

    [Theory, MemberData(nameof(Names))]
    public void Rpc_declares_who_may_call(string name)
    {
        MethodDescriptor method = Method(name);
        Access? access = Contract.AccessOf(method);

        Assert.NotNull(access);
        // Open to everybody is said as such, and never beside grants that it would overrule.
        Assert.Equal(Published.Contains(method.Name), access.Public);
        Assert.Equal(access.Public, access.Grants.Count == 0);
        Assert.DoesNotContain(Role.Unspecified, access.Grants.Select(grant => grant.Role));
        Assert.Distinct(access.Grants.Select(grant => grant.Role));
        foreach (Grant grant in access.Grants)
        {
            Assert.True(grant.OwnField.Length == 0 || !grant.OwnCheckedByService,
                $"{grant.Role}: own_field or own_checked_by_service, not both");
            if (grant.OwnField.Length > 0)
            {
                Assert.Equal(FieldType.String, Contract.Field(method.InputType, grant.OwnField)?.FieldType);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Rpc_names_its_region_unless_it_is_the_scenarios(string name)
    {
        MethodDescriptor method = Method(name);
        string field = Contract.AccessOf(method)!.RegionField;

        if (method.Service.Name == "ScenarioService")
        {
            Assert.Empty(field);
            return;
        }

        Assert.Equal(FieldType.String, Contract.Field(method.InputType, field)?.FieldType);
    }

    [Theory, MemberData(nameof(Names))]
    public void Auditors_read_what_belongs_to_a_region_and_change_nothing_but_what_was_closed(string name)
    {
        MethodDescriptor method = Method(name);
        bool auditor = Contract.AccessOf(method)!.Grants.Any(grant => grant.Role == Role.Auditor);

        // To open closed books again is the one thing that an auditor alone may do. A voucher's paper can be spent: an auditor reads the
        // voucher, and gets no paper.
        Assert.Equal((Contract.IsRead(method) && method.Service.Name != "ScenarioService" && !Published.Contains(method.Name)
            && method.Name != "GetPrintableVoucher") || method.Name == "ReopenPeriod", auditor);
    }

    [Fact]
    public void Who_proposes_money_never_approves_it_by_the_same_role()
    {
        // What both may withdraw is stopped by it, and nothing else.
        foreach (MethodDescriptor method in Contract.Methods.Where(method => !Contract.IsRead(method)
            && !method.Name.StartsWith("Withdraw", StringComparison.Ordinal)))
        {
            Role[] roles = [.. Contract.AccessOf(method)!.Grants.Select(grant => grant.Role)];
            Assert.False(roles.Contains(Role.FinanceMaker) && roles.Contains(Role.FinanceChecker), method.FullName);
        }
    }

    private static MethodDescriptor Method(string name) => Contract.Methods.Single(method => method.FullName == name);
}
