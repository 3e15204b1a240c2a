using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.SettlementService.SettlementServiceClient;

namespace TimeBank.Cli;

/// <summary>Settlement batches: what providers are paid, and the bank's word on it.</summary>
internal static class SettlementCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        make.Group(
            "settlement", "结算：编制、提交、复核、导出、登记银行结果", "paying providers: prepare, submit, approve, export, the bank's word",
            [List(make), Show(make), Lines(make), Prepare(make),
            Step(make, "submit", "提交复核", "hand a draft to a second person", Role.FinanceMaker, async (client, name, id, dry) =>
                await client.SubmitBatchAsync(new SubmitBatchRequest { RequestId = id, Name = name, ValidateOnly = dry })),
            Step(make, "approve", "复核批准", "approve a submitted batch", Role.FinanceChecker, async (client, name, id, dry) =>
                await client.ApproveBatchAsync(new ApproveBatchRequest { RequestId = id, Name = name, ValidateOnly = dry })),
            Withdraw(make), .. SettlementFileCommands.Of(make), Record(make), Revoke(make), .. SettlementClaimCommands.Of(make)]),
    ];

    private static Command List(CommandFactory make)
    {
        Option<string> state = make.Option("--state", "draft、submitted、approved、exported、closed 或 withdrawn",
            "draft, submitted, approved, exported, closed or withdrawn");
        return make.Command("list", "结算批次", "the batches", [state, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListBatchesRequest
            {
                Parent = session.Region, State = EnumText.ParseOrDefault<SettlementState>(parsed.GetValue(state)),
            };
            ListBatchesResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListBatchesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["批次", "batch"]), new(language["日期", "prepared"]), new(language["状态", "state"]),
                        new(language["付什么", "pays"]), new(language["笔数", "payments"], true), new(language["金额", "total"], true)],
                    list.Batches.Select(batch => (IReadOnlyList<string>)[ResourceNames.Short(batch.Name), TimeText.Of(batch.PreparedDate),
                    EnumText.Of(batch.State, language), EnumText.Of(batch.Pays, language), $"{batch.PaymentCount}",
                    AmountText.Of(batch.TotalAmount, language)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> batch = make.Argument("batch", "批次", "the batch");
        return make.Command("show", "一个批次及其各笔付款", "one batch with its payments", [batch], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(batch)!);
            Show(session, await new Client(await session.AsAsync(Role.Auditor, name)).GetBatchAsync(new GetBatchRequest { Name = name }));
        });
    }

    private static Command Lines(CommandFactory make)
    {
        var payment = new Argument<string>("payment")
        {
            Description = make.Language["付款，如 settlements/ID/payments/1", "the payment, such as settlements/ID/payments/1"],
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> provider = make.Option("--provider", "不写付款：下一批将结算这家机构的哪些核销",
            "instead of a payment: what the next batch would settle for this provider");
        Option<bool> prepaid = Prepaid(make);
        var funders = new Option<bool>("--funders") { Description = make.Language["列出每笔由哪些资金承担", "which fund bears what of each line"] };
        return make.Command("lines", "一笔付款由哪些核销组成，或下一批将由哪些组成", "what a payment is made of, or the next one would be",
            [payment, provider, prepaid, funders, make.Limit, make.All], async (session, parsed) =>
        {
            ListPaymentLinesResponse list;
            IReadOnlyList<IReadOnlyList<string>> extra = [];
            if (parsed.GetValue(provider) is { Length: > 0 } whose)
            {
                string name = session.Name("providers", whose);
                var client = new Client(await session.AsAsync(Role.Auditor, name));
                list = await make.PagingOf(parsed).AllAsync(
                    new ListNextPaymentLinesRequest
                    {
                        Provider = name, WithFunders = parsed.GetValue(funders), Pays = Kind(parsed.GetValue(prepaid)),
                    },
                    page => client.ListNextPaymentLinesAsync(page).ResponseAsync);
            }
            else
            {
                string name = session.Name("settlements", parsed.GetValue(payment)
                    ?? throw new UsageException("请写付款，或 --provider。", "Name a payment, or --provider."));
                var client = new Client(await session.AsAsync(Role.Auditor, name));
                list = await make.PagingOf(parsed).AllAsync(
                    new ListPaymentLinesRequest { Payment = name, WithFunders = parsed.GetValue(funders) },
                    page => client.ListPaymentLinesAsync(page).ResponseAsync);
                // What isn't a line of the journal follows the last line.
                if (list.NextPageToken.Length == 0 && !session.Screen.IsJson)
                    extra = [.. (await PaymentAsync(client, name)).Extra(make.Language).Select(Row)];
            }
            Show(session, list, extra, make.Language);
        });
    }

    /// <summary>A payment of a batch.</summary>
    private static async Task<SettlementPayment> PaymentAsync(Client client, string name) =>
        (await client.GetBatchAsync(new GetBatchRequest { Name = name[..name.IndexOf("/payments/", StringComparison.Ordinal)] }))
        .Payments.First(payment => payment.Name == name);

    private static void Show(
        Session session, ListPaymentLinesResponse list, IReadOnlyList<IReadOnlyList<string>> extra, Language language) =>
        session.Screen.Show(list, () =>
    {
        session.Screen.Table(
            "", [new(language["分录", "entry"]), new(language["服务日", "served"]), new(language["项目", "item"]),
                new(language["数量", "quantity"], true), new(language["价格", "price"], true), new(language["限价", "ceiling"], true),
                new(language["比例", "ratio"], true), new(language["保险", "insurance"], true), new(language["自付", "own part"], true),
                new(language["应付", "owed"], true), new(language["项目资金", "programme"]), new(language["承担", "borne by"]),
                new(language["清单", "service list"]), new(language["政策", "policy"])],
            [.. list.Lines.Select(line => Row(line, language)), .. extra]);
        session.Screen.More(list.NextPageToken);
    });

    private static IReadOnlyList<string> Row(ExtraAmount amount) =>
        [amount.Source, "", amount.What, "", "", "", "", "", "", amount.Text, "", "", "", ""];

    private static IReadOnlyList<string> Row(PaymentLine line, Language language)
    {
        string sign = line.Posting.Side == Side.Debit ? "-" : "";
        string amount = sign + AmountText.Of(line.Posting.Amount, language);
        return line.Redemption is { } redemption
            ? [$"{line.Posting.EntryIndex}", TimeText.Of(redemption.ServiceDate), redemption.Item,
                redemption.Quantity > 0 ? $"{redemption.Quantity}" : "",
                AmountText.Of(redemption.Price, language), AmountText.Of(line.CeilingPrice, language),
                line.RatioPercent > 0 ? $"{line.RatioPercent} %" : "", AmountText.Of(redemption.Insurance, language),
                AmountText.Of(redemption.OwnPart, language), amount, ResourceNames.Short(line.Programme),
                string.Join(' ', line.Funders.Select(funder => $"{ResourceNames.Short(funder.Fund)} {AmountText.Plain(funder.Amount)}")),
                line.CatalogueVersion, line.PolicyVersion]
            : [$"{line.Posting.EntryIndex}", TimeText.Of(line.Posting.EffectiveDate),
                $"{Labels.OrName("", line.Posting.Code, language)} {ResourceNames.Short(line.Payment + line.Prepayment)}".TrimEnd(),
                "", "", "", "", "", "",
                amount, "",
                "", "", line.PolicyVersion];
    }

    private static Command Prepare(CommandFactory make)
    {
        Option<string[]> providers = Many("--provider", make.Language["只结算这家机构，可多次", "only this provider; may be repeated"]),
            aside = Many("--set-aside", make.Language["有争议暂不付的核销分录，可多次", "the entry of a disputed redemption; may be repeated"]);
        Option<string> release = make.Option("--release-until", "同时支付此日及以前各批扣留的款项",
            "also pay what batches up to this day have held back");
        Option<bool> prepaid = Prepaid(make);
        return make.Command("prepare", "编制批次并预留款项", "make a batch of what is owed, and hold its money",
            [providers, aside, release, prepaid, make.DryRun], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            var request = new PrepareBatchRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Parent = session.Region,
                ReleaseHeldBackUntil = parsed.GetValue(release) is { } day ? TimeText.ParseDay(day) : null,
                Pays = Kind(parsed.GetValue(prepaid)),
            };
            request.Providers.Add((parsed.GetValue(providers) ?? []).Select(provider => session.Name("providers", provider)));
            request.SetAside.Add((parsed.GetValue(aside) ?? []).Select(entry => session.Name("entries", entry)));
            PrepareBatchResponse answer = await client.PrepareBatchAsync(request);
            Show(session, answer.Batch);
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> batch = make.Argument("batch", "批次", "the batch");
        Option<string> note = make.Option("--note", "原因", "why", required: true);
        return make.Command("withdraw", "批准前撤回", "give a batch up before its approval", [batch, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(batch)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.WithdrawBatchAsync(new WithdrawBatchRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Name = name, Note = parsed.GetValue(note)!,
            }));
        });
    }

    private static Command Record(CommandFactory make)
    {
        Argument<string> payment = make.Argument("payment", "付款，如 settlements/ID/payments/1",
            "the payment, such as settlements/ID/payments/1"),
            outcome = make.Argument("outcome", "paid、rejected 或 returned", "paid, rejected or returned");
        Option<string> day = make.Option("--day", "银行日期", "the bank's date", required: true),
            bank = make.Option("--bank", "我方银行账户，如 main", "our account at the bank, such as main"),
            reference = make.Option("--reference", "银行流水号", "the bank's reference");
        return make.Command("record", "登记银行结果", "record the bank's word on a payment",
            [payment, outcome, day, bank, reference, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(payment)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.RecordPaymentOutcomeAsync(new RecordPaymentOutcomeRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Payment = name,
                Outcome = EnumText.Parse<PaymentState>(parsed.GetValue(outcome)!), Date = TimeText.ParseDay(parsed.GetValue(day)!),
                BankAccount = parsed.GetValue(bank) ?? "", Reference = parsed.GetValue(reference) ?? "",
            }));
        });
    }

    private static Command Revoke(CommandFactory make)
    {
        Argument<string> payment = make.Argument("payment", "付款，如 settlements/ID/payments/1",
            "the payment, such as settlements/ID/payments/1");
        Option<string> note = make.Option("--note", "原因", "why", required: true);
        return make.Command("revoke", "撤销登记错误的银行结果，须由另一人操作", "take back a word that was recorded by hand in error, as a second person",
            [payment, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(payment)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.RevokePaymentOutcomeAsync(new RevokePaymentOutcomeRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Payment = name, Note = parsed.GetValue(note)!,
            }));
        });
    }

    internal static Command Step(
        CommandFactory make, string word, string chinese, string english, Role role,
        Func<Client, string, string, bool, Task<SettlementBatch>> step)
    {
        Argument<string> batch = make.Argument("batch", "批次", "the batch");
        return make.Command(word, chinese, english, [batch, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(batch)!);
            Show(session, await step(new Client(await session.AsAsync(role, name)), name, session.RequestId(), make.IsDryRun(parsed)));
        });
    }

    internal static void Show(Session session, SettlementBatch batch) => session.Screen.Show(batch, () =>
    {
        Language language = session.Screen.Language;
        session.Screen.Table(
            $"{ResourceNames.Short(batch.Name)} {EnumText.Of(batch.Pays, language)} {EnumText.Of(batch.State, language)} "
                + AmountText.Of(batch.TotalAmount, language),
            [
                new(language["笔", "no."], true), new(language["机构", "provider"]), new(language["状态", "state"]),
                new(language["付款", "to pay"], true), new(language["抵欠款", "offset"], true), new(language["结转", "carried"], true),
                new(language["暂不付", "set aside"], true), new(language["扣留", "held back"], true), new(language["银行编号", "end-to-end id"]),
            ],
            batch.Payments.Select((payment, at) => (IReadOnlyList<string>)
            [
                $"{at + 1}", ResourceNames.Short(payment.Provider), batch.StateOf(payment, language),
                AmountText.Of(payment.NetAmount, language), AmountText.Of(payment.OffsetAmount, language),
                Sum(payment.Carried), Sum(payment.SetAside), AmountText.Of(payment.HeldBackAmount, language), payment.EndToEndId,
            ]));
        foreach (LeftOutProvider left in batch.LeftOutProviders)
        {
            session.Screen.Line(language["未列入，仍为应付：", "left out, and still owed: "]
                + $"{ResourceNames.Short(left.Provider)} {EnumText.Of(left.Reason, language)} {left.SetAside.Aside(language)}".TrimEnd());
        }
        foreach (SettlementPayment payment in batch.Payments.Where(payment => payment.SetAside.Count > 0))
        {
            session.Screen.Line(language["留出，仍为应付：", "set aside, and still owed: "]
                + $"{ResourceNames.Short(payment.Provider)} {payment.SetAside.Aside(language)}");
        }
        foreach (BatchDispute dispute in batch.Disputes)
        {
            session.Screen.Line((dispute.StopsApproval
                    ? language["投诉未结，不能批准：", "complained about, and not to be approved: "]
                    : language["投诉未结，这笔付款不进付款文件：", "complained about, and its payment is not in the file: "])
                + $"{ResourceNames.Short(dispute.Entry)} {language["投诉", "complaint"]} {ResourceNames.Short(dispute.Complaint)}");
        }
        foreach (PaymentOutcome late in batch.Payments.SelectMany(payment => payment.Outcomes).Where(one => one.LateFor is not null))
            session.Screen.Late(late.LateFor, late.EffectiveDate);

        string Sum(IEnumerable<CarriedAmount> amounts) =>
            AmountText.Of(new Amount { Value = amounts.Sum(one => one.Amount.Value), Unit = "CNY" }, language);
    });

    internal static Option<bool> Prepaid(CommandFactory make) => new("--prepaid")
    {
        Description = make.Language["预收费（经存管账户支付），而不是服务款",
            "prepaid fees, which the account for custody pays, and not services"],
    };

    internal static PayableKind Kind(bool isPrepaid) => isPrepaid ? PayableKind.Prepaid : PayableKind.Services;

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };
}

