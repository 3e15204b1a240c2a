using Google.Protobuf;
using Grpc.Core;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Pages.ForFinance;

/// <summary>Hands a bank's file to the contract, piece by piece.</summary>
public static class StatementUpload
{
    /// <summary>The most bytes that a browser may send; the command line takes larger files.</summary>
    public const long MaxBytes = 64L << 20;

    /// <summary>How the files of banks and wallets end.</summary>
    public const string Endings = ".csv,.txt,.xls,.xlsx,.xml,.sta,.mt940,.940,.zip";

    private const int Piece = 512 << 10;

    public static bool IsKnown(string fileName) =>
        Endings.Split(',').Any(ending => fileName.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <returns>The last answer: what was taken, or why nothing was.</returns>
    public static async Task<ImportStatementResponse> SendAsync(Contract client, ImportStatementRequest head, Stream file)
    {
        using AsyncDuplexStreamingCall<ImportStatementRequest, ImportStatementResponse> call =
            client.Reconciliation.ImportStatement(client.Running);
        // The server may answer while the file still comes, and takes no more of it after that: so whoever writes also reads.
        Task<ImportStatementResponse> answer = LastAsync(call.ResponseStream);
        byte[] piece = new byte[Piece];
        Task sent = call.RequestStream.WriteAsync(head);
        while (await Task.WhenAny(sent, answer) != answer)
        {
            await sent;
            int read = await file.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false);
            if (read == 0) break;
            sent = call.RequestStream.WriteAsync(new ImportStatementRequest { Data = ByteString.CopyFrom(piece, 0, read) });
        }
        await call.RequestStream.CompleteAsync();
        return await answer;
    }

    private static async Task<ImportStatementResponse> LastAsync(IAsyncStreamReader<ImportStatementResponse> answers)
    {
        var last = new ImportStatementResponse();
        while (await answers.MoveNext(CancellationToken.None)) last = answers.Current;
        return last;
    }
}
