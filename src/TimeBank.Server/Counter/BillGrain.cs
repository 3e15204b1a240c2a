using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// The bills of one elder; key: region/elder. The grain stores nothing: the ledger has the vouchers and their money. It makes the bills of
/// an elder wait for each other. What a voucher's own grain does meanwhile is guarded by the ledger's limits. Refusals come in the outcome.
/// </summary>
[Alias("timebank.bill")]
public interface IBillGrain : IGrainWithStringKey
{
    /// <summary>Shares a bill out and pays it; a dry run is the quote.</summary>
    /// <remarks>
    /// The entry moves the amounts of the split or nothing, and the ledger's limits guard them. What the split says is left on a voucher is
    /// as it was read: a redemption by the voucher's own grain between the reading and the entry isn't in it.
    /// </remarks>
    /// <param name="vouchers">The vouchers to use; empty: all that the elder has.</param>
    /// <param name="quote">The quote that was confirmed; empty: whatever the split is.</param>
    [Alias("pay")]
    Task<BillReply> PayAsync(Command command, BillClaim claim, ImmutableArray<AccountPath> vouchers, string quote);

    /// <summary>The same, with what the elder shows where the policy asks for something.</summary>
    [Alias("pay-shown")]
    Task<BillReply> PayShownAsync(
        Command command, BillClaim claim, ImmutableArray<AccountPath> vouchers, string quote, ShownRecord shown);

    /// <summary>Takes lines of a bill back.</summary>
    /// <param name="index">The index of the bill's entry.</param>
    /// <param name="lines">Their numbers, which the bill has; empty: all that are left.</param>
    [Alias("refund")]
    Task<Outcome> RefundAsync(Command command, long index, ImmutableArray<int> lines);
}

/// <summary>The outcome of a bill.</summary>
/// <param name="Quote">Of a dry run: names the split; else empty.</param>
/// <param name="Unused">Of a dry run: the vouchers that pay nothing.</param>
[GenerateSerializer, Immutable, Alias("timebank.bill-reply")]
public sealed record BillReply(
    [property: Id(0)] Outcome Outcome, [property: Id(1)] string Quote, [property: Id(2)] ImmutableArray<UnusedRecord> Unused);

/// <summary>A voucher that pays nothing of a bill, and why.</summary>
/// <param name="Detail">The values of the reason's text, as <see cref="Refusal"/> writes them.</param>
[GenerateSerializer, Immutable, Alias("timebank.unused-voucher")]
public sealed record UnusedRecord(
    [property: Id(0)] OpaqueId Voucher, [property: Id(1)] Reason Reason, [property: Id(2)] string Detail);

/// <inheritdoc cref="IBillGrain"/>
public sealed class BillGrain(ILedgerReader ledger, DayRules rules, BusinessClock clock) : Grain, IBillGrain
{
    private const int VouchersAtOnce = 200, MostRefundsAtOnce = 20;

    private RegionCode Region { get; set; }

    private OpaqueId Elder { get; set; }

