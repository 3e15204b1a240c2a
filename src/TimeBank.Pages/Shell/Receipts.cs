using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TimeBank.Pages.Shell;

/// <summary>Receipts as files.</summary>
public static class Receipts
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/receipts/{region:length(6)}/{index:long}", async (string region, long index, Visitor visitor) =>
        {
            if (region != visitor.Region) return Results.StatusCode(StatusCodes.Status403Forbidden);
            try
            {
                EntryReceipt receipt = await EntryReceipt.ReadAsync(visitor, index);
                return Results.Text(receipt.Text, "text/plain; charset=utf-8").Named($"{region}-{index}.tlog-proof");
            }
            catch (RpcException error)
            {
                return new FaultAnswer(Fault.Of(error, visitor.Language, acted: false));
            }
        }).RequireAuthorization();

    /// <summary>The answer as a file that the browser keeps.</summary>
    /// <param name="name">Letters, digits, dots and hyphens alone.</param>
    public static IResult Named(this IResult content, string name) => new Attachment(content, name);

    private sealed class Attachment(IResult content, string name) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
            return content.ExecuteAsync(httpContext);
        }
    }
}

/// <summary>Why there is no file: a browser gets the page of the status with the reason, a program the status alone.</summary>
public sealed class FaultAnswer(Fault fault) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Items[typeof(Fault)] = fault with { IsOfReading = true };
        httpContext.Response.StatusCode = fault.Status;
        return Task.CompletedTask;
    }

    /// <summary>What stopped the request that this page answers; null: no file was asked for.</summary>
    public static Fault? Of(HttpContext http) => http.Items[typeof(Fault)] as Fault;
}
