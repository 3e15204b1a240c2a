using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>Prints each entry of the journal as it is recorded.</summary>
internal static class FollowCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // One line each, as scripts read it.
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static Command Of(CommandFactory make)
    {
        Option<long> from = new("--from") { Description = make.Language["从第几号分录起", "the index of the first entry"] };
        return make.Command("follow", "逐笔显示分录，已有的和新记的，直到 Ctrl-C；服务器重启后接着显示",
            "each entry, those recorded and each new one, until Ctrl-C; goes on after the server restarts", [from],
            async (session, parsed) => await FollowAsync(session, parsed.GetValue(from)));
    }

    private static async Task<ExitCode> FollowAsync(Session session, long next)
    {
        bool hasFollowed = false;
        while (true)
        {
            try
            {
                var client = new LedgerService.LedgerServiceClient(await session.AsAsync(Role.Auditor, session.Settings.Region));
                using AsyncServerStreamingCall<FollowJournalResponse> call = client.FollowJournal(
                    new FollowJournalRequest { Parent = session.Region, FromIndex = next }, deadline: DateTime.MaxValue,
                    cancellationToken: session.Cancellation);
                await foreach (FollowJournalResponse news in call.ResponseStream.ReadAllAsync(session.Cancellation))
                {
                    hasFollowed = true;
                    next = news.NextIndex;
                    if (news.Entry is { } entry) session.Screen.Raw(session.Screen.IsJson ? Json.Format(entry) : Line(session, entry));
                }
            }
            catch (Exception) when (session.Cancellation.IsCancellationRequested)
            {
                return ExitCode.Ok;
            }
            // Before the first answer a failure is the caller's to see; later the server is gone for a while, or the token has ended.
            catch (Exception error) when (hasFollowed && (error is TokenException { ExitCode: ExitCode.Unavailable }
                || (error is RpcException { StatusCode: var status } && (status is StatusCode.Unavailable or StatusCode.ResourceExhausted
                    or StatusCode.Cancelled or StatusCode.Internal || (status == StatusCode.Unauthenticated && session.RenewTokens())))))
            {
                session.Screen.Progress(session.Language[$"连接中断，将从第 {next} 号分录接着显示。",
                    $"The connection is lost; going on from entry {next}."], ended: true);
            }
            if (!await PausedAsync(session)) return ExitCode.Ok;
        }
    }

    private static string Line(Session session, Entry entry)
    {
        Language language = session.Language;
        string[] words =
        [
            $"{entry.Index}", TimeText.Of(entry.Time), Labels.Of(entry.Code, language) ?? entry.Code,
            .. entry.Transfers.Select(transfer => $"{ResourceNames.Short(transfer.DebitAccount)} → "
                + $"{ResourceNames.Short(transfer.CreditAccount)} {AmountText.Of(transfer.Amount, language)}"),
            ResourceNames.Short(entry.Reverses), entry.Memo,
        ];
        return string.Join("  ", words.Where(word => word.Length > 0));
    }

    /// <summary>False: the caller has had enough.</summary>
    private static async Task<bool> PausedAsync(Session session)
    {
        try
        {
            await Task.Delay(Pause, TimeProvider.System, session.Cancellation);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
