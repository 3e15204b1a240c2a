using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Counts the files that a reader opens who follows one redemption from the wire to the disk and back: 69 on 2026-11-30 before they were
/// gathered. The road is that of a provider's clerk over gRPC, on PostgreSQL. It is accepted and finds everything warm: its token,
/// the day's rules, accounts, activated grains.
/// <para>
/// A file counts if the road runs hand-written code of it, or makes or reads one of its records. Not counted are enumerations, ports, and
/// the values that a reader knows by their names (the folder <c>Values</c>, and <c>Digest</c>). HTTP's own middleware, which looks at
/// addresses alone, comes before the road. Where the road turns back stands below, with the reasons; the compiler finds all the rest.
/// </para>
/// </summary>
public sealed class RoadTests
{
    private const int MostFiles = 45;

    private static readonly string[] Projects =
        ["src/TimeBank.Proofs", "src/TimeBank.Ledger", "src/TimeBank.Writer", "src/TimeBank.Storage", "src/TimeBank.Server"];

    /// <summary>What gRPC and Orleans call of us, in order: the reader of requests, the interceptors, the service, the filters.</summary>
    private static readonly string[] Entrances =
    [
        "ReadableRequests.OnServiceMethodDiscovery", "CallFigures.UnaryServerHandler", "FaultInterceptor.UnaryServerHandler",
        "AccessInterceptor.UnaryServerHandler", "StoredTextInterceptor.UnaryServerHandler", "VoucherApi.RedeemVoucher",
        "GrainFaultFilter.Invoke", "LedgerTypes.DeepCopy",
    ];

    /// <summary>The members at which the road turns back, by why.</summary>
    private static readonly string[] Elsewhere =
    [
        // For another answer than yes: a refusal, an empty voucher, an outage, or another writer.
        "RequestReader.Refuse", "Problem.Short", "VoucherRule.EndIn", "LedgerCall.Fail",
        // For another caller: counter staff, a dry run, a demonstration.
        "VoucherReader.FindAsync", "ILedgerGrain.DryRunAsync", "TrialCall.Decide", "ScenarioClock.IsBeyondEnd",
        // For other calls of a clerk: the rules of a payment judge the clerk's right.
        "AccessInterceptor.StaffRefusalAsync",
        // For what a terminal accepted without a network.
        "VoucherGrain.RedemptionsSinceAsync", "OfflineAcceptance.AtMost", "OfflineAcceptance.Check",
        "OfflineAcceptance.ToDetails",
        // For a service of which the policy says that the elder shows something.
        "HolderReader.Shown", "VoucherGrain.CheckHolderAsync", "VoucherGrain.SpentTodayAsync", "IVoucherGrain.RedeemShownAsync",
        // For an elder of whom something was reported, such as a death.
        "ElderRecord.Facts", "ElderFacts.LastServed",
        // For the first call of its kind: what is warm here.
        "TokenVerifier.VerifyAsync", "IPolicyGrain.AtAsync", "ICatalogueGrain.AtAsync", "ILedgerStore.PrefetchAsync",
        "LedgerWriter.ReadHeadAsync", "ILedgerReader.LastEntriesAsync", "VoucherTerms.Of",
        // For what follows the answer, on another thread: signing, booking.
        "CheckpointSigner.SignAsync", "RegionSigner.RunAsync", "Bookkeeper.CatchUpAsync", "Bookkeeper.KeepUpAsync",
        // For retries of requests that an older build accepted.
        "StoredTextInterceptor.RetryAsync",
    ];

    [Fact]
    public void One_redemption_passes_few_files()
    {
        var road = new SourceRoad(Projects, IsElsewhere);
        foreach (string entrance in Entrances) road.From(entrance);

        string[] files = [.. road.Files.Where(file => !IsValue(file))];

        Repository.AssertLists("tests/TimeBank.Server.GrainTests/House/Road.txt", files);
        Assert.InRange(files.Length, 1, MostFiles);
        // A turn that nothing passes any more hides nothing: strike it out.
        Assert.Empty(Elsewhere.Except(road.Left));
    }

    private static bool IsElsewhere(string member) =>
        Elsewhere.Contains(member) || member.StartsWith("Sqlite", StringComparison.Ordinal);

    private static bool IsValue(string file) =>
        file.StartsWith("src/TimeBank.Ledger/Values/", StringComparison.Ordinal) || file == "src/TimeBank.Proofs/Digest.cs";
}
