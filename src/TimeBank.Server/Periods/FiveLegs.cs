using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Holds against each other what must be equal: what stands in the journal's details, in accounts and their terms, in settlement batches
/// and at the bank, each against the postings. What an entry of a day did is never summed twice from the same numbers. See the README.
/// </summary>
public sealed class FiveLegs(ILedgerReader ledger, IRegistry registry, HourLegs hours, BankLegs banks)
{
    private const int AtOnce = 1_000;

    /// <summary>A count of vouchers, in reports alone.</summary>
    public static readonly Unit Vouchers = Unit.Parse("VOUCHER");

    /// <summary>The report of some days, by the day on which entries were recorded.</summary>
    public async Task<DayReport> ReportAsync(RegionCode region, DateOnly first, DateOnly last, CancellationToken cancellation)
    {
        long from = await IndexAsync(region, first, cancellation), size = await IndexAsync(region, last.AddDays(1), cancellation);
        var lines = new List<LegLine>();
        IReadOnlyList<Turnover> turnovers = await ledger.TurnoversAsync(region, from, size, null, cancellation);
        await AddVouchersAsync(lines, region, turnovers, from, size, cancellation);
        await AddRedeemedAsync(lines, region, first, last, from, size, cancellation);
        lines.AddRange(await hours.LinesAsync(region, (first, last), size, turnovers, cancellation));
        await AddPaidAsync(lines, region, cancellation);
        await AddWholeAsync(lines, region, cancellation);
        lines.AddRange(await banks.LinesAsync(region, last, cancellation));
        return new DayReport(first, last, from, size, [.. lines]);
    }

    /// <summary>What differs and stands in the way of closing these days.</summary>
    public async Task<ImmutableArray<LegLine>> DifferencesAsync(
        RegionCode region, DateOnly first, DateOnly last, CancellationToken cancellation) =>
        [.. (await ReportAsync(region, first, last, cancellation)).Lines.Where(line => !line.IsEqual)];

    private async Task<long> IndexAsync(RegionCode region, DateOnly day, CancellationToken cancellation) =>
        Math.Min(await ledger.IndexAtAsync(region, LedgerTime.From(ChinaTime.StartOf(day)), cancellation),
            (await ledger.ReadHeadAsync(region, cancellation)).Size);

    /// <summary>
    /// Issued: vouchers whose accounts were opened against vouchers that issue entries filled. Held: units left on vouchers against the
    /// programme's units, and their contract price by the vouchers' own terms against the money that is bound for them.
    /// </summary>
    private async Task AddVouchersAsync(
        List<LegLine> lines, RegionCode region, IReadOnlyList<Turnover> turnovers, long from, long size, CancellationToken cancellation)
    {
        var held = new SortedDictionary<string, HeldByVouchers>(StringComparer.Ordinal);
        await foreach (Account account in AccountsAsync(region, new AccountFilter("voucher/"), size, cancellation))
        {
            VoucherTerms terms = VoucherTerms.Of(account);
            if (!held.TryGetValue(terms.Programme.Text, out HeldByVouchers? sum))
                held.Add(terms.Programme.Text, sum = new HeldByVouchers(terms.Unit));
            if (account.Opened >= from) sum.Opened++;
            long left = account.Counters.CreditsPosted - account.Counters.DebitsPosted;
            sum.Units += left;
            if (terms.Unit != Unit.Fen) sum.Bound += (Int128)left * terms.UnitPrice.Value;
        }
        foreach ((string programme, HeldByVouchers sum) in held)
        {
            string source = $"programme/{programme}/{(sum.Unit == Unit.Fen ? "allotted" : "units")}";
            long issued = turnovers.Where(one => one is { Code: EntryCode.IssueVoucher, IsReversal: false, Credit: "voucher/*" }
                && one.Debit == source && one.Unit == sum.Unit).Sum(one => one.Transfers);
            lines.Add(new LegLine(ReportLeg.Issued, source, Vouchers, sum.Opened, issued));
            if (sum.Unit == Unit.Fen) continue;
            lines.Add(await HeldAsync(region, $"programme/{programme}/units", sum.Unit, sum.Units, isDebit: true, size, cancellation));
            lines.Add(await HeldAsync(region, $"programme/{programme}/committed", Unit.Fen, sum.Bound, isDebit: false, size, cancellation));
        }
    }

