using System.Security.Cryptography;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TimeBank.Ledger;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Server.Tests;

[Collection(ServerCollection.Name)]
public sealed class ImportStatementTests(TestServer server) : IAsyncLifetime
{
    private const string Region = "430105";

    private static int s_used;

    private readonly Bank _bank = new(server, Region, $"import{++s_used}");


    public async ValueTask InitializeAsync() => await _bank.OpenAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_file_is_taken_and_its_lines_are_listed()
    {
        ImportStatementResponse taken = await _bank.TakenAsync(_bank.File(10_000, (1, 500, "利息 ALPHA"), (2, -300, "手续费 BETA")));

        Assert.Equal((2, 0, false), (taken.NewLines, taken.KnownLines, taken.AlreadyImported));
        V1.BankStatement statement = Assert.Single(taken.Statements);
        Assert.Equal((10_000L, 10_200L), (statement.Opening.Amount.Value, statement.Closing.Amount.Value));
        Assert.Contains("BALANCES", statement.HeldAgainst);
        IReadOnlyList<BankLine> lines = await _bank.LinesAsync();
        Assert.Equal(
            [("利息 ALPHA", 500L, Side.Credit), ("手续费 BETA", 300L, Side.Debit)],
            lines.Select(line => (line.Text, line.Amount.Value, line.Side)));
        Assert.All(lines, line => Assert.Equal(BankLineState.Open, line.State));
        ListStatementsResponse list = await _bank.Maker.ListStatementsAsync(new ListStatementsRequest { Parent = _bank.Name });
        Assert.Equal(statement, Assert.Single(list.Statements));
        Assert.Equal(lines[0].Text, (await _bank.Maker.GetBankLineAsync(new GetBankLineRequest { Name = lines[0].Name })).Text);
    }

