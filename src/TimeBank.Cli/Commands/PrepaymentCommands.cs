using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.PrepaymentService.PrepaymentServiceClient;

namespace TimeBank.Cli;

/// <summary>Prepaid fees in custody: agreed by provider and elder, moved by finance.</summary>
internal static class PrepaymentCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "prepayment", "预收费存管：协议、存入、按月划付、终止、退款、查询",
        "prepaid fees in custody: agreements, receipts, draws by month, ends, refunds",
        Propose(make), Agree(make), Receive(make), Draw(make), Dispute(make), End(make), Approve(make), Refund(make), Show(make),
        List(make), Custody(make));

    private static Command Propose(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "机构编号", "the provider"),
            elder = make.Argument("elder", "老人编号", "the elder"), monthly = make.Argument("monthly", "每月金额（元）", "a month's fee, in yuan");
        Option<string> service = make.Option("--service", "服务类型", "the service type", required: true),
            purpose = make.Option("--for", "用途", "what for, in words", required: true),
            first = make.Option("--first", "第一个月，如 2026-11", "the first month, such as 2026-11", required: true),
            bed = make.Option("--bed", "其中床位费（元）", "the bed's part of it, in yuan"),
            deposit = make.Option("--deposit", "押金（元）", "the deposit, in yuan");
        var months = new Option<int>("--months") { Description = make.Language["月数", "how many months"], Required = true };
        return make.Command("propose", "机构提出预收费协议", "a provider makes an agreement",
            [provider, elder, monthly, service, purpose, first, months, bed, deposit, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            var client = new Client(await session.AsAsync(Role.ProviderClerk, name, name));
            Show(session, await client.ProposePrepaymentAsync(new ProposePrepaymentRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Provider = name,
                Elder = session.Name("elders", parsed.GetValue(elder)!),
                ServiceType = EnumText.Parse<ServiceType>(parsed.GetValue(service)!),
                Purpose = parsed.GetValue(purpose)!, MonthlyAmount = AmountText.ParseYuan(parsed.GetValue(monthly)!),
                MonthlyBedFee = YuanOrNull(parsed.GetValue(bed)), FirstMonth = TimeText.ParseMonth(parsed.GetValue(first)!),
                Months = parsed.GetValue(months), Deposit = YuanOrNull(parsed.GetValue(deposit)),
            }));
        });
    }

    private static Command Agree(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        Option<string> by = By(make);
        return make.Command("agree", "老人同意", "the elder agrees", [agreement, by, make.DryRun], async (session, parsed) =>
        {
            (string name, string elder) = Names(session, parsed.GetValue(agreement)!, parsed.GetValue(by)!);
            var client = new Client(await session.AsAsync(Role.Elder, name, elder));
            Show(session, await client.AgreePrepaymentAsync(new AgreePrepaymentRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, OnBehalfOf = session.BehalfOf(elder),
            }));
        });
    }

    private static Command Receive(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make), amount = make.Argument("amount", "金额（元）", "how much, in yuan");
        Option<string> deposit = make.Option("--deposit", "其中押金（元）", "the deposit's part of it, in yuan"), bank = Bank(make),
            day = make.Option("--day", "到账日", "the bank's value date", required: true), reference = Reference(make);
        Option<bool> repeat = Repeat(make);
        return make.Command("receive", "登记存入", "record money that arrived",
            [agreement, amount, deposit, bank, day, reference, repeat, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.RecordPrepaymentReceiptAsync(new RecordPrepaymentReceiptRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name,
                Amount = AmountText.ParseYuan(parsed.GetValue(amount)!), Deposit = YuanOrNull(parsed.GetValue(deposit)),
                BankAccount = parsed.GetValue(bank) ?? "main", ReceivedDate = TimeText.ParseDay(parsed.GetValue(day)!),
                Reference = parsed.GetValue(reference)!, AllowRepeat = parsed.GetValue(repeat),
            }));
        });
    }

    private static Command Draw(CommandFactory make)
    {
        Argument<string> month = make.Argument("month", "划付到哪个月，如 2026-11", "the last month to draw, such as 2026-11");
        return make.Command("draw", "按月划付给机构", "providers draw the fees of months that are over", [month, make.DryRun],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            using var run = client.DrawPrepayments(new DrawPrepaymentsRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Parent = session.Region,
                Month = TimeText.ParseMonth(parsed.GetValue(month)!),
            });
            RunProgress last = await Runs.LastAsync(run, session.Cancellation);
            session.Screen.Show(last, () => session.Screen.Run(last, session.Language["预收费划付", "Prepaid fees drawn"]));
        });
    }

    private static Command Dispute(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        Option<string> by = make.Option("--by", "老人编号；不写即由财政办理", "the elder; as finance if left out"),
            note = make.Option("--note", "事由", "why", required: true);
        var settle = new Option<bool>("--settle") { Description = make.Language["争议了结", "the dispute is settled"] };
        return make.Command("dispute", "提出争议：了结之前不划付", "dispute it: nothing is drawn until that is settled",
            [agreement, by, note, settle, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!), elder = Elder(session, parsed.GetValue(by));
            var client = new Client(await session.AsAsync(elder.Length > 0 ? Role.Elder : Role.FinanceChecker, name, elder));
            Show(session, await client.DisputePrepaymentAsync(new DisputePrepaymentRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, OnBehalfOf = session.BehalfOf(elder),
                Disputed = !parsed.GetValue(settle), Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command End(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        Option<string> by = make.Option("--by", "老人编号；不写即由财政办理", "the elder; as finance if left out"),
            day = make.Option("--last-day", "最后服务日（财政办理时）", "the last day of service, for finance"),
            note = make.Option("--note", "事由", "why");
        return make.Command("end", "终止协议：没有服务的部分全额退还", "end it: what was not earned goes back",
            [agreement, by, day, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!), elder = Elder(session, parsed.GetValue(by));
            var client = new Client(await session.AsAsync(elder.Length > 0 ? Role.Elder : Role.FinanceMaker, name, elder));
            Show(session, await client.EndPrepaymentAsync(new EndPrepaymentRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, OnBehalfOf = session.BehalfOf(elder),
                LastDay = parsed.GetValue(day) is { Length: > 0 } last ? TimeText.ParseDay(last) : null,
                Note = parsed.GetValue(note) ?? "",
            }));
        });
    }

    private static Command Approve(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        return make.Command("approve-refund", "批准退款（另一人）", "approve a refund, as a second person", [agreement, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.ApprovePrepaymentRefundAsync(new ApprovePrepaymentRefundRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name,
            }));
        });
    }

    private static Command Refund(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        Option<string> bank = Bank(make), day = make.Option("--day", "付款日", "the bank's value date", required: true),
            reference = Reference(make);
        Option<bool> repeat = Repeat(make);
        return make.Command("refund", "登记已退款", "record that the bank has paid a refund",
            [agreement, bank, day, reference, repeat, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.RecordPrepaymentRefundAsync(new RecordPrepaymentRefundRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name,
                BankAccount = parsed.GetValue(bank) ?? "main", PaidDate = TimeText.ParseDay(parsed.GetValue(day)!),
                Reference = parsed.GetValue(reference)!, AllowRepeat = parsed.GetValue(repeat),
            }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> agreement = Agreement(make);
        return make.Command("show", "一份协议及其经过", "one agreement with its history", [agreement], async (session, parsed) =>
        {
            string name = session.Name("prepayments", parsed.GetValue(agreement)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetPrepaymentAsync(
                new GetPrepaymentRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make)
    {
        Option<string> party = make.Option("--party", "只看 elders/ID 或 providers/ID 的", "of elders/ID or providers/ID"),
            state = make.Option("--state", "proposed、agreed 或 ended", "proposed, agreed or ended");
        return make.Command("list", "预收费协议", "the agreements", [party, state, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            string whose = parsed.GetValue(party) ?? "";
            var request = new ListPrepaymentsRequest
            {
                Parent = session.Region, State = EnumText.ParseOrDefault<PrepaymentState>(parsed.GetValue(state)),
                Party = whose.Length == 0 ? "" : session.Name(whose.StartsWith("providers/", StringComparison.Ordinal)
                    ? "providers" : "elders", whose),
            };
            ListPrepaymentsResponse list = await make.PagingOf(parsed).AllAsync(
                request, page => client.ListPrepaymentsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["编号", "id"]), new(language["机构", "provider"]), new(language["老人", "elder"]),
                        new(language["状态", "state"]), new(language["争议", "disputed"]), new(language["首月", "first month"]),
                        new(language["月数", "months"], true), new(language["已存入", "paid in"], true),
                        new(language["已划付", "drawn"], true), new(language["存管中", "in custody"], true),
                        new(language["待退还", "to be paid back"], true)],
                    list.Prepayments.Select(one => (IReadOnlyList<string>)[ResourceNames.Short(one.Name),
                        ResourceNames.Short(one.Provider), ResourceNames.Short(one.Elder), EnumText.Of(one.State, language),
                        one.Disputed ? language["有", "yes"] : "", MonthOf(one.FirstMonth), $"{one.Months}",
                        AmountText.Of(one.PaidIn, language), AmountText.Of(one.Drawn, language), AmountText.Of(InCustody(one), language),
                        AmountText.Of(one.RefundDue, language)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Custody(CommandFactory make) =>
        make.Command("custody", "各机构的存管资金和预警", "what each provider's agreements hold, with alerts", [], async (session, _) =>
    {
        var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
        CustodyReport report = await client.GetCustodyReportAsync(new GetCustodyReportRequest { Parent = session.Region });
        Language language = make.Language;
        session.Screen.Show(report, () => session.Screen.Table(
            language[$"每家机构预警线 {AmountText.Of(report.Limit, language)}", $"alert above {AmountText.Of(report.Limit, language)} a provider"],
            [new(language["机构", "provider"]), new(language["存管中", "in custody"], true), new(language["待退还", "to be paid back"], true),
                new(language["老人", "elders"], true), new(language["最早", "oldest"]), new(language["预警", "alert"])],
            [
                .. report.Providers.Select(one => (IReadOnlyList<string>)[ResourceNames.Short(one.Provider),
                    AmountText.Of(one.Held, language), AmountText.Of(one.RefundsDue, language), $"{one.Elders}",
                    MonthOf(one.OldestMonth), Alert(one, language)]),
                [language["合计", "all"], AmountText.Of(report.Held, language), AmountText.Of(report.RefundsDue, language), "", "", ""],
            ]));
    });

    private static string Alert(ProviderCustody one, Language language) => string.Join(language["；", "; "], ((string[])
    [
        one.AboveLimit ? language["超过预警线", "above the limit"] : "",
        one.Outlived > 0 ? language[$"{one.Outlived} 份协议已到期仍有余款", $"{one.Outlived} outlived their months"] : "",
    ]).Where(text => text.Length > 0));

    private static Argument<string> Agreement(CommandFactory make) => make.Argument("agreement", "协议编号", "the agreement");

    private static Option<string> By(CommandFactory make) => make.Option("--by", "老人编号", "the elder", required: true);

    private static Option<string> Bank(CommandFactory make) =>
        make.Option("--bank", "银行账户编号，默认 main", "the bank account's id; main if left out");

    private static Option<string> Reference(CommandFactory make) =>
        make.Option("--reference", "银行流水号", "the bank's reference", required: true);

    private static Option<bool> Repeat(CommandFactory make) => new(FundCommands.AllowRepeat)
    {
        Description = make.Language["已有相同流水号的一笔，这是另一笔", "it is another movement, although there is one with this reference"],
    };

    private static (string Name, string Elder) Names(Session session, string agreement, string elder) =>
        (session.Name("prepayments", agreement), Elder(session, elder));

    private static string Elder(Session session, string? text) => string.IsNullOrEmpty(text) ? "" : session.Name("elders", text);

    private static Amount? YuanOrNull(string? text) => string.IsNullOrEmpty(text) ? null : AmountText.ParseYuan(text);

    private static string MonthOf(Google.Type.Date month) => $"{month.Year:D4}-{month.Month:D2}";

    private static Amount InCustody(Prepayment one) =>
        new() { Value = one.FeesLeft.Value + one.DepositLeft.Value, Unit = one.FeesLeft.Unit };

    private static void Show(Session session, PrepaymentMovement moved) => session.Screen.Show(moved, () =>
    {
        Facts(session.Screen, moved.Prepayment);
        session.Screen.Entry(moved.Entry);
    });

    private static void Show(Session session, Prepayment prepayment) => session.Screen.Show(prepayment, () =>
    {
        Facts(session.Screen, prepayment);
        Language language = session.Language;
        if (prepayment.Draws.Count > 0)
        {
            session.Screen.Table(
                language["已划付", "drawn"], [new(language["月份", "month"]), new(language["金额", "amount"], true), new(language["分录", "entry"])],
                prepayment.Draws.Select(draw => (IReadOnlyList<string>)[MonthOf(draw.Month), AmountText.Of(draw.Amount, language),
                    ResourceNames.Short(draw.Entry)]));
        }
        if (prepayment.Lines.Count > 0)
        {
            session.Screen.Table(
                language["收付", "money"], [new(language["日期", "day"]), new(language["事项", "what"]), new(language["金额", "amount"], true),
                    new(language["其中押金", "of it deposit"], true), new(language["凭证号", "reference"]), new(language["分录", "entry"])],
                prepayment.Lines.Select(line => (IReadOnlyList<string>)[TimeText.Of(line.Date),
                    $"{Labels.OrName("", line.Code, language)} {(line.Reversed ? language["（已冲正）", "(taken back)"] : "")}".TrimEnd(),
                    AmountText.Of(line.Amount, language), AmountText.Of(line.Deposit, language),
                    line.BankLine.Length > 0 ? line.BankLine.Split('/', 3)[^1] : line.BankReference,
                    ResourceNames.Short(line.Entry)]));
        }
        session.Screen.Table(
            "", [new(language["时间", "time"]), new(language["经过", "what"]), new(language["经办", "by"]), new(language["为", "for"]),
                new(language["说明", "note"])],
            prepayment.History.Select(one => (IReadOnlyList<string>)[TimeText.Of(one.Time), EnumText.Of(one.Step, language), one.By,
                ResourceNames.Short(one.OnBehalfOf), one.Note]));
    });

    private static void Facts(Screen screen, Prepayment one)
    {
        Language language = screen.Language;
        screen.Facts(
            ResourceNames.Short(one.Name),
            (language["机构", "provider"], ResourceNames.Short(one.Provider)), (language["老人", "elder"], ResourceNames.Short(one.Elder)),
            (language["服务", "service"], EnumText.Of(one.ServiceType, language)), (language["用途", "for"], one.Purpose),
            (language["状态", "state"], EnumText.Of(one.State, language)),
            (language["争议", "disputed"], one.Disputed ? language["有", "yes"] : ""),
            (language["每月", "a month"], AmountText.Of(one.MonthlyAmount, language)),
            (language["期限", "months"],
                language[$"{MonthOf(one.FirstMonth)} 起 {one.Months} 个月", $"{one.Months} from {MonthOf(one.FirstMonth)}"]),
            (language["押金", "deposit"], AmountText.Of(one.Deposit, language)),
            (language["已存入", "paid in"], AmountText.Of(one.PaidIn, language)),
            (language["已划付", "drawn"], AmountText.Of(one.Drawn, language)),
            (language["存管中", "in custody"], AmountText.Of(InCustody(one), language)),
            (language["待退还", "to be paid back"], AmountText.Of(one.RefundDue, language)),
            (language["已退还", "paid back"], AmountText.Of(one.Refunded, language)),
            (language["最后服务日", "last day of service"], TimeText.Of(one.LastDay)),
            (language["退款批准人", "refund approved by"], one.RefundApprovedBy));
    }
}
