using System.Collections.Immutable;
using Google.Rpc;
using Grpc.Core;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Cli;

/// <summary>Why a command failed, for people and for scripts.</summary>
/// <param name="Status">The gRPC status in capitals; USAGE if the command never reached the server.</param>
/// <param name="Reason">A reason of the contract's catalogue; empty if the server gave none.</param>
internal sealed record Failure(
    ExitCode ExitCode,
    string Status,
    string Reason,
    string Message,
    ImmutableSortedDictionary<string, string> Values,
    ImmutableArray<FieldFailure> Fields)
{
    /// <summary>
    /// True if the command may have happened and a retry with the same request id tells. False if the server never read the request, or
    /// meets the same damaged state every time.
    /// </summary>
    public bool LeavesUnknown => ExitCode == ExitCode.Unavailable && Status != "UNIMPLEMENTED"
        && Reason is not ("MESSAGE_TOO_LARGE" or "STATE_UNREADABLE" or "RATE_LIMITED");

    /// <summary>The option with which the same command is carried out all the same, if that is meant; null if there is none.</summary>
    public string? Option => Reason switch
    {
        "RECEIPT_REPEATED" or "RECEIPT_REFERENCE_USED" => FundCommands.AllowRepeat,
        "FUND_PURPOSE_BOUND" => ProgrammeCommands.ServesPurpose,
        _ => null,
    };

    /// <summary>The failure for an exception; null for a bug of the tool.</summary>
    public static Failure? Of(Exception error, Language language, Uri? server) => error switch
    {
        RpcException rpc => Of(rpc, language, server),
        UsageException usage => Plain(ExitCode.Usage, "USAGE", usage.In(language)),
        TokenException token =>
        Plain(token.ExitCode, token.ExitCode == ExitCode.Unavailable ? "UNAVAILABLE" : "UNAUTHENTICATED", token.In(language)),
        StepException step => Plain(ExitCode.Refused, "FAILED_PRECONDITION", step.In(language)),
        TerminalException refused => Plain(ExitCode.Refused, "FAILED_PRECONDITION", refused.In(language)),
        ProofException proof => Plain(ExitCode.Refused, "FAILED_PRECONDITION", proof.In(language)),
        OperationCanceledException => Plain(ExitCode.Unavailable, "CANCELLED", language["已取消。", "Cancelled."]),
        _ => null,
    };

    /// <summary>The reason in a server's refusal; empty if it has none.</summary>
    public static string ReasonOf(RpcException error) => Find<ErrorInfo>(error.GetRpcStatus())?.Reason ?? "";

    private static Failure Of(RpcException error, Language language, Uri? server)
    {
        Google.Rpc.Status? status = error.GetRpcStatus();
        ErrorInfo? info = Find<ErrorInfo>(status);
        string text = status?.Details
            .Where(detail => detail.Is(LocalizedMessage.Descriptor)).Select(detail => detail.Unpack<LocalizedMessage>())
            .FirstOrDefault(message => message.Locale == language.Locale)?.Message ?? PlainText(error, language, server);
        BadRequest? input = Find<BadRequest>(status);
        return new Failure(
            ExitCodeOf(error.StatusCode),
            EnumText.UpperSnake(error.StatusCode.ToString()),
            info?.Reason ?? "",
            text,
            info is null ? ImmutableSortedDictionary<string,
            string>.Empty : ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, info.Metadata),
            input is null ? [] : [.. input.FieldViolations.Select(violation => FieldFailure.Of(violation, language))]);
    }

    private static Failure Plain(ExitCode code, string status, string text) =>
        new(code, status, "", text, ImmutableSortedDictionary<string, string>.Empty, []);

    private static T? Find<T>(Google.Rpc.Status? status)
        where T : class, Google.Protobuf.IMessage<T>, new()
    {
        var descriptor = new T().Descriptor;
        return status?.Details.FirstOrDefault(detail => detail.Is(descriptor))?.Unpack<T>();
    }

    /// <summary>The text for an error without the contract's details: no server, or a proxy in between.</summary>
    private static string PlainText(RpcException error, Language language, Uri? server) => error.StatusCode switch
    {
        StatusCode.Unavailable => language[$"连不上服务器 {server}。可先运行 ./timebank up。",
            $"Can't reach the server at {server}. Is it running? ./timebank up starts it."],
        StatusCode.DeadlineExceeded => language["服务器没有及时答复。", "The server didn't answer in time."],
        StatusCode.Unimplemented => language["这台服务器没有这项功能。", "This server doesn't have this function."],
        _ => error.Status.Detail,
    };

    private static ExitCode ExitCodeOf(StatusCode status) => status switch
    {
        StatusCode.OK => ExitCode.Ok,
        StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.Aborted => ExitCode.Refused,
        StatusCode.InvalidArgument or StatusCode.OutOfRange => ExitCode.Usage,
        StatusCode.PermissionDenied or StatusCode.Unauthenticated => ExitCode.NotAllowed,
        StatusCode.Cancelled or StatusCode.Unknown or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted
        or StatusCode.Unimplemented
            or StatusCode.Internal or StatusCode.Unavailable or StatusCode.DataLoss => ExitCode.Unavailable,
    };
}

/// <summary>One wrong field of a request.</summary>
/// <param name="Field">The dotted path, in the contract's names.</param>
/// <param name="Violation">A key of the contract's violations; empty if the server named none.</param>
internal sealed record FieldFailure(string Field, string Violation, string Text)
{
    /// <summary>Splits a description <c>KEY: 中文。 English.</c> and keeps the reader's language.</summary>
    public static FieldFailure Of(BadRequest.Types.FieldViolation violation, Language language)
    {
        string text = violation.Description, key = "";
        int colon = text.IndexOf(": ", StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(0, colon).IndexOfAnyExcept(UpperSnake) < 0) (key, text) = (text[..colon], text[(colon + 2)..]);
        int stop = text.IndexOf("。 ", StringComparison.Ordinal);
        if (stop >= 0) text = language[text[..(stop + 1)], text[(stop + 2)..]];
        return new FieldFailure(violation.Field, key, text);
    }

    private const string UpperSnake = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
}

/// <summary>Exit codes for scripts. <c>--help</c> promises the numbers.</summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>A rule refused, or the thing does not exist.</summary>
    Refused = 1,

    /// <summary>The input can't be right.</summary>
    Usage = 2,

    /// <summary>The server can't be reached or can't answer now. Whether anything was recorded is unknown.</summary>
    Unavailable = 3,

    /// <summary>The caller may not do this.</summary>
    NotAllowed = 4,
}

/// <summary>A proof does not hold.</summary>
internal sealed class ProofException(string chinese, string english) : Exception(english)
{
    public string In(Language language) => language[chinese, Message];
}

/// <summary>A step of the demonstration's month had another result than planned.</summary>
internal sealed class StepException(string step, string chinese, string english, RpcException? cause = null) : Exception(english, cause)
{
    public string In(Language language) => language[$"步骤 {step}：{chinese}", $"Step {step}: {Message}"];
}

/// <summary>The tool got no token, so it asked the server nothing.</summary>
internal sealed class TokenException(ExitCode exitCode, string chinese, string english) : Exception(english)
{
    public ExitCode ExitCode { get; } = exitCode;

    public string In(Language language) => language[chinese, Message];
}

/// <summary>The input can't be right. The message says how to enter it.</summary>
internal sealed class UsageException(string chinese, string english) : Exception(english)
{
    public string In(Language language) => language[chinese, Message];
}
