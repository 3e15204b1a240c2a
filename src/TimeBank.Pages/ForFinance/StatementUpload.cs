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

    /// <summary>How files of banks and wallets are read, by name.</summary>
    public static (string Name, string Chinese, string English)[] Profiles { get; } =
    [
        ("camt053", "ISO 20022 对账单（camt.053）", "ISO 20022 statement (camt.053)"), ("mt940", "SWIFT 对账单（MT940）", "SWIFT statement (MT940)"),
        ("abc-debit", "中国农业银行借记卡明细", "Agricultural Bank of China, debit"), ("boc-debit", "中国银行借记卡交易流水", "Bank of China, debit"),
        ("boc-credit", "中国银行信用卡账单", "Bank of China, credit card"), ("bocom-debit", "交通银行借记卡交易明细", "Bank of Communications, debit"),
        ("ccb-debit", "中国建设银行活期账户交易明细", "China Construction Bank, current account"),
        ("cgb-credit", "广发银行信用卡账单", "China Guangfa Bank, credit card"), ("cmb-debit", "招商银行借记卡交易流水", "China Merchants Bank, debit"),
        ("cmb-credit", "招商银行信用卡对账单", "China Merchants Bank, credit card"), ("icbc-debit", "中国工商银行借记卡明细", "ICBC, debit"),
        ("icbc-credit", "中国工商银行信用卡明细", "ICBC, credit card"), ("alipay-merchant", "支付宝商家账务明细", "Alipay, merchant's account"),
        ("alipay-merchant-orders", "支付宝商家业务明细", "Alipay, merchant's orders"), ("alipay-personal", "支付宝个人账单", "Alipay, personal"),
        ("wechat-merchant", "微信支付商户交易账单", "WeChat Pay, merchant's trade"),
        ("wechat-merchant-funds", "微信支付商户资金账单", "WeChat Pay, merchant's funds"), ("wechat-personal", "微信支付个人账单", "WeChat Pay, personal"),
    ];

    /// <summary>How banks' sheets of payments are laid out, by name.</summary>
    public static (string Name, string Chinese, string English)[] Sheets { get; } =
    [
        ("batch-transfer", "批量转账（行内）", "batch of transfers in one bank"),
        ("batch-transfer-interbank", "批量跨行转账", "batch of transfers between banks"),
    ];

    /// <summary>These two are texts of their own, and no table in whatever program.</summary>
    public static bool IsSpreadsheetFor(string fileName, string profile) => profile is "camt053" or "mt940"
        && (fileName.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase)
            || fileName.EndsWith(".xls", StringComparison.OrdinalIgnoreCase));

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
