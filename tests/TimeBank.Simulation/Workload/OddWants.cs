using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>Commands about entries and accounts themselves, "at most" transfers, and commands that no sound caller sends.</summary>
internal sealed class OddWants(World world, People people)
{
    public Draft? Reverse()
    {
        bool refunds = world.Chance.Permille(400);
        // Of an entry, of a hold, or of an unknown id.
        EntryId? known = world.Chance.Permille(900) ? people.RecentEntry() : people.Recent(people.Holds)?.Id;
        EntryId original = known is { } id && !world.Chance.Permille(30) ? id : Nobodys();
        return new Draft(
            new Want(WantKind.Reverse, refunds ? EntryCode.RefundRedemption : EntryCode.Reverse) { Of = original },
            header => refunds ? VoucherEntries.Refund(header, original) : Entries.Reverse(header, original), people.Entries.Add);
    }

    public Draft? Change()
    {
        // Used-up vouchers are empty, so they may be closed.
        string? known = world.Chance.Permille(300) && people.Recent(people.Vouchers) is { } voucher
            ? $"voucher/{voucher.Voucher}" : people.AnyPath();
        AccountPath path = AccountPath.Parse(known is not null && !world.Chance.Permille(50) ? known : "fund/nobodys/available");
        return world.Chance.Below(8) switch
        {
            < 2 => Change(EntryCode.Freeze, AccountFlags.Frozen, AccountFlags.None, header => Entries.Freeze(header, path)),
            < 4 => Change(EntryCode.Thaw, AccountFlags.None, AccountFlags.Frozen, header => Entries.Thaw(header, path)),
            < 7 => Change(EntryCode.Close, AccountFlags.Closed, AccountFlags.None, header => Entries.Close(header, path)),
            _ => Change(EntryCode.Reopen, AccountFlags.None, AccountFlags.Closed, header => Entries.Reopen(header, path)),
        };

        Draft Change(EntryCode code, AccountFlags set, AccountFlags cleared, Func<EntryHeader, Proposal> make) =>
            new(new Want(WantKind.Change, code) { ChangedPath = path.Text, Set = set, Cleared = cleared }, make);
    }

    public Draft Note() => new(new Want(WantKind.Note, EntryCode.Note) { Memo = new string('n', world.Chance.Below(3)) }, Entries.Note);

    public Draft Refuse()
    {
        Refusal refusal = world.Chance.Permille(500)
            ? new Refusal(Reason.VoucherNotFound) : Refusal.Of(Reason.VoucherExpired, ("date", "2026-10-31"));
        return new Draft(new Want(WantKind.Refuse, EntryCode.RedeemVoucher) { Refusal = refusal }, header =>
            Entries.Refuse(header, EntryCode.RedeemVoucher, refusal));
    }

    /// <summary>Moves the available amount, up to a limit, from one account to several.</summary>
    public Draft AtMost()
    {
        OpaqueId from = people.Person();
        Leg[] legs =
            [.. Enumerable.Range(0, 1 + world.Chance.Below(3))
            .Select(_ => new Leg(HourWants.Of(from, "earned"), HourWants.Of(people.Person(), "gifted"), "MIN", Amounts.Any(world.Chance),
            world.Chance.Permille(800)))];
        return Raw(WantKind.Post, EntryCode.GiftHours, legs);
    }

    /// <summary>The same on accounts with a debit balance.</summary>
    public Draft AtMostBack()
    {
        Leg leg = new($"fund/{people.Fund()}/available", $"bank/{people.Bank()}", "CNY", Amounts.Plenty(world.Chance), AtMost: true);
        return Raw(WantKind.Post, EntryCode.ReturnFunds, [leg]);
    }

    public Draft HoldAtMost()
    {
        OpaqueId from = people.Person(), to = people.Person();
        Leg[] legs = [new Leg(HourWants.Of(from, "issued"), HourWants.Of(to, "earned"), "MIN", Amounts.Any(world.Chance), AtMost: true)];
        return Raw(WantKind.Hold, EntryCode.HoldService, legs) with
        {
            Asked = id =>
            people.Holds.Add(new HoldAsked(id, default, to, null))
        };
    }

    /// <summary>So many of the largest amounts that a few of these commands fill a counter.</summary>
    public Draft Flood()
    {
        int count = world.Chance.Permille(800) ? 256 : 257;
        return Raw(WantKind.Post, EntryCode.ReceiveMoney,
            [.. Enumerable.Repeat(new Leg("bank/flood", "fund/flood/available", "CNY", Amounts.Most), count)]);
    }

    /// <summary>Posts parts that the hold does not have, or wrong amounts of them.</summary>
    public Draft? PostOddParts()
    {
        if (people.Recent(people.Holds) is not { } hold) return null;
        long[] parts =
            [.. Enumerable.Range(0, 1 + world.Chance.Below(4)).Select(_ => world.Chance.Permille(100) ? -1 : Amounts.Any(world.Chance))];
        if (world.Chance.Permille(300)) parts = [];
        return new Draft(
            new Want(WantKind.PostHold, EntryCode.RenderService) { Of = hold.Id, Parts = parts.Length == 0 ? null : parts },
            header => new Proposal(header, EntryKind.PostHold, EntryCode.RenderService) { Of = hold.Id, PostAmounts = [.. parts] },
                people.Entries.Add);
    }

    public Draft Misshapen()
    {
        string one = HourWants.Of(people.Person(), "issued"), other = HourWants.Of(people.Person(), "gifted");
        return world.Chance.Below(5) switch
        {
            0 => Raw(WantKind.Post, EntryCode.GiftHours, []),
            1 => Raw(WantKind.Post, EntryCode.GiftHours, [new Leg(one, one, "MIN", 5)]),
            2 => Raw(WantKind.Post, EntryCode.GiftHours, [new Leg(one, other, "MIN", 5, CreditUnit: "CNY")]),
            // A unit that the accounts don't have, if they exist.
            3 => Raw(WantKind.Post, EntryCode.GiftHours, [new Leg(one, other, "BATH", 5)]),
            _ => Raw(WantKind.Post, EntryCode.GiftHours, [new Leg(one, other, "MIN", world.Chance.Between(-3, 0))]),
        };
    }

    public Draft WordyMemo() => new(new Want(WantKind.Note, EntryCode.Note) { Memo = new string('m', 201) }, Entries.Note);

    private Draft Raw(WantKind kind, EntryCode code, Leg[] legs)
    {
        ImmutableArray<ProposedTransfer> transfers =
        [
            .. legs.Select(leg =>
                new ProposedTransfer(Spec(leg.Debit, leg.Unit), Spec(leg.Credit, leg.CreditUnit ?? leg.Unit), leg.Amount, leg.AtMost)),
        ];
        return new Draft(
            new Want(kind, code) { Legs = legs },
            header => new Proposal(header, kind == WantKind.Hold ? EntryKind.Hold : EntryKind.Post, code) { Transfers = transfers },
                people.Entries.Add);
    }

    private static AccountSpec Spec(string path, string unit)
    {
        string owner = Chartbook.OwnerOf(path);
        return new AccountSpec(
            AccountPath.Parse(path), Unit.Parse(unit), (AccountFlags)Chartbook.LimitOf(path), Opening.FirstUse,
            owner.Length == 0 ? null : new AccountTerms(owner, "", null, null, ""));
    }

    private EntryId Nobodys() => EntryId.Of("NOBODY", new Guid(world.Chance.Below(5), 0, 0, new byte[8]));
}
