using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Accounts: their counters now and earlier, their states and open holds.</summary>
internal static class AccountCommands
{
    private delegate Task<Entry> Change(LedgerService.LedgerServiceClient client, string requestId, string account, string memo,
        bool dryRun);

    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        make.Group(
            "account", "账户", "accounts", AccountShow(make), AccountList(make),
            StateChange(make, "freeze", "冻结：解冻前不能动账", "nothing moves until it is unfrozen", async (client, id, account, memo, dry) =>
                await client.FreezeAccountAsync(
                    new FreezeAccountRequest { RequestId = id, Account = account, Memo = memo, ValidateOnly = dry })),
            StateChange(make, "unfreeze", "解冻", "let it move again", async (client, id, account, memo, dry) =>
                await client.UnfreezeAccountAsync(
                    new UnfreezeAccountRequest { RequestId = id, Account = account, Memo = memo, ValidateOnly = dry })),
            StateChange(make, "close", "注销：只能注销没有余额的账户", "close it; only an empty one can be", async (client, id, account, memo, dry) =>
                await client.CloseAccountAsync(
                    new CloseAccountRequest { RequestId = id, Account = account, Memo = memo, ValidateOnly = dry })),
            StateChange(make, "reopen", "恢复已注销的账户", "undo its closing", async (client, id, account, memo, dry) =>
                await client.ReopenAccountAsync(
                    new ReopenAccountRequest { RequestId = id, Account = account, Memo = memo, ValidateOnly = dry }))),
        make.Group("hold", "预留", "holds", HoldList(make)),
    ];

    public static string State(Language language, bool frozen, bool closed) => (frozen, closed) switch
    {
        (_, true) => language["已注销", "closed"],
        (true, false) => language["已冻结", "frozen"],
        (false, false) => "",
    };

    private static Command StateChange(CommandFactory make, string name, string chinese, string english, Change change)
    {
        Argument<string> path = make.Argument("path", "路径，如 fund/lottery/available", "the path, such as fund/lottery/available");
        Option<string> memo = make.Option("--note", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command(name, chinese, english, [path, memo, make.DryRun], async (session, parsed) =>
        {
            string account = session.Name("accounts", parsed.GetValue(path)!);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.FinanceChecker, account));
            LedgerCommands.Show(session, await change(client, session.RequestId(), account, parsed.GetValue(memo)!, make.IsDryRun(parsed)));
        });
    }

    private static Command HoldList(CommandFactory make) =>
        make.Command("list", "未结束的预留", "the holds that are open", [make.Limit, make.All], async (session, parsed) =>
    {
        var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
        ListHoldsResponse list = await make.PagingOf(parsed)
            .AllAsync(new ListHoldsRequest { Parent = session.Region }, page => client.ListHoldsAsync(page).ResponseAsync);
        Language language = make.Language;
        session.Screen.Show(list, () =>
        {
            session.Screen.Table(
                "",
                [new(language["分录", "entry"], true), new(language["时间", "time"]), new(language["到期", "until"]),
                    new(language["借", "debit"]), new(language["贷", "credit"]), new(language["数额", "amount"], true)],
                list.Holds.SelectMany(hold => hold.Transfers.Where(transfer => transfer.Holds).Select(transfer => (IReadOnlyList<string>)[
                    $"{hold.Index}", TimeText.Of(hold.Time), TimeText.Of(hold.HoldExpireTime), ResourceNames.Short(transfer.DebitAccount),
                        ResourceNames.Short(transfer.CreditAccount), AmountText.Of(transfer.Amount, language)])));
            session.Screen.More(list.NextPageToken);
        });
    });

    private static Command AccountShow(CommandFactory make)
    {
        Argument<string> path = make.Argument("path", "路径，如 fund/lottery/available", "the path, such as fund/lottery/available");
        var asOf = new AsOfOption(make);
        return make.Command("show", "一个账户", "one account with its counters", [path, asOf.Option], async (session, parsed) =>
        {
            string name = session.Name("accounts", parsed.GetValue(path)!);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, name));
            Account account = await client.GetAccountAsync(new GetAccountRequest { Name = name, AsOf = asOf.Read(parsed) });
            Language language = make.Language;
            session.Screen.Show(account, () => session.Screen.Facts(
                account.Path,
                (language["余额", "balance"], AmountText.Of(account.Balance, language)),
                (language["借方", "debits"], AmountText.Of(account.DebitsPosted, language)),
                (language["贷方", "credits"], AmountText.Of(account.CreditsPosted, language)),
                (language["借方预留", "debits held"], AmountText.Of(account.DebitsPending, language)),
                (language["贷方预留", "credits held"], AmountText.Of(account.CreditsPending, language)),
                (language["开立分录", "opened by entry"], ResourceNames.Short(account.OpenedBy)),
                (language["户主", "owner"], account.Owner),
                (language["归属", "group"], account.Group),
                (language["使用期", "to be used"], TimeText.Of(account.Valid)),
                (language["状态", "state"], State(language, account.Frozen, account.Closed))));
        });
    }

    private static Command AccountList(CommandFactory make)
    {
        Option<string> prefix = make.Option("--prefix", "只看路径以此开头的，如 fund/", "only paths that start so, such as fund/"),
            unit = make.Option("--unit", "只看这个单位", "only of this unit");
        var asOf = new AsOfOption(make);
        return make.Command("list", "账户列表", "the accounts, by path", [prefix, unit, asOf.Option, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListAccountsRequest
            {
                Parent = session.Region, PathPrefix = parsed.GetValue(prefix) ?? "",
                Unit = parsed.GetValue(unit) ?? "", AsOf = asOf.Read(parsed)
            };
            ListAccountsResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListAccountsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["路径", "path"]), new(language["借方", "debits"], true), new(language["贷方", "credits"], true),
                        new(language["余额", "balance"], true)],
                    list.Accounts.Select(account =>
                    (IReadOnlyList<string>)[account.Path, AmountText.Of(account.DebitsPosted, language),
                    AmountText.Of(account.CreditsPosted, language), AmountText.Of(account.Balance, language)]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }
}
