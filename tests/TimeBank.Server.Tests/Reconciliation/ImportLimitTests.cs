using Google.Protobuf;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <summary>A server that takes files of 1,000 bytes at most.</summary>
public sealed class ImportLimitTests : IAsyncLifetime
{
    private readonly TestServer _server = new() { Settings = ["--TimeBank:StatementBytes=1000"] };

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_file_over_the_limit_is_refused_while_it_comes_and_leaves_nothing()
    {
        Bank bank = await new Bank(_server, "430211", "limited").OpenAsync();

        Func<Task> send = async () =>
        {
            using var call = new ReconciliationService.ReconciliationServiceClient(_server.As(Role.FinanceMaker)).ImportStatement();
            await call.RequestStream.WriteAsync(bank.Head());
            await call.RequestStream.WriteAsync(new ImportStatementRequest { Data = ByteString.CopyFrom(new byte[1_001]) });
            // The stream is still open: the server doesn't wait for its end.
            await call.ResponseStream.MoveNext(default);
        };
        await send.IsRefusedAsync(Reason.StatementTooLarge);

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_server.Data, "imports")));
        Assert.Equal(1, (await bank.TakenAsync(bank.File(0, (1, 5, "SMALL")))).NewLines);
    }
}
