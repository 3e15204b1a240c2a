using System.Security.Cryptography;
using System.Text;
using TimeBank.Banking;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>How accounts of payees are compared with those in lines: by hashes, so that a run keeps no number of anybody.</summary>
internal static class PayeeHash
{
    public static string Of(string account) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(
        BankAccountNumber.TryParse(account, out BankAccountNumber number) ? number.Text : account.Trim())));

    /// <summary>The numbers of matching by a policy.</summary>
    public static MatchingPolicy Matching(this Policy policy) => new()
    {
        DaysBefore = policy.Reconciliation.DaysBefore,
        DaysAfter = policy.Reconciliation.DaysAfter,
        Tolerance = policy.Reconciliation.Tolerance,
        ShortestReference = policy.Reconciliation.ShortestReference,
        AccountHash = Of,
    };
}

/// <summary>The names of things of ours that a line may be. They are stored with matches.</summary>
public static class BankItem
{
    public const string Entries = "entries/", Settlements = "settlements/", Lines = "lines/";

    public static string Posting(PostingCursor place) => FormattableString.Invariant($"{Entries}{place.Index}/{place.Position}");

    public static string Payment(string batch, int number) => FormattableString.Invariant($"{Settlements}{batch}/payments/{number}");

    public static string Line(Slug account, long number) => FormattableString.Invariant($"{Lines}{account}/{number}");

