using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Our bank accounts as the bank has them, against the ledger. Only accounts that somebody has described are reconciled, and only for days
/// that are over, since a bank's statement of a day comes after it.
/// </summary>
public sealed class BankLegs(ILedgerReader ledger, IBankBooks books, OwnAccounts accounts, ExpectedReader expected, BusinessClock clock)
{
    private const int AtOnce = 1_000, MostNamed = 20;

    /// <summary>
    /// For each account its balance on both sides, open lines of the bank, and movements that the bank has not seen; at most 20 each of the
    /// last two.
    /// </summary>
    public async Task<IReadOnlyList<LegLine>> LinesAsync(RegionCode region, DateOnly last, CancellationToken cancellation)
    {
        if (last >= clock.Today) return [];
        var lines = new List<LegLine>();
        foreach (OwnAccount account in await accounts.ListAsync(region, cancellation))
        {
            string path = Chart.Bank(account.Slug).Path.Text;
            Int128 inLedger = await InLedgerAsync(region, account.Slug, last, cancellation);
            (DateOnly? through, Int128 atBank) = await AtBankAsync(account, last, cancellation);
            if (inLedger == 0 && through is null) continue;
            bool isMissing = through is null || through < last;
            lines.Add(new LegLine(ReportLeg.Whole, path, Unit.Fen, atBank, inLedger)
            {
                Gap = isMissing ? ReportGap.StatementMissing : ReportGap.None,
                Subject = isMissing && through is { } day ? $"{day:yyyy-MM-dd}" : "",
            });
            await foreach (StoredBankLine open in books.LinesAsync(
                region, account.Slug, new BankLineFilter(To: last, IsOpen: true), 0, MostNamed, cancellation))
            {
                lines.Add(new LegLine(ReportLeg.Paid, path, Unit.Fen, open.SignedFen, 0)
                {
                    Gap = ReportGap.LineOpen, Subject = $"{account.Name}/lines/{open.Number}", Day = open.Day,
                    BankLine = (account, open.Number),
                });
            }
            foreach ((string item, ExpectedPayment unseen) in await UnseenAsync(account, last, cancellation))
            {
                lines.Add(new LegLine(ReportLeg.Paid, path, Unit.Fen, 0,
                    unseen.Flow == MoneyFlow.In ? unseen.Amount.Value : -unseen.Amount.Value)
                {
                    Gap = ReportGap.NotAtBank, Subject = $"regions/{region}/{item.Split('/')[0]}/{item.Split('/')[1]}",
                    Day = unseen.DueOn,
                });
            }
        }
        return lines;
    }

    /// <summary>Movements that people recorded by hand and that no line of the bank confirms.</summary>
    private async Task<IEnumerable<(string Item, ExpectedPayment Payment)>> UnseenAsync(
        OwnAccount account, DateOnly last, CancellationToken cancellation)
    {
        Expected open = await expected.ReadAsync(account, cancellation);
        return open.Items.Zip(open.Payments).Where(one => one.First.StartsWith(BankItem.Entries, StringComparison.Ordinal)
            && !open.Transit.ContainsKey(one.First) && one.Second.DueOn <= last)
            .Concat(open.ByHand.Where(posting => posting.Entry.Header.EventDate() <= last).Select(ByHand)).Take(MostNamed);
    }

    private static (string Item, ExpectedPayment Payment) ByHand(Posting posting) => (BankItem.Posting(posting.Cursor), new ExpectedPayment
    {
        Id = "", Amount = new Fen(posting.Amount), Flow = posting.IsDebit ? MoneyFlow.In : MoneyFlow.Out,
        DueOn = posting.Entry.Header.EventDate(),
    });

    /// <summary>
    /// The ledger's balance at the end of a day, by the days that entries are of: what came after a close still happened on its day at the
    /// bank. An entry of a later day is recorded on it or after it.
    /// </summary>
    private async Task<Int128> InLedgerAsync(RegionCode region, Slug slug, DateOnly last, CancellationToken cancellation)
    {
        if (await ledger.AccountAsync(region, Chart.Bank(slug).Path, cancellation) is not { } account) return 0;
        Int128 balance = (Int128)account.Counters.DebitsPosted - account.Counters.CreditsPosted;
        LedgerTime from = LedgerTime.From(ChinaTime.StartOf(last.AddDays(1)));
        PostingCursor after = PostingCursor.Start;
        IReadOnlyList<Posting> page;
        do
        {
            page = await ledger.PostingsAsync(region, account.Number, from, new LedgerTime(long.MaxValue), after, AtOnce, cancellation);
            foreach (Posting posting in page.Where(posting => posting.Entry.Header.EventDate() > last))
            {
                if (await IsOfMistakeAsync(region, slug, posting.Entry, last, cancellation)) continue;
                balance -= posting.IsDebit ? posting.Amount : -posting.Amount;
            }
            if (page.Count > 0) after = page[^1].Cursor;
        }
        while (page.Count == AtOnce);
        return balance;
    }

    /// <summary>
    /// Whether an entry takes back one of the days that the bank never saw: a mistake of ours is no movement of that day, whenever somebody
    /// found it.
    /// </summary>
    private async Task<bool> IsOfMistakeAsync(
        RegionCode region, Slug slug, JournalEntry entry, DateOnly last, CancellationToken cancellation)
    {
        if (entry is not { Kind: EntryKind.Reverse, Of: { } index }
            || await ledger.EntryAsync(region, index, cancellation) is not { Entry: var original }
            || original.Header.EventDate() > last) return false;
        await foreach (StoredMatch _ in books.ConfirmedAsync(region, slug, $"{BankItem.Entries}{index}/", cancellation)) return false;
        return true;
    }

    /// <summary>The bank's balance at the end of a day, and the day through which its statements reach.</summary>
    private async Task<(DateOnly? Through, Int128 Fen)> AtBankAsync(OwnAccount account, DateOnly last, CancellationToken cancellation)
    {
        StoredStatement? newest = null;
        long before = long.MaxValue;
        IReadOnlyList<StoredStatement> page;
        do
        {
            page = await books.StatementsAsync(account.Region, account.Slug, before, AtOnce, cancellation);
            newest = page.Where(one => one is { To: not null, ClosingFen: not null }).Append(newest)
                .MaxBy(one => (one?.To ?? DateOnly.MinValue, one?.Number ?? 0));
            if (page.Count > 0) before = page[^1].Number;
        }
        while (page.Count == AtOnce);
        if (newest is null) return (null, 0);
        BankLineTotals later = await books.TotalsAsync(
            account.Region, account.Slug, new BankLineFilter(From: last.AddDays(1)), cancellation);
        return (newest.To, newest.ClosingFen!.Value - later.InFen + later.OutFen);
    }
}
