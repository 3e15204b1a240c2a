using Google.Protobuf;
using Grpc.Core;
using TimeBank.Grains;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>One page of a region's versions. The cursor is the name of the last one shown.</summary>
internal sealed record VersionPage(IReadOnlyList<VersionMessage> Versions, string NextPageToken)
{
    public static async Task<VersionPage> ReadAsync(
        IVersionsGrain grain, PageTokens tokens, ServerCallContext context, IMessage request, VersionState? state, int pageSize, string pageToken)
    {
        string? after = tokens.Read(context, request, pageToken);
        IEnumerable<VersionMessage> all = (await grain.ListAsync()).Versions;
        if (after is not null) all = all.SkipWhile(version => version.Name != after).Skip(1);
        VersionMessage[] found = [.. all.Where(version => state is null || State(version) == state).Take(pageSize + 1)];
        return found.Length <= pageSize
            ? new VersionPage(found, "")
            : new VersionPage(found[..pageSize], tokens.Write(context, request, found[pageSize - 1].Name));
    }

    public static VersionState State(VersionMessage version) => version.IsApproved ? VersionState.Approved : VersionState.Proposed;
}
