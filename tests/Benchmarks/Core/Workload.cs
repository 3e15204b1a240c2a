using System.Buffers.Binary;
using System.Security.Cryptography;
using TimeBank.Benchmarks.Measures;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Benchmarks.Core;

/// <summary>
/// Gifts of hours between people: one entry of one transfer, whose giver has a limit. The same seed gives the same entries.
/// </summary>
internal sealed class Workload(int people, int seed)
{
    public const int HotPayees = 10;

    /// <summary>What everybody begins with; no run gives as much away.</summary>
    public const long StartMinutes = 1_000_000_000;

    private static readonly RegionCode Elsewhere = RegionCode.Parse("430203");
    private static readonly DateOnly Day = new(2026, 11, 22);

    private readonly Random _random = new(seed);
    private readonly string _actor = OpaqueId.From(new EntryId((UInt128)seed)).Text;
    private readonly byte[] _bytes = new byte[EntryId.Size];

    public static RegionCode Region { get; } = RegionCode.Parse("430211");

    /// <summary>The account of the person who is given most.</summary>
    public static AccountPath HotPayee { get; } = Chart.PersonHours(Person(0), HoursOrigin.Gifted).Path;

    /// <summary>Gives a person hours to give away, and an account.</summary>
    public Proposal Fund(int person) =>
        HourEntries.ClearIn(Header(EntryId.Of(_actor, default, $"fund {person}")), Elsewhere, Person(person), new Minutes(StartMinutes));

    public Proposal Gift(Payees payees)
    {
        int giver = _random.Next(people), payee = payees switch
        {
            Payees.Uniform or Payees.None => _random.Next(people),
            Payees.TenHot => _random.Next(HotPayees),
            Payees.OneHot => 0,
        };
        _random.NextBytes(_bytes);
        // As of a request id of version 7: it begins with its time.
        BinaryPrimitives.WriteInt64BigEndian(
            _bytes, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() << 16 | (uint)_random.Next(1 << 16));
        // Gifts have an account of their own, so that nobody pays the account that pays.
        return HourEntries.Gift(Header(EntryId.FromBytes(_bytes)), Person(giver), Person(payee), new Minutes(15));
    }

    private static OpaqueId Person(int number) => OpaqueId.From(new EntryId((UInt128)number));

    private EntryHeader Header(EntryId id) =>
        new(id, new Digest(SHA256.HashData(id.ToArray())), _actor, "", Day, "430211/1", "", EntryHeader.NoDetails);
}
