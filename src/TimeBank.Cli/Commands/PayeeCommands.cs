using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.PayeeService.PayeeServiceClient;

namespace TimeBank.Cli;

/// <summary>Payees: the bank accounts that providers are paid to.</summary>
internal static class PayeeCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("payee", "收款账户：登记、审核、撤回、查询", "the account that a provider is paid to: set, approve, withdraw, show, history",
            Set(make), Approve(make), Withdraw(make), Show(make), History(make))];

    private static Command Set(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        Option<string> holder = make.Option("--holder", "户名", "the account's holder", required: true),
            account = make.Option("--account", "账号", "the account's number", required: true),
            bank = make.Option("--bank", "开户行", "the bank and its branch", required: true),
            code = make.Option("--code", "支付系统行号，12 位", "the bank's code of 12 digits", required: true);
        return make.Command("set", "提出新的收款账户，须另一人审核", "propose an account; a second person approves it",
            [provider, holder, account, bank, code, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).ProposePayeeAsync(new ProposePayeeRequest
            {
                RequestId = session.RequestId(),
                Provider = name,
                Account = new PayeeAccount
                {
                    HolderName = parsed.GetValue(holder)!, AccountNumber = parsed.GetValue(account)!,
                    BankName = parsed.GetValue(bank)!, BankCode = parsed.GetValue(code)!,
                },
                ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Approve(CommandFactory make)
    {
        Argument<string> change = Change(make);
        Option<string> account = make.Option("--account", "原件上的账号，用来核对", "the number on the provider's own paper, to be compared");
        return make.Command("approve", "审核", "approve what another person proposed", [change, account, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(change)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceChecker, name)).ApprovePayeeAsync(new ApprovePayeeRequest
            {
                RequestId = session.RequestId(), Change = name, AccountNumber = parsed.GetValue(account) ?? "",
                ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> change = Change(make);
        return make.Command("withdraw", "撤回还没有生效的变更", "withdraw a change that isn't in force yet", [change, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(change)!);
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).WithdrawPayeeAsync(new WithdrawPayeeRequest
            {
                RequestId = session.RequestId(), Change = name, ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        return make.Command("show", "现在的收款账户，和正在办理的变更", "the account of today, and the change under way", [provider],
            async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            Payee payee = await client.GetPayeeAsync(new GetPayeeRequest { Provider = name });
            session.Screen.Show(payee, () =>
            {
                if (payee.InForce is not null) Facts(session, payee.InForce);
                if (payee.Next is not null) Facts(session, payee.Next);
            });
        });
    }

    private static Command History(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        return make.Command("history", "收款账户的历次变更", "all changes of the account", [provider, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            ListPayeeChangesResponse list = await make.PagingOf(parsed).AllAsync(
                new ListPayeeChangesRequest { Provider = name }, page => client.ListPayeeChangesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["编号", "id"]), new(language["状态", "state"]), new(language["户名", "holder"]),
                        new(language["账号", "account"]), new(language["提出", "proposed"]), new(language["审核", "approved"]),
                        new(language["生效", "in force from"]), new(language["撤回", "withdrawn"])],
                    list.Changes.Select(change => (IReadOnlyList<string>)[ResourceNames.Short(change.Name),
                        EnumText.Of(change.State, language), change.Account.HolderName, change.Account.AccountNumber, change.ProposedBy,
                        change.ApprovedBy, TimeText.Of(change.InForceFrom), change.WithdrawnBy]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Argument<string> Change(CommandFactory make) =>
        make.Argument("change", "变更的编号：机构/payeeChanges/编号", "the change, as PROVIDER/payeeChanges/ID");

    private static void Show(Session session, PayeeChange change) => session.Screen.Show(change, () => Facts(session, change));

    private static void Facts(Session session, PayeeChange change)
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(change.Name),
            (language["状态", "state"], EnumText.Of(change.State, language)),
            (language["户名", "holder"], change.Account.HolderName),
            (language["账号", "account"], change.Account.AccountNumber),
            (language["开户行", "bank"], $"{change.Account.BankName} {change.Account.BankCode}".Trim()),
            (language["提出", "proposed"], $"{change.ProposedBy} {TimeText.Of(change.ProposeTime)}"),
            (language["审核", "approved"], $"{change.ApprovedBy} {TimeText.Of(change.ApproveTime)}".Trim()),
            (language["生效", "in force from"], TimeText.Of(change.InForceFrom)),
            (language["撤回", "withdrawn"], $"{change.WithdrawnBy} {TimeText.Of(change.WithdrawTime)}".Trim()));
    }
}