    [Fact]
    public async Task What_a_line_says_is_stored_sealed_and_hidden_from_administrators()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 500, "ZHANG SECRET")));

        StoredBankLine stored = await server.Services.GetRequiredService<IBankBooks>().LinesAsync(
            RegionCode.Parse(Region), Slug.Parse(_bank.Slug), new BankLineFilter(), 0, 10, default).SingleAsync();
        Assert.DoesNotContain("SECRET", System.Text.Encoding.UTF8.GetString(stored.Content.AsSpan()), StringComparison.Ordinal);
        var request = new ListBankLinesRequest { Parent = _bank.Name };
        Assert.Equal("ZHANG SECRET", Assert.Single((await _bank.As(Role.Auditor, "auditor").ListBankLinesAsync(request)).Lines).Text);
        Assert.Equal("", Assert.Single((await _bank.As(Role.Administrator, "admin").ListBankLinesAsync(request)).Lines).Text);
    }

    [Fact]
    public async Task A_long_file_and_its_matching_tell_how_far_they_are()
    {
        const int lines = 25_000;
        byte[] file = _bank.File(0, [.. Enumerable.Range(1, lines).Select(number => (1, (long)number, "ALPHA"))]);

        IReadOnlyList<ImportStatementResponse> told = await _bank.ToldAsync(_bank.Head(), file, piece: 500_000);

        ImportProgress[] far = [.. told.SkipLast(1).Select(answer => answer.Progress)];
        Assert.Equal([10_000L, 20_000, 20_000, 20_000, 20_000, 20_000], far.Select(step => step.RowsChecked));
        Assert.Equal([0L, 0, 10_000, 20_000, 20_000, 20_000], far.Select(step => step.RowsRead));
        Assert.Equal([0L, 0, 0, 0, 10_000, 20_000], far.Select(step => step.LinesStored));
        Assert.Null(told[^1].Progress);
        Assert.Equal(lines, told[^1].NewLines);
        IReadOnlyList<ReconciliationProgress> run = await _bank.StepsAsync(dryRun: true);
        Assert.Equal([10_000L, 20_000, lines], run.Select(step => step.Lines).Distinct());
        Assert.All(run.SkipLast(1), step => Assert.Null(step.Summary));
        Assert.Equal(lines, run[^1].Summary.OpenLines);
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing_and_says_so()
    {
        byte[] file = _bank.File(0, (1, 500, "ALPHA"), (1, 500, "ALPHA"));
        await _bank.TakenAsync(file);

        ImportStatementResponse again = await _bank.TakenAsync(file);

        Assert.Equal((0, 2, true), (again.NewLines, again.KnownLines, again.AlreadyImported));
        Assert.Equal(2, (await _bank.LinesAsync()).Count);
    }

    [Fact]
    public async Task A_request_id_is_one_effect_and_its_file_is_part_of_it()
    {
        ImportStatementRequest head = _bank.Head();
        byte[] file = _bank.File(0, (1, 500, "ALPHA"));
        ImportStatementResponse first = await _bank.ImportAsync(head, file), again = await _bank.ImportAsync(head, file, piece: 7);

        Assert.Equal(first, again);
        await ((Func<Task>)(() => _bank.ImportAsync(head, _bank.File(500, (2, 1, "BETA"))))).IsRefusedAsync(Reason.RequestIdReused);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_keeps_nothing()
    {
        byte[] file = _bank.File(0, (1, 500, "ALPHA"));
        ImportStatementRequest head = _bank.Head();
        head.ValidateOnly = true;

        ImportStatementResponse would = await server.TriedAsync(() => _bank.ImportAsync(head, file), Region);

        Assert.Equal((1, ""), (would.NewLines, Assert.Single(would.Statements).Name));
        Assert.Empty(await _bank.LinesAsync());
        head.ValidateOnly = false;
        Assert.Equal(1, (await _bank.ImportAsync(head, file)).NewLines);
    }

    [Fact]
    public async Task A_file_goes_on_from_the_last_and_a_gap_is_refused_with_its_place()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 500, "ALPHA")));

        ImportStatementResponse gap = await _bank.ImportAsync(_bank.File(700, (3, 10, "GAMMA")));

        Assert.Equal(("OPENING_DIFFERS", 4), (gap.Refusal.Reason, gap.Refusal.Line));
        Assert.Contains("5.00", gap.Refusal.TextEn, StringComparison.Ordinal);
        Assert.Contains("7.00", gap.Refusal.TextZh, StringComparison.Ordinal);
        Assert.Empty(gap.Statements);
        Assert.Single(await _bank.LinesAsync());
        Assert.Equal(1, (await _bank.TakenAsync(_bank.File(500, (3, 10, "GAMMA")))).NewLines);
    }

    [Fact]
    public async Task Files_that_overlap_bring_nothing_twice_and_a_late_line_comes_once()
    {
        await _bank.TakenAsync(_bank.File(1_000, (1, 500, "ALPHA"), (2, -300, "BETA")));

        // From the second day on; the bank has booked a line of that day later.
        ImportStatementResponse overlap = await _bank.TakenAsync(_bank.File(1_500, (2, -300, "BETA"), (2, 40, "LATE"), (3, 7, "GAMMA")));
        ImportStatementResponse third = await _bank.TakenAsync(_bank.File("2", 1_000, (1, 500, "ALPHA"), (2, -300, "BETA"), (2, 40, "LATE"),
            (3, 7, "GAMMA"), (4, 1, "DELTA")));

        Assert.Equal((2, 1), (overlap.NewLines, overlap.KnownLines));
        Assert.Equal((1, 4), (third.NewLines, third.KnownLines));
        Assert.Equal([500, -300, 40, 7, 1], (await _bank.LinesAsync()).Select(line =>
            line.Side == Side.Debit ? -line.Amount.Value : line.Amount.Value));
        Assert.Equal(1, (await _bank.TakenAsync(_bank.File(1_248, (5, 2, "NEXT")))).NewLines);
    }

    [Fact]
    public async Task A_late_line_in_a_file_that_ends_before_the_book_moves_the_balance_of_the_next()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 100, "ALPHA"), (2, 10, "BETA"), (3, 1, "GAMMA")));
        await _bank.TakenAsync(_bank.File(0, (1, 100, "ALPHA"), (2, 10, "BETA"), (2, 5, "LATE")));

        Assert.Equal("OPENING_DIFFERS", (await _bank.ImportAsync(_bank.File(111, (4, 1, "DELTA")))).Refusal.Reason);
        Assert.Equal(1, (await _bank.TakenAsync(_bank.File(116, (4, 1, "DELTA")))).NewLines);
    }

    [Fact]
    public async Task A_file_may_begin_and_end_in_the_middle_of_a_day()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 100, "ALPHA"), (2, 10, "MORNING")));
        await _bank.TakenAsync(_bank.File(110, (2, 20, "EVENING")));

        // The first file again, in another frame: what came after it on its last day is known.
        Assert.Equal((0, 2), Counts(await _bank.TakenAsync(_bank.File("9", 0, (1, 100, "ALPHA"), (2, 10, "MORNING")))));
        Assert.Equal((1, 1), Counts(await _bank.TakenAsync(_bank.File(110, (2, 20, "EVENING"), (3, 1, "GAMMA")))));
    }

    [Fact]
    public async Task A_file_from_before_the_book_leads_to_its_beginning()
    {
        await _bank.TakenAsync(_bank.File(100, (10, 5, "TENTH")));

        Assert.Equal("OPENING_DIFFERS", (await _bank.ImportAsync(_bank.File(60, (3, 50, "THIRD")))).Refusal.Reason);
        Assert.Equal((1, 0), Counts(await _bank.TakenAsync(_bank.File(50, (3, 50, "THIRD")))));
        Assert.Equal((1, 0), Counts(await _bank.TakenAsync(_bank.File(105, (11, 1, "ELEVENTH")))));
    }

    [Fact]
    public async Task A_known_line_that_a_file_lacks_in_its_middle_is_refused()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 100, "ALPHA"), (2, 10, "BETA"), (3, 1, "GAMMA")));

        ImportStatementResponse anew = await _bank.ImportAsync(_bank.File(0, (1, 100, "ALPHA"), (2, 10, "BETA ANEW"), (3, 1, "GAMMA")));

        Assert.Contains("2026-10-02", anew.Refusal.TextEn, StringComparison.Ordinal);
        Assert.Equal(3, (await _bank.LinesAsync()).Count);
    }

    [Fact]
    public async Task Two_servers_that_import_at_once_take_each_line_once()
    {
        byte[] file = _bank.File(0, (1, 500, "ALPHA")), longer = _bank.File(0, (1, 500, "ALPHA"), (2, 1, "BETA"));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(at => _bank.TakenAsync(at % 2 == 0 ? file : longer)));

        Assert.Equal(["ALPHA", "BETA"], (await _bank.LinesAsync()).Select(line => line.Text));
    }

    [Fact]
    public async Task Another_accounts_file_is_refused()
    {
        Bank other = await new Bank(server, Region, $"{_bank.Slug}-other").OpenAsync();

        ImportStatementResponse answer = await _bank.ImportAsync(other.File(0, (1, 500, "ALPHA")));

        Assert.Equal("ACCOUNT_OTHER", answer.Refusal.Reason);
    }

    [Fact]
    public async Task A_wallets_digest_is_compared()
    {
        byte[] file = _bank.File(0, (1, 500, "ALPHA"));
        ImportStatementRequest head = _bank.Head();
        head.Sha1 = Convert.ToHexStringLower(new byte[20]);
        Assert.Equal("DIGEST_DIFFERS", (await _bank.ImportAsync(head, file)).Refusal.Reason);

#pragma warning disable CA5350 // Wallets give a SHA-1.
        head = _bank.Head();
        head.Sha1 = Convert.ToHexString(SHA1.HashData(file));
#pragma warning restore CA5350
        Assert.Null((await _bank.ImportAsync(head, file)).Refusal);
    }

    [Fact]
    public async Task Wrong_fields_are_named()
    {
        ImportStatementRequest head = new() { RequestId = "x", Parent = _bank.Name, Profile = "no-such", Sha1 = "12" };
        await ((Func<Task>)(() => _bank.ImportAsync(head, [1]))).IsRefusedAsync(
            Reason.InvalidField, "request_id", "file_name", "profile", "sha1");
        head = _bank.Head();
        head.Parent = $"{_bank.Region}/bankAccounts/nobody";
        await ((Func<Task>)(() => _bank.ImportAsync(head, [1]))).IsRefusedAsync(Reason.BankAccountNotFound);
        Bank bare = await new Bank(server, Region, $"{_bank.Slug}-bare").OpenAsync(profile: "");
        await ((Func<Task>)(() => bare.ImportAsync([1]))).IsRefusedAsync(Reason.StatementProfileMissing);
        Assert.Equal("FILE_EMPTY", (await _bank.ImportAsync([])).Refusal.Reason);
    }

    [Fact]
    public async Task A_stream_is_admitted_by_its_first_message()
    {
        async Task SendAsync(CallInvoker caller, params ImportStatementRequest[] pieces)
        {
            using var call = new ReconciliationService.ReconciliationServiceClient(caller).ImportStatement();
            foreach (ImportStatementRequest piece in pieces) await call.RequestStream.WriteAsync(piece);
            await call.RequestStream.CompleteAsync();
            await call.ResponseStream.MoveNext(default);
        }

        Func<Task> nobody = () => SendAsync(server.Anonymous(), _bank.Head()),
            checker = () => SendAsync(server.As(Role.FinanceChecker, regions: Region), _bank.Head()),
            elsewhere = () => SendAsync(server.As(Role.FinanceMaker, regions: TestServer.Lusong), _bank.Head()),
            nothing = () => SendAsync(server.As(Role.FinanceMaker, regions: Region)),
            twice = () => SendAsync(server.As(Role.FinanceMaker, regions: Region), _bank.Head(), _bank.Head());
        await nobody.IsRefusedAsync(Reason.Unauthenticated);
        await checker.IsRefusedAsync(Reason.RoleNotAllowed);
        await elsewhere.IsRefusedAsync(Reason.RegionNotAllowed);
        await nothing.IsRefusedAsync(Reason.MessageUnreadable);
        await twice.IsRefusedAsync(Reason.InvalidField);
    }

    [Fact]
    public async Task Nobody_sees_the_lines_of_another_regions_account()
    {
        await _bank.TakenAsync(_bank.File(0, (1, 500, "ALPHA")));
        var other = new ReconciliationService.ReconciliationServiceClient(server.As(Role.Auditor, regions: TestServer.Lusong));

        await other.ListBankLinesAsync(new ListBankLinesRequest { Parent = _bank.Name }).IsRefusedAsync(Reason.RegionNotAllowed);
        await other.GetBankLineAsync(new GetBankLineRequest { Name = $"{_bank.Name}/lines/1" }).IsRefusedAsync(Reason.RegionNotAllowed);
        await other.ListBankLinesAsync(new ListBankLinesRequest { Parent = $"regions/{TestServer.Lusong}/bankAccounts/{_bank.Slug}" })
            .IsRefusedAsync(Reason.BankAccountNotFound);
    }

    private static (int New, int Known) Counts(ImportStatementResponse answer) => (answer.NewLines, answer.KnownLines);
}
