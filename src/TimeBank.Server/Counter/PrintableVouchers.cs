using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using TimeBank.Writer;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>What a voucher's paper says: the code that the region signs, the number that people type, and words for the eye.</summary>
public sealed class PrintableVouchers(
    IGrainFactory grains, ILedgerReader ledger, VoucherReader vouchers, VoucherKeys keys, Vault vault, DayRules rules, BusinessClock clock)
{
    /// <param name="voucher">As its reader may see it.</param>
    /// <exception cref="Grpc.Core.RpcException">VOUCHER_VOIDED, VOUCHER_EXPIRED, VOUCHER_USED_UP.</exception>
    public async Task<PrintableVoucher> OfAsync(ResourceName name, Voucher voucher, CancellationToken cancellation)
    {
        RegionCode region = name.Region;
        Account account = await vouchers.FindAsync(region, OpaqueId.Parse(name.Id), cancellation) ?? throw Problem.Of(
            Reason.VoucherNotFound);
        JournalEntry last = (await ledger.LastEntriesAsync(region, [account.Number], cancellation))[account.Number];
        VoucherFacts facts = VoucherFacts.Of(account, last);
        if (OfflineRule.Print(facts, clock.Today) is { } refusal) throw Problem.Of(refusal);
        long offline = Math.Min(OfflineRule.Amount(facts, (await rules.PolicyAsync(region, clock.Today)).Vouchers.Offline),
            VoucherClaims.MaxAmount(account.Unit.Code));
        VoucherSigner signer = keys.SignerOf(region);
        var claims = new VoucherClaims(region.ToString(), name.Id, PseudonymOf(region, facts.Terms),
            VoucherClaims.BitsOf(facts.Terms.ServiceTypes.Select(type => (int)type.ToContract())), offline, account.Unit.Code,
            facts.Terms.UseBy, last.Index);
        ElderRecord? elder = await grains.GetGrain<IElderGrain>(region, facts.Terms.Elder).GetAsync();
        return new PrintableVoucher
        {
            Voucher = voucher, Code = VoucherCode.Sign(claims, signer), Number = VoucherNumber.Write(name.Id),
            OfflineAmount = account.Unit.Of(offline), MaskedName = Masked(elder?.DisplayName ?? ""), VerifierKey = signer.Key.ToString(),
            Serial = last.Index,
        };
    }

    /// <summary>
    /// The elder's pseudonym: a keyed hash that only the holder of the vault's key can make. Within a month a provider sees that two
    /// vouchers have one owner, and a paper found later tells nothing about the next one. The voucher's id leads the region to the elder.
    /// </summary>
    private string PseudonymOf(RegionCode region, VoucherTerms terms) => vault.SearchHashes(region, "voucher-pseudonym",
        string.Create(CultureInfo.InvariantCulture, $"{terms.Elder} {terms.UseBy:yyyy-MM}"))[0][..(2 * VoucherClaims.PseudonymBytes)];

    /// <summary>The first letter and two stars: enough to compare with an identity card, and little for whoever finds the paper.</summary>
    private static string Masked(string name)
    {
        string letter = StringInfo.GetNextTextElement(name);
        return letter.Length == 0 ? "" : $"{letter}**";
    }
}
