using System.CommandLine;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>A voucher's life: issue, redeem, refund, void, expire.</summary>
internal static class VoucherCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        make.Group("voucher", "养老服务券：查询、发放、核销、退回、作废、过期、打印、验码",
            "vouchers: show, list, issue, redeem, refund, void, expire, print, check",
            Show(make), List(make), Issue(make), Redeem(make), Refund(make), Void(make), Expire(make), Redemptions(make),
            PaperCommands.Print(make), PaperCommands.Check(make)),
    ];

    private static Command Show(CommandFactory make)
    {
        Argument<string> voucher = make.Argument("voucher", "券号", "the voucher");
        return make.Command("show", "一张券", "one voucher", [voucher], async (session, parsed) =>
        {
            string name = session.Name("vouchers", parsed.GetValue(voucher)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.Auditor, name));
            Voucher found = await client.GetVoucherAsync(new GetVoucherRequest { Name = name });
            session.Screen.Show(found, () => Facts(session.Screen, found));
        });
    }

    private static void Facts(Screen screen, Voucher voucher)
    {
        Language language = screen.Language;
        screen.Facts(
            ResourceNames.Short(voucher.Name),
            (language["状态", "state"], EnumText.Of(voucher.State, language)),
            (language["老人", "elder"], ResourceNames.Short(voucher.Elder)),
            (language["项目", "programme"], ResourceNames.Short(voucher.Programme)),
            (language["发放", "issued"], AmountText.Of(voucher.Issued, language)),
            (language["剩余", "left"], AmountText.Of(voucher.Remaining, language)),
            (language["使用期", "to be used"], $"{TimeText.Of(voucher.ValidFrom)} … {TimeText.LastDay(voucher.UseBy, language)}"),
            (language["申报截止", "claimed by"], TimeText.Of(voucher.ClaimBy)),
            (language["用于", "for"], string.Join(language["、", ", "], voucher.ServiceTypes.Select(type => EnumText.Of(type, language)))),
            (language["发放分录", "issued by entry"], ResourceNames.Short(voucher.IssueEntry)));
    }

    private static Command List(CommandFactory make)
    {
        Option<string> elder = make.Option("--elder", "只看这位老人的", "only this elder's"),
            programme = make.Option("--programme", "只看这个项目的", "only of this programme");
        Option<string> state = make.Option(
            "--state", "active、used-up、expired、voided 或 paid-out", "active, used-up, expired, voided or paid-out");
        return make.Command("list", "券列表，先到期的在前", "vouchers, earliest use-by first", [elder, programme, state, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListVouchersRequest
            {
                Parent = session.Region,
                Elder = parsed.GetValue(elder) is { } who ? session.Name("elders", who) : "",
                Programme = parsed.GetValue(programme) is { } which ? session.Name("programmes", which) : "",
                State = EnumText.ParseOrDefault<VoucherState>(parsed.GetValue(state)),
            };
            ListVouchersResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListVouchersAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["券号", "voucher"]), new(language["老人", "elder"]), new(language["项目", "programme"]),
                        new(language["状态", "state"]), new(language["发放", "issued"], true), new(language["剩余", "left"], true),
                        new(language["使用截止", "use by"]), new(language["申报截止", "claim by"])],
                    list.Vouchers.Select(voucher => (IReadOnlyList<string>)[
                        ResourceNames.Short(voucher.Name), ResourceNames.Short(voucher.Elder), ResourceNames.Short(voucher.Programme),
                            EnumText.Of(voucher.State, language),
                        AmountText.Of(voucher.Issued, language), AmountText.Of(voucher.Remaining, language),
                        TimeText.LastDay(voucher.UseBy, language), TimeText.Of(voucher.ClaimBy)]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Issue(CommandFactory make)
    {
        Argument<string> programme = make.Argument("programme", "项目", "the programme");
        Option<string> month = make.Option("--month", "当月，如 2026-10", "the current month, such as 2026-10", required: true);
        return make.Command("issue", "给符合条件的老人发放一个月的券", "issue a month's vouchers to every elder entitled", [programme, month, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("programmes", parsed.GetValue(programme)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            using var run = client.IssueVouchers(new IssueVouchersRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Programme = name,
                Month = TimeText.ParseMonth(parsed.GetValue(month)!),
            });
            RunProgress last = await Runs.LastAsync(run, session.Cancellation);
            session.Screen.Show(last, () => session.Screen.Run(last, make.Language["发券", "Vouchers issued"]));
        });
    }

    private static Command Redeem(CommandFactory make)
    {
        Argument<string> voucher = make.Argument("voucher", "券号", "the voucher");
        Option<string> provider = make.Option("--provider", "服务机构", "who gave the service", required: true),
            item = make.Option("--item", "服务清单编号", "the catalogue item's id", required: true);
        Option<string> price = make.Option("--price", "总价（元）", "the whole price, in yuan", required: true),
            insurance = make.Option("--insurance", "长护险支付（元）", "what insurance pays of it, in yuan");
        Option<string> place = make.Option("--place", "home、day-care 或 institution", "home, day-care or institution"),
            day = make.Option("--day", "服务日期", "the day of the service");
        Option<long> quantity = new("--quantity") { Description = make.Language["数量", "how many"], DefaultValueFactory = _ => 1 };
        var shown = new ShownOptions(make);
        return make.Command("redeem", "用券支付一次服务", "pay for a service with a voucher",
            [voucher, provider, item, price, insurance, place, day, quantity, .. shown.All, make.Memo, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("vouchers", parsed.GetValue(voucher)!),
                giver = session.Name("providers", parsed.GetValue(provider)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.ProviderClerk, name, giver));
            RedeemVoucherResponse paid = await client.RedeemVoucherAsync(new RedeemVoucherRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.ActsAsCounter ? (await client.GetVoucherAsync(new GetVoucherRequest { Name = name })).Elder : "",
                Voucher = name,
                Provider = giver,
                Item = parsed.GetValue(item)!,
                Quantity = parsed.GetValue(quantity),
                Price = AmountText.ParseYuan(parsed.GetValue(price)!),
                Insurance = parsed.GetValue(insurance) is { } insured ? AmountText.ParseYuan(insured) : null,
                Place = EnumText.ParseOrDefault<ServicePlace>(parsed.GetValue(place)),
                ServiceDate = parsed.GetValue(day) is { } on ? TimeText.ParseDay(on) : null,
                Memo = parsed.GetValue(make.Memo) ?? "", Shown = shown.Read(session, parsed),
            });
            session.Screen.Show(paid, () =>
            {
                Facts(session.Screen, paid.Redemption, paid.Remaining);
                session.Screen.Late(paid.LateFor, paid.EffectiveDate);
            });
        });
    }

    private static Command Refund(CommandFactory make)
    {
        Argument<string> redemption =
            make.Argument("redemption", "核销编号：vouchers/ID/redemptions/N", "the redemption: vouchers/ID/redemptions/N");
        Option<string> memo = make.Option("--note", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("refund", "退回一次核销", "take a redemption back", [redemption, memo, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("vouchers", parsed.GetValue(redemption)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            RefundRedemptionResponse back = await client.RefundRedemptionAsync(new RefundRedemptionRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                OnBehalfOf = session.ActsAsCounter
                    ? (await client.GetVoucherAsync(new GetVoucherRequest { Name = name.Split("/redemptions/")[0] })).Elder : "",
                Redemption = name,
                Memo = parsed.GetValue(memo)!,
            });
            session.Screen.Show(back, () =>
            {
                Facts(session.Screen, back.Redemption, back.Remaining);
                session.Screen.Late(back.LateFor, back.EffectiveDate);
            });
        });
    }

    internal static void Facts(Screen screen, Redemption redemption, Amount remaining)
    {
        Language language = screen.Language;
        screen.Facts(
            // A dry run has no name.
            redemption.Name.Length > 0 ? $"vouchers/{ResourceNames.Short(redemption.Name)}" : "",
            (language["状态", "state"], EnumText.Of(redemption.State, language)),
            (language["服务", "service"], $"{redemption.Quantity} × {redemption.Item}"),
            (language["总价", "price"], AmountText.Of(redemption.Price, language)),
            (language["券支付", "paid by voucher"], AmountText.Of(redemption.PaidByVoucher, language)),
            (language["机构入账", "credited to provider"], AmountText.Of(redemption.Credited, language)),
            (language["长护险", "insurance"], redemption.Insurance is { Value: > 0 } ? AmountText.Of(redemption.Insurance, language) : ""),
            (language["老人自付", "the elder's own part"], AmountText.Of(redemption.OwnPart, language)),
            (language["老人须出示", "the elder shows"], redemption.NeededCheck == HolderCheck.Unspecified ? ""
                : EnumText.Of(redemption.NeededCheck, language)),
            (language["券剩余", "left on the voucher"], AmountText.Of(remaining, language)));
    }

    private static Command Void(CommandFactory make)
    {
        Argument<string> voucher = make.Argument("voucher", "券号", "the voucher");
        Option<string> memo = make.Option("--note", "原因，不写个人信息", "why; nothing personal", required: true);
        return make.Command("void", "作废一张券", "end a voucher", [voucher, memo, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("vouchers", parsed.GetValue(voucher)!);
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.FinanceMaker, name));
            VoidVoucherResponse ended = await client.VoidVoucherAsync(new VoidVoucherRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed), Voucher = name, Memo = parsed.GetValue(memo)!,
            });
            session.Screen.Show(ended, () => Facts(session.Screen, ended.Voucher));
        });
    }

    private static Command Expire(CommandFactory make)
    {
        Option<string> programme = make.Option("--programme", "只办这个项目的", "only of this programme");
        return make.Command("expire", "使申报期已过的券过期", "expire every voucher whose claim-by is past", [programme, make.DryRun],
            async (session, parsed) =>
        {
            var client = new VoucherService.VoucherServiceClient(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            using var run = client.ExpireVouchers(new ExpireVouchersRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Parent = session.Region, Programme = parsed.GetValue(programme) is { } which ? session.Name("programmes", which) : "",
            });
            RunProgress last = await Runs.LastAsync(run, session.Cancellation);
            session.Screen.Show(last, () => session.Screen.Run(last, make.Language["过期", "Vouchers expired"]));
        });
    }

    private static Command Redemptions(CommandFactory make)
    {
        Option<string> provider = make.Option("--provider", "只看这家机构的", "only this provider's"),
            elder = make.Option("--elder", "只看这位老人的", "only this elder's");
        Option<string> voucher = make.Option("--voucher", "只看这张券的", "only of this voucher"),
            programme = make.Option("--programme", "只看这个项目的", "only of this programme");
        Option<string> state = make.Option("--state", "redeemed 或 refunded", "redeemed or refunded");
        var period = new PeriodOptions(make);
        return make.Command("redemptions", "核销记录，最新在前", "redemptions, newest first",
            [provider, elder, voucher, programme, state, .. period.All, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new ProviderService.ProviderServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
            string Named(string collection, Option<string> option) => parsed.GetValue(option) is { } id ? session.Name(collection, id) : "";
            var request = new ListRedemptionsRequest
            {
                Parent = session.Region,
                Provider = Named("providers", provider),
                Elder = Named("elders", elder),
                Voucher = Named("vouchers", voucher),
                Programme = Named("programmes", programme),
                State = EnumText.ParseOrDefault<RedemptionState>(parsed.GetValue(state)),
                Period = period.ReadOptional(parsed),
            };
            ListRedemptionsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListRedemptionsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["核销", "redemption"]), new(language["时间", "time"]), new(language["服务", "service"]),
                        new(language["状态", "state"]), new(language["总价", "price"], true), new(language["券支付", "by voucher"], true),
                        new(language["入账", "credited"], true), new(language["自付", "own part"], true)],
                    list.Redemptions.Select(redemption => (IReadOnlyList<string>)[
                        redemption.Bill.Length > 0 ? $"bills/{ResourceNames.Short(redemption.Bill)}"
                            : $"vouchers/{ResourceNames.Short(redemption.Name)}",
                        TimeText.Of(redemption.RedeemTime),
                        // Of a line that several money vouchers share, the first alone counts the items.
                        redemption.Quantity > 0 ? $"{redemption.Quantity} × {redemption.Item}" : redemption.Item,
                        EnumText.Of(redemption.State, language),
                        AmountText.Of(redemption.Price, language), AmountText.Of(redemption.PaidByVoucher, language),
                        AmountText.Of(redemption.Credited, language), AmountText.Of(redemption.OwnPart, language)]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }
}
