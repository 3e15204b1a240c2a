using System.Buffers.Binary;
using System.Security.Cryptography;
using TimeBank.Benchmarks.Measures;
using TimeBank.Ledger;
using TimeBank.Proofs;

namespace TimeBank.Benchmarks.Core;

/// <summary>
/// Gifts of hours between people: each entry is one transfer, whose giver has a limit. The same seed draws the same givers and payees.
/// </summary>
internal sealed class Workload(int people, int seed)
{
    public const int HotPayees = 10;

    /// <summary>Everyone's first balance in minutes; no run gives away as much.</summary>
    public const long StartMinutes = 1_000_000_000;

    private static readonly RegionCode Elsewhere = RegionCode.Parse("430203");
    private static readonly DateOnly Day = new(2026, 11, 22);

    private readonly Random _random = new(seed);
    private readonly string _actor = OpaqueId.From(new EntryId((UInt128)seed)).Text;
    private readonly byte[] _bytes = new byte[EntryId.Size];

    public static RegionCode Region { get; } = RegionCode.Parse("430211");

    /// <summary>The hottest payee's account.</summary>
    public static AccountPath HotPayee { get; } = Chart.PersonHours(Person(0), HoursOrigin.Gifted).Path;

    /// <summary>Opens a person's account and credits the first balance.</summary>
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
        // Ids begin with their time, like callers' request ids (UUID version 7): indexes grow at their end.
        BinaryPrimitives.WriteInt64BigEndian(
            _bytes, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() << 16 | (uint)_random.Next(1 << 16));
        // Gifts go to the payee's gifted account, so no payer is its own payee.
        return HourEntries.Gift(Header(EntryId.FromBytes(_bytes)), Person(giver), Person(payee), new Minutes(15));
    }

    private static OpaqueId Person(int number) => OpaqueId.From(new EntryId((UInt128)number));

    private EntryHeader Header(EntryId id) =>
        new(id, new Digest(SHA256.HashData(id.ToArray())), _actor, "", Day, "430211/1", "", EntryHeader.NoDetails);
}
