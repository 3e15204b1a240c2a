using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

/// <summary>No month is closed on a bank that says something else; what the bank says otherwise is named.</summary>
public sealed class BankLegsTests(TestServer server) : IClassFixture<TestServer>
{
    private const string Region = "430211", October = $"regions/{Region}/periods/2026-10";

    private readonly Desk _desk = new(server, Region);
    private readonly Bank _bank = new(server, Region, "main");

    [Fact]
    public async Task Month_closes_when_the_bank_and_the_books_agree()
    {
        await _bank.OpenAsync();
        string fund = await _desk.FundAsync("banked", 0);
        await ReceiveAsync(fund, 70_000, 1);
        await new ScenarioService.ScenarioServiceClient(server.As(Role.Administrator)).AdvanceClockAsync(new AdvanceClockRequest
        {
            RequestId = Desk.Id(), To = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 2, 9, 0, 0, ChinaTime.Offset)),
        });

        Assert.Equal(["NotAtBank regions/430211/entries/0", "StatementMissing "], await GapsAsync());
        await PrepareAsync(Reason.PeriodHasDifferences);

        await _bank.TakenAsync(_bank.File("1", 0, (1, 70_000, "FUNDS"), (6, -500, "FEE")));
        Assert.Equal(
            [
                $"LineOpen {_bank.Name}/lines/1", $"LineOpen {_bank.Name}/lines/2", "NotAtBank regions/430211/entries/0",
                "StatementMissing 2026-10-06",
            ],
            await GapsAsync());

        await _bank.TakenAsync(_bank.File("2", 69_500, (31, 300, "INTEREST")));
        await _bank.Maker.ConfirmMatchAsync(new ConfirmMatchRequest
        {
            RequestId = Desk.Id(), Parent = _bank.Name, Lines = { 1 },
            Items = { $"regions/{Region}/entries/0/0" },
        });
        Assert.Equal([$"LineOpen {_bank.Name}/lines/2", $"LineOpen {_bank.Name}/lines/3", "None "], await GapsAsync());

        Assert.Null((await ResolveAsync(2, new ProposeResolutionRequest { Kind = V1.ResolutionKind.Fee })).Case.Resolution.LateFor);
        await ResolveAsync(3, new ProposeResolutionRequest { Kind = V1.ResolutionKind.Fund, Fund = fund });
        Assert.Empty(await GapsAsync());
        // A mistake of ours in October, found in November: the bank never saw it, so it is no movement of October.
        await ReceiveAsync(fund, 555, 2);
        Assert.Equal(2, (await GapsAsync()).Count());
        await ReverseLastAsync();
        Assert.Empty(await GapsAsync());
        await PrepareAsync(null);

        // A late line of October comes after the close: it counts in November, and says for which day it came.
        await _bank.TakenAsync(_bank.File("3", 69_800, (31, 40, "LATE")));
        V1.Resolution late = (await ResolveAsync(
            4, new ProposeResolutionRequest { Kind = V1.ResolutionKind.Fund, Fund = fund })).Case.Resolution;
        Assert.Equal(
            (new Date { Year = 2026, Month = 10, Day = 31 }, new Date { Year = 2026, Month = 11, Day = 1 }),
            (late.LateFor, late.EffectiveDate));
        BooksPeriod closed = await new PeriodService.PeriodServiceClient(
            server.As(Role.FinanceChecker, subject: "checker", regions: Region))
            .ApprovePeriodCloseAsync(new ApprovePeriodCloseRequest { RequestId = Desk.Id(), Name = October });
        Assert.Contains("CNY bank/main 0 70855 1055 D69800\n", closed.Statement, StringComparison.Ordinal);
    }

    private async Task ReverseLastAsync()
    {
        var ledger = new LedgerService.LedgerServiceClient(server.As(Role.FinanceMaker, regions: Region));
        long last = (await server.Services.GetRequiredService<ILedgerReader>().ReadHeadAsync(RegionCode.Parse(Region), default)).Size - 1;
        await ledger.ReverseAsync(
            new ReverseRequest { RequestId = Desk.Id(), Entry = $"regions/{Region}/entries/{last}", Memo = "typing error" });
    }

    private async Task<IEnumerable<string>> GapsAsync() => (await Auditor.GetDailyReportAsync(new GetDailyReportRequest
    {
        Parent = _desk.Region, FirstDate = new Date { Year = 2026, Month = 10, Day = 1 },
        LastDate = new Date { Year = 2026, Month = 10, Day = 31 },
    })).Lines.Where(line => !line.Ties)
        .Select(line => $"{(line.Gap == V1.ReportGap.Unspecified ? "None" : line.Gap)} {line.Subject}").Order(StringComparer.Ordinal);

    private async Task PrepareAsync(Reason? refused)
    {
        var call = new PeriodService.PeriodServiceClient(server.As(Role.FinanceMaker, subject: "maker", regions: Region))
            .PreparePeriodCloseAsync(new PreparePeriodCloseRequest { RequestId = Desk.Id(), Name = October });
        if (refused is { } reason) await call.IsRefusedAsync(reason);
        else await call;
    }

    private async Task<V1.BankLine> ResolveAsync(int line, ProposeResolutionRequest proposed)
    {
        (proposed.RequestId, proposed.Note) = (Desk.Id(), "the bank says so");
        proposed.Line = $"{_bank.Name}/lines/{line}";
        await _bank.Maker.ProposeResolutionAsync(proposed);
        return await _bank.Checker.ApproveResolutionAsync(new ApproveResolutionRequest { RequestId = Desk.Id(), Line = proposed.Line });
    }

    private async Task ReceiveAsync(string fund, long fen, int day)
    {
        RecordReceiptRequest receipt = _desk.Receipt(fund, fen);
        receipt.ReceivedDate = new Date { Year = 2026, Month = 10, Day = day };
        await _desk.Maker.RecordReceiptAsync(receipt);
    }

    private PeriodService.PeriodServiceClient Auditor { get; } = new(server.As(Role.Auditor, regions: Region));
}
