using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.FundService.FundServiceClient;

namespace TimeBank.Cli;

/// <summary>What elders who died left on persistent vouchers, and its payment to the heirs.</summary>
internal static class EstateCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "estate", "老人去世后长期补贴的余额：查询、提出支付、审核、撤回", "what elders who died left of persistent subsidies: list, show, propose, approve, withdraw",
        List(make), Show(make), Propose(make), Approve(make), Withdraw(make));

    private static Command List(CommandFactory make)
    {
        var corrected = new Option<bool>("--corrected")
        {
            Description = make.Language["老人健在，却已申请或支付的", "of elders who are alive, and a payment was proposed or made"],
        };
        return make.Command(
            "list", "待付给继承人的余额，待作废的券", "what is due to heirs, and what is to be voided", [corrected, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            ListEstatesResponse list = await make.PagingOf(parsed)
                .AllAsync(
                    new ListEstatesRequest { Parent = session.Region, Corrected = parsed.GetValue(corrected) },
                    page => client.ListEstatesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["老人", "elder"]), new(language["去世日期", "died"]), new(language["最早支付日", "payable from"]),
                        new(language["余额", "left"], true), new(language["待作废", "to void"], true), new(language["申请", "payouts"])],
                    list.Estates.Select(one => (IReadOnlyList<string>)
                    [
                        ResourceNames.Short(one.Elder), TimeText.Of(one.DeathDate), TimeText.Of(one.PayableFrom),
                        AmountText.Of(one.Amount, language),
                        one.AmountToVoid is { Value: > 0 } ? AmountText.Of(one.AmountToVoid, language) : "",
                        string.Join(language["、", ", "], one.Payouts.Select(payout => EnumText.Of(payout.State, language))),
                    ]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        return make.Command("show", "一位老人的余额和支付申请", "one elder's, with its payouts", [elder], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            Estate estate = await client.GetEstateAsync(new GetEstateRequest { Elder = name });
            Language language = make.Language;
            session.Screen.Show(estate, () =>
            {
                session.Screen.Facts(
                    ResourceNames.Short(estate.Elder), (language["去世日期", "died"], TimeText.Of(estate.DeathDate)),
                    (language["最早支付日", "payable from"], TimeText.Of(estate.PayableFrom)),
                    (language["余额", "left"], AmountText.Of(estate.Amount, language)),
                    (language["本次支付", "paid next"], AmountText.Of(estate.PayableAmount, language)));
                session.Screen.Table(
                    "", [new(language["券", "voucher"]), new(language["项目", "programme"]), new(language["余额", "left"], true)],
                    estate.Shares.Select(Row));
                if (estate.ToVoid.Count > 0)
                {
                    session.Screen.Table(
                        language["去世后发放，须作废", "issued after the death, to be voided"],
                        [new(language["券", "voucher"]), new(language["项目", "programme"]), new(language["余额", "left"], true)],
                        estate.ToVoid.Select(Row));
                }
                foreach (EstatePayout payout in estate.Payouts) Facts(session.Screen, payout);

                IReadOnlyList<string> Row(EstateShare share) =>
                    [ResourceNames.Short(share.Voucher), ResourceNames.Short(share.Programme), AmountText.Of(share.Amount, language)];
            });
        });
    }

    private static Command Propose(CommandFactory make)
    {
        Argument<string> elder = make.Argument("elder", "老人", "the elder");
        Option<string> bank = make.Option("--bank", "付款的银行账户，如 main", "our bank account that pays, such as main", required: true),
            reference = make.Option("--reference", "银行参考号，不写姓名", "the bank's reference of the transfer, without names", required: true),
            evidence = make.Option("--evidence", "继承凭据，如公证书编号", "the document that says who inherits, by its number", required: true);
        return make.Command("propose", "提出支付，须另一人审核", "propose the payment; a second person approves it",
            [elder, bank, reference, evidence, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.ProposeEstatePayoutAsync(new ProposeEstatePayoutRequest
            {
                RequestId = session.RequestId(), Elder = name, BankAccount = parsed.GetValue(bank)!,
                BankReference = parsed.GetValue(reference)!, Evidence = parsed.GetValue(evidence)!, ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Approve(CommandFactory make)
    {
        Argument<string> payout = Payout(make);
        return make.Command("approve", "审核并支付", "approve and pay what another person proposed", [payout, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(payout)!);
            var client = new Client(await session.AsAsync(Role.FinanceChecker, name));
            Show(session, await client.ApproveEstatePayoutAsync(new ApproveEstatePayoutRequest
            {
                RequestId = session.RequestId(), Payout = name, ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> payout = Payout(make);
        return make.Command("withdraw", "撤回还没有审核的申请", "withdraw a proposal that was not approved", [payout, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("elders", parsed.GetValue(payout)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            Show(session, await client.WithdrawEstatePayoutAsync(new WithdrawEstatePayoutRequest
            {
                RequestId = session.RequestId(), Payout = name, ValidateOnly = make.IsDryRun(parsed),
            }));
        });
    }

    private static Argument<string> Payout(CommandFactory make) =>
        make.Argument("payout", "申请：老人/estatePayouts/编号", "the payout: ELDER/estatePayouts/ID");

    private static void Show(Session session, EstatePayout payout) => session.Screen.Show(payout, () => Facts(session.Screen, payout));

    private static void Facts(Screen screen, EstatePayout payout)
    {
        Language language = screen.Language;
        screen.Facts(
            ResourceNames.Short(payout.Name), (language["状态", "state"], EnumText.Of(payout.State, language)),
            (language["金额", "amount"], AmountText.Of(payout.Amount, language)),
            (language["银行账户", "bank account"], payout.BankAccount), (language["银行参考号", "reference"], payout.BankReference),
            (language["继承凭据", "evidence"], payout.Evidence),
            (language["提出", "proposed by"], $"{payout.ProposedBy} {TimeText.Of(payout.ProposeTime)}"),
            (language["审核或撤回", "approved or withdrawn by"], $"{payout.DecidedBy} {TimeText.Of(payout.DecideTime)}".Trim()));
        screen.Entry(payout.Entry);
    }
}
