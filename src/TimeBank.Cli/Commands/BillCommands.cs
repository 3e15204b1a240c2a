using System.CommandLine;
using System.Globalization;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>One bill, several vouchers: see who pays what, pay it, take it back.</summary>
internal static class BillCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "bill", "账单：一张账单用几张券支付", "bills: several vouchers pay one bill; quote, pay, refund, show",
        Quote(make), Pay(make), Refund(make), Show(make));

    private static Command Quote(CommandFactory make)
    {
        var asked = new BillOptions(make);
        return make.Command("quote", "试算：各券付多少，老人付多少", "who would pay what; nothing is recorded", asked.All,
            async (session, parsed) =>
        {
            PayBillResponse quote = await asked.CallAsync(session, parsed, quote: "", validateOnly: true);
            session.Screen.Show(quote, () => Facts(session.Screen, quote));
        });
    }

    private static Command Pay(CommandFactory make)
    {
        var asked = new BillOptions(make);
        var shown = new ShownOptions(make);
        Option<string> quote = make.Option(
            "--quote", "试算给出的报价：有变化就不记账", "the quote that bill quote gave: nothing is paid if it has changed");
        return make.Command("pay", "用券支付账单", "pay a bill with vouchers", [.. asked.All, quote, .. shown.All, make.DryRun],
            async (session, parsed) =>
        {
            PayBillResponse paid = await asked.CallAsync(
                session, parsed, parsed.GetValue(quote) ?? "", make.IsDryRun(parsed), shown.Read(session, parsed));
            session.Screen.Show(paid, () =>
            {
                Facts(session.Screen, paid);
                session.Screen.Late(paid.LateFor, paid.EffectiveDate);
            });
        });
    }

    private static Command Refund(CommandFactory make)
    {
        Argument<string> bill = make.Argument("bill", "账单编号：bills/N", "the bill: bills/N");
        Option<int[]> lines = new("--line")
        {
            Description = make.Language["只退这一行，可多次；不写则全退", "only this line; may be repeated; all without it"],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> memo = make.Option("--note", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("refund", "退回一张账单，或其中几行", "take a bill back, or some lines of it", [bill, lines, memo, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("bills", parsed.GetValue(bill)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            var request = new RefundBillRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Bill = name, Memo = parsed.GetValue(memo)!,
                OnBehalfOf = session.ActsAsCounter ? (await client.GetBillAsync(new GetBillRequest { Name = name })).Elder : "",
            };
            request.Lines.Add(parsed.GetValue(lines) ?? []);
            RefundBillResponse back = await client.RefundBillAsync(request);
            Language language = make.Language;
            session.Screen.Show(back, () =>
            {
                Facts(session.Screen, back.Bill, (language["退回", "taken back"], AmountText.Of(back.Refunded, language)));
                session.Screen.Late(back.LateFor, back.EffectiveDate);
            });
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> bill = make.Argument("bill", "账单编号：bills/N", "the bill: bills/N");
        return make.Command("show", "一张账单", "one bill", [bill], async (session, parsed) =>
        {
            string name = session.Name("bills", parsed.GetValue(bill)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.Auditor, name));
            Bill found = await client.GetBillAsync(new GetBillRequest { Name = name });
            session.Screen.Show(found, () => Facts(session.Screen, found));
        });
    }

    private static void Facts(Screen screen, PayBillResponse answer)
    {
        Language language = screen.Language;
        Facts(screen, answer.Bill, (language["报价", "quote"], answer.Quote));
        if (answer.Unused.Count == 0) return;
        screen.Table(
            language["没有用到的券", "Vouchers that pay nothing"], [new(language["券号", "voucher"]), new(language["原因", "why"])],
            answer.Unused.Select(unused => (IReadOnlyList<string>)[
                ResourceNames.Short(unused.Voucher), unused.Texts.GetValueOrDefault(language.Locale, unused.Reason)]));
    }

    private static void Facts(Screen screen, Bill bill, params IReadOnlyList<(string Name, string Value)> more)
    {
        Language language = screen.Language;
        bool isQuote = bill.Name.Length == 0;
        screen.Facts(
            // A quote has no name and no states.
            isQuote ? language["试算，未记账", "a quote, nothing is recorded"] : $"bills/{ResourceNames.Short(bill.Name)}",
            [
                (language["状态", "state"], isQuote ? "" : EnumText.Of(bill.State, language)),
                (language["老人", "elder"], ResourceNames.Short(bill.Elder)),
                (language["机构", "provider"], ResourceNames.Short(bill.Provider)),
                (language["服务日期", "day of service"], TimeText.Of(bill.ServiceDate)),
                (language["总价", "price"], AmountText.Of(bill.Price, language)),
                (language["长护险", "insurance"], bill.Insurance is { Value: > 0 } ? AmountText.Of(bill.Insurance, language) : ""),
                (language["券支付", "paid by vouchers"], AmountText.Of(bill.Credited, language)),
                (language["老人自付", "the elder's own part"], AmountText.Of(bill.OwnPart, language)),
                (language["老人须出示", "the elder shows"], bill.NeededCheck == HolderCheck.Unspecified ? ""
                    : EnumText.Of(bill.NeededCheck, language)),
                .. more,
            ]);
        screen.Table(
            language["各行", "Lines"],
            [new(language["行", "line"], true), new(language["服务", "service"]), new(language["总价", "price"], true),
                new(language["各券支付", "by vouchers"]), new(language["入账", "credited"], true), new(language["自付", "own part"], true),
                new(language["状态", "state"])],
            bill.Lines.Select(line => (IReadOnlyList<string>)[
                line.Number.ToString(CultureInfo.InvariantCulture), $"{line.Quantity} × {line.Item}", AmountText.Of(line.Price, language),
                string.Join(language["、", ", "], line.Shares.Select(share =>
                    $"{ResourceNames.Short(share.Voucher)} {AmountText.Of(share.PaidByVoucher, language)}")),
                AmountText.Of(line.Credited, language), AmountText.Of(line.OwnPart, language),
                isQuote ? "" : EnumText.Of(line.State, language)]));
        screen.Table(
            language["券里还剩", "Left on the vouchers"], [new(language["券号", "voucher"]), new(language["剩余", "left"], true)],
            bill.Vouchers.Select(rest => (IReadOnlyList<string>)[
                ResourceNames.Short(rest.Voucher), AmountText.Of(rest.Remaining, language)]));
    }

    /// <summary>What a bill is made of, for a quote and for its payment.</summary>
    private sealed class BillOptions
    {
        private readonly Option<string> _provider, _elder, _place, _day;
        private readonly Option<string[]> _lines, _vouchers;
        private readonly CommandFactory _make;

        public BillOptions(CommandFactory make)
        {
            _make = make;
            _provider = make.Option("--provider", "服务机构", "who gave the services", required: true);
            _elder = make.Option("--elder", "老人；有券号时可不写", "the elder; the vouchers say who it is", required: false);
            _place = make.Option("--place", "home、day-care 或 institution", "home, day-care or institution", required: true);
            _day = make.Option("--day", "服务日期", "the day of the services");
            _lines = new("--line")
            {
                Description = make.Language[
                    "一行：服务编号:数量:总价（元）[:长护险]，可多次", "a line: item:quantity:price in yuan[:insurance]; may be repeated"],
                AllowMultipleArgumentsPerToken = true, Required = true,
            };
            _vouchers = new("--voucher")
            {
                Description = make.Language[
                    "券号，可多次；柜台可不写，表示全部", "a voucher; may be repeated; the counter may leave it out for all"],
                AllowMultipleArgumentsPerToken = true,
            };
        }

        public IReadOnlyList<Symbol> All => [_provider, _elder, _place, _day, _lines, _vouchers, _make.Memo];

        public async Task<PayBillResponse> CallAsync(
            Session session, ParseResult parsed, string quote, bool validateOnly, Shown? shown = null)
        {
            string provider = session.Name("providers", parsed.GetValue(_provider)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.ProviderClerk, provider, provider));
            string[] vouchers = [.. (parsed.GetValue(_vouchers) ?? []).Select(voucher => session.Name("vouchers", voucher))];
            string elder = parsed.GetValue(_elder) is { } who ? session.Name("elders", who)
                : vouchers.Length > 0 ? (await client.GetVoucherAsync(new GetVoucherRequest { Name = vouchers[0] })).Elder
                : throw new UsageException("请写 --elder 或 --voucher。", "Give --elder or --voucher.");
            var request = new PayBillRequest
            {
                RequestId = session.RequestId(), ValidateOnly = validateOnly, OnBehalfOf = session.BehalfOf(elder), Elder = elder,
                Provider = provider, Place = EnumText.ParseOrDefault<ServicePlace>(parsed.GetValue(_place)),
                ServiceDate = parsed.GetValue(_day) is { } on ? TimeText.ParseDay(on) : null, Quote = quote,
                Memo = parsed.GetValue(_make.Memo) ?? "", Shown = shown,
            };
            request.Vouchers.Add(vouchers);
            request.Lines.Add((parsed.GetValue(_lines) ?? []).Select(Line));
            return await client.PayBillAsync(request);
        }

        private static BillLine Line(string text)
        {
            string[] part = text.Split(':');
            if (part.Length is not (3 or 4) || !long.TryParse(part[1], NumberStyles.None, CultureInfo.InvariantCulture, out long quantity))
            {
                throw new UsageException(
                    $"“{text}”不是一行账单：请写 服务编号:数量:总价，如 meal-canteen:2:24.00。",
                    $"'{text}' is no line of a bill: write item:quantity:price, such as meal-canteen:2:24.00.");
            }
            return new BillLine
            {
                Item = part[0], Quantity = quantity, Price = AmountText.ParseYuan(part[2]),
                Insurance = part.Length == 4 ? AmountText.ParseYuan(part[3]) : null,
            };
        }
    }
}
