using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;
using ExportFormat = TimeBank.V1.ExportFormat;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ExportTests(TestServer server) : IAsyncLifetime
{
    // No other test writes to this district.
    private const string Region = "430223", Parent = $"regions/{Region}";

    public async ValueTask InitializeAsync() => await new WrittenEntries(server, Region).KeepAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(ExportFormat.Hledger, "\n2026-10-", 6)]
    [InlineData(ExportFormat.Beancount, " * \"", 5)]
    [InlineData(ExportFormat.Csv, "\r\n", 9)]
    public async Task A_journal_comes_whole_with_how_far_it_is(ExportFormat format, string mark, int count)
    {
        (string text, ExportChunk last) = await ReadAsync(new ExportRequest { Parent = Parent, Format = format });

        Assert.Equal(count, text.Split(mark).Length - 1);
        Assert.Equal((5, 5), (last.Done, last.Total));
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_after_the_last_entry_have_balances_alone()
    {
        var days = new V1.Period { FirstDay = new Date { Year = 2030, Month = 1, Day = 1 } };

        (string text, ExportChunk last) =
            await ReadAsync(new ExportRequest { Parent = Parent, Format = ExportFormat.Hledger, Period = days });

        Assert.Equal(0, last.Total);
        Assert.Contains("opening balances\n    bank:ccb  10.00 CNY\n", text, StringComparison.Ordinal);
        Assert.Contains("    bank:ccb  0.00 CNY = 10.00 CNY\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_before_the_first_entry_and_an_unwritten_region_are_empty()
    {
        var days = new V1.Period { LastDay = new Date { Year = 2026, Month = 9, Day = 30 } };

        foreach (ExportRequest request in new[] { new ExportRequest { Parent = Parent, Period = days },
            new ExportRequest { Parent = "regions/430182" } })
        {
            (string text, ExportChunk last) = await ReadAsync(new ExportRequest(request) { Format = ExportFormat.Beancount });
            Assert.Equal((0, 0), (last.Done, last.Total));
            Assert.DoesNotContain(" * ", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", ExportFormat.Csv, Reason.InvalidField, "parent")]
    [InlineData(Parent, ExportFormat.Unspecified, Reason.InvalidField, "format")]
    [InlineData(Parent, (ExportFormat)9, Reason.InvalidField, "format")]
    [InlineData("regions/430104", ExportFormat.Csv, Reason.RegionNotAllowed)]
    public async Task A_wrong_request_is_refused_before_anything_is_sent(string parent, ExportFormat format, Reason reason,
        params string[] fields) =>
        await ((Func<Task>)(() => ReadAsync(new ExportRequest { Parent = parent, Format = format }))).IsRefusedAsync(reason, fields);

    [Fact]
    public async Task Clerks_and_volunteers_export_nothing()
    {
        var counter = new LedgerService.LedgerServiceClient(server.As(Role.Counter, "", "", "430200"));

        await ((Func<Task>)(() => ReadAsync(new ExportRequest { Parent = Parent, Format = ExportFormat.Csv }, counter)))
            .IsRefusedAsync(Reason.RoleNotAllowed);
    }

    private async Task<(string Text, ExportChunk Last)> ReadAsync(ExportRequest request, LedgerService.LedgerServiceClient? client = null)
    {
        using AsyncServerStreamingCall<ExportChunk> call =
            (client ?? new LedgerService.LedgerServiceClient(server.As(Role.Auditor, "", "", "430200", "430182"))).Export(request);
        string text = "";
        ExportChunk last = new();
        while (await call.ResponseStream.MoveNext(default))
        {
            last = call.ResponseStream.Current;
            text += last.Data.ToStringUtf8();
        }
        return (text, last);
    }
}
