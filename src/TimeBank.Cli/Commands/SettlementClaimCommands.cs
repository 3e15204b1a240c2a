using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.SettlementService.SettlementServiceClient;

namespace TimeBank.Cli;

/// <summary>What providers owe and no settlement will bring back: the worklist, and who follows it up.</summary>
internal static class SettlementClaimCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) => [List(make), Assign(make)];

    private static Command List(CommandFactory make)
    {
        Option<string> reason = make.Option("--reason", "over-limit 或 provider-gone", "over-limit or provider-gone"),
            owner = make.Option("--owner", "负责人", "of this person");
        var debts = new Option<bool>("--all-debts")
        {
            Description = make.Language["也列出下次结算会抵扣的欠款", "also debts that the next settlement takes off"],
        };
        return make.Command("claims", "须追讨的机构欠款", "what providers owe and somebody has to follow up",
            [reason, owner, debts, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListClaimsRequest
            {
                Parent = session.Region, Reason = EnumText.ParseOrDefault<ClaimReason>(parsed.GetValue(reason)),
                Owner = parsed.GetValue(owner) ?? "", IncludeAllDebts = parsed.GetValue(debts),
            };
            ListClaimsResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListClaimsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["机构", "provider"]), new(language["欠款", "owes"], true), new(language["应付", "is owed"], true),
                        new(language["起始", "since"]), new(language["天数", "days"], true), new(language["原因", "reason"]),
                        new(language["负责人", "owner"]), new(language["最近说明", "last note"])],
                    list.Claims.Select(claim => (IReadOnlyList<string>)[ResourceNames.Short(claim.Provider),
                        AmountText.Of(claim.Owed, language), AmountText.Of(claim.Payable, language), TimeText.Of(claim.Since),
                        $"{claim.AgeDays}", claim.Reason == ClaimReason.Unspecified ? "" : EnumText.Of(claim.Reason, language), claim.Owner,
                        claim.History.LastOrDefault()?.Note ?? ""]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Assign(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "机构", "the provider");
        Option<string> owner = make.Option("--owner", "负责人", "who follows it up", required: true),
            note = make.Option("--note", "已做或已约定的事", "what was done or agreed");
        return make.Command("assign-claim", "指定欠款的负责人", "say who follows up a provider's debt",
            [provider, owner, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            ProviderClaim claim = await client.AssignClaimAsync(new AssignClaimRequest
            {
                RequestId = session.RequestId(), Provider = name, Owner = parsed.GetValue(owner)!, Note = parsed.GetValue(note) ?? "",
                ValidateOnly = make.IsDryRun(parsed),
            });
            Language language = make.Language;
            session.Screen.Show(claim, () => session.Screen.Facts(
                ResourceNames.Short(claim.Provider), (language["欠款", "owes"], AmountText.Of(claim.Owed, language)),
                (language["负责人", "owner"], claim.Owner), (language["说明", "note"], claim.History.LastOrDefault()?.Note ?? "")));
        });
    }
}
