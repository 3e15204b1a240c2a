using Grpc.Core;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Gives the contract's details to what gRPC's library refuses by itself, before any interceptor is asked: a message past the limit, and
/// one whose frame or compression is broken. It answers
/// so without a body, so its headers can still be changed. Its own log of them is off in <c>appsettings.json</c>, or anybody could fill it
/// without a token.
/// </summary>
public static class LibraryRefusals
{
    private const string StatusHeader = "grpc-status", MessageHeader = "grpc-message", DetailsHeader = "grpc-status-details-bin";

    private static readonly string TooLarge = $"{(int)StatusCode.ResourceExhausted}", Unknown = $"{(int)StatusCode.Unknown}";

    public static void UseTimeBankRefusals(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        IHeaderDictionary headers = context.Response.Headers;
        if (context.Response.HasStarted || headers.ContainsKey(DetailsHeader)) return;
        if (headers[StatusHeader] is not [var status] || (status != TooLarge && status != Unknown)) return;
        if (context.HasCaller())
        {
            // It has been read and answered: then it is the answer that could not be written.
            string said = headers[MessageHeader].ToString();
            app.Logger.LogError("The answer of {Path} could not be written: status {Status}, {Said}", context.Request.Path, status, said);
            return;
        }
        RpcException problem = Problem.Of(status == TooLarge ? Reason.MessageTooLarge : Reason.MessageUnreadable);
        headers[StatusHeader] = $"{(int)problem.StatusCode}";
        headers[MessageHeader] = Uri.EscapeDataString(problem.Status.Detail);
        headers[DetailsHeader] = Convert.ToBase64String(problem.Trailers.GetValueBytes(DetailsHeader)!);
    });
}
