using System.Collections.Immutable;
using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What was shown for a payment.</summary>
/// <param name="Pin">Empty: none.</param>
/// <param name="Vouchers">The vouchers whose signed codes were shown, each verified.</param>
/// <param name="Cards">The keyed hashes of a card's number, that of the current master key first; empty: none.</param>
/// <param name="Confirmation">The id of a confirmation; empty: none.</param>
/// <param name="PaperUntil">The last day of a paper that was shown after it, and so counts for nothing; null: none was.</param>
[GenerateSerializer, Immutable, Alias("timebank.shown")]
public sealed record ShownRecord(
    [property: Id(0)] string Pin, [property: Id(1)] ImmutableArray<OpaqueId> Vouchers, [property: Id(4)] ImmutableArray<KeyedHash> Cards,
    [property: Id(3)] string Confirmation, [property: Id(5)] DateOnly? PaperUntil = null)
{
    public static ShownRecord Nothing { get; } = new("", [], [], "");

    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(ShownRecord);
}

/// <summary>A payment that the rules would make if the elder agrees.</summary>
/// <param name="Vouchers">Those that pay.</param>
/// <param name="Items">The items of the service list that they pay for.</param>
/// <param name="Worth">What the elder gives up, by which the rules judge it.</param>
/// <param name="Died">The day of the elder's death as far as it is known; null: the elder lives.</param>
internal sealed record HolderCase(
    RegionCode Region, OpaqueId Elder, OpaqueId Provider, ImmutableArray<OpaqueId> Vouchers, ImmutableArray<string> Items, Fen Worth,
    HolderCheck Needs, DateOnly? Died)
{
    public static HolderCase Of(RegionCode region, RedemptionJudgement judged, (DateOnly Day, Reason Reason)? lastServed)
    {
        Redemption payment = judged.Redemption!;
        return new HolderCase(
            region, payment.Elder, payment.Provider, [payment.Voucher], [payment.Item.Text], judged.Worth, judged.Needs,
            DeathOf(lastServed));
    }

    public static HolderCase Of(RegionCode region, BillJudgement judged, (DateOnly Day, Reason Reason)? lastServed)
    {
        Bill bill = judged.Bill!;
        return new HolderCase(
            region, bill.Elder, bill.Provider, [.. bill.Shares.Select(share => share.Voucher).Distinct()],
            [.. bill.Shares.Select(share => bill.Lines[share.Line - 1].Item.Text).Distinct()], judged.Worth, judged.Needs,
            DeathOf(lastServed));
    }

    private static DateOnly? DeathOf((DateOnly Day, Reason Reason)? lastServed) =>
        lastServed is { Reason: Reason.ElderDeceased } last ? last.Day : null;
}

/// <summary>Whether enough was shown.</summary>
/// <param name="IsRemembered">
/// False: nothing was looked at, so the request id stays free, as for any other field that is missing.
/// </param>
/// <param name="Details">What the payment's entry says about it.</param>
internal sealed record HolderAnswer(Refusal? Refusal, bool IsRemembered, (string Key, string Value)[] Details);

/// <summary>
/// Looks at what was shown, after the rules and last of all. Of what suffices it looks at the weakest, so that no guess at a PIN is spent
/// where a code is enough.
/// </summary>
internal static class HolderChecks
{
    private const int EntriesAtOnce = 1_000;

