using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>The files that finance and auditors take away: the file for the bank, reports as tables, the journal.</summary>
public static class FinanceDownloads
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/finance/batches/{id}/file", (string id, Visitor visitor) => AnswerAsync(visitor, () => FileAsync(visitor, id)))
            .RequireAuthorization();
        app.MapGet("/finance/reports/{kind}.csv", (string kind, HttpRequest request, Visitor visitor) => AnswerAsync(visitor, async () =>
            await new Reports(visitor, name => request.Query[name].ToString()).ReadAsync(kind) is { } report
                ? Results.Bytes(report.ToCsv(), "text/csv; charset=utf-8", Safe($"{kind}-{visitor.Region}-{report.Of}.csv"))
                : Results.NotFound())).RequireAuthorization();
        app.MapGet("/journal/export", (string? format, string? from, string? to, HttpResponse response, Visitor visitor) =>
            AnswerAsync(visitor, () => JournalAsync(visitor, response, format, from, to))).RequireAuthorization();
    }

    /// <summary>The contract's error as the page of its HTTP status.</summary>
    public static async Task<IResult> AnswerAsync(Visitor visitor, Func<Task<IResult>> answer)
    {
        try
        {
            return await answer();
        }
        catch (RpcException error)
        {
            return new FaultAnswer(Fault.Of(error, visitor.Language, acted: false));
        }
    }

    /// <summary>A name that is safe in a header and on every disk.</summary>
    public static string Safe(string name) =>
        string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' ? letter : '-'));

    /// <summary>
    /// The file that was made of a batch, byte for byte. A batch without one answers 404: only the form on its page makes a file, because
    /// that is a decision.
    /// </summary>
    private static async Task<IResult> FileAsync(Visitor visitor, string id)
    {
        string name = $"{visitor.Parent}/settlements/{id}";
        SettlementBatch batch = await visitor.Client.Settlements.GetBatchAsync(new GetBatchRequest { Name = name }, visitor.Client.Reading);
        if (batch.Export is not { } made) return Results.NotFound();
        if (made.Sha256.Length == 0)
            return new FaultAnswer(new Fault(StatusCodes.Status404NotFound, "", ExportFacts.NoFile(visitor.Language), [], false));
        ExportPaymentsResponse file = await visitor.Client.Settlements.ExportPaymentsAsync(new ExportPaymentsRequest
        {
            RequestId = Page.NewRequestId(), Name = name, BankAccount = made.BankAccount, Format = made.Format, Profile = made.Profile,
            ExecutionDate = made.ExecutionDate,
        }, visitor.Client.Acting);
        return Results.Bytes(file.File.ToByteArray(), file.MediaType, Safe(file.FileName));
    }

    /// <summary>The journal, piece by piece as it comes: it may be larger than memory.</summary>
    private static async Task<IResult> JournalAsync(Visitor visitor, HttpResponse response, string? format, string? from, string? to)
    {
        (ExportFormat wanted, string ending, string type) = format switch
        {
            "beancount" => (ExportFormat.Beancount, "beancount", "text/plain; charset=utf-8"),
            "csv" => (ExportFormat.Csv, "csv", "text/csv; charset=utf-8"),
            _ => (ExportFormat.Hledger, "journal", "text/plain; charset=utf-8"),
        };
        var request = new ExportRequest { Parent = visitor.Parent, Format = wanted };
        bool hasFirst = DateOnly.TryParseExact(from, "yyyy-MM-dd", out DateOnly first),
            hasLast = DateOnly.TryParseExact(to, "yyyy-MM-dd", out DateOnly last);
        if (hasFirst || hasLast) request.Period = new Period
        {
            FirstDay = hasFirst ? Written.ToContract(first) : null, LastDay = hasLast ? Written.ToContract(last) : null,
        };
        string days = (hasFirst, hasLast) switch
        {
            (false, false) => $"{visitor.Today:yyyy-MM-dd}",
            (true, false) => $"{first:yyyy-MM-dd}-{visitor.Today:yyyy-MM-dd}",
            (false, true) => $"until-{last:yyyy-MM-dd}",
            (true, true) => $"{first:yyyy-MM-dd}-{last:yyyy-MM-dd}",
        };
        // It ends with the request of a reader who left, and has no other deadline.
        using AsyncServerStreamingCall<ExportChunk> call = visitor.Client.Ledger.Export(
            request, new CallOptions(cancellationToken: response.HttpContext.RequestAborted));
        // The first piece tells a refusal, while the answer can still be a page.
        bool more = await call.ResponseStream.MoveNext(CancellationToken.None);
        response.ContentType = type;
        response.Headers.ContentDisposition = $"attachment; filename=\"{Safe($"{visitor.Region}-{days}.{ending}")}\"";
        for (; more; more = await call.ResponseStream.MoveNext(CancellationToken.None))
            await response.Body.WriteAsync(call.ResponseStream.Current.Data.Memory);
        return Results.Empty;
    }
}
