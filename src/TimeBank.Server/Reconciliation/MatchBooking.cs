using System.Text;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>
/// Books confirmed matches, each once: the id of the entry is made from the match. A match that was stored and not booked, as after a
/// crash, is booked by the next one who looks.
/// </summary>
public sealed class MatchBooking(
    IGrainFactory grains, IBankBooks books, BankBookReader reader, OwnAccounts accounts, DayRules rules, BusinessClock clock)
{
    /// <summary>The party that ids of matches are made under. Entries name the person who ran it.</summary>
    private const string Actor = "bank";

    private const int Tries = 8, BatchesAtOnce = 64;

    public static EntryId PaymentId(OwnAccount account, StoredMatch match) => Id($"{account.Name}/{match.Line}/{match.Item}/{match.Pass}");

    public static EntryId PayoutId(RegionCode region, string item) => Id($"{region}/payout/{item}");

    /// <summary>Of what a match within the tolerance leaves over.</summary>
    public static EntryId DifferenceId(OwnAccount account, StoredMatch match) =>
        Id($"{account.Name}/difference/{match.Line}/{match.Item}");

    /// <summary>Of the transfer between two lines, whichever account is looked at.</summary>
    public static EntryId TransferId(RegionCode region, string outItem, string inItem) => Id($"{region}/transfer/{outItem}/{inItem}");

    /// <summary>Books all that is confirmed at the account and not booked yet.</summary>
    /// <returns>For each match that needed it why it was left; <see cref="Reason.None"/> where it is booked now.</returns>
    public async IAsyncEnumerable<(StoredMatch Match, Reason Left)> BookAsync(OwnAccount account, Command run, Expected expected,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var payments = new List<StoredMatch>();
        var payouts = new List<StoredMatch>();
        var transfers = new List<StoredMatch>();
        var differing = new List<StoredMatch>();
        await foreach (StoredMatch match in books.ConfirmedAsync(account.Region, account.Slug, "", cancellation))
        {
            if (match.Item.StartsWith(BankItem.Settlements, StringComparison.Ordinal)) payments.Add(match);
            else if (match.Item.StartsWith(BankItem.Lines, StringComparison.Ordinal)) transfers.Add(match);
            else if (expected.Transit.ContainsKey(match.Item)) payouts.Add(match);
            if (match.DifferenceFen != 0 && match.Pass != BankPass.OwnTransfer) differing.Add(match);
        }
        // Many batches at once: the writer stores what waits together as one, and a batch waits for each of its words.
        foreach (IGrouping<string, StoredMatch>[] some in payments.GroupBy(match => BankItem.PaymentOf(match.Item).Batch)
            .Chunk(BatchesAtOnce))
        {
            foreach ((StoredMatch match, Reason left) in await PayAsync(account, run, some, cancellation)) yield return (match, left);
        }
        foreach (StoredMatch match in payouts.DistinctBy(match => match.Item))
        {
            EntryId id = PayoutId(account.Region, match.Item);
            if (expected.Booked.Contains(id)) continue;
            Posting posting = expected.Transit[match.Item];
            DateOnly day = (await LineAsync(account, match.Line, cancellation)).Day;
            EntryHeader header = await HeaderAsync(
                account, run, id, day, ("item", match.Item), ("line", BankItem.Line(account.Slug, match.Line)));
            yield return (match, await WriteAsync(
                account, BankEntries.ConfirmPayout(header, account.Slug, new Fen(posting.Amount), posting.IsDebit)));
        }
        foreach (StoredMatch match in differing.OrderBy(match => (match.Line, match.Item)).DistinctBy(match => match.Group))
        {
            if (await BookDifferenceAsync(account, run, match, expected, cancellation) is { } left) yield return (match, left);
        }
        foreach (StoredMatch match in transfers)
        {
            if (await MoveAsync(account, run, match, expected, cancellation) is { } left) yield return (match, left);
        }
    }

    /// <summary>
    /// The bank took or gave a little more or less than was expected, and a person has confirmed it: that is a fee, or one given back, so
    /// that the account stays what the bank says.
    /// </summary>
    /// <returns>Null where it was booked before.</returns>
    private async Task<Reason?> BookDifferenceAsync(
        OwnAccount account, Command run, StoredMatch match, Expected expected, CancellationToken cancellation)
    {
        EntryId id = DifferenceId(account, match);
        if (expected.Booked.Contains(id)) return null;
        DateOnly day = (await LineAsync(account, match.Line, cancellation)).Day;
        EntryHeader header = await HeaderAsync(
            account, run, id, day, ("difference", BankItem.Line(account.Slug, match.Line)), ("item", match.Item));
        return await WriteAsync(account, BankEntries.Fee(
            header, account.Slug, new Fen(Math.Abs(match.DifferenceFen)), isBack: match.DifferenceFen > 0));
    }

    private async Task<IEnumerable<(StoredMatch, Reason)>> PayAsync(
        OwnAccount account, Command run, IGrouping<string, StoredMatch>[] batches, CancellationToken cancellation)
    {
        StoredMatch[][] needed = await Task.WhenAll(batches.Select(batch => NeededAsync(account, batch.Key, batch)));
        long[] numbers = [.. needed.SelectMany(some => some).Select(match => match.Line).Distinct()];
        if (numbers.Length == 0) return [];
        Dictionary<long, DateOnly> days = (await books.LinesAsync(account.Region, account.Slug, numbers, cancellation))
            .ToDictionary(line => line.Number, line => line.Day);
        return (await Task.WhenAll(batches.Zip(needed, (batch, some) => RecordAsync(account, run, batch.Key, some, days))))
            .SelectMany(booked => booked);
    }

    /// <summary>The matches of a batch whose word it doesn't have yet, in the order in which it is to have them.</summary>
    private async Task<StoredMatch[]> NeededAsync(OwnAccount account, string batch, IEnumerable<StoredMatch> matches)
    {
        if (await Settlement(account, batch).GetAsync() is not { } record) return [];
        var needed = new List<StoredMatch>();
        // Several lines may be one payment: their first names it. What was paid is recorded before what came back.
        foreach (StoredMatch match in matches.OrderBy(match => match.Line)
            .DistinctBy(match => (match.Item, match.Pass == BankPass.Returned)).OrderBy(match => match.Pass == BankPass.Returned))
        {
            int number = BankItem.PaymentOf(match.Item).Number;
            PaymentState state = record.Payments.First(payment => payment.Number == number).State;
            bool isReturn = match.Pass == BankPass.Returned;
            bool comesBack = isReturn && (state == PaymentState.Paid
                || (state == PaymentState.Approved && needed.Exists(one => one.Item == match.Item)));
            if (comesBack || (!isReturn && state == PaymentState.Approved)) needed.Add(match);
        }
        return [.. needed];
    }

    /// <param name="days">The bank's days, by the numbers of the lines.</param>
    private static BankWord Word(OwnAccount account, StoredMatch match, IReadOnlyDictionary<long, DateOnly> days)
    {
        EntryId id = PaymentId(account, match);
        PaymentState state = match.Pass == BankPass.Returned ? PaymentState.Returned : PaymentState.Paid;
        return new BankWord(
            BankItem.PaymentOf(match.Item).Number, new PaymentOutcome(state, days[match.Line], account.Slug.Text, ""), $"{id}",
            $"{DigestOf(id)}");
    }

    private async Task<IEnumerable<(StoredMatch, Reason)>> RecordAsync(
        OwnAccount account, Command run, string batch, StoredMatch[] needed, IReadOnlyDictionary<long, DateOnly> days)
    {
        if (needed.Length == 0) return [];
        Reply<WordsTaken> reply =
            await Settlement(account, batch).RecordManyAsync(run, [.. needed.Select(match => Word(account, match, days))]);
        return needed.Select((match, at) => (match, reply.Refusal?.Reason ?? reply.Value!.Left[at]));
    }

    private ISettlementGrain Settlement(OwnAccount account, string batch) =>
        grains.GetGrain<ISettlementGrain>(account.Region, batch);

    /// <summary>Stores the match at the other account too, then writes the one entry.</summary>
    /// <returns>Null where all of it was done before.</returns>
    private async Task<Reason?> MoveAsync(
        OwnAccount account, Command run, StoredMatch match, Expected expected, CancellationToken cancellation)
    {
        (Slug slug, long number) = BankItem.LineOf(match.Item);
        if (await accounts.FindAsync(account.Region, slug) is not { } other) return Reason.BankAccountNotFound;
        string own = BankItem.Line(account.Slug, match.Line);
        StoredBankLine line = await LineAsync(account, match.Line, cancellation);
        bool isOut = line.SignedFen < 0;
        EntryId id = isOut ? TransferId(account.Region, own, match.Item) : TransferId(account.Region, match.Item, own);
        if (expected.Booked.Contains(id)) return null;
        if (!await MatchOtherAsync(other, number, own, match, cancellation)) return Reason.BankLineMatched;
        StoredBankLine partner = await LineAsync(other, number, cancellation);
        (OwnAccount from, OwnAccount to, StoredBankLine left, StoredBankLine came) =
            isOut ? (account, other, line, partner) : (other, account, partner, line);
        EntryHeader header = await HeaderAsync(account, run, id, came.Day > left.Day ? came.Day : left.Day,
            ("in", BankItem.Line(to.Slug, came.Number)), ("out", BankItem.Line(from.Slug, left.Number)));
        return await WriteAsync(account, BankEntries.Move(
            header, from.Slug, to.Slug, new Fen(came.SignedFen), new Fen(-left.SignedFen - came.SignedFen)));
    }

    private async Task<bool> MatchOtherAsync(
        OwnAccount other, long number, string item, StoredMatch match, CancellationToken cancellation)
    {
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(other.Region, other.Slug, cancellation);
            StoredMatch[] there = [.. (await books.MatchesAsync(other.Region, other.Slug, [number], cancellation))
                .Where(one => one.Status == MatchStatus.Confirmed)];
            if (there.Length > 0) return there is [{ } only] && only.Item == item;
            StoredMatch mirror = match with
            {
                Line = number,
                Group = book.LastGroup + 1,
                Item = item,
                DifferenceFen = -match.DifferenceFen,
            };
            if (await books.MatchAsync(other.Region, other.Slug, book, keepSuggested: true, [], [mirror], cancellation)) return true;
        }
        throw new StorageUnavailableException($"The book of {other.Name} changes all the time.");
    }

    private async Task<Reason> WriteAsync(OwnAccount account, Proposal proposal)
    {
        Outcome outcome = await grains.Writer(account.Region).SubmitIfAcceptedAsync(proposal);
        return outcome.Refusal?.Reason ?? Reason.None;
    }

    private async Task<EntryHeader> HeaderAsync(
        OwnAccount account, Command run, EntryId id, DateOnly day, params (string Key, string Value)[] details)
    {
        Policy policy = await rules.PolicyAsync(account.Region, clock.Today);
        return (run with { RequestDigest = $"{DigestOf(id)}" }).Header(id, day, policy.Version.ToString(), details);
    }

    private async Task<StoredBankLine> LineAsync(OwnAccount account, long number, CancellationToken cancellation) =>
        await reader.StoredAsync(account, number, cancellation)
            ?? throw new InvalidOperationException($"{account.Name} has no line {number}, which a match names.");

    private static EntryId Id(string step) => EntryId.Of(Actor, Guid.Empty, step);

    private static Digest DigestOf(EntryId id) => Digest.Of(Encoding.UTF8.GetBytes($"match {id}"));
}
