using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using BadRequest = Google.Rpc.BadRequest;
using ErrorInfo = Google.Rpc.ErrorInfo;
using LocalizedMessage = Google.Rpc.LocalizedMessage;
using RetryInfo = Google.Rpc.RetryInfo;
using Grpc.Core;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// The contract's RPCs as JSON over HTTP, at the addresses that the contract gives them. A call goes through the interceptors of gRPC, so
/// rules, errors and request ids are the same. ASP.NET's own transcoding ignores fields and parameters that it does not know; a misspelt
/// <c>validate_only</c> would then move money, so requests are read here.
/// </summary>
public static class HttpCalls
{
    public const string Prefix = "/v1";

    private const int MaxBodyBytes = 2 << 20;

    private const string Json = "application/json", Lines = "application/x-ndjson";

    // Apostrophes and Chinese letters as themselves: the answer is no part of a page.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true)
        .WithTypeRegistry(TypeRegistry.FromMessages(
            ErrorInfo.Descriptor, BadRequest.Descriptor, LocalizedMessage.Descriptor, RetryInfo.Descriptor)));

    public static void MapTimeBankHttp(this IEndpointRouteBuilder app) =>
        app.Map(Prefix + "/{**address}", (HttpContext http, LocalCalls calls) => AnswerAsync(http, calls)).DisableAntiforgery();

    private static async Task AnswerAsync(HttpContext http, LocalCalls calls)
    {
        try
        {
            if (Find(http) is not ({ } rule, { } value)) return;
            IMessage request = JsonRequest.Read(rule, value, http.Request.Query, await BodyAsync(rule, http.Request));
            var options = new CallOptions(cancellationToken: http.RequestAborted);
            string token = Token(http);
            if (rule.Method.IsServerStreaming) await StreamAsync(http.Response, calls.Stream(rule.Method, token, request, options));
            else await WriteAsync(http.Response, await calls.CallAsync(rule.Method, token, request, options));
        }
        catch (RpcException error)
        {
            await WriteAsync(http.Response, error);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
    }

    /// <summary>The rule of an address; null where the answer is given already.</summary>
    private static (HttpRule? Rule, string? Value) Find(HttpContext http)
    {
        string address = http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0];
        (HttpRule Rule, string Value)[] found = [.. HttpRule.Find(address)];
        if (found.Length == 0) throw Problem.Of(Reason.AddressUnknown);
        (HttpRule? rule, string? value) = found.FirstOrDefault(one => one.Rule.Verb == http.Request.Method);
        if (rule is not null) return (rule, value);
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        http.Response.Headers.Allow = string.Join(", ", found.Select(one => one.Rule.Verb).Distinct());
        return default;
    }

    private static string Token(HttpContext http) =>
        http.Request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header["Bearer ".Length..].Trim() : "";

    private static async Task<ReadOnlyMemory<byte>> BodyAsync(HttpRule rule, HttpRequest request)
    {
        if (request.ContentLength > MaxBodyBytes) throw Problem.Of(Reason.MessageTooLarge);
        if (rule.HasBody && !request.HasJsonContentType()) throw Problem.Of(Reason.NotJson);
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            int read = await request.Body.ReadAsync(body.GetMemory(16 << 10), request.HttpContext.RequestAborted);
            if (read == 0) break;
            body.Advance(read);
            if (body.WrittenCount > MaxBodyBytes) throw Problem.Of(Reason.MessageTooLarge);
        }
        if (!rule.HasBody && body.WrittenCount > 0) throw Problem.Of(Reason.MessageUnreadable);
        return body.WrittenMemory;
    }

    /// <summary>
    /// One JSON object a line: <c>{"result": …}</c> for each message, and at the end <c>{"whole": true}</c> or <c>{"error": …}</c>. A
    /// stream without either was cut.
    /// </summary>
    private static async Task StreamAsync(HttpResponse response, IAsyncEnumerable<IMessage> messages)
    {
        string end = "{\"whole\": true}\n";
        try
        {
            await foreach (IMessage message in messages)
            {
                if (!response.HasStarted) response.ContentType = Lines;
                await response.WriteAsync($"{{\"result\": {Formatter.Format(message)}}}\n", response.HttpContext.RequestAborted);
                await response.Body.FlushAsync(response.HttpContext.RequestAborted);
            }
        }
        catch (RpcException error) when (response.HasStarted)
        {
            end = $"{Error(error)}\n";
        }
        if (!response.HasStarted) response.ContentType = Lines;
        await response.WriteAsync(end, response.HttpContext.RequestAborted);
    }

    private static async Task WriteAsync(HttpResponse response, RpcException error)
    {
        response.StatusCode = StatusOf(error);
        if (response.StatusCode == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        if (error.GetRpcStatus()?.GetDetail<RetryInfo>() is { } retry)
        {
            response.Headers.RetryAfter = $"{(long)Math.Ceiling(retry.RetryDelay.ToTimeSpan().TotalSeconds)}";
        }
        response.ContentType = Json;
        await response.WriteAsync(Error(error), response.HttpContext.RequestAborted);
    }

    private static Task WriteAsync(HttpResponse response, IMessage message)
    {
        response.ContentType = Json;
        return response.WriteAsync(Formatter.Format(message), Encoding.UTF8, response.HttpContext.RequestAborted);
    }

    /// <summary>As AIP-193 writes an error in JSON.</summary>
    private static string Error(RpcException error)
    {
        Google.Rpc.Status status = error.GetRpcStatus() ?? new Google.Rpc.Status { Message = error.Status.Detail };
        string name = JsonEncodedName(error.StatusCode);
        return $"{{\"error\": {{\"code\": {StatusOf(error)}, \"status\": \"{name}\", "
            + $"\"message\": {JsonSerializer.Serialize(status.Message, Readable)}, "
            + $"\"details\": [{string.Join(", ", status.Details.Select(detail => Formatter.Format(detail)))}]}}}}";
    }

    private static string JsonEncodedName(StatusCode code) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(code == StatusCode.Cancelled ? "Cancelled" : $"{code}");

    /// <summary>HTTP's status for gRPC's. Source: google/rpc/code.proto; two reasons that only HTTP has get HTTP's own.</summary>
    private static int StatusOf(RpcException error) => error.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Reason switch
    {
        "MESSAGE_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "NOT_JSON" => StatusCodes.Status415UnsupportedMediaType,
        _ => error.StatusCode switch
        {
            StatusCode.OK => StatusCodes.Status200OK,
            StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
            StatusCode.NotFound => StatusCodes.Status404NotFound,
            StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
            StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
            StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
            StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        },
    };
}