    public static async Task<HolderAnswer> CheckAsync(this IGrainFactory grains, Command command, HolderCase payment, ShownRecord shown)
    {
        // A dry run says what is needed; it is no way to try PINs.
        if (command.IsDryRun) return Passed(payment.Needs, HolderCheck.Nothing);
        // The id comes first: what was answered is answered, and what comes with the retry isn't looked at.
        if (await grains.Writer(payment.Region).FindAsync(command.Id) is not null) return Passed(payment.Needs, HolderCheck.Nothing);
        Refusal? useless = null;
        if (payment.Needs == HolderCheck.CodeOrCard && payment.Vouchers.All(shown.Vouchers.Contains))
            return Passed(payment.Needs, HolderCheck.CodeOrCard);
        if (payment.Needs == HolderCheck.CodeOrCard && shown.PaperUntil is { } until)
            useless = Refusal.Of(Reason.PaperExpired, ("date", until.ToString("O", CultureInfo.InvariantCulture)));
        if (payment.Died is { } died)
        {
            // Whoever types the PIN or holds the card isn't the elder: neither is looked at.
            if (shown.Pin.Length > 0 || !shown.Cards.IsEmpty) useless = Deceased(died);
        }
        else
        {
            if (payment.Needs == HolderCheck.CodeOrCard && !shown.Cards.IsEmpty)
            {
                ICardsGrain cards = grains.GetGrain<ICardsGrain>(payment.Region, payment.Elder);
                if ((await cards.GetAsync()).Good is { } good && shown.Cards.Any(card => card.Hash == good.Key))
                {
                    // From now on the current master key finds it, so that an older one may be retired.
                    if (good.KeyId != shown.Cards[0].KeyId) await cards.RekeyAsync(shown.Cards);
                    return Passed(payment.Needs, HolderCheck.CodeOrCard);
                }
                useless = new Refusal(Reason.CardNotAccepted);
            }
            if (payment.Needs <= HolderCheck.Pin && shown.Pin.Length > 0)
            {
                Reply<PinRecord> tried = await grains.GetGrain<IPinGrain>(payment.Region, payment.Elder).TryAsync(command, shown);
                // What the server's own state refuses, such as a clock that it doubts, is no answer to the guess: the request stays free.
                return tried.Refusal is { } miss ? new HolderAnswer(miss, IsRemembered: IsAnswer(miss), [])
                    : Passed(payment.Needs, HolderCheck.Pin);
            }
        }
        if (shown.Confirmation.Length > 0)
        {
            Reply<ConfirmationRecord> used = await grains.GetGrain<IConfirmationGrain>(payment.Region, shown.Confirmation).UseAsync(
                command,
                new ConfirmationUse(payment.Elder.Text, payment.Provider.Text, payment.Items, payment.Worth.Value, payment.Died));
            if (used.Refusal is { } no) return new HolderAnswer(no, IsRemembered: false, []);
            HolderAnswer passed = Passed(payment.Needs, HolderCheck.Confirmation);
            return passed with { Details = [.. passed.Details, (HolderCheckRule.ConfirmationKey, shown.Confirmation)] };
        }
        return new HolderAnswer(useless ?? HolderCheckRule.Judge(payment.Needs, HolderCheck.Nothing), IsRemembered: false, []);
    }

    /// <summary>What vouchers paid for an elder today. The books are read, and no grain is asked.</summary>
    /// <remarks>Two payments of one elder at the same moment, from vouchers of their own, don't see each other.</remarks>
    public static async Task<SpentToday> SpentTodayAsync(
        this ILedgerReader ledger, RegionCode region, OpaqueId elder, OpaqueId provider, DateOnly today)
    {
        var entries = new List<JournalEntry>();
        foreach (EntryCode code in (EntryCode[])[EntryCode.RedeemVoucher, EntryCode.PayBill, EntryCode.RefundBill])
        {
            var filter = new EntryFilter(code, LedgerTime.From(ChinaTime.StartOf(today)), Reversed: false)
            {
                Touching = [new AccountFilter("voucher/", elder.Text)],
            };
            long before = long.MaxValue;
            IReadOnlyList<LinkedEntry> page;
            do
            {
                page = await ledger.EntriesAsync(region, filter, before, EntriesAtOnce, CancellationToken.None);
                entries.AddRange(page.Select(linked => linked.Entry));
                if (page.Count > 0) before = page[^1].Entry.Index;
            }
            while (page.Count == EntriesAtOnce);
        }
        return HolderCheckRule.Spent(entries, provider);
    }

    /// <summary>Why what the elder had to show says nothing any more; null while the elder lives, as far as is known.</summary>
    public static async Task<Refusal?> DeathAsync(this IGrainFactory grains, RegionCode region, string elder, DateOnly today) =>
        await grains.GetGrain<IElderGrain>(region, elder).GetAsync() is { Notices.IsDefaultOrEmpty: false } known
            && known.Facts(region).DeathOn(today) is { } died ? Deceased(died) : null;

    public static Refusal Deceased(DateOnly died) =>
        Refusal.Of(Reason.HolderDeceased, ("date", died.ToString("O", CultureInfo.InvariantCulture)));

    /// <summary>Whether the PIN was looked at, or would have been.</summary>
    private static bool IsAnswer(Refusal miss) => !miss.IsTransient() && miss.Reason != Reason.PinKeyRetired;

    private static HolderAnswer Passed(HolderCheck needed, HolderCheck shown) => new(null, IsRemembered: true,
        shown == HolderCheck.Nothing ? [(HolderCheckRule.NeededKey, StoredName.Of(needed))]
            : [(HolderCheckRule.NeededKey, StoredName.Of(needed)), (HolderCheckRule.ShownKey, StoredName.Of(shown))]);
}
