using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>Entries of volunteer hours.</summary>
public static class HourEntries
{
    /// <summary>The public purse issues hours to a person in hardship.</summary>
    public static Proposal Issue(EntryHeader header, OpaqueId person, Minutes amount) =>
        Entries.Post(header, EntryCode.IssueHours,
            new ProposedTransfer(Chart.HoursIssued(), Chart.PersonHours(person, HoursOrigin.Issued), amount.Value));

    /// <summary>Issued hours expire with their month.</summary>
    public static Proposal Expire(EntryHeader header, OpaqueId person, Minutes amount) =>
        Entries.Post(header, EntryCode.ExpireHours,
            new ProposedTransfer(Chart.PersonHours(person, HoursOrigin.Issued), Chart.HoursIssued(), amount.Value));

    /// <summary>The donation pool grants hours to a person.</summary>
    public static Proposal Grant(EntryHeader header, OpaqueId person, Minutes amount) =>
        Entries.Post(header, EntryCode.GrantHours,
            new ProposedTransfer(Chart.DonatedPool(), Chart.PersonHours(person, HoursOrigin.Issued), amount.Value));

    public static Proposal Gift(EntryHeader header, OpaqueId giver, OpaqueId receiver, Minutes amount) =>
        Entries.Post(header, EntryCode.GiftHours,
            new ProposedTransfer(Chart.PersonHours(giver, HoursOrigin.Earned), Chart.PersonHours(receiver, HoursOrigin.Gifted),
            amount.Value));

    public static Proposal Donate(EntryHeader header, OpaqueId giver, Minutes amount) =>
        Entries.Post(header, EntryCode.DonateHours,
            new ProposedTransfer(Chart.PersonHours(giver, HoursOrigin.Earned), Chart.DonatedPool(), amount.Value));

    /// <summary>Holds an elder's hours for a service that a volunteer has accepted.</summary>
    public static Proposal HoldService(EntryHeader header, OpaqueId elder, OpaqueId volunteer, HoursSpent minutes, LedgerTime? expires)
    {
        AccountSpec earned = Chart.PersonHours(volunteer, HoursOrigin.Earned);
        ImmutableArray<ProposedTransfer> transfers =
        [
            .. Legs(minutes).Select(leg => new ProposedTransfer(Chart.PersonHours(elder, leg.Origin), earned, leg.Amount.Value)),
        ];
        return new Proposal(header, EntryKind.Hold, EntryCode.HoldService) { Transfers = transfers, Expires = expires };
    }

    /// <summary>Posts a service's hold for the minutes given. Minutes above the volunteer's cap go on to the donation pool.</summary>
    /// <param name="hold">The hold.</param>
    /// <param name="held">The minutes that it holds.</param>
    /// <param name="given">The minutes to post, taken in the order of spending.</param>
    /// <param name="overCap">The part of the given minutes that exceeds the volunteer's cap.</param>
    /// <exception cref="ArgumentOutOfRangeException">The hold is empty, more is given than it holds, or more exceeds the cap than is
    /// given.</exception>
    public static Proposal RenderService(EntryHeader header, EntryId hold, HoursSpent held, Minutes given, OpaqueId volunteer,
        Minutes overCap)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(held.Total, Minutes.Zero, nameof(held));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(given, held.Total);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overCap, given);
        HoursSpent posted = HoursSpent.Take(given, held);
        ImmutableArray<long> amounts =
            [.. Legs(held).Select(leg => Legs(posted).FirstOrDefault(part => part.Origin == leg.Origin).Amount.Value)];
        ImmutableArray<ProposedTransfer> excess = overCap > Minutes.Zero
            ? [new ProposedTransfer(Chart.PersonHours(volunteer, HoursOrigin.Earned), Chart.DonatedPool(), overCap.Value)]
            : [];
        return new Proposal(header, EntryKind.PostHold, EntryCode.RenderService) { Of = hold, PostAmounts = amounts, Transfers = excess };
    }

    /// <summary>Takes a confirmed service back: the hours return, and what its end released is held again.</summary>
    /// <param name="rendered">The entry that posted the hold.</param>
    /// <param name="expires">When the hold was to expire.</param>
    public static Proposal TakeBackService(EntryHeader header, EntryId rendered, LedgerTime expires) =>
        Entries.Reverse(header, rendered) with { Expires = expires };

    /// <summary>Releases the hold of a cancelled service.</summary>
    public static Proposal ReleaseService(EntryHeader header, EntryId hold) =>
        new(header, EntryKind.VoidHold, EntryCode.ReleaseService) { Of = hold };

    /// <summary>Releases the hold of a service that is past its time.</summary>
    public static Proposal ExpireService(EntryHeader header, EntryId hold) =>
        new(header, EntryKind.ExpireHold, EntryCode.ReleaseService) { Of = hold };

    /// <summary>Hours leave for another region. That region's <see cref="ClearIn"/> follows, under an id derived from this one.</summary>
    public static Proposal ClearOut(EntryHeader header, OpaqueId giver, RegionCode to, Minutes amount) =>
        Entries.Post(header, EntryCode.ClearOut,
            new ProposedTransfer(Chart.PersonHours(giver, HoursOrigin.Earned), Chart.ClearingDueTo(to), amount.Value));

    /// <summary>Hours arrive from another region.</summary>
    public static Proposal ClearIn(EntryHeader header, RegionCode from, OpaqueId receiver, Minutes amount) =>
        Entries.Post(header, EntryCode.ClearIn,
            new ProposedTransfer(Chart.ClearingDueFrom(from), Chart.PersonHours(receiver, HoursOrigin.Earned), amount.Value));

    /// <summary>
    /// A netting closes what a region and others owe each other, over <see cref="Chart.ClearingNet"/>, and settles the difference. The
    /// other regions' entries have the same pairs and settlements, so nothing of it can be taken back in one journal.
    /// </summary>
    /// <returns>The region's entry; null if the netting moves nothing of the region.</returns>
    public static Proposal? Net(
        EntryHeader header, RegionCode region, IReadOnlyCollection<NettingPair> pairs, IReadOnlyCollection<NettingSettlement> settlements)
    {
        AccountSpec net = Chart.ClearingNet();
        IEnumerable<NettingPair> closed = pairs.Where(pair => pair.Netted > 0);
        ImmutableArray<ProposedTransfer> transfers =
        [
            .. closed.Where(pair => pair.From == region).OrderBy(pair => pair.To)
                .Select(pair => new ProposedTransfer(Chart.ClearingDueTo(pair.To), net, pair.Netted)),
            .. closed.Where(pair => pair.To == region).OrderBy(pair => pair.From)
                .Select(pair => new ProposedTransfer(net, Chart.ClearingDueFrom(pair.From), pair.Netted)),
            .. settlements.Where(paid => paid.Payer == region).OrderBy(paid => paid.Payee)
                .Select(paid => new ProposedTransfer(net, Chart.ClearingSettled(paid.Payee), paid.Minutes)),
            .. settlements.Where(paid => paid.Payee == region).OrderBy(paid => paid.Payer)
                .Select(paid => new ProposedTransfer(Chart.ClearingSettled(paid.Payer), net, paid.Minutes)),
        ];
        return transfers.IsEmpty ? null : Entries.Post(header, EntryCode.NetClearing, transfers);
    }

    private static IEnumerable<(HoursOrigin Origin, Minutes Amount)> Legs(HoursSpent minutes) =>
        new[] { (HoursOrigin.Issued, minutes.Issued), (HoursOrigin.Gifted, minutes.Gifted), (HoursOrigin.Earned, minutes.Earned) }.Where(
            leg => leg.Item2 > Minutes.Zero);
}
