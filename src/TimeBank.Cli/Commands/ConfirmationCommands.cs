using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.HolderService.HolderServiceClient;

namespace TimeBank.Cli;

/// <summary>Confirmations: a clerk asks whether an elder agrees to a payment, and somebody else answers.</summary>
internal static class ConfirmationCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "confirmation", "电话或家属确认：请求、答复、查看、列表", "confirmations by telephone or family: ask, answer, show, list",
        Ask(make), Answer(make), Show(make), List(make));

    private static Command Ask(CommandFactory make)
    {
        Option<string> elder = make.Option("--elder", "老人", "the elder", required: true),
            provider = make.Option("--provider", "服务机构", "who gave the service", required: true),
            upTo = make.Option(
                "--up-to", "券最多付多少（元）；按次数的券，每次按合同单价算，即使服务商只收更少",
                "the most that vouchers may pay, in yuan; units count at their contract price, even where less is charged for them",
                required: true);
        Option<string[]> items = new("--item")
        {
            Description = make.Language["服务清单编号，可多次", "a catalogue item's id; may be repeated"],
            AllowMultipleArgumentsPerToken = true, Required = true,
        };
        return make.Command("ask", "请老人或家属确认一笔付款", "ask whether an elder agrees to a payment", [elder, provider, items, upTo],
            async (session, parsed) =>
        {
            string giver = session.Name("providers", parsed.GetValue(provider)!), who = session.Name("elders", parsed.GetValue(elder)!);
            var client = new Client(await session.AsAsync(Role.ProviderClerk, giver, giver));
            var request = new RequestConfirmationRequest
            {
                RequestId = session.RequestId(), OnBehalfOf = session.BehalfOf(who), Elder = who, Provider = giver,
                UpTo = AmountText.ParseYuan(parsed.GetValue(upTo)!),
            };
            request.Items.Add(parsed.GetValue(items) ?? []);
            Show(session, await client.RequestConfirmationAsync(request));
        });
    }

    private static Command Answer(CommandFactory make)
    {
        Argument<string> confirmation = Named(make);
        Option<bool> refuse = new("--refuse") { Description = make.Language["老人不同意", "the elder doesn't agree"] };
        Option<string> note = make.Option("--note", "怎样确认的，不写个人信息", "how the elder was asked; nothing personal", required: true);
        return make.Command("answer", "答复：老人同意，或 --refuse", "answer it: the elder agrees, or --refuse", [confirmation, refuse, note],
            async (session, parsed) =>
        {
            string name = session.Name("confirmations", parsed.GetValue(confirmation)!);
            var client = new Client(await session.AsAsync(Role.Counter, name));
            Show(session, await client.AnswerConfirmationAsync(new AnswerConfirmationRequest
            {
                RequestId = session.RequestId(), Confirmation = name, Agreed = !parsed.GetValue(refuse), Note = parsed.GetValue(note)!,
                OnBehalfOf = session.ActsAsCounter
                    ? (await client.GetConfirmationAsync(new GetConfirmationRequest { Name = name })).Elder : "",
            }));
        });
    }

    private static Command Show(CommandFactory make)
    {
        Argument<string> confirmation = Named(make);
        return make.Command("show", "一项确认", "one confirmation", [confirmation], async (session, parsed) =>
        {
            string name = session.Name("confirmations", parsed.GetValue(confirmation)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            Show(session, await client.GetConfirmationAsync(new GetConfirmationRequest { Name = name }));
        });
    }

    private static Command List(CommandFactory make)
    {
        Option<string> elder = make.Option("--elder", "只看这位老人的", "only this elder's");
        return make.Command("list", "等答复的确认", "the confirmations that wait for an answer", [elder, make.Limit, make.All],
            async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListConfirmationsRequest
            {
                Parent = session.Region, Elder = parsed.GetValue(elder) is { } who ? session.Name("elders", who) : "",
            };
            ListConfirmationsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListConfirmationsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["确认", "confirmation"]), new(language["老人", "elder"]), new(language["机构", "provider"]),
                        new(language["服务", "services"]), new(language["最多", "up to"], true), new(language["到", "until"])],
                    list.Confirmations.Select(one => (IReadOnlyList<string>)[
                        ResourceNames.Short(one.Name), ResourceNames.Short(one.Elder), ResourceNames.Short(one.Provider),
                        string.Join(language["、", ", "], one.Items), AmountText.Of(one.UpTo, language), TimeText.Of(one.ExpireTime)]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static Argument<string> Named(CommandFactory make) => make.Argument("confirmation", "确认编号", "the confirmation");

    private static void Show(Session session, Confirmation asked) => session.Screen.Show(asked, () =>
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(asked.Name),
            (language["状态", "state"], EnumText.Of(asked.State, language)),
            (language["老人", "elder"], ResourceNames.Short(asked.Elder)),
            (language["机构", "provider"], ResourceNames.Short(asked.Provider)),
            (language["服务", "services"], string.Join(language["、", ", "], asked.Items)),
            (language["券最多付", "vouchers pay at most"], AmountText.Of(asked.UpTo, language)),
            (language["有效到", "until"], TimeText.Of(asked.ExpireTime)),
            (language["请求人", "asked by"], asked.AskedBy),
            (language["答复人", "answered by"], asked.AnsweredBy),
            (language["说明", "note"], asked.Note));
    });
}
