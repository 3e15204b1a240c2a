using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.WebhookService.WebhookServiceClient;

namespace TimeBank.Cli;

/// <summary>Webhooks: what other systems are told, and how it goes.</summary>
internal static class WebhookCommands
{
    public static Command Of(CommandFactory make) => make.Group(
        "webhook", "事件推送：创建、列表、查询、重发、换密钥、停用、启用",
        "webhooks: create, list, show, replay, rotate the secret, disable, enable",
        Create(make), List(make), Show(make), Replay(make), Rotate(make),
        Change(make, "disable", "停用，不再推送", "stop deliveries", async (client, id, name, dry) => await client.DisableWebhookAsync(
            new DisableWebhookRequest { RequestId = id, Name = name, ValidateOnly = dry })),
        Change(make, "enable", "启用，从停下处接着推送", "go on from where it was stopped", async (client, id, name, dry) =>
            await client.EnableWebhookAsync(new EnableWebhookRequest { RequestId = id, Name = name, ValidateOnly = dry })));

    private static Command Create(CommandFactory make)
    {
        Argument<string> url = make.Argument("url", "接收方的 https 网址", "the receiver's https address");
        Option<string[]> events = new("--event")
        {
            Description = make.Language["事件，可多次；不写则全部", "an event; may be repeated; left out: all"], AllowMultipleArgumentsPerToken = true,
        };
        return make.Command("create", "创建；密钥只在这里显示一次", "create one; its secret is shown here and never again", [url, events, make.DryRun],
            async (session, parsed) =>
        {
            string[] named = parsed.GetValue(events) ?? [];
            IEnumerable<WebhookEvent> wanted = named.Length > 0
                ? named.Select(EnumText.Parse<WebhookEvent>) : Enum.GetValues<WebhookEvent>().Where(one => one != default);
            CreateWebhookResponse made = await (await ClientAsync(session, session.Region)).CreateWebhookAsync(new CreateWebhookRequest
            {
                RequestId = session.RequestId(), Parent = session.Region, Url = parsed.GetValue(url)!, Events = { wanted },
                ValidateOnly = make.IsDryRun(parsed),
            });
            session.Screen.Show(made, () => Show(session, made.Webhook, made.Secret, []));
        });
    }