    /// <summary>The batch and the number of a payment's item.</summary>
    public static (string Batch, int Number) PaymentOf(string item)
    {
        string[] parts = item.Split('/');
        return (parts[1], int.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The account and the number of a line's item.</summary>
    public static (Slug Account, long Number) LineOf(string item)
    {
        string[] parts = item.Split('/');
        return (Slug.Parse(parts[1]), long.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>The names of what found a match. They are stored.</summary>
public static class BankPass
{
    public const string Person = "PERSON", Resolution = "RESOLUTION", OwnTransfer = "OWN_TRANSFER", Returned = "RETURNED";

    public static string Of(MatchPass pass) => pass switch
    {
        MatchPass.EndToEndId => "END_TO_END_ID",
        MatchPass.Reference => "REFERENCE",
        MatchPass.AmountAndPayee => "AMOUNT_AND_PAYEE",
        MatchPass.AmountAndDay => "AMOUNT_AND_DAY",
        MatchPass.BatchSum => "BATCH_SUM",
        MatchPass.SeveralLines => "SEVERAL_LINES",
        MatchPass.Tolerance => "TOLERANCE",
        MatchPass.Returned => Returned,
    };
}

/// <summary>What is expected at an account.</summary>
/// <param name="Items">The names of the payments, one for one.</param>
/// <param name="Transit">What the card payment service has under way, by item.</param>
/// <param name="Booked">The ids of entries on the account that matches were booked by.</param>
/// <param name="ByHand">Words of the bank on payments that somebody recorded and that no line says.</param>
public sealed record Expected(
    IReadOnlyList<ExpectedPayment> Payments, IReadOnlyList<string> Items, IReadOnlyDictionary<string, Posting> Transit,
    IReadOnlySet<EntryId> Booked, IReadOnlyList<Posting> ByHand);

/// <summary>
/// Reads what is expected at an account: payments of settlement batches, movements that people recorded by hand, and payouts of the card
/// payment service under way. What a confirmed match of any account names is left out.
/// </summary>
public sealed class ExpectedReader(
    ILedgerReader ledger, IRegistry registry, IBankBooks books, OwnAccounts accounts, IGrainFactory grains)
{
    private const int Page = 500;

    /// <param name="tell">Is told how much was found, after each page; null where nobody waits.</param>
    public async Task<Expected> ReadAsync(OwnAccount account, CancellationToken cancellation, Action<long>? tell = null)
    {
        HashSet<string> confirmed = [], returned = [];
        foreach (OwnAccount own in await accounts.ListAsync(account.Region, cancellation))
        {
            await foreach (StoredMatch match in books.ConfirmedAsync(own.Region, own.Slug, "", cancellation))
                (match.Pass == BankPass.Returned ? returned : confirmed).Add(match.Item);
        }
        var found = new ExpectedItems();
        await AddPaymentsAsync(account, confirmed, returned, found, tell, cancellation);
        HashSet<EntryId> booked = [];
        List<Posting> byHand = [];
        await foreach (Posting posting in PostingsAsync(account.Region, Chart.Bank(account.Slug).Path, confirmed, cancellation))
        {
            if (IsOfMatches(posting.Entry.Code)) booked.Add(posting.Entry.Id);
            else if (posting.Entry.Code is EntryCode.PayProvider or EntryCode.ReturnPayment)
            {
                HashSet<string> said = posting.Entry.Code == EntryCode.PayProvider ? confirmed : returned;
                if (!said.Contains(PaymentOf(posting.Entry))) byHand.Add(posting);
            }
            else if (posting.Entry.Code != EntryCode.ImportBalance) Add(found, posting, confirmed);
        }
        Dictionary<string, Posting> transit = [];
        await foreach (Posting posting in PostingsAsync(account.Region, Chart.StripeInTransit().Path, confirmed, cancellation))
        {
            if (posting.Entry.Code == EntryCode.ConfirmPayout) continue;
            transit.Add(BankItem.Posting(posting.Cursor), posting);
        }
        foreach (Posting posting in WithoutFailed(transit.Values, confirmed)) Add(found, posting, confirmed);
        return new Expected(found, new ExpectedNames(found), transit, booked, byHand);
    }

    private static string PaymentOf(JournalEntry entry) =>
        $"{BankItem.Settlements}{entry.Detail("batch")}/payments/{entry.Detail("payment")}";

    /// <summary>
    /// Payments that the bank is to make, and those that it has made, which may come back. One that people have recorded by hand is open
    /// all the same until a line says it too.
    /// </summary>
    private async Task AddPaymentsAsync(OwnAccount account, HashSet<string> confirmed, HashSet<string> returned,
        ExpectedItems found, Action<long>? tell, CancellationToken cancellation)
    {
        var query = new RegistryQuery(account.Region, SettlementGrainState.Kind) { Limit = Page };
        var payees = new Dictionary<(string Provider, string Version), string?>();
        IReadOnlyList<RegistryRow<SettlementGrainState>> rows;
        do
        {
            rows = await registry.ListAsync<SettlementGrainState>(query, cancellation);
            foreach (SettlementRecord batch in rows.Readable().Select(row => row.State.Batch).OfType<SettlementRecord>())
            {
                foreach (PaymentRecord payment in batch.Payments.Where(one => one.AmountFen > 0))
                {
                    string item = BankItem.Payment(batch.Id, payment.Number);
                    PaymentOutcome? paid = payment.Outcomes.FirstOrDefault(outcome => outcome.State == PaymentState.Paid);
                    bool isSeen = confirmed.Contains(item);
                    bool isExpected = payment.State == PaymentState.Approved || paid?.Bank == account.Slug.Text;
                    if (!isExpected || (isSeen && returned.Contains(item))) continue;
                    found.Add(new ExpectedItem(
                        batch.Id, payment.Number, new Fen(payment.AmountFen), MoneyFlow.Out,
                        batch.ApprovedAt is { } approved ? ChinaTime.DateOf(approved) : batch.Day, isSeen,
                        await PayeeAsync(account.Region, payment, payees)));
                }
            }
            tell?.Invoke(found.Count);
            if (rows.Count > 0) query = query with { After = rows[^1].Cursor };
        }
        while (rows.Count == Page);
    }

    /// <summary>The hash of the account that a payment goes to; null where the batch does not say it.</summary>
    private async Task<string?> PayeeAsync(
        RegionCode region, PaymentRecord payment, Dictionary<(string Provider, string Version), string?> known)
    {
        if (payment.Payee is not { } version) return null;
        if (known.TryGetValue((payment.Provider, version), out string? hash)) return hash;
        PayeeInForce? payee = await grains.GetGrain<IPayeeGrain>(region, payment.Provider).OfVersionAsync(version);
        return known[(payment.Provider, version)] = payee is null ? null : PayeeHash.Of(payee.Account.Number);
    }

    /// <summary>An account's postings, without those that a reversal has undone before the bank saw them.</summary>
    private async IAsyncEnumerable<Posting> PostingsAsync(RegionCode region, AccountPath path, HashSet<string> confirmed,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await ledger.AccountAsync(region, path, cancellation) is not { } account) yield break;
        var all = new List<Posting>();
        PostingCursor after = PostingCursor.Start;
        IReadOnlyList<Posting> page;
        do
        {
            page = await ledger.PostingsAsync(
                region, account.Number, default, new LedgerTime(long.MaxValue), after, Page, cancellation);
            all.AddRange(page);
            if (page.Count > 0) after = page[^1].Cursor;
        }
        while (page.Count == Page);
        HashSet<long> seen = [.. all.Where(one => confirmed.Contains(BankItem.Posting(one.Cursor))).Select(one => one.Entry.Index)];
        HashSet<long> undone = [.. all.Where(one => one.Entry is { Kind: EntryKind.Reverse, Of: not null }
            && !seen.Contains(one.Entry.Of.Value) && !seen.Contains(one.Entry.Index))
            .SelectMany(one => new[] { one.Entry.Index, one.Entry.Of!.Value })];
        foreach (Posting posting in all.Where(one => !undone.Contains(one.Entry.Index))) yield return posting;
    }

    private static void Add(ExpectedItems found, Posting posting, HashSet<string> confirmed)
    {
        string item = BankItem.Posting(posting.Cursor);
        if (confirmed.Contains(item)) return;
        found.Add(new ExpectedItem(
            item, 0, new Fen(posting.Amount), posting.IsDebit ? MoneyFlow.In : MoneyFlow.Out, posting.Entry.Header.EffectiveDate, false,
            null));
    }

    /// <summary>A payout that failed before the bank saw it is expected nowhere, and neither is its return.</summary>
    private static IEnumerable<Posting> WithoutFailed(IEnumerable<Posting> transit, HashSet<string> confirmed) => transit
        .Where(one => !confirmed.Contains(BankItem.Posting(one.Cursor)))
        .GroupBy(one => one.Entry.Header.Details.FirstOrDefault(detail => detail.Key == "source").Value ?? $"{one.Entry.Index}")
        .SelectMany(same => same.Sum(one => one.IsDebit ? one.Amount : -one.Amount) == 0 ? [] : same.AsEnumerable());

    private static bool IsOfMatches(EntryCode code) => code is EntryCode.BankFee or EntryCode.BankReceipt or EntryCode.BankSuspense
        or EntryCode.ConfirmPayout or EntryCode.OwnTransfer or EntryCode.RepayByProvider;
}
