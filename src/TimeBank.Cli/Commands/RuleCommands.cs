using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The service list and the policy in force.</summary>
internal static class RuleCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) => [Catalogue(make), Policy(make)];

    private static Command Catalogue(CommandFactory make)
    {
        Option<string> version = make.Option("--of", "版本名，默认现行", "the version's name; the one in force if left out");
        return make.Command("catalogue", "服务清单", "the service list", [version], async (session, parsed) =>
        {
            var client = new CatalogueService.CatalogueServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            CatalogueVersion list = await client.GetVersionAsync(
                new GetCatalogueVersionRequest { Parent = session.Region, Version = parsed.GetValue(version) ?? "" });
            Language language = make.Language;
            session.Screen.Show(list, () => session.Screen.Table(
                $"{ResourceNames.Short(list.Name)} · {TimeText.Of(list.EffectiveDate)}",
                [new(language["编号", "id"]), new(language["名称", "name"]), new(language["种类", "kind"]), new(language["单位", "unit"]),
                    new(language["最高价", "ceiling price"], true), new(language["付款", "paid by"])],
                list.Items.Select(
                item => (IReadOnlyList<string>)[item.Id, language[item.NameZh, item.NameEn], EnumText.Of(item.ServiceType, language),
                Labels.Of(item.Unit, language) ?? item.Unit, AmountText.Of(item.CeilingPrice, language),
                EnumText.Of(item.Payer, language)])));
        });
    }

    private static Command Policy(CommandFactory make)
    {
        Option<string> version = make.Option("--of", "版本名，默认现行", "the version's name; the one in force if left out");
        return make.Command("policy", "规则参数", "the policy: the numbers of the rules", [version], async (session, parsed) =>
        {
            var client = new PolicyService.PolicyServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            PolicyVersion policy = await client.GetVersionAsync(
                new GetPolicyVersionRequest { Parent = session.Region, Version = parsed.GetValue(version) ?? "" });
            session.Screen.Show(policy, () => session.Screen.Line(policy.Document));
        });
    }
}
