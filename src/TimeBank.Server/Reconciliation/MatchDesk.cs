using System.Collections.Immutable;
using TimeBank.Banking;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.Writer;

namespace TimeBank.Server;

/// <summary>What people match by hand, and what they take back.</summary>
public sealed class MatchDesk(
    IGrainFactory grains, IBankBooks books, BankBookReader reader, OwnAccounts accounts, ExpectedReader expectations, MatchBooking booking,
    BankCases cases, DayRules rules, BusinessClock clock)
{
    private const int Tries = 8;

    /// <summary>Confirms that lines are things of ours, and books it.</summary>
    /// <param name="items">Empty: what is suggested for the one line.</param>
    /// <returns>Null where it is done, now or earlier.</returns>
    public async Task<Refusal?> ConfirmAsync(
        OwnAccount account, Command command, ImmutableArray<long> lines, ImmutableArray<string> items, CancellationToken cancellation)
    {
        Outcome? known = await grains.Writer(account.Region).FindAsync(command.Id);
        if (known is not null && known.RequestDigest != Digest.Parse(command.RequestDigest)) return new Refusal(Reason.RequestIdReused);
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(account.Region, account.Slug, cancellation);
            ILookup<long, StoredMatch> matches = await reader.MatchesAsync(account, lines, cancellation);
            if (matches.FirstOrDefault(line => line.First().Status == MatchStatus.Confirmed) is { } taken)
            {
                bool isOurs = known is not null && taken.All(match => match.By == command.Actor)
                    && (items.IsEmpty || taken.Select(match => match.Item).ToHashSet().SetEquals(items));
                if (!isOurs) return Refusal.Of(Reason.BankLineMatched, ("line", $"{taken.Key}"));
                await BookAsync(account, command, cancellation);
                return null;
            }
            (Wanted? wanted, Refusal? none) = items.IsEmpty
                ? await SuggestedAsync(account, lines, matches, cancellation) : (new Wanted(lines, items), null);
            if (wanted is null) return none;
            Expected expected = await expectations.ReadAsync(account, cancellation);
            (string? pass, long difference, Refusal? refusal) = await JudgeAsync(account, wanted, expected, cancellation);
            if (refusal is not null || command.IsDryRun) return refusal;
            // The case remembers the id; a crash after it is finished by the same command.
            if ((await cases.Of(account, lines[0]).NoteAsync(command, "MATCHED", 0)).Refusal is { } refused) return refused;
            var at = LedgerTime.From(clock.Now);
            IEnumerable<StoredMatch> added = wanted.Lines.SelectMany(line => wanted.Items.Select(item => new StoredMatch(
                line, book.LastGroup + 1, item, MatchStatus.Confirmed, pass!, difference, command.Actor, at)));
            long[] suggested = [.. matches.SelectMany(line => line).Select(match => match.Group).Distinct()];
            if (!await books.MatchAsync(account.Region, account.Slug, book, keepSuggested: true, suggested, added, cancellation)) continue;
            await BookAsync(account, command, cancellation);
            return null;
        }
        return new Refusal(Reason.BankBookChanged);
    }

    /// <summary>Takes a confirmed match back.</summary>
    /// <returns>Null where it is done, now or earlier.</returns>
    public async Task<Refusal?> UnmatchAsync(OwnAccount account, Command command, long line, CancellationToken cancellation)
    {
        Outcome? known = await grains.Writer(account.Region).FindAsync(command.Id);
        if (known is not null && known.RequestDigest != Digest.Parse(command.RequestDigest)) return new Refusal(Reason.RequestIdReused);
        for (int tries = 0; tries < Tries; tries++)
        {
            BankBook book = await books.ReadAsync(account.Region, account.Slug, cancellation);
            StoredMatch? match = (await books.MatchesAsync(account.Region, account.Slug, [line], cancellation))
                .FirstOrDefault(one => one.Status == MatchStatus.Confirmed);
            if (known is null && match is null) return Refusal.Of(Reason.BankLineNotMatched, ("line", $"{line}"));
            // A retry takes back what the command named, and no match that somebody made since.
            if (match is null || (known is not null && match.Group != await NamedAsync(account, command, line))) return null;
            foreach (StoredMatch pair in await books.GroupAsync(account.Region, account.Slug, match.Group, cancellation))
            {
                if (await IsBookedAsync(account, pair)) return Refusal.Of(Reason.MatchBooked, ("item", pair.Item));
            }
            if (command.IsDryRun) return null;
            if ((await cases.Of(account, line).NoteAsync(command, "UNMATCHED", match.Group)).Refusal is { } refused) return refused;
            if (await books.MatchAsync(account.Region, account.Slug, book, keepSuggested: true, [match.Group], [], cancellation))
                return null;
        }
        return new Refusal(Reason.BankBookChanged);
    }

    private async Task<long> NamedAsync(OwnAccount account, Command command, long line) =>
        (await cases.Of(account, line).GetAsync())?.History.FirstOrDefault(step => step.Command == $"{command.Id}")?.Group ?? 0;

    private async Task<(Wanted?, Refusal?)> SuggestedAsync(
        OwnAccount account, ImmutableArray<long> lines, ILookup<long, StoredMatch> matches, CancellationToken cancellation)
    {
        var none = Refusal.Of(Reason.NoSuggestion, ("line", $"{lines[0]}"));
        if (lines.Length > 1 || matches[lines[0]].FirstOrDefault(match => match.Status == MatchStatus.Suggested) is not { } suggested)
            return (null, none);
        IReadOnlyList<StoredMatch> group = await books.GroupAsync(account.Region, account.Slug, suggested.Group, cancellation);
        return group.Any(pair => pair.Item.Length == 0) ? (null, none)
            : (new Wanted([.. group.Select(pair => pair.Line).Distinct()], [.. group.Select(pair => pair.Item).Distinct()]), null);
    }

    /// <summary>
    /// Whether the lines are these things: each is expected, and the sums differ by no more than the policy tolerates. Between our own
    /// accounts nothing is tolerated: both banks say what moved.
    /// </summary>
    /// <returns>The name under which the match is stored and by how much the lines exceed the things, or a refusal.</returns>
    private async Task<(string? Pass, long DifferenceFen, Refusal? Refusal)> JudgeAsync(
        OwnAccount account, Wanted wanted, Expected expected, CancellationToken cancellation)
    {
        Int128 lineFen = 0, itemFen = 0;
        foreach (long number in wanted.Lines)
        {
            if (await reader.StoredAsync(account, number, cancellation) is not { SignedFen: not 0 } line)
                return (null, 0, Refusal.Of(Reason.BankLineNotFound, ("line", $"{number}")));
            lineFen += line.SignedFen;
        }
        string pass = BankPass.Person;
        foreach (string item in wanted.Items)
        {
            Refusal notOpen = Refusal.Of(Reason.MatchItemNotOpen, ("item", item));
            if (item.StartsWith(BankItem.Lines, StringComparison.Ordinal))
            {
                if (wanted.Items.Length > 1 || wanted.Lines.Length > 1
                    || await PartnerAsync(account, item, cancellation) is not { } partner)
                {
                    return (null, 0, notOpen);
                }
                itemFen -= partner.SignedFen;
                pass = BankPass.OwnTransfer;
                continue;
            }
            int at = expected.Items.Index().Where(one => one.Item == item).Select(one => one.Index).FirstOrDefault(-1);
            if (at < 0) return (null, 0, notOpen);
            ExpectedPayment payment = expected.Payments[at];
            bool comesBack = payment.IsPaid;
            if (comesBack && lineFen < 0) return (null, 0, notOpen);
            if (comesBack) pass = BankPass.Returned;
            itemFen += payment.Flow == MoneyFlow.In || comesBack ? payment.Amount.Value : -payment.Amount.Value;
        }
        long tolerance = pass == BankPass.OwnTransfer ? 0
            : (await rules.PolicyAsync(account.Region, clock.Today)).Reconciliation.Tolerance.Value;
        return Int128.Abs(lineFen - itemFen) <= tolerance ? (pass, (long)(lineFen - itemFen), null) : (null, 0, Refusal.Of(
            Reason.MatchSumsDiffer, ("available", $"{lineFen}"), ("needed", $"{itemFen}"), ("unit", Unit.Fen.Code)));
    }

    /// <summary>The open line of another account of ours; null where there is none.</summary>
    private async Task<StoredBankLine?> PartnerAsync(OwnAccount account, string item, CancellationToken cancellation)
    {
        (Slug slug, long number) = BankItem.LineOf(item);
        if (slug == account.Slug || await accounts.FindAsync(account.Region, slug) is not { } other) return null;
        ILookup<long, StoredMatch> matches = await reader.MatchesAsync(other, [number], cancellation);
        return matches[number].Any(match => match.Status == MatchStatus.Confirmed)
            ? null : await reader.StoredAsync(other, number, cancellation);
    }

    private async Task<bool> IsBookedAsync(OwnAccount account, StoredMatch pair)
    {
        if (pair.Pass is BankPass.Resolution or BankPass.OwnTransfer) return true;
        ILedgerGrain writer = grains.Writer(account.Region);
        if (pair.DifferenceFen != 0 && await writer.FindAsync(MatchBooking.DifferenceId(account, pair)) is { Refusal: null }) return true;
        if (pair.Item.StartsWith(BankItem.Entries, StringComparison.Ordinal))
            return await writer.FindAsync(MatchBooking.PayoutId(account.Region, pair.Item)) is { Refusal: null };
        if (await writer.FindAsync(MatchBooking.PaymentId(account, pair)) is not { Refusal: null }) return false;
        (string batch, int number) = BankItem.PaymentOf(pair.Item);
        SettlementRecord? record = await grains.GetGrain<ISettlementGrain>(account.Region, batch).GetAsync();
        return record?.Payments.FirstOrDefault(payment => payment.Number == number)?.State != PaymentState.Returned;
    }

    private async Task BookAsync(OwnAccount account, Command command, CancellationToken cancellation)
    {
        Expected expected = await expectations.ReadAsync(account, cancellation);
        await foreach ((StoredMatch, Reason) _ in booking.BookAsync(account, command, expected, cancellation))
        {
            // What the ledger refuses for the present is booked by the next run, which says so.
        }
    }

    private sealed record Wanted(ImmutableArray<long> Lines, ImmutableArray<string> Items);
}