    private ILedgerGrain Writer { get; set; } = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = GrainKey.Parse(this.GetPrimaryKeyString());
        (Region, Elder) = (key.Region, OpaqueId.Parse(key.LocalId));
        Writer = GrainFactory.Writer(Region);
        return Task.CompletedTask;
    }

    public Task<BillReply> PayAsync(Command command, BillClaim claim, ImmutableArray<AccountPath> vouchers, string quote) =>
        PayShownAsync(command, claim, vouchers, quote, ShownRecord.Nothing);

    public async Task<BillReply> PayShownAsync(
        Command command, BillClaim claim, ImmutableArray<AccountPath> vouchers, string quote, ShownRecord shown)
    {
        using Activity? span = GrainTraces.Begin(nameof(BillGrain));
        DateOnly today = clock.Today, served = claim.ServedOn(today);
        Task<ProviderRecord?> provider = GrainFactory.GetGrain<IProviderGrain>(Region, claim.Provider).GetAsync();
        Task<ElderRecord?> elder = GrainFactory.GetGrain<IElderGrain>(Region, Elder.Text).GetAsync();
        ImmutableArray<AccountPath> paths = vouchers.IsEmpty ? await OwnAsync() : vouchers;
        IReadOnlyDictionary<AccountPath, VoucherFacts> facts = await FactsAsync(paths);
        // The rules of the day of service, as for one redemption: another day is refused whatever the rules say.
        DateOnly judged = served > today || facts.Values.All(voucher => served < voucher.Terms.From) ? today : served;
        Policy policy = await rules.PolicyAsync(Region, judged);
        Catalogue catalogue = await rules.CatalogueAsync(Region, judged);
        // As for one redemption: what the elder shows is of the day of payment.
        Policy checks = await rules.PolicyAsync(Region, today);
        (DateOnly Day, Reason Reason)? lastServed = (await elder)?.Facts(Region).LastServed(today);
        SpentToday spent = checks.Vouchers.ChecksDaySums
            ? await ledger.SpentTodayAsync(Region, Elder, claim.Provider, today) : default;
        BillJudgement split = await elder is null ? new Refusal(Reason.ElderNotFound)
            : ForeignOf(paths, facts) is { } foreign ? foreign
            : BillRule.Judge(
                claim, (await provider)?.ToFacts(), [.. facts.Values], catalogue, policy, today, lastServed, checks, spent,
                command.OnBehalfOf.Length == 0 ? command.Actor : null);
        Refusal? refusal = ChangedSince(quote, split);
        (string, string)[] more = [];
        if (refusal is null && split.Needs > HolderCheck.Nothing)
        {
            HolderAnswer holder = await GrainFactory.CheckAsync(command, HolderCase.Of(Region, split, lastServed), shown);
            if (!holder.IsRemembered) return new BillReply(
                new Outcome(command.Id, Digest.Parse(command.RequestDigest), holder.Refusal, null, Replayed: false), "", []);
            (refusal, more) = (holder.Refusal, holder.Details);
        }
        Outcome outcome = await Writer.DecideAsync(command, today, refusal, () => VoucherEntries.PayBill(
            command.Header(served, policy.Version.ToString(), [.. split.Bill!.ToDetails(), .. more]), split.Bill));
        if (IsOvertaken(outcome)) outcome = outcome with { Refusal = Refusal.Of(Reason.QuoteChanged, ("changed", "QUOTE_PART_VOUCHERS")) };
        if (!command.IsDryRun || outcome.Refusal is not null || outcome.Replayed) return new BillReply(outcome, "", []);
        return new BillReply(
            outcome, split.Quote!.ToString(),
            [.. split.Unused.Select(unused => new UnusedRecord(unused.Voucher, unused.Why.Reason, unused.Why.Detail))]);
    }

    public async Task<Outcome> RefundAsync(Command command, long index, ImmutableArray<int> lines)
    {
        using Activity? span = GrainTraces.Begin(nameof(BillGrain));
        DateOnly today = clock.Today;
        Proposal Nothing() => Entries.Note(command.Header(today, ""));
        if (await BillAsync(index) is not { } entry)
            return await Writer.DecideAsync(command, today, new Refusal(Reason.BillNotFound), Nothing);
        var bill = Bill.Of(entry);
        Policy policy = await rules.PolicyAsync(Region, today);
        ImmutableArray<AccountPath> paths = [.. bill.Shares.Select(share => Chart.VoucherPath(share.Voucher)).Distinct()];
        var overtaken = new Refusal(Reason.QueueFull);
        for (int tries = 0; tries < MostRefundsAtOnce; tries++)
        {
            IReadOnlyList<JournalEntry> refunds = await ledger.RefundsOfAsync(entry, CancellationToken.None);
            // The refund's entry has an id of its own, so the command's id is looked for in the details first.
            if (await KnownAsync(command, refunds) is { } known)
            {
                // A crash may have come between the refund's entry and the note that keeps others from the command's id.
                if (known.Entry?.Code == EntryCode.RefundBill && !command.IsDryRun) await Writer.SubmitAsync(Nothing());
                return known;
            }
            var refunded = refunds.SelectMany(refund => Bill.Of(refund).Lines.Select(line => line.Number)).ToHashSet();
            // Read anew each time: another refund may have filled a voucher, or it has ended.
            IReadOnlyDictionary<AccountPath, VoucherFacts> facts = await FactsAsync(paths);
            (Bill? taken, Refusal? refusal) =
                BillRule.Refund(bill, refunded, lines, voucher => facts[Chart.VoucherPath(voucher)], today);
            if (taken is null) return await Writer.DecideAsync(command, today, refusal, Nothing);
            (int attempt, Outcome? happened) = await Writer.AttemptAsync(number => Bill.RefundId(entry.Id, refunds.Count, number));
            // Another activation of this grain was faster: look again at what is left.
            if (happened is not null) continue;
            EntryHeader header = command.Header(
                Bill.RefundId(entry.Id, refunds.Count, attempt), today, policy.Version.ToString(),
                [
                    .. taken.ToDetails(), (Bill.BillKey, index.ToString(CultureInfo.InvariantCulture)),
                    (Bill.RequestKey, command.Id.ToString()),
                ]);
            Outcome outcome = await WriteAsync(
                command, header, taken,
                taken.Shares.Select(share => share.Voucher).Distinct().Select(voucher => facts[Chart.VoucherPath(voucher)].Seen));
            // The same id was used by a faster refund, or a voucher has moved: it may have been voided.
            if (outcome.Refusal is { Reason: Reason.AccountMoved } moved) overtaken = moved;
            if (outcome.Refusal is { Reason: Reason.RequestIdReused or Reason.AccountMoved }) continue;
            if (command.IsDryRun || outcome.Refusal?.IsTransient() == true) return outcome with { Id = command.Id };
            // The command's id is remembered as well, so that no other command can have it.
            if (outcome.Refusal is not { } no)
            {
                await Writer.SubmitAsync(Nothing());
                return outcome;
            }
            return await Writer.DecideAsync(command, today, no, Nothing);
        }
        return new Outcome(command.Id, Digest.Parse(command.RequestDigest), overtaken, null, Replayed: false);
    }

    /// <param name="seen">The vouchers that the shares were made from: whether one has ended says where its money goes.</param>
    private async Task<Outcome> WriteAsync(Command command, EntryHeader header, Bill taken, IEnumerable<SeenAccount> seen)
    {
        Proposal refund = VoucherEntries.RefundBill(header, taken).MadeFrom(seen);
        if (await Writer.ShortfallAsync(taken.Provider, taken.Credited, refund) is { Value: > 0 } shortfall)
        {
            // As for one redemption: the provider owes what it was paid meanwhile. A dry run can't see this entry when it tries the refund.
            if (command.IsDryRun) return await Writer.DecideAsync(SettlementEntries.Owe(header, taken.Provider, shortfall), dryRun: true);
            Outcome owes = await Writer.OweAsync(command, header with { Details = EntryHeader.NoDetails }, taken.Provider, shortfall);
            if (owes.Refusal is { } no && no.IsTransient()) return owes;
        }
        return await Writer.DecideAsync(refund, command.IsDryRun);
    }

    /// <summary>The outcome that the command had before; null where it is new.</summary>
    private async Task<Outcome?> KnownAsync(Command command, IReadOnlyList<JournalEntry> refunds)
    {
        var digest = Digest.Parse(command.RequestDigest);
        JournalEntry? own = refunds.FirstOrDefault(refund => refund.Detail(Bill.RequestKey) == command.Id.ToString());
        Outcome? known = own is not null ? Outcome.Wrote(own) : await Writer.FindAsync(command.Id);
        return known is null ? null
            : known.RequestDigest == digest ? known with { Replayed = true }
            : new Outcome(command.Id, digest, new Refusal(Reason.RequestIdReused), null, Replayed: false);
    }

    /// <summary>The vouchers of the elder that have something left.</summary>
    private async Task<ImmutableArray<AccountPath>> OwnAsync()
    {
        var filter = new AccountFilter("voucher/", Owner: Elder.Text, NotEmpty: true);
        var found = ImmutableArray.CreateBuilder<AccountPath>();
        (DateOnly Day, string Path) after = (DateOnly.MinValue, "");
        IReadOnlyList<Account> page;
        do
        {
            page = await ledger.AccountsByLastDayAsync(Region, filter, after.Day, after.Path, VouchersAtOnce, CancellationToken.None);
            found.AddRange(page.Select(account => account.Path));
            if (page.Count > 0) after = (page[^1].Terms!.Until!.Value, page[^1].Path.Text);
        }
        while (page.Count == VouchersAtOnce);
        return found.ToImmutable();
    }

    /// <summary>
    /// Vouchers as the writer sees them; those that don't exist are left out. An empty voucher's last entry says how it ended.
    /// </summary>
    private async Task<IReadOnlyDictionary<AccountPath, VoucherFacts>> FactsAsync(ImmutableArray<AccountPath> paths)
    {
        if (paths.IsEmpty) return ImmutableDictionary<AccountPath, VoucherFacts>.Empty;
        ImmutableArray<Account> accounts = await Writer.AccountsAsync(paths);
        long[] empty = [.. accounts.Where(account => account.Counters.DebitRoom == 0).Select(account => account.Number)];
        IReadOnlyDictionary<long, JournalEntry> last = empty.Length == 0
            ? ImmutableDictionary<long, JournalEntry>.Empty
            : await ledger.LastEntriesAsync(Region, empty, CancellationToken.None);
        return accounts.ToDictionary(
            account => account.Path, account => VoucherFacts.Of(account, last.GetValueOrDefault(account.Number)));
    }

    private Refusal? ForeignOf(ImmutableArray<AccountPath> paths, IReadOnlyDictionary<AccountPath, VoucherFacts> facts)
    {
        foreach (AccountPath path in paths)
        {
            string id = Chart.VoucherIdOf(path).Text;
            if (!facts.TryGetValue(path, out VoucherFacts? voucher)) return Refusal.Of(Reason.VoucherNotFound, ("voucher", id));
            if (voucher.Terms.Elder != Elder) return Refusal.Of(Reason.VoucherOtherElder, ("voucher", id));
        }
        return null;
    }

    /// <summary>
    /// The split's refusal; of a confirmation, that it is another than the quote's, and what made it another: the rules, the vouchers or
    /// the bill itself. That holds also where vouchers pay nothing of it now: the next quote says why. A refusal that isn't about what
    /// vouchers pay is the answer as it is.
    /// </summary>
    private static Refusal? ChangedSince(string confirmed, BillJudgement split) =>
        BillQuote.TryParse(confirmed, out BillQuote? quote) && split.Quote?.ChangedSince(quote!) is { } changed
            ? Refusal.Of(Reason.QuoteChanged, ("changed", changed)) : split.Refusal;

    /// <summary>
    /// True where a voucher's limit refused the bill: something else used the voucher between the split and the entry. The writer remembers
    /// its own refusal, so a retry comes here again and gets the same answer.
    /// </summary>
    private static bool IsOvertaken(Outcome outcome) =>
        outcome.Refusal is { Reason: Reason.InsufficientBalance } limit
        && limit.Values.Any(value => value.Key == "account" && value.Value.StartsWith("voucher/", StringComparison.Ordinal));

    /// <summary>The entry of a bill of this elder.</summary>
    private async Task<JournalEntry?> BillAsync(long index) =>
        (await ledger.EntryAsync(Region, index, CancellationToken.None))?.Entry is { Code: EntryCode.PayBill } entry
            && entry.Detail("elder") == Elder.Text ? entry : null;
}

