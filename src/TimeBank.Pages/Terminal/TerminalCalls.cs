using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.Terminal;

/// <summary>
/// What the terminal's page calls in the browser's session: to enrol, to send receipts, to hear how the terminal is and what the list says.
/// Each is an RPC of the contract, with the contract's JSON, so that access, rules and request ids are the same. What changes something
/// needs the form token besides the cookie.
/// </summary>
internal static class TerminalCalls
{
    private const string Calls = $"{TerminalFiles.Home}/calls";

    /// <summary>A hundred receipts of 600 bytes in base64, and their frame.</summary>
    private const int MaxBytes = 128 << 10;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet($"{Calls}/session", (HttpContext http, Visitor visitor, IAntiforgery forgery) => Results.Json(new
        {
            name = visitor.IsSignedIn ? visitor.Name : "", region = visitor.IsSignedIn ? visitor.Region : "",
            token = forgery.GetAndStoreTokens(http).RequestToken,
        }));
        app.MapGet($"{Calls}/state", (string? device, HttpContext http, Visitor visitor) => AnswerAsync(() => StateAsync(
            visitor, device ?? "", isDemonstration: http.RequestServices.GetService<ILocalPersons>() is { AsksNoSecret: true })));
        app.MapPost($"{Calls}/enrol", (HttpContext http, Visitor visitor, IAntiforgery forgery) => PostAsync<EnrolDeviceRequest>(
            http, forgery, async request => await visitor.Client.Providers.EnrolDeviceAsync(request, visitor.Client.Acting)));
        app.MapPost($"{Calls}/submit", (HttpContext http, Visitor visitor, IAntiforgery forgery) =>
            PostAsync<SubmitOfflineRedemptionsRequest>(http, forgery, async request =>
                await visitor.Client.Providers.SubmitOfflineRedemptionsAsync(request, visitor.Client.Acting)));
    }

    /// <summary>The terminal, the signed list, and what people call the services that its provider may give now.</summary>
    /// <param name="isDemonstration">
    /// True: the business's clock is none that a phone could have, so the terminal works by the clock of its last sync.
    /// </param>
    private static async Task<IResult> StateAsync(Visitor visitor, string name, bool isDemonstration)
    {
        Contract client = visitor.Client;
        Device device = await client.Providers.GetDeviceAsync(new GetDeviceRequest { Name = name }, client.Reading);
        RevocationList list = await client.Providers.GetRevocationListAsync(
            new GetRevocationListRequest { Parent = visitor.Parent }, client.Reading);
        V1.Provider provider = await client.Providers.GetProviderAsync(
            new GetProviderRequest { Name = device.Provider }, client.Reading);
        var services = (await ServiceNames.ReadAsync(visitor)).Values.Where(item => provider.ServiceTypes.Contains(item.ServiceType))
            .Select(item => new { id = item.Id, zh = item.NameZh, en = item.NameEn });
        return Results.Json(new
        {
            device = JsonSerializer.Deserialize<JsonElement>(JsonFormatter.Default.Format(device)), note = list.Note,
            verifierKey = list.VerifierKey, services, clock = isDemonstration ? visitor.Now.ToUnixTimeSeconds() : (long?)null,
        });
    }

    private static async Task<IResult> PostAsync<T>(HttpContext http, IAntiforgery forgery, Func<T, Task<IMessage>> call)
        where T : IMessage<T>, new()
    {
        if (!http.Request.HasJsonContentType() || !await forgery.IsRequestValidAsync(http))
        {
            return Refused(StatusCodes.Status400BadRequest, "页面已失效：您的登录可能已结束。请重新打开页面，再试一次。",
                "The page is no longer valid: you may have signed out. Open it again, and try once more.");
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxBytes;
        T request;
        try
        {
            using var body = new StreamReader(http.Request.Body);
            request = JsonParser.Default.Parse<T>(await body.ReadToEndAsync(http.RequestAborted));
        }
        catch (BadHttpRequestException error)
        {
            return Refused(error.StatusCode, "内容太大。", "It is too large.");
        }
        catch (Exception error) when (error is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            return Refused(StatusCodes.Status400BadRequest, "内容读不出来。", "It can't be read.");
        }
        return await AnswerAsync(async () => Results.Text(JsonFormatter.Default.Format(await call(request)), "application/json"));
    }

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RpcException error)
        {
            Fault chinese = Fault.Of(error, Language.Chinese, acted: true), english = Fault.Of(error, Language.English, acted: true);
            return Refused(chinese.Status, Text(chinese, Language.Chinese), Text(english, Language.English), chinese.Reason);
        }
    }

    private static string Text(Fault fault, Language language) => string.Join(language["；", "; "], fault.Fields.Select(
        field => $"{FieldNames.Of(field.Field, language)}{language["：", ": "]}{field.Text}").Prepend(fault.Text));

    private static IResult Refused(int status, string zh, string en, string reason = "") =>
        Results.Json(new { reason, zh, en }, statusCode: status);
}
