using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>What providers earn in programmes that don't pay all at once: what is held back is computed from it.</summary>
internal sealed class HeldBackEarnings(RegionCode region, ILedgerReader ledger, IRegistry registry)
{
    private const int AtOnce = 1_000;

    private IReadOnlySet<string>? _programmes;

    /// <summary>
    /// What a provider has earned between two sizes of the journal, less the refunds that came between them. Redemptions and bills that are
    /// paid apart don't count, nor do their refunds of this stretch: what is left of them is paid whole. Once a batch has taken them they
    /// are apart no more, also where it was withdrawn and its amount is carried: a refund that comes later counts, though they never did.
    /// </summary>
    /// <param name="apart">Entries that are set aside now, or that a later batch pays as carried.</param>
    /// <param name="entry">Count this redemption or bill alone; null: all.</param>
    /// <exception cref="UnreadableStateException">A programme can't be read: nobody knows whether it holds back.</exception>
    public async Task<long> EarnedAsync(OpaqueId provider, long from, long to, IReadOnlySet<long> apart, long? entry = null)
    {
        IReadOnlySet<string> programmes = _programmes ??= await ProgrammesAsync();
        if (programmes.Count == 0) return 0;
        long earned = 0;
        var after = new PostingCursor(from - 1, int.MaxValue);
        IReadOnlyList<Posting> page;
        do
        {
            page = await ledger.SettledAsync(
                region, Chart.ProviderPayable(provider), to, after, AtOnce, CancellationToken.None);
            foreach (Posting posting in page)
            {
                (Slug Programme, long Of)? line = posting.Entry.Code switch
                {
                    EntryCode.RedeemVoucher => (Redemption.Of(posting.Entry).Programme, posting.Entry.Index),
                    EntryCode.RefundRedemption => (Redemption.Of(posting.Entry).Programme, posting.Entry.Of!.Value),
                    EntryCode.PayBill => (ProgrammeOf(posting), posting.Entry.Index),
                    EntryCode.RefundBill => (ProgrammeOf(posting), Bill.RefundedBy(posting.Entry)),
                    _ => null,
                };
                if (line is not var (programme, of) || !programmes.Contains(programme.Text)) continue;
                if (!apart.Contains(of) && (entry is null || entry == of)) earned += posting.IsDebit ? -posting.Amount : posting.Amount;
            }
            if (page.Count > 0) after = page[^1].Cursor;
        }
        while (page.Count == AtOnce);
        return earned;
    }

    /// <summary>The part of what a payment held back that is of one redemption or bill, in fen.</summary>
    public async Task<long> ShareAsync(PaymentRecord payment, long entry)
    {
        if (payment.HeldBackFen == 0 || entry < payment.FromSize || entry >= payment.ToSize) return 0;
        IReadOnlySet<long> apart = payment.SetAside.Concat(payment.Carried).Entries().ToHashSet();
        var provider = OpaqueId.Parse(payment.Provider);
        long all = await EarnedAsync(provider, payment.FromSize, payment.ToSize, apart),
            own = await EarnedAsync(provider, payment.FromSize, payment.ToSize, apart, entry);
        return HoldbackRule.Share(new Fen(payment.HeldBackFen), own, all).Value;
    }

    private static Slug ProgrammeOf(Posting posting) => Bill.Of(posting.Entry).ShareOf(posting.Entry, posting.Position).Programme;

    private async Task<IReadOnlySet<string>> ProgrammesAsync()
    {
        var query = new RegistryQuery(region, ProgrammeState.Kind) { Limit = AtOnce };
        HashSet<string> found = [];
        IReadOnlyList<RegistryRow<ProgrammeState>> rows;
        do
        {
            rows = await registry.ListAsync<ProgrammeState>(query, CancellationToken.None);
            // One that can't be read may hold back: without it what is disputed would be paid.
            found.UnionWith(rows.Select(row => row.State.Programme).OfType<ProgrammeRecord>()
                .Where(programme => programme.HoldsBack).Select(programme => programme.Id));
            if (rows.Count > 0) query = query with { After = rows[^1].Cursor };
        }
        while (rows.Count == AtOnce);
        return found;
    }
}
