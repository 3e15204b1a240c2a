using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using TimeBank.V1;
using Client = TimeBank.V1.ReconciliationService.ReconciliationServiceClient;

namespace TimeBank.Cli;

/// <summary>The bank's lines against the books: match, and settle what stays open.</summary>
internal static class ReconciliationCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [Reconcile(make), Match(make), Unmatch(make), Exceptions(make), Assign(make), Resolve(make), Approve(make), Withdraw(make)];

    private static Command Reconcile(CommandFactory make)
    {
        Argument<string> account = StatementImportCommands.Account(make);
        return make.Command("reconcile", "对账：匹配明细并入账", "match the open lines, and book what is sure", [account, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            var request = new RunReconciliationRequest
            {
                RequestId = session.RequestId(), Parent = name, ValidateOnly = make.IsDryRun(parsed),
            };
            using AsyncServerStreamingCall<ReconciliationProgress> call =
                client.RunReconciliation(request, cancellationToken: session.Cancellation);
            var last = new ReconciliationProgress();
            await foreach (ReconciliationProgress progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
            {
                last = progress;
                session.Screen.Progress(
                    Far(last, make.Language),
                    last.Summary is not null);
            }
            session.Screen.Show(last, () => Result(session.Screen, last));
            return last.Summary is { NotBooked.Count: 0 } ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    /// <summary>How far a run is. Only its end tells what it confirmed from what it suggests to a person.</summary>
    internal static string Far(ReconciliationProgress last, Language language)
    {
        if (last.Summary is not { } summary) return language[
            $"明细 {last.Lines}，待对 {last.Expected}，找到 {last.Matches}，入账 {last.Booked}",
            $"{last.Lines} lines, {last.Expected} expected, {last.Matches} found, {last.Booked} booked"];
        long confirmed = summary.Passes.Sum(pass => pass.Confirmed), suggested = summary.Passes.Sum(pass => pass.Suggested);
        return language[
            $"明细 {last.Lines}，待对 {last.Expected}，已对 {confirmed}，建议 {suggested}，入账 {last.Booked}",
            $"{last.Lines} lines, {last.Expected} expected, {confirmed} matched, {suggested} suggested, {last.Booked} booked"];
    }

    private static void Result(Screen screen, ReconciliationProgress last)
    {
        Language language = screen.Language;
        ReconciliationSummary summary = last.Summary ?? new ReconciliationSummary();
        screen.Table(
            language["对账结果", "what was found"],
            [new(language["规则", "rule"]), new(language["确认", "confirmed"], true), new(language["建议", "suggested"], true),
                new(language["多种可能", "tied"], true)],
            summary.Passes.Select(pass => (IReadOnlyList<string>)[
                Labels.OrName("MATCH_PASS_", pass.Pass, language), Number(pass.Confirmed), Number(pass.Suggested), Number(pass.Tied)]));
        screen.Facts(
            "", (language["入账", "booked"], Number(last.Booked)), (language["未对明细", "open lines"], Number(summary.OpenLines)),
            (language["银行未确认", "not confirmed by the bank"], Number(summary.OpenItems)));
        if (summary.NotBooked.Count == 0) return;
        screen.Table(
            language["未能入账", "not booked"], [new(language["明细", "line"]), new(language["事项", "item"]), new(language["原因", "reason"])],
            summary.NotBooked.Select(one => (IReadOnlyList<string>)[
                StatementImportCommands.Last(one.Line), Item(one.Item), one.Reason]));
    }

    private static Command Match(CommandFactory make)
    {
        Argument<string> account = StatementImportCommands.Account(make);
        Option<long[]> lines = new("--line")
        {
            Description = make.Language["银行明细，可多次", "a line; may be repeated"], Required = true, AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> items = new("--item")
        {
            Description = make.Language["对应事项，如 entries/17/0，可多次；不写则确认建议",
                "what it is, such as entries/17/0; may be repeated; what is suggested if left out"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> note = Note(make, required: false);
        return make.Command("match", "确认建议，或人工对账", "confirm a suggestion, or pair by hand", [account, lines, items, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var request = new ConfirmMatchRequest
            {
                RequestId = session.RequestId(), Parent = name, Note = parsed.GetValue(note) ?? "", ValidateOnly = make.IsDryRun(parsed),
            };
            request.Lines.Add(parsed.GetValue(lines) ?? []);
            request.Items.Add((parsed.GetValue(items) ?? []).Select(item =>
                item.StartsWith("regions/", StringComparison.Ordinal) ? item : $"{session.Region}/{item}"));
            Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).ConfirmMatchAsync(request));
        });
    }

    private static Command Unmatch(CommandFactory make)
    {
        Option<string> note = Note(make, required: true);
        return OnLine(make, "unmatch", "撤销对账", "take a match back", Role.FinanceMaker, [note, make.DryRun],
            async (client, name, session, parsed) => await client.UnmatchAsync(new UnmatchRequest
            {
                RequestId = session.RequestId(), Line = name, Note = parsed.GetValue(note)!, ValidateOnly = make.IsDryRun(parsed),
            }));
    }

    private static Command Exceptions(CommandFactory make)
    {
        Argument<string> account = StatementImportCommands.Account(make);
        Option<string> age = make.Option("--age", "week、month、quarter 或 older", "week, month, quarter or older"),
            reason = make.Option("--reason", "no-candidate、several-ways-fit、suggested-only、amount-differs 或 same-reference-twice",
                "no-candidate, several-ways-fit, suggested-only, amount-differs or same-reference-twice"),
            owner = make.Option("--owner", "负责人", "who looks into it");
        return make.Command("exceptions", "未对上的明细", "the lines that are open", [account, age, reason, owner, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            var request = new ListExceptionsRequest
            {
                Parent = name, Age = EnumText.ParseOrDefault<AgeBucket>(parsed.GetValue(age)),
                Reason = EnumText.ParseOrDefault<ExceptionReason>(parsed.GetValue(reason)), Owner = parsed.GetValue(owner) ?? "",
            };
            ListExceptionsResponse list =
                await make.PagingOf(parsed).AllAsync(request, page => client.ListExceptionsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["明细", "line"], true), new(language["日期", "day"]), new(language["天数", "days"], true),
                        new(language["金额", "amount"], true), new(language["原因", "reason"]), new(language["可能是", "may be"]),
                        new(language["负责人", "owner"]), new(language["对方", "counterparty"]), new(language["摘要", "text"])],
                    list.Exceptions.Select(one => (IReadOnlyList<string>)[
                        StatementImportCommands.Last(one.Line.Name), TimeText.Of(one.Line.Date), $"{one.AgeDays}",
                        StatementImportCommands.Signed(one.Line, language), EnumText.Of(one.Reason, language),
                        string.Join(' ', one.Line.Matches.Select(match => Item(match.Item))), one.Line.Case?.Owner ?? "",
                        one.Line.Counterparty, one.Line.Text]));
                session.Screen.Table(
                    "",
                    [new(language["天数", "age"]), new(language["笔数", "lines"], true), new(language["收入", "in"], true),
                        new(language["支出", "out"], true)],
                    list.Totals.Select(one => (IReadOnlyList<string>)[
                        EnumText.Of(one.Age, language), Number(one.Lines), AmountText.Of(one.InAmount, language),
                        AmountText.Of(one.OutAmount, language)]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Assign(CommandFactory make)
    {
        Option<string> owner = make.Option("--owner", "负责人", "who looks into it", required: true), note = Note(make, required: false);
        return OnLine(make, "assign", "指定负责人", "say who looks into a line", Role.FinanceMaker, [owner, note, make.DryRun],
            async (client, name, session, parsed) => await client.AssignExceptionAsync(new AssignExceptionRequest
            {
                RequestId = session.RequestId(), Line = name, Owner = parsed.GetValue(owner)!, Note = parsed.GetValue(note) ?? "",
                ValidateOnly = make.IsDryRun(parsed),
            }));
    }

    private static Command Resolve(CommandFactory make)
    {
        Option<string> kind =
            make.Option("--kind", "fee、fund、suspense、claim、clear 或 repayment", "fee, fund, suspense, claim, clear or repayment",
                required: true),
            fund = make.Option("--fund", "记入的资金", "the fund"),
            provider = make.Option("--provider", "还款的机构", "the provider that pays back"),
            prepayment = make.Option("--prepayment", "转出待查：是哪个预收费协议的钱", "to clear: the agreement whose prepaid fees it is"),
            deposit = make.Option("--deposit", "其中押金（元）", "the deposit's part of it, in yuan"), note = Note(make, required: true);
        return OnLine(make, "resolve", "提出处理方案", "propose what becomes of a line", Role.FinanceMaker,
            [kind, fund, provider, prepayment, deposit, note, make.DryRun],
            async (client, name, session, parsed) => await client.ProposeResolutionAsync(new ProposeResolutionRequest
            {
                RequestId = session.RequestId(), Line = name, Kind = EnumText.Parse<ResolutionKind>(parsed.GetValue(kind)!),
                Fund = parsed.GetValue(fund) is { } which ? session.Name("funds", which) : "",
                Provider = parsed.GetValue(provider) is { } owing ? session.Name("providers", owing) : "", Note = parsed.GetValue(note)!,
                Prepayment = parsed.GetValue(prepayment) is { } agreement ? session.Name("prepayments", agreement) : "",
                Deposit = parsed.GetValue(deposit) is { } part ? AmountText.ParseYuan(part) : null,
                ValidateOnly = make.IsDryRun(parsed),
            }));
    }

    private static Command Approve(CommandFactory make) =>
        OnLine(make, "approve-resolution", "批准处理方案", "approve another person's resolution", Role.FinanceChecker, [make.DryRun],
            async (client, name, session, parsed) => await client.ApproveResolutionAsync(new ApproveResolutionRequest
            {
                RequestId = session.RequestId(), Line = name, ValidateOnly = make.IsDryRun(parsed),
            }));

    private static Command Withdraw(CommandFactory make)
    {
        Option<string> note = Note(make, required: false);
        return OnLine(make, "withdraw-resolution", "撤回处理方案", "give a resolution up", Role.FinanceMaker, [note, make.DryRun],
            async (client, name, session, parsed) => await client.WithdrawResolutionAsync(new WithdrawResolutionRequest
            {
                RequestId = session.RequestId(), Line = name, Note = parsed.GetValue(note) ?? "", ValidateOnly = make.IsDryRun(parsed),
            }));
    }

    private static Command OnLine(CommandFactory make, string word, string chinese, string english, Role role, IReadOnlyList<Symbol> more,
        Func<Client, string, Session, ParseResult, Task<BankLine>> step)
    {
        Argument<string> account = StatementImportCommands.Account(make), line = make.Argument("line", "银行明细的编号", "the line's number");
        return make.Command(word, chinese, english, [account, line, .. more], async (session, parsed) =>
        {
            string name = $"{session.Name("bankAccounts", parsed.GetValue(account)!)}/lines/{parsed.GetValue(line)}";
            Show(session, await step(new Client(await session.AsAsync(role, name)), name, session, parsed));
        });
    }

    private static void Show(Session session, BankLine line) => session.Screen.Show(line, () =>
    {
        Language language = session.Language;
        Resolution resolution = line.Case?.Resolution ?? new Resolution();
        session.Screen.Facts(
            ResourceNames.Short(line.Name),
            (language["日期", "day"], TimeText.Of(line.Date)), (language["金额", "amount"], StatementImportCommands.Signed(line, language)),
            (language["状态", "state"], EnumText.Of(line.State, language)), (language["对方", "counterparty"], line.Counterparty),
            (language["摘要", "text"], line.Text),
            (language["对应", "is"], string.Join(' ', line.Matches.Select(match => Item(match.Item)))),
            (language["负责人", "owner"], line.Case?.Owner ?? ""),
            (language["处理方案", "resolution"], line.Case?.Resolution is null ? ""
                : $"{EnumText.Of(resolution.Kind, language)} {EnumText.Of(resolution.State, language)} {resolution.Note}"),
            (language["预收费协议", "prepaid fees of"], ResourceNames.Short(resolution.Prepayment)),
            (language["分录", "entry"], ResourceNames.Short(resolution.Entry)));
        session.Screen.Late(resolution.LateFor, resolution.EffectiveDate);
    });

    private static Option<string> Note(CommandFactory make, bool required) => make.Option("--note", "说明", "why", required);

    /// <summary>A thing's name without its region: what <c>--item</c> takes.</summary>
    private static string Item(string name) => name.Split('/', 3)[^1];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
