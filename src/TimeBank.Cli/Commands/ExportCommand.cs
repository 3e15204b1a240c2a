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
        Option<string> output = make.Option("--output", "写入的文件；不写则输出到屏幕", "the file to write; else the screen");
        output.Aliases.Add("-o");
        var period = new PeriodOptions(make);
        return [make.Command("export", "导出账簿，供 hledger、beancount 或表格软件使用", "the journal for hledger, beancount or a spreadsheet",
            [format, output, .. period.All], async (session, parsed) =>
        {
            var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Region));
            var request = new ExportRequest { Parent = session.Region, Format = EnumText.Parse<ExportFormat>(parsed.GetValue(format)!),
                Period = period.ReadOptional(parsed) };
            using AsyncServerStreamingCall<ExportChunk> call =
                client.Export(request, deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Longest,
                cancellationToken: session.Cancellation);
            if (parsed.GetValue(output) is { Length: > 0 } file) await SaveAsync(session, call, file);
            else await WriteAsync(session, call, text => session.Screen.Text(text));
        })];
    }

    /// <summary>Writes beside the file and moves it into place at the end, so that an interruption leaves the old file.</summary>
    private static async Task SaveAsync(Session session, AsyncServerStreamingCall<ExportChunk> call, string file)
    {
        string part = $"{file}.part";
        try
        {
            // The whole journal is the owner's alone: give it to others on purpose.
            const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            var made = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = ownerOnly };
            await using (var writer = new StreamWriter(part, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), made))
            {
                await WriteAsync(session, call, writer.Write);
            }
            File.Move(part, file, overwrite: true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"写不了文件 {file}：{error.Message}", $"Can't write {file}: {error.Message}");
        }
        finally
        {
            if (File.Exists(part)) File.Delete(part);
        }
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
