using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>The journal and the trial balance.</summary>
internal static class LedgerCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        TrialBalance(make),
        Entry(make),
    ];

    /// <summary>Debits and credits of each kind of account, unit by unit.</summary>
    internal static void Show(Screen screen, TrialBalance balance)
    {
        Language language = screen.Language;
        foreach (TrialBalanceUnit unit in balance.Units)
        {
            screen.Table(
                $"{ResourceNames.RegionOf(balance.Region)} {Labels.Of(unit.Unit, language) ?? unit.Unit}",
                [new(language["账户", "account"]), new(language["户数", "how many"], true), new(language["借方发生", "debits"], true),
                    new(language["贷方发生", "credits"], true), new(language["借方余额", "debit balance"], true),
                    new(language["贷方余额", "credit balance"], true)],
                [
                    .. unit.Rows.Select(
                        row => (IReadOnlyList<string>)[row.Path, $"{row.AccountCount}", AmountText.Of(row.Debits, language),
                        AmountText.Of(row.Credits, language), OnSide(row.Balance, Side.Debit, language),
                        OnSide(row.Balance, Side.Credit, language)]),
                    [language["合计", "sum"], "", "", "", AmountText.Of(unit.DebitBalances, language),
                        AmountText.Of(unit.CreditBalances, language)],
                ]);
        }
        screen.AsOf(balance.EntryCount);
    }

    private static string OnSide(Balance balance, Side side, Language language) => balance.Side == side && balance.Amount.Value != 0
        ? AmountText.Of(balance.Amount, language) : "";

    private static Command TrialBalance(CommandFactory make)
    {
        Argument<string> region = make.Argument("region", "地区代码", "the region's code");
        region.Arity = ArgumentArity.ZeroOrOne;
        Option<string> unit = make.Option("--unit", "只看这个单位：MIN、CNY、MEAL……", "only this unit: MIN, CNY, MEAL …");
        var asOf = new AsOfOption(make);
        return make.Command("trial-balance", "试算平衡：各单位借贷相等", "the trial balance: for each unit debits equal credits",
            [region, unit, asOf.Option], async (session, parsed) =>
        {
            string name = ResourceNames.OfRegion(parsed.GetValue(region) is { Length: > 0 } code ? code : session.Settings.Region);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, name));
            TrialBalance balance = await client.GetTrialBalanceAsync(
                new GetTrialBalanceRequest { Parent = name, Unit = parsed.GetValue(unit) ?? "", AsOf = asOf.Read(parsed) });
            session.Screen.Show(balance, () => Show(session.Screen, balance));
            // Fails if the sum is not zero: that is what this command is run to find.
            return balance.Units.All(one => one.DebitBalances.Value == one.CreditBalances.Value) ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    private static Command Entry(CommandFactory make)
    {
        Argument<string> index = make.Argument("index", "分录序号", "the entry's index");
        Command entry = make.Command("entry", "账簿分录", "the journal's entries", [index], async (session, parsed) =>
        {
            string name = session.Name("entries", parsed.GetValue(index)!);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, name));
            Show(session, await client.GetEntryAsync(new GetEntryRequest { Name = name }));
        });
        entry.Add(EntryList(make));
        entry.Add(FollowCommand.Of(make));
        entry.Add(Reverse(make));
        return entry;
    }

    private static Command EntryList(CommandFactory make)
    {
        Option<string> code = make.Option("--code", "只看这种事项，如 REDEEM_VOUCHER", "only of this code, such as REDEEM_VOUCHER"),
            kind = make.Option("--kind", "只看这一类，如 hold、reverse", "only of this kind, such as hold or reverse"),
            actor = make.Option("--actor", "只看这位经办人", "only by this actor");
        Option<bool> newest = new("--newest") { Description = make.Language["最新在前", "newest first"] };
        var period = new PeriodOptions(make);
        return make.Command("list", "分录列表", "the journal", [code, kind, actor, newest, .. period.All, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListEntriesRequest
            {
                Parent = session.Region,
                Code = parsed.GetValue(code) ?? "",
                Kind = EnumText.ParseOrDefault<EntryKind>(parsed.GetValue(kind)),
                Actor = parsed.GetValue(actor) ?? "",
                NewestFirst = parsed.GetValue(newest),
                Period = period.ReadOptional(parsed),
            };
            ListEntriesResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListEntriesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["序号", "index"], true), new(language["时间", "time"]), new(language["事项", "what"]),
                        new(language["借", "debit"]), new(language["贷", "credit"]), new(language["数额", "amount"], true),
                        new(language["经办", "by"]), new(language["备注", "memo"])],
                    list.Entries.SelectMany(entry =>
                    entry.Transfers.DefaultIfEmpty(new Transfer()).Select((transfer, i) => (IReadOnlyList<string>)[
                        i == 0 ? $"{entry.Index}" : "", i == 0 ? TimeText.Of(entry.Time) : "", i == 0
                            ? Labels.Of(entry.Code, language) ?? entry.Code : "",
                        ResourceNames.Short(transfer.DebitAccount), ResourceNames.Short(transfer.CreditAccount),
                        AmountText.Of(transfer.Amount, language), i == 0 ? entry.Actor : "", i == 0 ? entry.Memo : ""])));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Reverse(CommandFactory make)
    {
        Argument<string> index = make.Argument("index", "分录序号", "the entry's index");
        Option<string> memo = make.Option("--note", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("reverse", "冲正一笔分录", "correct an entry by its opposite", [index, memo, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("entries", parsed.GetValue(index)!);
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            Show(session,
                await client.ReverseAsync(new ReverseRequest
                {
                    RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                    Entry = name, Memo = parsed.GetValue(memo)!
                }));
        });
    }

    internal static void Show(Session session, Entry entry) => session.Screen.Show(entry, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            entry.Name.Length > 0 ? $"{language["分录", "entry"]} {entry.Index}" : language["试算", "only tried"],
            (language["时间", "time"], TimeText.Of(entry.Time)),
            (language["记入日期", "effective"], TimeText.Of(entry.EffectiveDate)),
            (language["事项", "what"], Labels.Of(entry.Code, language) ?? entry.Code),
            (language["经办", "by"], entry.Actor),
            (language["代", "for"], entry.OnBehalfOf),
            (language["规则版本", "policy version"], entry.PolicyVersion),
            (language["冲正", "reverses"], ResourceNames.Short(entry.Reverses)),
            (language["被冲正", "reversed by"], ResourceNames.Short(entry.ReversedBy)),
            (language["预留", "hold"], ResourceNames.Short(entry.Hold)),
            (language["预留到期", "held until"], TimeText.Of(entry.HoldExpireTime)),
            (language["备注", "memo"], entry.Memo),
            (language["明细", "details"],
            string.Join("; ", entry.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))));
        if (entry.AccountChanges.Count > 0)
        {
            session.Screen.Table(
                "", [new(language["账户", "account"]), new(language["状态", "state"])],
                entry.AccountChanges.Select(change =>
                (IReadOnlyList<string>)[ResourceNames.Short(change.Account),
                AccountCommands.State(language, change.Frozen, change.Closed)]));
            return;
        }
        session.Screen.Table(
            "",
            [new(language["借", "debit"]), new(language["贷", "credit"]), new(language["数额", "amount"], true),
                new(language["借方余额", "debit's balance"], true), new(language["贷方余额", "credit's balance"], true)],
            entry.Transfers.Select(transfer => (IReadOnlyList<string>)[
                ResourceNames.Short(transfer.DebitAccount), ResourceNames.Short(transfer.CreditAccount),
                    AmountText.Of(transfer.Amount, language),
                AmountText.Of(transfer.DebitBalanceAfter, language), AmountText.Of(transfer.CreditBalanceAfter, language)]));
    });
}
