using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;

namespace TimeBank.Server;

/// <content>The journal, followed.</content>
public sealed partial class LedgerApi
{
    public override async Task FollowJournal(
        FollowJournalRequest request, IServerStreamWriter<FollowJournalResponse> responseStream, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        read.Whole(request.FromIndex, "from_index", 0, (await ledger.ReadHeadAsync(region, context.CancellationToken)).Size);
        read.Check();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (FollowedPage page in follower.FollowAsync(region, request.FromIndex, ended.Token))
            {
                // The stream may outlive the right to read it.
                string token = context.GetHttpContext().Request.Headers.Authorization.ToString();
                if (await callers.CallerAsync(token) is null) throw Problem.Of(Reason.Unauthenticated);
                IReadOnlyList<Entry> entries = await WithTransfersAsync(region, page.Entries, ended.Token);
                foreach (Entry entry in entries) await responseStream.WriteAsync(
                    new FollowJournalResponse { Entry = entry, NextIndex = entry.Index + 1, EntryCount = page.Size }, ended.Token);
                if (entries.Count == 0) await responseStream.WriteAsync(
                    new FollowJournalResponse { NextIndex = page.Next, EntryCount = page.Size }, ended.Token);
            }
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested && ended.IsCancellationRequested)
        {
            throw Problem.Of(Reason.ServerStopping);
        }
    }
}
