using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Webhooks, for the administrators of a region.</summary>
public sealed class WebhookApi(IGrainFactory grains, IRegistry registry, ILedgerReader ledger, PageTokens tokens, WebhookSender sender)
    : WebhookService.WebhookServiceBase
{
    public const string Webhooks = "webhooks";

    public override async Task<CreateWebhookResponse> CreateWebhook(CreateWebhookRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        string url = ReceiverAddress.Read(read, request.Url, "url", sender);
        ImmutableArray<WebhookEvent> events =
            [.. read.Choices(request.Events, "events", required: true).Where(one => one != default).Select(one => one.ToDomain())];
        read.Check();
        Command command = context.Command(request, id);
        var name = new ResourceName(region, Webhooks, command.NewId.Text);
        long size = (await ledger.ReadHeadAsync(region, context.CancellationToken)).Size;
        IssuedSecret made = (await Grain(name).CreateAsync(command, url, events, size, await IsFullAsync(region, context))).OrThrow();
        return new CreateWebhookResponse { Webhook = await SeenAsync(region, made.Webhook), Secret = made.Secret };
    }

    public override async Task<Webhook> GetWebhook(GetWebhookRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", Webhooks);
        read.Check();
        return await SeenAsync(name.Region, await FoundAsync(name));
    }

    public override async Task<ListWebhooksResponse> ListWebhooks(ListWebhooksRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        (IReadOnlyList<RegistryRow<WebhookState>> page, string next) = await registry.PageAsync<WebhookState>(
            new RegistryQuery(region, WebhookState.Kind), pageSize, tokens, context, request, request.PageToken);
        return new ListWebhooksResponse
        {
            Webhooks = { await Task.WhenAll(page.Readable().Select(row => SeenAsync(region, row.State.ToRecord(row.Id)))) },
            NextPageToken = next,
            Unreadable = { page.Unreadable(region, Webhooks) },
        };
    }

    public override async Task<ListWebhookAttemptsResponse> ListWebhookAttempts(
        ListWebhookAttemptsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Webhook, "webhook", Webhooks);
        int pageSize = read.PageSize(request.PageSize);
        read.Check();
        string? after = tokens.Read(context, request, request.PageToken);
        await FoundAsync(name);
        IEnumerable<WebhookAttemptRecord> rest = (await Delivery(name.GrainKey).ProgressAsync()).Attempts;
        if (after is not null) rest = rest.Where(attempt => attempt.Number < long.Parse(after, CultureInfo.InvariantCulture));
        WebhookAttemptRecord[] page = [.. rest.Take(pageSize + 1)];
        return new ListWebhookAttemptsResponse
        {
            Attempts = { page.Take(pageSize).Select(attempt => attempt.ToContract(name.Region)) },
            NextPageToken = page.Length > pageSize ? tokens.Write(context, request, $"{page[pageSize - 1].Number}") : "",
        };
    }

    public override async Task<Webhook> ReplayWebhook(ReplayWebhookRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Name, "name", Webhooks);
        read.Check();
        read.Whole(request.FromIndex, "from_index", 0, (await ledger.ReadHeadAsync(name.Region, context.CancellationToken)).Size);
        read.Check();
        return await SeenAsync(
            name.Region, (await Grain(name).ReplayAsync(context.Command(request, id), request.FromIndex)).OrThrow());
    }

    public override async Task<RotateWebhookSecretResponse> RotateWebhookSecret(
        RotateWebhookSecretRequest request, ServerCallContext context)
    {
        (ResourceName name, Command command) = Read(context, request, request.RequestId, request.Name);
        IssuedSecret made = (await Grain(name).RotateAsync(command)).OrThrow();
        return new RotateWebhookSecretResponse { Webhook = await SeenAsync(name.Region, made.Webhook), Secret = made.Secret };
    }

    public override async Task<Webhook> DisableWebhook(DisableWebhookRequest request, ServerCallContext context)
    {
        (ResourceName name, Command command) = Read(context, request, request.RequestId, request.Name);
        return await SeenAsync(name.Region, (await Grain(name).DisableAsync(command)).OrThrow());
    }

    public override async Task<Webhook> EnableWebhook(EnableWebhookRequest request, ServerCallContext context)
    {
        (ResourceName name, Command command) = Read(context, request, request.RequestId, request.Name);
        bool isFull = await IsFullAsync(name.Region, context);
        return await SeenAsync(name.Region, (await Grain(name).EnableAsync(command, isFull)).OrThrow());
    }

    private static (ResourceName Name, Command Command) Read(
        ServerCallContext context, Google.Protobuf.IMessage request, string requestId, string name)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(requestId);
        ResourceName webhook = read.Resource(name, "name", Webhooks);
        read.Check();
        return (webhook, context.Command(request, id));
    }

    private IWebhookGrain Grain(ResourceName name) => grains.GetGrain<IWebhookGrain>(name.GrainKey);

    private IWebhookDeliveryGrain Delivery(GrainKey key) => grains.GetGrain<IWebhookDeliveryGrain>(key);

    private async Task<WebhookRecord> FoundAsync(ResourceName name) =>
        await Grain(name).GetAsync() ?? throw Problem.Of(Reason.WebhookNotFound);

    /// <summary>A bound on work and not on money: two calls at one moment may pass it together.</summary>
    private async Task<bool> IsFullAsync(RegionCode region, ServerCallContext context) => WebhookGrain.MaxAtWork
        <= await registry.CountAsync(WebhookRounds.AtWork(region), context.CancellationToken);

    private async Task<Webhook> SeenAsync(RegionCode region, WebhookRecord webhook) =>
        webhook.ToContract(region, await Delivery(new GrainKey(region, webhook.Id.Text)).ProgressAsync());
}

