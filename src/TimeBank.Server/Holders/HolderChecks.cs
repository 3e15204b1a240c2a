using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What was shown for a payment.</summary>
/// <param name="Pin">Empty: none.</param>
/// <param name="Vouchers">The vouchers whose signed codes were shown, each verified.</param>
/// <param name="Cards">The keyed hashes of a card's number; empty: none.</param>
/// <param name="Confirmation">The id of a confirmation; empty: none.</param>
[GenerateSerializer, Immutable, Alias("timebank.shown")]
public sealed record ShownRecord(
    [property: Id(0)] string Pin, [property: Id(1)] ImmutableArray<OpaqueId> Vouchers, [property: Id(2)] ImmutableArray<string> Cards,
    [property: Id(3)] string Confirmation)
{
    public static ShownRecord Nothing { get; } = new("", [], [], "");

    /// <summary>Nothing of it: Orleans writes the arguments of a late call into its log.</summary>
    public override string ToString() => nameof(ShownRecord);
}

/// <summary>A payment that the rules would make if the elder agrees.</summary>
/// <param name="Vouchers">Those that pay.</param>
/// <param name="Items">The items of the service list that they pay for.</param>
/// <param name="Worth">What the elder gives up, by which the rules judge it.</param>
internal sealed record HolderCase(
    RegionCode Region, OpaqueId Elder, OpaqueId Provider, ImmutableArray<OpaqueId> Vouchers, ImmutableArray<string> Items, Fen Worth,
    HolderCheck Needs)
{
    public static HolderCase Of(RegionCode region, RedemptionJudgement judged)
    {
        Redemption payment = judged.Redemption!;
        return new HolderCase(
            region, payment.Elder, payment.Provider, [payment.Voucher], [payment.Item.Text], judged.Worth, judged.Needs);
    }

    public static HolderCase Of(RegionCode region, BillJudgement judged)
    {
        Bill bill = judged.Bill!;
        return new HolderCase(
            region, bill.Elder, bill.Provider, [.. bill.Shares.Select(share => share.Voucher).Distinct()],
            [.. bill.Shares.Select(share => bill.Lines[share.Line - 1].Item.Text).Distinct()], judged.Worth, judged.Needs);
    }
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
    public static async Task<HolderAnswer> CheckAsync(this IGrainFactory grains, Command command, HolderCase payment, ShownRecord shown)
    {
        // A dry run says what is needed; it is no way to try PINs.
        if (command.IsDryRun) return Passed(payment.Needs, HolderCheck.Nothing);
        // The id comes first: what was answered is answered, and what comes with the retry isn't looked at.
        if (await grains.Writer(payment.Region).FindAsync(command.Id) is not null) return Passed(payment.Needs, HolderCheck.Nothing);
        Refusal? card = null;
        if (payment.Needs == HolderCheck.CodeOrCard)
        {
            if (payment.Vouchers.All(shown.Vouchers.Contains)) return Passed(payment.Needs, HolderCheck.CodeOrCard);
            if (!shown.Cards.IsEmpty)
            {
                CardList cards = await grains.GetGrain<ICardsGrain>(payment.Region, payment.Elder).GetAsync();
                if (cards.Good is { } good && shown.Cards.Contains(good.Key)) return Passed(payment.Needs, HolderCheck.CodeOrCard);
                card = new Refusal(Reason.CardNotAccepted);
            }
        }
        if (payment.Needs <= HolderCheck.Pin && shown.Pin.Length > 0)
        {
            Reply<PinRecord> tried = await grains.GetGrain<IPinGrain>(payment.Region, payment.Elder).TryAsync(command, shown);
            // What the server's own state refuses, such as a clock that it doubts, is no answer to the guess: the request stays free.
            return tried.Refusal is { } miss ? new HolderAnswer(miss, IsRemembered: !miss.IsTransient(), [])
                : Passed(payment.Needs, HolderCheck.Pin);
        }
        if (shown.Confirmation.Length > 0)
        {
            Reply<ConfirmationRecord> used = await grains.GetGrain<IConfirmationGrain>(payment.Region, shown.Confirmation).UseAsync(
                command, new ConfirmationUse(payment.Elder.Text, payment.Provider.Text, payment.Items, payment.Worth.Value));
            if (used.Refusal is { } no) return new HolderAnswer(no, IsRemembered: false, []);
            HolderAnswer passed = Passed(payment.Needs, HolderCheck.Confirmation);
            return passed with { Details = [.. passed.Details, (HolderCheckRule.ConfirmationKey, shown.Confirmation)] };
        }
        return new HolderAnswer(card ?? HolderCheckRule.Judge(payment.Needs, HolderCheck.Nothing), IsRemembered: false, []);
    }

    private static HolderAnswer Passed(HolderCheck needed, HolderCheck shown) => new(null, IsRemembered: true,
        shown == HolderCheck.Nothing ? [(HolderCheckRule.NeededKey, StoredName.Of(needed))]
            : [(HolderCheckRule.NeededKey, StoredName.Of(needed)), (HolderCheckRule.ShownKey, StoredName.Of(shown))]);
}
