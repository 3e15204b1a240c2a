using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using Xunit;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Server.Tests;

/// <summary>Asserts the error of a refused call.</summary>
public static class Refusals
{
    /// <summary>Asserts that the call fails with this reason, the catalogue's status and texts, and exactly these wrong fields.</summary>
    public static async Task IsRefusedAsync(this Func<Task> call, Reason reason, params string[] fields)
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(call);
        Google.Rpc.Status? status = error.GetRpcStatus();
        Assert.NotNull(status);
        ErrorInfo info = ErrorInfo.Parser.ParseFrom(
            status.Details.Single(detail => detail.TypeUrl.EndsWith("/google.rpc.ErrorInfo", StringComparison.Ordinal)).Value);
        Assert.Equal(ReasonCatalogue.Name(reason), info.Reason);
        Assert.Equal("timebank", info.Domain);
        Assert.Equal(ReasonCatalogue.Of(reason).Status, error.StatusCode);
        Assert.Equal(["zh-CN", "en"], status.Details.Where(detail => detail.Is(LocalizedMessage.Descriptor))
            .Select(detail => detail.Unpack<LocalizedMessage>().Locale));
        IEnumerable<string> wrong = status.Details.Where(detail => detail.Is(BadRequest.Descriptor))
            .SelectMany(detail => detail.Unpack<BadRequest>().FieldViolations).Select(violation => violation.Field);
        if (fields.Length > 0) Assert.Equal(fields.Order(), wrong.Order());
    }

    public static Task IsRefusedAsync<T>(this AsyncUnaryCall<T> call, Reason reason, params string[] fields) =>
        ((Func<Task>)(async () => await call)).IsRefusedAsync(reason, fields);
}
