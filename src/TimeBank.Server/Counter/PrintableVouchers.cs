using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using TimeBank.Writer;
using Account = TimeBank.Ledger.Account;

namespace TimeBank.Server;

/// <summary>What a voucher's paper says: the code that the region signs, the number that people type, and words for the eye.</summary>
public sealed class PrintableVouchers(
    IGrainFactory grains, ILedgerReader ledger, VoucherReader vouchers, VoucherKeys keys, Vault vault, DayRules rules, BusinessClock clock,
    ILogger<PrintableVouchers> log)
{
    /// <param name="elder">The resource name of whose paper is asked for: the caller, or for whom the caller acts.</param>
    /// <param name="printer">Who asks. A paper, or a picture of it, is money for whoever holds it, so a line of the log says who had it
    /// made.</param>
    /// <exception cref="Grpc.Core.RpcException">
    /// VOUCHER_NOT_FOUND, PARTY_NOT_ALLOWED, VOUCHER_VOIDED, VOUCHER_EXPIRED, VOUCHER_USED_UP.
    /// </exception>
    public async Task<PrintableVoucher> OfAsync(ResourceName name, string elder, string printer, CancellationToken cancellation)
    {
        RegionCode region = name.Region;
        (Voucher voucher, Account account, JournalEntry last) = await ReadAsync(name, cancellation);
        if (voucher.Elder != elder) throw Problem.Of(Reason.PartyNotAllowed);
        VoucherFacts facts = VoucherFacts.Of(account, last);
        VouchersPolicy policy = (await rules.PolicyAsync(region, clock.Today)).Vouchers;
        DateOnly useBy = OfflineRule.PaperUseBy(facts.Terms, clock.Today, policy);
        if (OfflineRule.Print(facts, clock.Today) is { } refusal) throw Problem.Of(refusal);
        long offline = Math.Min(OfflineRule.Amount(facts, policy.Offline), VoucherClaims.MaxAmount(account.Unit.Code));
        VoucherSigner signer = keys.SignerOf(region);
        var claims = new VoucherClaims(region.ToString(), name.Id, PseudonymOf(region, facts.Terms.Elder, useBy),
            VoucherClaims.BitsOf(facts.Terms.ServiceTypes.Select(type => (int)type.ToContract())), offline, account.Unit.Code,
            useBy, last.Index);
        ElderRecord? owner = await grains.GetGrain<IElderGrain>(region, facts.Terms.Elder).GetAsync();
        log.LogInformation("{Printer} had the code of voucher {Voucher} made, for paper or a screen, as of entry {Entry}, for {Elder}.",
            printer, voucher.Name, last.Index, elder);
        return new PrintableVoucher
        {
            Voucher = voucher, Code = VoucherCode.Sign(claims, signer), Number = VoucherNumber.Write(name.Id),
            OfflineAmount = account.Unit.Of(offline), MaskedName = Masked(owner?.DisplayName ?? ""), VerifierKey = signer.Key.ToString(),
            Serial = last.Index, PaperUseBy = useBy.ToContract(),
        };
    }

    /// <summary>
    /// A voucher and its last entry, of one moment: the paper has the amount of the entry whose index is its serial. A redemption between
    /// the reads moves the last entry, and then all is read again.
    /// </summary>
    private async Task<(Voucher Voucher, Account Account, JournalEntry Last)> ReadAsync(ResourceName name, CancellationToken cancellation)
    {
        async Task<Account> FindAsync() => await vouchers.FindAsync(name.Region, OpaqueId.Parse(name.Id), cancellation)
            ?? throw Problem.Of(Reason.VoucherNotFound);
        long number = (await FindAsync()).Number;
        async Task<JournalEntry> LastAsync() => (await ledger.LastEntriesAsync(name.Region, [number], cancellation))[number];
        JournalEntry last = await LastAsync();
        while (true)
        {
            Account account = await FindAsync();
            Voucher voucher = await vouchers.ReadAsync(name.Region, account, cancellation);
            JournalEntry again = await LastAsync();
            if (again.Index == last.Index) return (voucher, account, last);
            last = again;
        }
    }

    /// <summary>
    /// The elder's pseudonym: a keyed hash that only the holder of the vault's key can make. Within a month a provider sees that two
    /// vouchers have one owner, and a paper found later tells nothing about the next one. The voucher's id leads the region to the elder.
    /// </summary>
    private string PseudonymOf(RegionCode region, OpaqueId elder, DateOnly useBy) => vault.SearchHashes(region, "voucher-pseudonym",
        string.Create(CultureInfo.InvariantCulture, $"{elder} {useBy:yyyy-MM}"))[0][..(2 * VoucherClaims.PseudonymBytes)];

    /// <summary>The first letter and two stars: enough to compare with an identity card, and little for whoever finds the paper.</summary>
    private static string Masked(string name)
    {
        string letter = StringInfo.GetNextTextElement(name);
        return letter.Length == 0 ? "" : $"{letter}**";
    }
}