/// <summary>Reads what refunds of bills need.</summary>
internal static class BillReads
{
    private const int AtOnce = 100;

    /// <summary>The refunds of a bill, in the journal's order.</summary>
    public static async Task<IReadOnlyList<JournalEntry>> RefundsOfAsync(
        this ILedgerReader ledger, JournalEntry bill, CancellationToken cancellation)
    {
        var found = new SortedDictionary<long, JournalEntry>();
        // Every refund touches the vouchers of its lines, and a voucher has few entries.
        foreach (OpaqueId voucher in Bill.Of(bill).Shares.Select(share => share.Voucher).Distinct())
        {
            var filter = new EntryFilter(EntryCode.RefundBill) { Touching = [new AccountFilter(Chart.VoucherPath(voucher).Text)] };
            long after = bill.Index;
            IReadOnlyList<LinkedEntry> page;
            do
            {
                page = await ledger.EarliestEntriesAsync(bill.Region, filter, after, AtOnce, cancellation);
                foreach (LinkedEntry refund in page.Where(refund => Bill.RefundedBy(refund.Entry) == bill.Index))
                    found[refund.Entry.Index] = refund.Entry;
                if (page.Count > 0) after = page[^1].Entry.Index;
            }
            while (page.Count == AtOnce);
        }
        return [.. found.Values];
    }
}
