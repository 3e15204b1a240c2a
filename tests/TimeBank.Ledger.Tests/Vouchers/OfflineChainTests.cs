using System.Collections.Immutable;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Where a terminal's receipt stands in its chain, and what it is held against before its voucher is looked at.</summary>
public sealed class OfflineChainTests
{
    private static readonly DateTimeOffset Noon = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly OfflinePolicy Limits = new(new Fen(5_000), new Fen(50_000), 24);
    private static readonly string Last = DigestOf(5), Branch = DigestOf(50);

    /// <summary>Five receipts are decided. The first two were declared lost, and a copy of the device went on from the fourth.</summary>
    private static readonly OfflineChain Chain = new(
        5, Last, Noon, 3, Sums((3, 9_000), (4, 20_000), (5, 10_000)), [Branch], Sums((1, 2)));

    [Theory]
    [InlineData(4, 3, 4, OfflineStep.Decided, null)]
    [InlineData(4, 3, 9, OfflineStep.Beside, Reason.OfflineFork)]
    [InlineData(2, 1, 9, OfflineStep.Beside, Reason.OfflineDeclaredLost)]
    [InlineData(6, 5, null, OfflineStep.GoesOn, null)]
    [InlineData(6, 4, null, OfflineStep.Beside, Reason.OfflineChainBroken)]
    [InlineData(6, 50, null, OfflineStep.Beside, Reason.OfflineChainBroken)]
    [InlineData(8, 50, null, OfflineStep.Beside, Reason.OfflineChainBroken)]
    [InlineData(7, 6, null, OfflineStep.Waits, Reason.OfflineGap)]
    public void A_receipt_stands_where_its_counter_and_its_chain_say(
        long counter, byte previous, int? decided, OfflineStep step, Reason? reason)
    {
        OfflinePlace place = Chain.Place(
            Receipt(counter, previous), DigestOf((byte)counter), decided is { } other ? DigestOf((byte)other) : null);

        Assert.Equal((step, reason), (place.Step, place.Refusal?.Reason));
    }

    [Theory]
    [InlineData(0, 5, 0, 11_000, null)]
    [InlineData(0, 5, 0, 11_001, Reason.OfflineDeviceLimit)]
    // It says that it knew all answers, and the server gave them up to the third alone.
    [InlineData(0, 5, 5, 20_001, Reason.OfflineDeviceLimit)]
    [InlineData(0, 5, 5, 20_000, null)]
    [InlineData(5, 5, 0, 1_000, null)]
    [InlineData(6, 6, 0, 1_000, Reason.OfflineClockAhead)]
    [InlineData(-6, 0, 0, 1_000, Reason.OfflineClockBehind)]
    [InlineData(1, 24 * 60 + 1, 0, 1_000, null)]
    [InlineData(1, 24 * 60 + 2, 0, 1_000, Reason.OfflineTooLate)]
    [InlineData(3 * 60, 3 * 60, 0, 1_000, Reason.OfflineDeviceRevoked)]
    public void A_receipt_is_held_against_its_device(int minutes, int received, long synced, long price, Reason? reason)
    {
        DateTimeOffset came = Noon.AddMinutes(received), now = minutes == 6 ? Noon : came;
        OfflineReceipt receipt = Receipt(6, 5) with { Clock = Noon.AddMinutes(minutes), Synced = synced, PriceFen = price };
        var terminal = new OfflineTerminal(receipt.Provider, Noon.AddDays(-1), Noon.AddHours(3));

        Refusal? refusal = Chain.Refuse(receipt, terminal, new OfflineMoments(default, came, now), Code, ServicePlace.Home, Limits);

        Assert.Equal(reason, refusal?.Reason);
    }

    [Fact]
    public void What_is_accepted_is_at_stake_until_its_answer_is_known()
    {
        OfflineReceipt receipt = Receipt(6, 5) with { Synced = 5, PriceFen = 700, InsuranceFen = 200, Clock = Noon.AddHours(1) };

        OfflineChain accepted = Chain.After(receipt, DigestOf(6), isAccepted: true, Noon.AddMinutes(30));
        OfflineChain refused = Chain.After(receipt, DigestOf(6), isAccepted: false, Noon.AddMinutes(30));

        Assert.Equal(Sums((4, 20_000), (5, 10_000), (6, 500)), accepted.Unsynced);
        Assert.Equal(Sums((4, 20_000), (5, 10_000)), refused.Unsynced);
        Assert.Equal((6, DigestOf(6), Noon.AddMinutes(30)), (accepted.Counter, accepted.Last, accepted.LastClock));
        Assert.Equal((6, DigestOf(6), Noon), (refused.Counter, refused.Last, refused.LastClock));
    }

    [Fact]
    public void What_is_lost_is_skipped()
    {
        OfflineChain chain = Chain.Without(Receipt(9, 8));

        Assert.Equal((8, DigestOf(8)), (chain.Counter, chain.Last));
        Assert.Equal(Sums((1, 2), (6, 8)), chain.Lost);
        Assert.Equal(OfflineStep.GoesOn, chain.Place(Receipt(9, 8), DigestOf(9), null).Step);
        Assert.Equal(Reason.OfflineDeclaredLost, chain.Place(Receipt(7, 6), DigestOf(7), null).Refusal?.Reason);
    }

    [Theory]
    [InlineData(0, "9", OfflineNote.New)]
    [InlineData(499, "9", OfflineNote.New)]
    [InlineData(500, "9", OfflineNote.Full)]
    [InlineData(500, "row-7", OfflineNote.Known)]
    public void Five_hundred_receipts_of_a_device_wait_at_most(int waiting, string key, OfflineNote note)
    {
        Dictionary<string, long> notes = Enumerable.Range(0, waiting).ToDictionary(at => $"row-{at}", at => (long)at);

        Assert.Equal(note, OfflineChain.NoteOf(notes, key));
    }

    private static VoucherReading Code { get; } = new(VoucherCodeStatus.Genuine, new VoucherClaims(
        "430211", "C00000000001", "0123456789ab", 2, 5_000, VoucherClaims.Money, new DateOnly(2026, 10, 31), 7));

    private static string DigestOf(byte value) => Digest.Of([value]).ToString();

    private static ImmutableSortedDictionary<long, long> Sums(params (long Key, long Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value);

    private static OfflineReceipt Receipt(long counter, byte previous) => new(
        "430211", "D00000000001", "P00000000001", counter, Digest.Of([previous]), "TBV1:", "care-home", 1, 1_000, 0, 1, 500, Noon, 0, 0);
}