    private static Command List(CommandFactory make) =>
        make.Command("list", "本地区的事件推送", "those of the region", [make.Limit, make.All], async (session, parsed) =>
        {
            Client client = await ClientAsync(session, session.Region, Role.Auditor);
            ListWebhooksResponse list = await make.PagingOf(parsed).AllAsync(
                new ListWebhooksRequest { Parent = session.Region }, page => client.ListWebhooksAsync(page).ResponseAsync);
            Language language = session.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["编号", "id"]), new(language["网址", "address"]), new(language["事件", "events"]),
                        new(language["状态", "state"]), new(language["下一分录", "next entry"], true),
                        new(language["失败次数", "failures"], true), new(language["最近一次", "last attempt"])],
                    list.Webhooks.Select(webhook => (IReadOnlyList<string>)[ResourceNames.Short(webhook.Name), webhook.Url,
                        Events(webhook, language), EnumText.Of(webhook.State, language), $"{webhook.NextIndex}", $"{webhook.Failures}",
                        webhook.LastAttempt is { } last ? $"{TimeText.Of(last.Time)} {Outcome(last, language)}" : ""]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });

    private static Command Show(CommandFactory make)
    {
        Argument<string> webhook = Webhook(make);
        return make.Command("show", "一个事件推送和它最近的推送", "one of them, with its last attempts", [webhook], async (session, parsed) =>
        {
            string name = session.Name("webhooks", parsed.GetValue(webhook)!);
            Client client = await ClientAsync(session, name, Role.Auditor);
            Webhook found = await client.GetWebhookAsync(new GetWebhookRequest { Name = name });
            if (session.Screen.IsJson)
            {
                session.Screen.Show(found, () => { });
                return;
            }
            Show(session, found, "",
                (await client.ListWebhookAttemptsAsync(new ListWebhookAttemptsRequest { Webhook = name })).Attempts);
        });
    }

    private static Command Replay(CommandFactory make)
    {
        Argument<string> webhook = Webhook(make);
        Option<long> from = new("--from")
        {
            Description = make.Language["从第几号分录起；0 为全部", "the index of the entry to go on from; 0: all"], Required = true,
        };
        return make.Command("replay", "从另一笔分录起推送：更早的重发，更晚的跳过",
            "go on from another entry: an earlier one sends again, a later one skips", [webhook, from, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("webhooks", parsed.GetValue(webhook)!);
            Webhook changed = await (await ClientAsync(session, name)).ReplayWebhookAsync(new ReplayWebhookRequest
            {
                RequestId = session.RequestId(), Name = name, FromIndex = parsed.GetValue(from), ValidateOnly = make.IsDryRun(parsed),
            });
            session.Screen.Show(changed, () => Show(session, changed, "", []));
        });
    }

    private static Command Rotate(CommandFactory make)
    {
        Argument<string> webhook = Webhook(make);
        return make.Command("rotate", "换密钥；旧密钥再用 24 小时", "make a new secret; the former one signs for 24 hours more",
            [webhook, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("webhooks", parsed.GetValue(webhook)!);
            RotateWebhookSecretResponse made = await (await ClientAsync(session, name)).RotateWebhookSecretAsync(
                new RotateWebhookSecretRequest { RequestId = session.RequestId(), Name = name, ValidateOnly = make.IsDryRun(parsed) });
            session.Screen.Show(made, () => Show(session, made.Webhook, made.Secret, []));
        });
    }

    private static Command Change(
        CommandFactory make, string word, string chinese, string english, Func<Client, string, string, bool, Task<Webhook>> call)
    {
        Argument<string> webhook = Webhook(make);
        return make.Command(word, chinese, english, [webhook, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("webhooks", parsed.GetValue(webhook)!);
            Webhook changed = await call(await ClientAsync(session, name), session.RequestId(), name, make.IsDryRun(parsed));
            session.Screen.Show(changed, () => Show(session, changed, "", []));
        });
    }

    private static void Show(Session session, Webhook webhook, string secret, IReadOnlyList<WebhookAttempt> attempts)
    {
        Language language = session.Language;
        session.Screen.Facts(
            $"{language["事件推送", "webhook"]} {ResourceNames.Short(webhook.Name)}",
            (language["网址", "address"], webhook.Url),
            (language["事件", "events"], Events(webhook, language)),
            (language["状态", "state"], EnumText.Of(webhook.State, language)),
            (language["下一分录", "next entry"], $"{webhook.NextIndex}"),
            (language["失败次数", "failures"], webhook.Failures > 0 ? $"{webhook.Failures}" : ""),
            (language["下次尝试", "next attempt"], TimeText.Of(webhook.NextAttemptTime)),
            (language["创建人", "created by"], webhook.CreatedBy),
            (language["密钥（只显示这一次）", "secret (shown only now)"], secret));
        if (attempts.Count > 0) session.Screen.Table(
            language["最近的推送", "last attempts"],
            [new(language["时间", "time"]), new(language["事件", "event"]), new(language["分录", "entry"], true),
                new(language["结果", "outcome"])],
            attempts.Select(attempt => (IReadOnlyList<string>)[TimeText.Of(attempt.Time), EnumText.Of(attempt.Event, language),
                ResourceNames.Short(attempt.Entry), Outcome(attempt, language)]));
    }

    private static string Events(Webhook webhook, Language language) =>
        string.Join(language["、", ", "], webhook.Events.Select(one => EnumText.Of(one, language)));

    private static string Outcome(WebhookAttempt attempt, Language language) =>
        EnumText.Of(attempt.Outcome, language) + (attempt.HttpStatus > 0 ? $" ({attempt.HttpStatus})" : "");

    private static async Task<Client> ClientAsync(Session session, string about, Role role = Role.Administrator) =>
        new(await session.AsAsync(role, about));

    private static Argument<string> Webhook(CommandFactory make) => make.Argument("webhook", "事件推送的编号", "the webhook's id");
}
