using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Donations by card: start, show, list, and book what has come.</summary>
internal static class DonationCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
        [make.Group("donation", "刷卡捐赠：发起、查询、列表、入账", "donations by card: start, show, list, sync", Start(make), Show(make), List(make),
            Sync(make))];

    private static async Task<DonationService.DonationServiceClient> ClientAsync(Session session, Role role, string about) =>
        new(await session.AsAsync(role, about));

    private static Command Start(CommandFactory make)
    {
        Argument<string> fund = make.Argument("fund", "捐赠资金", "the fund, of the kind donation"),
            amount = make.Argument("amount", "金额（元）", "how much, in yuan");
        Option<string> note = make.Option("--note", "捐赠人留言", "the donor's remark");
        return make.Command("start", "发起捐赠，得到付款网址", "open a page on which a donor pays", [fund, amount, note, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("funds", parsed.GetValue(fund)!);
            var client = await ClientAsync(session, Role.Counter, name);
            Donation donation = await client.StartDonationAsync(new StartDonationRequest
            {
                RequestId = session.RequestId(), ValidateOnly = make.IsDryRun(parsed),
                Fund = name,
                Amount = AmountText.ParseYuan(parsed.GetValue(amount)!),
                Note = parsed.GetValue(note) ?? "",
            });
            session.Screen.Show(donation, () => Facts(session.Screen, donation));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> donation = make.Argument("donation", "捐赠编号", "the donation");
        return make.Command("show", "一笔捐赠", "one donation", [donation], async (session, parsed) =>
        {
            string name = session.Name("donations", parsed.GetValue(donation)!);
            var client = await ClientAsync(session, Role.Auditor, name);
            Donation found = await client.GetDonationAsync(new GetDonationRequest { Name = name });
            session.Screen.Show(found, () => Facts(session.Screen, found));
        });
    }

    private static Command List(CommandFactory make)
    {
        Option<string> fund = make.Option("--fund", "只看这项资金的", "only for this fund"),
            state = make.Option("--state", "open、pending、paid、expired 或 failed", "open, pending, paid, expired or failed");
        return make.Command("list", "捐赠列表", "the donations", [fund, state, make.Limit, make.All], async (session, parsed) =>
        {
            var client = await ClientAsync(session, Role.Auditor, session.Settings.Region);
            var request = new ListDonationsRequest
            {
                Parent = session.Region,
                Fund = parsed.GetValue(fund) is { } which ? session.Name("funds", which) : "",
                State = EnumText.ParseOrDefault<DonationState>(parsed.GetValue(state)),
            };
            ListDonationsResponse list =
                await make.PagingOf(parsed).AllAsync(request, page => client.ListDonationsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["捐赠", "donation"]), new(language["资金", "fund"]), new(language["金额", "amount"], true),
                        new(language["已退", "refunded"], true), new(language["状态", "state"])],
                    list.Donations.Select(one => (IReadOnlyList<string>)[
                        ResourceNames.Short(one.Name), ResourceNames.Short(one.Fund), AmountText.Of(one.Amount, language),
                        AmountText.Of(one.Refunded, language), EnumText.Of(one.State, language)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Sync(CommandFactory make) =>
        make.Command("sync", "把支付服务的全部变动入账", "book every movement of the payment service's balance", [make.DryRun],
            async (session, parsed) =>
    {
        var client = await ClientAsync(session, Role.FinanceMaker, session.Settings.Region);
        var request = new SyncStripeRequest
        {
            RequestId = session.RequestId(), Parent = session.Region, ValidateOnly = make.IsDryRun(parsed),
        };
        using AsyncServerStreamingCall<SyncStripeProgress> call = client.SyncStripe(request, cancellationToken: session.Cancellation);
        var last = new SyncStripeProgress();
        await foreach (SyncStripeProgress progress in call.ResponseStream.ReadAllAsync(session.Cancellation))
        {
            last = progress;
            session.Screen.Progress(make.Language[$"已查 {last.Looked}，入账 {last.Booked}", $"{last.Looked} looked at, {last.Booked} booked"],
                last.Summary is not null);
        }
        session.Screen.Show(last, () => Result(session.Screen, last));
        return last.Summary is { Complete: true } ? ExitCode.Ok : ExitCode.Refused;
    });

    private static void Result(Screen screen, SyncStripeProgress last)
    {
        Language language = screen.Language;
        SyncStripeSummary summary = last.Summary ?? new SyncStripeSummary();
        screen.Facts(
            "stripe/balance",
            (language["已查", "looked at"], Number(last.Looked)), (language["入账", "booked"], Number(last.Booked)),
            (language["早已入账", "booked before"], Number(last.Known)),
            (language["支付服务余额", "held by the service"], AmountText.Of(summary.ServiceBalance, language)),
            (language["账上余额", "in the books"], AmountText.Of(summary.BookBalance, language)),
            (language["完整入账至", "complete through"], TimeText.Of(summary.CompleteThrough)),
            (language["本次", "this run"],
                summary.Complete ? language["完整", "complete"] : language["未完，请再运行", "not complete: run it again"]));
        if (summary.Warnings.Count == 0) return;
        screen.Table(
            language["请核查", "to be looked at"],
            [new(language["原因", "reason"]), new(language["对象", "about"]), new(language["金额", "amount"], true),
                new(language["说明", "details"])],
            summary.Warnings.Select(warning => (IReadOnlyList<string>)[
                warning.Reason, warning.Subject, AmountText.Of(warning.Amount, language),
                string.Join(' ', warning.Metadata.Select(pair => $"{pair.Key}={pair.Value}"))]));
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Facts(Screen screen, Donation donation)
    {
        Language language = screen.Language;
        screen.Facts(
            ResourceNames.Short(donation.Name),
            (language["资金", "fund"], ResourceNames.Short(donation.Fund)),
            (language["金额", "amount"], AmountText.Of(donation.Amount, language)),
            (language["状态", "state"], EnumText.Of(donation.State, language)),
            (language["付款网址", "page"], donation.Url),
            (language["留言", "remark"], donation.Note),
            (language["已退", "refunded"], donation.Refunded.Value > 0 ? AmountText.Of(donation.Refunded, language) : ""),
            (language["争议", "disputed"], donation.Disputed ? language["是", "yes"] : ""));
    }
}
