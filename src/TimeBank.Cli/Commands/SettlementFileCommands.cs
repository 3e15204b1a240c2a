using System.CommandLine;
using TimeBank.V1;
using Client = TimeBank.V1.SettlementService.SettlementServiceClient;

namespace TimeBank.Cli;

/// <summary>The file by which the bank is asked to pay a batch: made, and withdrawn by two persons.</summary>
internal static class SettlementFileCommands
{
    public static IEnumerable<Command> Of(CommandFactory make) =>
    [
        Export(make), Withdraw(make),
        SettlementCommands.Step(
            make, "confirm-withdraw-export", "确认撤回付款文件", "confirm that a payment file is withdrawn", Role.FinanceChecker,
            async (client, name, id, dry) => await client.ConfirmWithdrawExportAsync(
                new ConfirmWithdrawExportRequest { RequestId = id, Name = name, ValidateOnly = dry })),
    ];

    private static Command Export(CommandFactory make)
    {
        Argument<string> batch = make.Argument("batch", "批次", "the batch");
        Option<string> bank = make.Option("--bank", "付款账户，如 main", "our account that pays, such as main", required: true),
            format = make.Option("--format", "pain001、csv、csv-gb18030 或 xlsx", "pain001, csv, csv-gb18030 or xlsx", required: true),
            profile = make.Option("--profile", "付款表格式；不写则用账户登记的", "the sheet's profile; else that of the account"),
            date = make.Option("--date", "付款日；不写则为今天", "the day to pay; else today");
        var output = new FileOption(make, "写入的文件；不写则用服务器给的文件名", "the file to write; else as the server names it");
        return make.Command("export", "导出付款文件（含完整账号，请妥善保管）", "make the file for the bank; it has whole account numbers",
            [batch, bank, format, profile, date, .. output.All, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(batch)!);
            var request = new ExportPaymentsRequest
            {
                RequestId = session.RequestId(), Name = name, BankAccount = parsed.GetValue(bank)!,
                Format = FormatOf(parsed.GetValue(format)!), Profile = parsed.GetValue(profile) ?? "",
                ExecutionDate = parsed.GetValue(date) is { } day ? TimeText.ParseDay(day) : null, ValidateOnly = make.IsDryRun(parsed),
            };
            ExportPaymentsResponse answer =
                await new Client(await session.AsAsync(Role.FinanceMaker, name)).ExportPaymentsAsync(request);
            bool isEmpty = answer.File.IsEmpty;
            OutFile? file = isEmpty ? null : output.Read(parsed, answer.FileName);
            if (file is not null) await file.SaveAsync(answer.File.ToByteArray());
            // Account numbers belong in the file, and not on a screen or in a script's log.
            session.Screen.Show(new ExportPaymentsResponse(answer) { File = Google.Protobuf.ByteString.Empty }, () =>
            {
                SettlementCommands.Show(session, answer.Batch);
                Facts(session, answer, file?.Path ?? "");
                if (isEmpty && !request.ValidateOnly)
                    session.Screen.Line(make.Language["没有可付的款项，未生成文件。", "There is nothing to pay, and no file."]);
            });
        });
    }

    private static Command Withdraw(CommandFactory make)
    {
        Argument<string> batch = make.Argument("batch", "批次", "the batch");
        Option<string> note = make.Option("--note", "原因", "why", required: true);
        return make.Command("withdraw-export", "提出撤回从未发送的付款文件，须另一人确认",
            "ask to withdraw a file that was never sent; a second person confirms", [batch, note, make.DryRun], async (session, parsed) =>
        {
            string name = session.Name("settlements", parsed.GetValue(batch)!);
            SettlementCommands.Show(session, await new Client(await session.AsAsync(Role.FinanceMaker, name)).WithdrawExportAsync(
                new WithdrawExportRequest
                {
                    RequestId = session.RequestId(), Name = name, Note = parsed.GetValue(note)!, ValidateOnly = make.IsDryRun(parsed),
                }));
        });
    }

    private static PaymentFileFormat FormatOf(string text) => text switch
    {
        "csv" => PaymentFileFormat.SheetCsv,
        "csv-gb18030" => PaymentFileFormat.SheetCsvGb18030,
        "xlsx" => PaymentFileFormat.SheetXlsx,
        "pain001" => PaymentFileFormat.Pain001,
        _ => throw new UsageException(
            $"没有“{text}”这个格式；可用：pain001、csv、csv-gb18030、xlsx。", $"There is no {text}; choose from pain001, csv, csv-gb18030, xlsx."),
    };

    private static void Facts(Session session, ExportPaymentsResponse answer, string file)
    {
        Language language = session.Language;
        PaymentExport export = answer.Batch.Export;
        session.Screen.Facts(
            export.MessageId,
            (language["文件", "file"], file),
            (language["付款日", "to be paid"], TimeText.Of(export.ExecutionDate)),
            (answer.AlreadyExported ? language["此前已导出", "exported before"] : language["导出", "exported"],
                $"{export.ExportedBy} {TimeText.Of(export.ExportTime)}"),
            ("SHA-256", export.Sha256));
        foreach (WithheldPayment withheld in export.Withheld)
        {
            session.Screen.Line(language["未付，款项退回应付：", "withheld, and owed again: "]
                + $"{ResourceNames.Short(withheld.Payment)} {ResourceNames.Short(withheld.Provider)} "
                + EnumText.Of(withheld.Reason, language));
        }
    }
}