    private async Task<LegLine> HeldAsync(
        RegionCode region, string path, Unit unit, Int128 left, bool isDebit, long size, CancellationToken cancellation)
    {
        Account? account = (await ledger.AccountsAsOfAsync(region, new AccountFilter(path), size, "", 1, cancellation))
            .FirstOrDefault(found => found.Path.Text == path);
        long credit = account is null ? 0 : account.Counters.CreditsPosted - account.Counters.DebitsPosted;
        return new LegLine(ReportLeg.Held, path, unit, left, isDebit ? -credit : credit);
    }

    /// <summary>
    /// Redeemed: what redemptions and their refunds say in their details, against what each provider's payable got for them.
    /// </summary>
    private async Task AddRedeemedAsync(
        List<LegLine> lines, RegionCode region, DateOnly first, DateOnly last, long from, long size, CancellationToken cancellation)
    {
        var said = new SortedDictionary<string, Int128>(StringComparer.Ordinal);
        void Say(OpaqueId provider, Fen credited, int sign) =>
            said[provider.Text] = said.GetValueOrDefault(provider.Text) + (sign * (Int128)credited.Value);
        void SayRedemption(JournalEntry entry, int sign)
        {
            var read = Redemption.Of(entry);
            Say(read.Provider, read.Credited, sign);
        }
        await foreach (JournalEntry entry in ledger.RecordedAsync(
            region, new EntryFilter(EntryCode.RedeemVoucher), (first, last), cancellation))
            SayRedemption(entry, 1);
        foreach ((EntryCode code, int sign) in new[] { (EntryCode.PayBill, 1), (EntryCode.RefundBill, -1) })
        {
            await foreach (JournalEntry entry in ledger.RecordedAsync(region, new EntryFilter(code), (first, last), cancellation))
            {
                var bill = Bill.Of(entry);
                Say(bill.Provider, bill.Credited, sign);
            }
        }
        await foreach (JournalEntry entry in ledger.RecordedAsync(
            region, new EntryFilter(Kind: EntryKind.Reverse), (first, last), cancellation))
        {
            StoredEntry? original = await ledger.EntryAsync(region, entry.Of!.Value, cancellation);
            if (original?.Entry.Code == EntryCode.RedeemVoucher) SayRedemption(original.Entry, -1);
        }
        foreach ((string provider, Int128 sum) in said)
        {
            string path = Chart.ProviderPayable(OpaqueId.Parse(provider)).Path.Text;
            IReadOnlyList<Flow> flows = await ledger.FlowsAsync(
                region, new AccountFilter(path), byCounter: false, [from, size], cancellation);
            lines.Add(new LegLine(ReportLeg.Redeemed, path, Unit.Fen, sum,
                flows.Where(flow => flow is
                {
                    Stretch: 1, Code: EntryCode.RedeemVoucher or EntryCode.PayBill or EntryCode.RefundBill,
                }).NetCredit()));
        }
    }

    /// <summary>Paid: payments that a batch waits for, against the money on the batch's account now.</summary>
    private async Task AddPaidAsync(List<LegLine> lines, RegionCode region, CancellationToken cancellation)
    {
        IReadOnlyList<RegistryRow<SettlementGrainState>> page;
        RegistryQuery query = new(region, SettlementGrainState.Kind) { Limit = AtOnce };
        do
        {
            page = await registry.ListAsync<SettlementGrainState>(query, cancellation);
            foreach (SettlementRecord batch in page.Readable().Select(row => row.State.Batch).OfType<SettlementRecord>())
            {
                Int128 waiting = batch.Payments.Where(payment => payment.State == PaymentState.Approved)
                    .Aggregate(Int128.Zero, (sum, payment) => sum + payment.AmountFen);
                AccountPath path = Chart.Settlement(OpaqueId.Parse(batch.Id), batch.Pays).Path;
                Counters counters = (await ledger.AccountAsync(region, path, cancellation))?.Counters ?? default;
                Int128 there = (Int128)counters.CreditsPosted - counters.DebitsPosted;
                if (waiting != 0 || there != 0) lines.Add(new LegLine(ReportLeg.Paid, path.Text, Unit.Fen, waiting, there));
            }
            if (page.Count > 0) query = query with { After = page[^1].Cursor };
        }
        while (page.Count == AtOnce);
    }

