using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.V1;
using Client = TimeBank.V1.ReconciliationService.ReconciliationServiceClient;

namespace TimeBank.Cli;

/// <summary>What the bank says: import its files, list statements and lines.</summary>
internal static class StatementImportCommands
{
    private const int Piece = 512 << 10;

    public static IEnumerable<Command> Of(CommandFactory make) => [Import(make), Statements(make), Lines(make)];

    public static Argument<string> Account(CommandFactory make) =>
        make.Argument("account", "账户代号，如 main", "the account's name in the ledger, such as main");

    private static Command Import(CommandFactory make)
    {
        Argument<string> account = Account(make), file = make.Argument("file", "银行或钱包导出的文件", "the file of the bank or the wallet");
        Option<string> profile = make.Option("--profile", "文件格式，如 icbc-debit；不写则用账户登记的",
            "how the file is read, such as icbc-debit; as the account says if left out"),
            sha1 = make.Option("--sha1", "钱包给出的文件 SHA-1", "the file's SHA-1 as the wallet gave it");
        return make.Command("import", "导入对账单", "import a statement", [account, file, profile, sha1, make.DryRun],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!), path = parsed.GetValue(file)!;
            if (!File.Exists(path)) throw new UsageException($"没有文件 {path}。", $"There is no file {path}.");
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            ImportStatementResponse answer = await SendAsync(session, client, path, new ImportStatementRequest
            {
                RequestId = session.RequestId(), Parent = name, ValidateOnly = make.IsDryRun(parsed),
                Profile = parsed.GetValue(profile) ?? "", FileName = Path.GetFileName(path), Sha1 = parsed.GetValue(sha1) ?? "",
            });
            session.Screen.Show(answer, () => Show(session.Screen, answer));
            return answer.Refusal is null ? ExitCode.Ok : ExitCode.Refused;
        });
    }

    private static async Task<ImportStatementResponse> SendAsync(Session session, Client client, string path, ImportStatementRequest head)
    {
        using AsyncDuplexStreamingCall<ImportStatementRequest, ImportStatementResponse> call =
            client.ImportStatement(cancellationToken: session.Cancellation);
        await using FileStream file = File.OpenRead(path);
        byte[] piece = new byte[Piece];
        try
        {
            await call.RequestStream.WriteAsync(head, session.Cancellation);
            for (int read; (read = await file.ReadAsync(piece, session.Cancellation)) > 0;)
            {
                await call.RequestStream.WriteAsync(new ImportStatementRequest { Data = ByteString.CopyFrom(piece, 0, read) },
                    session.Cancellation);
                session.Screen.Progress(session.Language[$"已传 {file.Position:N0}/{file.Length:N0} 字节",
                    $"{file.Position:N0} of {file.Length:N0} bytes sent"], ended: file.Position == file.Length);
            }
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The server has answered before the end; its answer says why.
        }
        var last = new ImportStatementResponse();
        await foreach (ImportStatementResponse answer in call.ResponseStream.ReadAllAsync(session.Cancellation))
        {
            last = answer;
            if (last.Progress is { } far) session.Screen.Progress(Far(session.Language, far), ended: false);
        }
        return last;
    }

    private static string Far(Language language, ImportProgress far) => language[
        $"已核对 {Number(far.RowsChecked)} 行，已读 {Number(far.RowsRead)} 行，已存 {Number(far.LinesStored)} 条",
        $"{Number(far.RowsChecked)} rows checked, {Number(far.RowsRead)} read, {Number(far.LinesStored)} lines stored"];

    private static void Show(Screen screen, ImportStatementResponse answer)
    {
        Language language = screen.Language;
        if (answer.Refusal is { } refusal)
        {
            screen.Facts(
                language["没有导入", "not imported"], (language["原因", "reason"], language[refusal.TextZh, refusal.TextEn]),
                (language["行", "line"], refusal.Line > 0 ? $"{refusal.Line}" : ""), (language["字段", "field"], refusal.Field));
            return;
        }
        screen.Facts(
            answer.AlreadyImported ? language["以前已导入，没有变化", "imported before; nothing changed"] : language["已导入", "imported"],
            (language["新明细", "new lines"], Number(answer.NewLines)), (language["已有明细", "known lines"], Number(answer.KnownLines)),
            (language["略去的行", "rows left out"], Number(answer.LeftOutCount)));
        Table(screen, answer.Statements);
        if (answer.Warnings.Count == 0) return;
        screen.Table(
            language["请核查", "to be looked at"],
            [new(language["原因", "reason"]), new(language["行", "line"], true), new(language["说明", "details"])],
            answer.Warnings.Select(warning => (IReadOnlyList<string>)[
                Labels.OrName("STATEMENT_WARNING_", warning.Reason, language), $"{warning.Line}", warning.Detail]));
    }

    private static Command Statements(CommandFactory make)
    {
        Argument<string> account = Account(make);
        return make.Command("statements", "已导入的对账单", "the statements that were imported", [account, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            ListStatementsResponse list = await make.PagingOf(parsed).AllAsync(
                new ListStatementsRequest { Parent = name }, page => client.ListStatementsAsync(page).ResponseAsync);
            session.Screen.Show(list, () =>
            {
                Table(session.Screen, list.Statements);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    private static void Table(Screen screen, IEnumerable<BankStatement> statements)
    {
        Language language = screen.Language;
        screen.Table(
            "",
            [new(language["对账单", "statement"]), new(language["文件", "file"]), new(language["自", "from"]), new(language["至", "to"]),
                new(language["期初", "opening"], true), new(language["期末", "closing"], true), new(language["明细", "lines"], true),
                new(language["新", "new"], true)],
            statements.Select(one => (IReadOnlyList<string>)[
                ResourceNames.Short(one.Name), one.FileName, TimeText.Of(one.Period.FirstDay), TimeText.Of(one.Period.LastDay),
                Signed(one.Opening, language), Signed(one.Closing, language), Number(one.Lines), Number(one.NewLines)]));
    }

    private static Command Lines(CommandFactory make)
    {
        Argument<string> account = Account(make);
        Option<string> state = make.Option("--state", "open 或 matched", "open or matched"),
            from = make.Option("--from", "首日", "the first day"), to = make.Option("--to", "末日", "the last day");
        return make.Command("lines", "银行明细", "the bank's lines", [account, state, from, to, make.Limit, make.All],
            async (session, parsed) =>
        {
            string name = session.Name("bankAccounts", parsed.GetValue(account)!);
            var client = new Client(await session.AsAsync(Role.Auditor, name));
            var request = new ListBankLinesRequest
            {
                Parent = name, State = EnumText.ParseOrDefault<BankLineState>(parsed.GetValue(state)),
                Period = new Period
                {
                    FirstDay = parsed.GetValue(from) is { } first ? TimeText.ParseDay(first) : null,
                    LastDay = parsed.GetValue(to) is { } last ? TimeText.ParseDay(last) : null,
                },
            };
            ListBankLinesResponse list =
                await make.PagingOf(parsed).AllAsync(request, page => client.ListBankLinesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "",
                    [new(language["明细", "line"], true), new(language["日期", "day"]), new(language["金额", "amount"], true),
                        new(language["状态", "state"]), new(language["对方", "counterparty"]), new(language["摘要", "text"])],
                    list.Lines.Select(line => (IReadOnlyList<string>)[
                        Last(line.Name), TimeText.Of(line.Date), Signed(line, language), EnumText.Of(line.State, language),
                        line.Counterparty, line.Text]));
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    public static string Last(string name) => name.Split('/')[^1];

    public static string Signed(BankLine line, Language language) =>
        (line.Side == Side.Debit ? "-" : "") + AmountText.Of(line.Amount, language);

    private static string Signed(Balance? balance, Language language) => balance is null ? ""
        : (balance.Side == Side.Debit ? "-" : "") + AmountText.Of(balance.Amount, language);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
