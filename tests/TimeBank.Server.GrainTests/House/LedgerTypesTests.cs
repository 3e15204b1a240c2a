using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>The ledger's types arrive equal when they cross between two processes.</summary>
public sealed class LedgerTypesTests : IDisposable
{
    private static readonly OpaqueId Elder = OpaqueId.Parse("000000000001");

    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().AddGrainTypes().BuildServiceProvider();

    internal static readonly object[] Samples =
    [
        Issue, Expire, Accepted().Outcome, Refused().Outcome, Accepted(), Refused(), Accepted().Accounts[0], Accepted().Accounts[1],
        Accepted().Accounts[1].Path, Header.Id, PolicyHistory.BuiltIn.Versions[0], CatalogueDirectory.BuiltIn.All.First(),
        new RedemptionClaim(Elder, Slug.Parse("meal-canteen"), 2, new Fen(2_400), new Fen(100), ServicePlace.DayCare,
        new DateOnly(2026, 10, 31)),
        new RedemptionClaim(Elder, Slug.Parse("care-home"), 1, new Fen(1), Fen.Zero, ServicePlace.Unspecified),
        new BillClaim(Elder, OpaqueId.Parse("000000000002"), ServicePlace.Home, new DateOnly(2026, 10, 31),
            [new BillLine(Slug.Parse("meal-canteen"), 2, new Fen(2_400), new Fen(100))]),
        new OfflineAcceptance(Elder, 7, Digest.Of("receipt"u8), 2, Unit.Parse("MEAL"), new DateOnly(2026, 10, 31),
            [ServiceType.Meal, ServiceType.Bath], 4, 17),
        new EndEvidence(new Sighting(DateTimeOffset.UnixEpoch, EvidenceSource.Person, 700, false), null, EvidenceGrade.Doubtful,
            [EvidenceDoubt.Far]),
        Expire.MadeFrom(new SeenAccount(Chart.PersonHours(Elder, HoursOrigin.Issued).Path, new Counters(1, 2, 3, 4))),
    ];

    public static TheoryData<int> Rows => new(Enumerable.Range(0, Samples.Length));

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_read_is_what_was_written(int at)
    {
        Serializer serializer = _services.GetRequiredService<Serializer>();

        object read = serializer.Deserialize<object>(serializer.SerializeToArray<object>(Samples[at]))!;

        Assert.NotSame(Samples[at], read);
        Assert.IsType(Samples[at].GetType(), read);
        Assert.Equal(Text(Samples[at]), Text(read));
    }

    /// <summary>Immutable values need no copy: in one process the receiver gets the same object.</summary>
    [Fact]
    public void Within_a_process_nothing_is_copied() =>
        Assert.All(Samples.Where(sample => !sample.GetType().IsValueType), sample =>
            Assert.Same(sample, _services.GetRequiredService<DeepCopier>().Copy(sample)));

    /// <summary>Silos of two builds read each other's values, so keys and numbers are a contract too.</summary>
    [Fact]
    public void What_crosses_stands_in_the_repository() => Repository.AssertLists(
        "tests/TimeBank.Server.GrainTests/House/LedgerTypes.txt",
        [.. Samples.Where(sample => sample is not (Policy or Ledger.Catalogue)).Select(Text)]);

    /// <summary>A value's wire form as readable text, to compare.</summary>
    internal static string Text(object value)
    {
        (string name, byte[] bytes) = LedgerTypes.Written(value);
        return $"{name} {Encoding.UTF8.GetString(bytes)}";
    }

    [Fact]
    public void Every_such_type_has_a_sample() =>
        Assert.Equal(LedgerTypes.All.ToHashSet(), Samples.Select(sample => sample.GetType()).ToHashSet());

    /// <summary>A server of the build before has strings in these places.</summary>
    [Fact]
    public void Ids_are_written_like_their_texts()
    {
        Assert.Equal(Written(Elder.Text), Written(Elder));
        Assert.Equal(Written("430211"), Written(RegionCode.Parse("430211")));
        Assert.Equal(Written($"{Digest.Of([1])}"), Written(Digest.Of([1])));
        Assert.Equal(Written($"430211/{Elder}"), Written(new GrainKey(RegionCode.Parse("430211"), Elder.Text)));

        byte[] Written<T>(T value) => _services.GetRequiredService<Serializer<T>>().SerializeToArray(value);
    }

    private static DryRun Accepted() => Try(Issue);

    /// <summary>A dry run that the ledger refuses: nothing was issued, so nothing can expire.</summary>
    private static DryRun Refused() => Try(Expire);

    private static DryRun Try(Proposal proposal)
    {
        var store = new MemoryLedgerStore();
        RegionCode region = RegionCode.Parse("430211");
        var state = new WorkingState(store.ReadHeadAsync(region, default).AsTask().GetAwaiter().GetResult());
        PrefetchKeys keys = state.Missing([proposal], [], []);
        state.Load(keys, store.PrefetchAsync(region, keys, default).AsTask().GetAwaiter().GetResult());
        return DryRun.Of(state, proposal, LedgerTime.From(DateTimeOffset.UnixEpoch));
    }

    private static Proposal Issue => HourEntries.Issue(Header, Elder, new Minutes(90));

    private static Proposal Expire => HourEntries.Expire(Header, Elder, new Minutes(90));

    private static EntryHeader Header => new(
        EntryId.Of("TEST", new Guid(1, 0, 0, new byte[8])), Digest.Of([1]), "STAFF", "ELDER", new DateOnly(2026, 10, 1), "v1", "一小时 \"'\n",
        EntryHeader.NoDetails.Add("b", "2").Add("a", "一").Add("B", ""));
}
