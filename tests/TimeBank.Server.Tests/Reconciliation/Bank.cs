using System.Globalization;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>A bank account of ours in a region of its own, and the files that its bank writes. All numbers are made up.</summary>
internal sealed class Bank(TestServer server, string region, string slug)
{
    private static int s_numbers;

    private readonly string _number = $"62220{Interlocked.Increment(ref s_numbers):D11}";

    public string Region => $"regions/{region}";

    public string Name => $"{Region}/bankAccounts/{slug}";

    public string Slug => slug;

    public string Number => _number;

    public ReconciliationService.ReconciliationServiceClient Maker => As(Role.FinanceMaker, "maker");

    public ReconciliationService.ReconciliationServiceClient Checker => As(Role.FinanceChecker, "checker");

    public ReconciliationService.ReconciliationServiceClient As(Role role, string subject) =>
        new(server.As(role, subject: subject, regions: region));

    public async Task<Bank> OpenAsync(string profile = "mt940", string number = "", bool forCustody = false)
    {
        await new BankAccountService.BankAccountServiceClient(server.As(Role.Administrator, regions: region)).SetBankAccountAsync(
            new SetBankAccountRequest
            {
                RequestId = Desk.Id(), Name = Name, HolderName = "演示民政局", AccountNumber = number.Length > 0 ? number : _number,
                BankName = "演示银行", BankCode = "102100099996", StatementProfile = profile, ForCustody = forCustody,
            });
        return this;
    }

    /// <summary>A file of one statement in MT940: day of October 2026, fen with its side, the text.</summary>
    public byte[] File(long opening, params (int Day, long Fen, string Text)[] lines) => File("1", opening, lines);

    public byte[] File(string number, long opening, params (int Day, long Fen, string Text)[] lines)
    {
        var text = new StringBuilder();
        int first = lines.Length == 0 ? 1 : lines[0].Day, last = lines.Length == 0 ? 1 : lines[^1].Day;
        text.Append(CultureInfo.InvariantCulture, $":20:DEMO\r\n:25:{_number}\r\n:28C:{number}\r\n:60F:{Balance(opening, first)}\r\n");
        foreach ((int day, long fen, string what) in lines)
            text.Append(CultureInfo.InvariantCulture,
                $":61:2610{day:D2}10{day:D2}{(fen < 0 ? "D" : "C")}{Yuan(fen)}NMSCNONREF\r\n:86:{what}\r\n");
        text.Append(CultureInfo.InvariantCulture, $":62F:{Balance(opening + lines.Sum(line => line.Fen), last)}\r\n-\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>A file in MT940 up to a day, whose lines have the bank's references.</summary>
    public byte[] File(string number, long opening, DateOnly until, params (DateOnly Day, long Fen, string Text, string Reference)[] lines)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $":20:DEMO\r\n:25:{_number}\r\n:28C:{number}\r\n:60F:{Balance(opening, lines[0].Day)}\r\n");
        foreach ((DateOnly day, long fen, string what, string reference) in lines)
        {
            text.Append(CultureInfo.InvariantCulture,
                $":61:{day:yyMMdd}{day:MMdd}{(fen < 0 ? "D" : "C")}{Yuan(fen)}NMSCNONREF//{reference}\r\n:86:{what}\r\n");
        }
        text.Append(CultureInfo.InvariantCulture, $":62F:{Balance(opening + lines.Sum(line => line.Fen), until)}\r\n-\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public ImportStatementRequest Head(string profile = "") => new()
    {
        RequestId = Desk.Id(), Parent = Name, FileName = "october.sta", Profile = profile,
    };

    public Task<ImportStatementResponse> ImportAsync(byte[] file) => ImportAsync(Head(), file);

    public async Task<ImportStatementResponse> ImportAsync(ImportStatementRequest head, byte[] file, int piece = 100) =>
        (await ToldAsync(head, file, piece))[^1];

    /// <summary>All messages of an import.</summary>
    public async Task<IReadOnlyList<ImportStatementResponse>> ToldAsync(ImportStatementRequest head, byte[] file, int piece)
    {
        using AsyncDuplexStreamingCall<ImportStatementRequest, ImportStatementResponse> call = Maker.ImportStatement();
        try
        {
            await call.RequestStream.WriteAsync(head);
            foreach (byte[] bytes in file.Chunk(piece))
                await call.RequestStream.WriteAsync(new ImportStatementRequest { Data = ByteString.CopyFrom(bytes) });
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The server has refused it meanwhile. Why, its answer says.
        }
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }

    public async Task<ImportStatementResponse> TakenAsync(byte[] file)
    {
        ImportStatementResponse answer = await ImportAsync(file);
        Assert.True(answer.Refusal is null, $"{answer.Refusal}");
        return answer;
    }

    public async Task<IReadOnlyList<BankLine>> LinesAsync(BankLineState state = BankLineState.Unspecified) =>
        [.. (await Maker.ListBankLinesAsync(new ListBankLinesRequest { Parent = Name, State = state })).Lines];

    public async Task<ReconciliationSummary> RunAsync(bool dryRun = false, string requestId = "") =>
        (await StepsAsync(dryRun, requestId))[^1].Summary;

    /// <summary>All messages of a run.</summary>
    public async Task<IReadOnlyList<ReconciliationProgress>> StepsAsync(bool dryRun = false, string requestId = "")
    {
        using AsyncServerStreamingCall<ReconciliationProgress> call = Maker.RunReconciliation(new RunReconciliationRequest
        {
            RequestId = requestId.Length > 0 ? requestId : Desk.Id(), Parent = Name, ValidateOnly = dryRun,
        });
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }

    private static string Balance(long fen, int day) => Balance(fen, new DateOnly(2026, 10, day));

    private static string Balance(long fen, DateOnly day) => string.Create(
        CultureInfo.InvariantCulture, $"{(fen < 0 ? "D" : "C")}{day:yyMMdd}CNY{Yuan(fen)}");

    private static string Yuan(long fen) => string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(fen) / 100},{Math.Abs(fen) % 100:D2}");
}