    /// <summary>The whole: in every unit, all debits against all credits.</summary>
    private async Task AddWholeAsync(List<LegLine> lines, RegionCode region, CancellationToken cancellation) =>
        lines.AddRange((await ledger.TrialBalanceAsync(region, cancellation)).Select(total => new LegLine(
            ReportLeg.Whole, "", total.Unit, total.Totals.DebitsPosted, total.Totals.CreditsPosted)));

    private async IAsyncEnumerable<Account> AccountsAsync(
        RegionCode region, AccountFilter filter, long size,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        string after = "";
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsAsOfAsync(region, filter, size, after, AtOnce, cancellation);
            foreach (Account account in page) yield return account;
            if (page.Count > 0) after = page[^1].Path.Text;
        }
        while (page.Count == AtOnce);
    }

    private sealed class HeldByVouchers(Unit unit)
    {
        public Unit Unit => unit;

        public long Opened { get; set; }

        public Int128 Units { get; set; }

        public Int128 Bound { get; set; }
    }
}

/// <summary>The pairs of sums that a report holds against each other. The numbers and names are stored.</summary>
public enum ReportLeg
{
    None = 0,

    /// <summary>Vouchers that were issued, against the accounts that were opened for them.</summary>
    [JsonStringEnumMemberName("issued")]
    Issued = 1,

    /// <summary>What each voucher holds, against what is bound for them.</summary>
    [JsonStringEnumMemberName("held")]
    Held = 2,

    /// <summary>What was redeemed at each provider, against what the provider was credited.</summary>
    [JsonStringEnumMemberName("redeemed")]
    Redeemed = 3,

    /// <summary>What providers were credited, against payments and the bank.</summary>
    [JsonStringEnumMemberName("paid")]
    Paid = 4,

    /// <summary>In, out and remaining as a whole.</summary>
    [JsonStringEnumMemberName("whole")]
    Whole = 5,
}

/// <summary>The five legs of some days.</summary>
/// <param name="FromIndex">The first entry that was recorded on these days.</param>
/// <param name="Size">The journal's size at their end.</param>
public sealed record DayReport(DateOnly First, DateOnly Last, long FromIndex, long Size, ImmutableArray<LegLine> Lines);

/// <summary>Two sums that should be equal.</summary>
/// <param name="Account">The account, or the class of accounts; empty for all of a unit.</param>
/// <param name="Left">The sum that the leg names first, in the unit's smallest parts.</param>
public sealed record LegLine(ReportLeg Leg, string Account, Unit Unit, Int128 Left, Int128 Right)
{
    /// <summary>What is wrong beside the sums.</summary>
    public ReportGap Gap { get; init; }

    /// <summary>What the gap is about: a line of the bank, an entry, or the day through which statements reach; else empty.</summary>
    public string Subject { get; init; } = "";

    /// <summary>The day of the bank's line or of the entry; null: the last day of the report.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The line of the bank that is open. It is followed up as an exception; else null.</summary>
    public (OwnAccount Account, long Number)? BankLine { get; init; }

    /// <summary>
    /// Under which id people follow a difference up, on whatever day they look. Without the sums, which change while somebody looks into
    /// it, and without the day through which statements reach. Stored: never change how it is made.
    /// </summary>
    public OpaqueId Id => OpaqueId.From(EntryId.Of("difference", Guid.Empty, string.Create(
        CultureInfo.InvariantCulture, $"{(int)Leg} {(int)Gap} {Unit} {Account} {Entry}")));

    /// <summary>The entry that the bank has not shown; else empty.</summary>
    public string Entry => Gap == ReportGap.NotAtBank ? Subject : "";

    public bool IsEqual => Left == Right && Gap == ReportGap.None;
}

/// <summary>What is wrong with a line of a report beside its sums. The numbers and names are stored.</summary>
public enum ReportGap
{
    None = 0,

    /// <summary>The bank's statements don't reach the last day.</summary>
    [JsonStringEnumMemberName("statementMissing")]
    StatementMissing = 1,

    /// <summary>A line of the bank that nothing of ours explains yet.</summary>
    [JsonStringEnumMemberName("lineOpen")]
    LineOpen = 2,

    /// <summary>A movement that somebody recorded and the bank has not shown.</summary>
    [JsonStringEnumMemberName("notAtBank")]
    NotAtBank = 3,
}
