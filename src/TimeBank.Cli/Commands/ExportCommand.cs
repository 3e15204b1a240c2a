using System.CommandLine;
using System.Text;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Exports a journal for other tools, to a file or the screen.</summary>
internal static class ExportCommand
{
    /// <summary>A large journal takes longer than other calls.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    public static IEnumerable<Command> Of(CommandFactory make)
    {
        Option<string> format = make.Option("--format", "hledger、beancount 或 csv", "hledger, beancount or csv", required: true);
        var output = new FileOption(make, "写入的文件；不写则输出到屏幕", "the file to write; else the screen");
        var period = new PeriodOptions(make);
        return [make.Command("export", "导出账簿，供 hledger、beancount 或表格软件使用", "the journal for hledger, beancount or a spreadsheet",
            [format, .. output.All, .. period.All], async (session, parsed) =>
        {
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Region));
            var request = new ExportRequest { Parent = session.Region, Format = EnumText.Parse<ExportFormat>(parsed.GetValue(format)!),
                Period = period.ReadOptional(parsed) };
            using AsyncServerStreamingCall<ExportChunk> call =
                client.Export(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Longest,
                cancellationToken: session.Cancellation);
            // The whole journal is the owner's alone: give it to others on purpose.
            if (output.Read(parsed) is { } file) await file.SaveAsync(async stream =>
            {
                await using var writer = new StreamWriter(
                    stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
                await WriteAsync(session, call, writer.Write);
            });
            else await WriteAsync(session, call, text => session.Screen.Text(text));
        })];
    }

    private static async Task WriteAsync(Session session, AsyncServerStreamingCall<ExportChunk> call, Action<string> write)
    {
        ExportChunk last = new();
        while (await call.ResponseStream.MoveNext(session.Cancellation))
        {
            last = call.ResponseStream.Current;
            write(last.Data.ToStringUtf8());
            session.Screen.Progress(session.Language[$"已导出 {last.Done}/{last.Total} 笔", $"{last.Done} of {last.Total} entries"],
                ended: false);
        }
        session.Screen.Progress(session.Language[$"已导出 {last.Total} 笔分录。", $"{last.Total} entries exported."], ended: true);
    }
}