/// <summary>Webhooks in the contract's types.</summary>
internal static class WebhookContract
{
    public static Webhook ToContract(this WebhookRecord webhook, RegionCode region, WebhookProgress progress)
    {
        // Until delivery has looked, the place is the one that an administrator chose.
        bool isThere = progress.Start == webhook.Start.Number;
        bool retries = isThere && !webhook.IsDisabled && progress.NextAttempt is not null;
        return new Webhook
        {
            Name = ResourceName.Of(region, WebhookApi.Webhooks, webhook.Id),
            Url = webhook.Url,
            Events = { webhook.Events.Select(one => one.ToContract()) },
            State = webhook.IsDisabled ? V1.WebhookState.Disabled : retries ? V1.WebhookState.Retrying : V1.WebhookState.Active,
            NextIndex = isThere ? progress.Next : webhook.Start.From,
            Failures = isThere ? progress.Failures : 0,
            NextAttemptTime = retries ? Timestamp.FromDateTimeOffset(progress.NextAttempt!.Value) : null,
            LastAttempt = progress.Attempts.FirstOrDefault()?.ToContract(region),
            CreatedBy = webhook.CreatedBy,
            CreateTime = webhook.CreatedAt == default ? null : Timestamp.FromDateTimeOffset(webhook.CreatedAt),
        };
    }

    public static WebhookAttempt ToContract(this WebhookAttemptRecord attempt, RegionCode region) => new()
    {
        EventId = attempt.EventId,
        Event = attempt.Event.ToContract(),
        Entry = ResourceName.Of(region, LedgerRequests.EntriesOfRegion, attempt.Entry),
        Time = Timestamp.FromDateTimeOffset(attempt.At),
        Outcome = attempt.Outcome.ToContract(),
        HttpStatus = attempt.Status,
    };
}

/// <summary>Reads the address of a receiver. What a name stands for is judged at every connection, since it may change.</summary>
internal static class ReceiverAddress
{
    private const int MaxLength = 500;

    /// <returns>The address as .NET writes it; empty where it is refused.</returns>
    public static string Read(RequestReader read, string text, string field, WebhookSender sender)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (text.Length > MaxLength) read.Refuse(field, "TOO_LONG", ("max", $"{MaxLength}"));
        else if (text.Any(letter => letter is <= ' ' or >= '\x7f' or '\\') || !Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            || url.Host.Length == 0 || url.Port <= 0) read.Refuse(field, "NOT_A_URL");
        else if (Fault(url, sender) is { } fault) read.Refuse(field, fault);
        else return url.AbsoluteUri;
        return "";
    }

    private static string? Fault(Uri url, WebhookSender sender)
    {
        string host = url.IdnHost.TrimEnd('.');
        IPAddress? address = IPAddress.TryParse(host, out IPAddress? literal) ? literal : null;
        // By RFC 6761 the name always stands for this machine.
        bool isHere = address is not null ? IPAddress.IsLoopback(address)
            : host == "localhost" || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
        return url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && isHere && sender.AllowsLoopback) ? "URL_NOT_HTTPS"
            : url.UserInfo.Length > 0 ? "URL_WITH_USER"
            : url.Fragment.Length > 0 ? "URL_WITH_FRAGMENT"
            : isHere ? (sender.AllowsLoopback ? null : "URL_NOT_PUBLIC")
            // A name without a dot is one of the local network.
            : (address is not null ? !sender.Allows(address) : !host.Contains('.')) ? "URL_NOT_PUBLIC" : null;
    }
}