/// <summary>A part of a payment that is no line of the journal, as it is shown.</summary>
/// <param name="Source">Where it is from; may be empty.</param>
/// <param name="Amount">Below zero where it isn't paid now.</param>
internal sealed record ExtraAmount(string Source, string What, Amount Amount, Language Language)
{
    public string Text => AmountText.Of(Amount, Language);
}

/// <summary>Payments in words.</summary>
internal static class PaymentText
{
    /// <summary>A payment's state. One that we withheld ourselves is REJECTED in the contract, and no bank has rejected it.</summary>
    public static string StateOf(this SettlementBatch batch, SettlementPayment payment, Language language)
    {
        bool isWithheld = payment.State == PaymentState.Rejected && batch.FormerExports.Append(batch.Export)
            .Any(export => export?.Withheld.Any(withheld => withheld.Payment == payment.Name) == true);
        return isWithheld ? Labels.OrName("", "PAYMENT_WITHHELD", language) : EnumText.Of(payment.State, language);
    }

    /// <summary>Amounts that are set aside, with the complaints by which they are.</summary>
    public static string Aside(this IEnumerable<CarriedAmount> amounts, Language language) => string.Join(", ", amounts.Select(one =>
        $"{ResourceNames.Short(one.Source)} {AmountText.Of(one.Amount, language)}" + (one.Complaint.Length == 0 ? ""
            : $" ({language["投诉", "complaint"]} {ResourceNames.Short(one.Complaint)})")));

    /// <summary>What a payment has from earlier batches, and what it leaves unpaid.</summary>
    public static IEnumerable<ExtraAmount> Extra(this SettlementPayment payment, Language language)
    {
        Amount Minus(Amount amount) => new() { Value = -amount.Value, Unit = amount.Unit };
        foreach (CarriedAmount carried in payment.Carried)
        {
            // As "settlement lines" takes it: settlements/ID/payments/1.
            string source = carried.Payment.Length > 0 ? carried.Payment.Split('/', 3)[2] : ResourceNames.Short(carried.Source);
            yield return new(source, language["上期结转", "carried over"], carried.Amount, language);
        }
        foreach (CarriedAmount aside in payment.SetAside)
        {
            string why = aside.Complaint.Length == 0 ? language["争议暂不付", "disputed, not paid"]
                : language["留出：投诉 ", "set aside: complaint "] + ResourceNames.Short(aside.Complaint);
            yield return new(ResourceNames.Short(aside.Source), why, Minus(aside.Amount), language);
        }
        if (payment.HeldBackAmount is { Value: > 0 } held)
            yield return new("", language["扣留", "held back"], Minus(held), language);
    }
}
