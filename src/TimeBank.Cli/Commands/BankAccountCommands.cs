using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.BankAccountService.BankAccountServiceClient;

namespace TimeBank.Cli;

/// <summary>Our own bank accounts, as the bank calls them.</summary>
internal static class BankAccountCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group(
            "bank", "我方银行账户：登记、查询、对账", "our own bank accounts: describe, list, reconcile",
            [Set(make), Show(make), List(make), .. StatementImportCommands.Of(make), .. ReconciliationCommands.Of(make)])];

    private static Command Set(CommandFactory make)
    {
        Argument<string> slug = Slug(make);
        Option<string> holder = make.Option("--holder", "户名", "the account's holder", required: true),
            account = make.Option("--account", "账号", "the account's number", required: true),
            bank = make.Option("--bank", "开户行", "the bank and its branch", required: true),
            code = make.Option("--code", "支付系统行号，12 位；钱包（支付宝、微信）不写", "the bank's code of 12 digits; left out for a wallet"),
            profile = make.Option("--profile", "对账单格式，如 icbc-debit", "how its statements are read, such as icbc-debit"),
            sheet = make.Option("--sheet", "批量付款表格式，如 batch-transfer", "how sheets of payments are written, such as batch-transfer");
        var custody = new Option<bool?>("--custody")
        {
            Description = make.Language[
                "只存管预收费；不写则不变，改回写 false", "it is for prepaid fees in custody alone; left out: as it was; false: no more"],
        };
        return make.Command("set", "登记或更改，旧的留在历史里", "describe an account; what was there before stays in its history",
            [slug, holder, account, bank, code, profile, sheet, custody, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(slug)!), read = parsed.GetValue(profile) ?? "";
            bool isWallet = read.StartsWith("alipay-", StringComparison.Ordinal) || read.StartsWith("wechat-", StringComparison.Ordinal);
            if (parsed.GetValue(code) is null && !isWallet)
            {
                throw new UsageException(
                    "请写 --code；只有钱包（alipay-…、wechat-…）没有行号。", "Write --code; only a wallet (alipay-…, wechat-…) has none.");
            }
            var request = new SetBankAccountRequest
            {
                RequestId = session.RequestId(), Name = name, HolderName = parsed.GetValue(holder)!,
                AccountNumber = parsed.GetValue(account)!, BankName = parsed.GetValue(bank)!, BankCode = parsed.GetValue(code) ?? "",
                StatementProfile = parsed.GetValue(profile) ?? "", SheetProfile = parsed.GetValue(sheet) ?? "",
                ValidateOnly = make.IsDryRun(parsed),
            };
            if (parsed.GetValue(custody) is { } isForCustody) request.ForCustody = isForCustody;
            Show(session, await new Client(await session.AsAsync(Role.Administrator, name)).SetBankAccountAsync(request));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> slug = Slug(make);
        return make.Command("show", "一个账户及其历史", "one account and its history", [slug], async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(slug)!);
            Show(session,
                await new Client(await session.AsAsync(Role.Auditor, name)).GetBankAccountAsync(new GetBankAccountRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make) =>
        make.Command("list", "我方各银行账户", "our accounts", [make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            ListBankAccountsResponse list = await make.PagingOf(parsed).AllAsync(
                new ListBankAccountsRequest { Parent = session.Region }, page => client.ListBankAccountsAsync(page).ResponseAsync);
            session.Screen.Show(list, () =>
            {
                Table(session, list.BankAccounts);
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });

    private static void Show(Session session, BankAccount account) =>
        session.Screen.Show(account, () => Table(session, [account, .. account.Former]));

    private static void Table(Session session, IEnumerable<BankAccount> accounts)
    {
        Language language = session.Language;
        session.Screen.Table(
            "", [new(language["账户", "account"]), new(language["户名", "holder"]), new(language["账号", "number"]),
                new(language["开户行", "bank"]), new(language["行号", "code"]), new(language["对账单", "statements"]),
                new(language["付款表", "sheets"]), new(language["存管", "custody"]),
                new(language["登记人", "set by"]), new(language["登记时间", "set"])],
            accounts.Select(account => (IReadOnlyList<string>)[ResourceNames.Short(account.Name), account.HolderName,
                account.AccountNumber, account.BankName, account.BankCode, account.StatementProfile, account.SheetProfile,
                account.ForCustody ? language["是", "yes"] : "", account.SetBy, TimeText.Of(account.SetTime)]));
    }

    private static Argument<string> Slug(CommandFactory make) =>
        make.Argument("account", "账户代号，如 main", "the account's name in the ledger, such as main");
}
