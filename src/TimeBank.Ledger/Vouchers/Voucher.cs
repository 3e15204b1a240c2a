using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The terms of a voucher, fixed at its issue and stored with its account.</summary>
/// <param name="ServiceTypes">The catalogue's service types that it pays for.</param>
/// <param name="UnitPrice">Of a unit voucher: the contract price committed for each unit.</param>
/// <param name="From">The first day of use.</param>
/// <param name="UseBy">The last day of use; <see cref="Never"/> where it has none.</param>
/// <param name="ClaimBy">The last day on which a provider may claim a service given in time; see <see cref="ClaimByOf"/>.</param>
public sealed record VoucherTerms(
    OpaqueId Elder,
    Slug Programme,
    VoucherKind Kind,
    Unit Unit,
    ImmutableArray<ServiceType> ServiceTypes,
    Fen UnitPrice,
    DateOnly From,
    DateOnly UseBy,
    DateOnly ClaimBy)
{
    /// <summary>
    /// The last day of what never expires. It is stored as it is, so that every list by last day, and every comparison with one, puts such
    /// a voucher after all others without being told. It is not the calendar's very last day: PostgreSQL's driver takes that one for
    /// <c>infinity</c>, and the contract for an open end (9999-12-31).
    /// </summary>
    public static DateOnly Never { get; } = new(9999, 12, 30);

    /// <summary>Whether the voucher has a last day. One without is a persistent subsidy, and goes to the estate.</summary>
    public bool Expires => UseBy != Never;

    /// <summary>
    /// The last day on which a provider may claim a service of a day. Without a use-by it is reckoned from the end of the service's month,
    /// as if the voucher were that month's: providers know one rule, and after a death it is known when nothing more can be claimed.
    /// </summary>
    /// <param name="policy">Of the day of service.</param>
    public DateOnly ClaimByOf(DateOnly served, VouchersPolicy policy) => Expires ? ClaimBy : ClaimByWithoutUseBy(served, policy);

    /// <summary>The same, for every voucher without a use-by.</summary>
    internal static DateOnly ClaimByWithoutUseBy(DateOnly served, VouchersPolicy policy) =>
        new DateOnly(served.Year, served.Month, 1).AddMonths(1).AddDays(policy.ClaimGraceDays - 1);

    private static readonly JsonSerializerOptions Strict =
        new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public AccountTerms ToAccountTerms() => new(
        Elder.Text, Programme.Text, From, UseBy,
        JsonSerializer.Serialize(
        new Written(
            StoredName.Of(Kind), [.. ServiceTypes.Select(type => DataChoices.Of(DataChoices.ServiceTypes, type))], UnitPrice.Value,
            ClaimBy.ToString("O", CultureInfo.InvariantCulture))));

    /// <exception cref="FormatException">The account is not a voucher's.</exception>
    public static VoucherTerms Of(Account account)
    {
        if (account.Terms is not { From: { } from, Until: { } until } terms) throw new FormatException(
            $"Account {account.Path} has no voucher's terms.");
        try
        {
            Written written = JsonSerializer.Deserialize<Written>(terms.Data, Strict) ?? throw new JsonException("The terms are null.");
            return new VoucherTerms(
                OpaqueId.Parse(terms.Owner), Slug.Parse(terms.Group), StoredName.Parse<VoucherKind>(written.Kind), account.Unit,
                    [.. written.Types.Select(word => DataChoices.ServiceTypes[word])],
                new Fen(written.UnitPriceFen), from, until, DateOnly.ParseExact(written.ClaimBy, "O", CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or KeyNotFoundException)
        {
            throw new FormatException($"Account {account.Path} has no voucher's terms: {error.Message}", error);
        }
    }

    /// <summary>
    /// Vouchers of older builds also store a ratio, always zero. Readers ignore it: the policy gives the ratio by day and place of the
    /// service.
    /// </summary>
    private sealed record Written(
        [property: JsonPropertyName("kind")] string Kind,
        [property: JsonPropertyName("types")] IReadOnlyList<string> Types,
        [property: JsonPropertyName("unitPriceFen")] long UnitPriceFen,
        [property: JsonPropertyName("claimBy")] string ClaimBy);
}

/// <summary>A voucher in its present state.</summary>
/// <param name="Remaining">The rest on it, in its unit.</param>
public sealed record VoucherFacts(OpaqueId Id, VoucherTerms Terms, long Remaining, VoucherEnd End)
{
    /// <summary>The voucher's account as it was read: an entry that rests on these facts is void once it has moved.</summary>
    public SeenAccount Seen { get; init; }

    /// <summary>A voucher with something left has not ended. For an empty one its last entry tells.</summary>
    /// <param name="last">The last entry that posted to the account; needed only where nothing is left.</param>
    public static VoucherFacts Of(Account account, JournalEntry? last) => Of(VoucherTerms.Of(account), account, last);

    /// <summary>The same, for a caller that has read the terms already.</summary>
    public static VoucherFacts Of(VoucherTerms terms, Account account, JournalEntry? last) => new(
        Chart.VoucherIdOf(account.Path), terms, account.Counters.DebitRoom,
        account.Counters.DebitRoom > 0 || last is null ? VoucherEnd.None
        : last.Code == EntryCode.VoidVoucher || IsIssueReversed(account, last) ? VoucherEnd.Voided
        : last.Code == EntryCode.ExpireVoucher ? VoucherEnd.Expired
        : last.Code == EntryCode.PayEstate ? VoucherEnd.PaidOut
        : VoucherRule.EndIn(last, Chart.VoucherIdOf(account.Path)))
    {
        Seen = new SeenAccount(account.Path, account.Counters),
    };

    /// <summary>True where an account's last entry reversed its issue: nobody has used the voucher, and nobody can any more.</summary>
    public static bool IsIssueReversed(Account account, JournalEntry last) => last.Kind == EntryKind.Reverse && last.Of == account.Opened;
}

/// <summary>What a voucher pays with.</summary>
public enum VoucherKind
{
    /// <summary>An amount of money towards the elder's own part of a price.</summary>
    [JsonStringEnumMemberName("Money")]
    Money = 1,

    /// <summary>A number of service units, such as meals, at a contract price.</summary>
    [JsonStringEnumMemberName("Units")]
    Units = 2,
}

/// <summary>How a voucher ended, if it did. The names are stored.</summary>
public enum VoucherEnd
{
    /// <summary>Not ended. It may still be used up.</summary>
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Expired")]
    Expired = 1,

    /// <summary>Staff voided the voucher or reversed its issue.</summary>
    [JsonStringEnumMemberName("Voided")]
    Voided = 2,

    /// <summary>What was left was paid to the estate of the elder.</summary>
    [JsonStringEnumMemberName("PaidOut")]
    PaidOut = 3,
}

/// <summary>
/// Entries of a voucher's life. An entry of a unit voucher moves two things: its units, and the money committed for them.
/// </summary>
public static class VoucherEntries
{
    /// <summary>
    /// Issues a voucher of fen, or of units whose contract price is committed. Nothing unfunded is issued: the programme's limit refuses
    /// it.
    /// </summary>
    public static Proposal Issue(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long amount)
    {
        AccountSpec account = Chart.NewVoucher(voucher, terms.Unit, terms.ToAccountTerms()),
            allotted = Chart.ProgrammeAllotted(terms.Programme);
        return terms.Kind switch
        {
            VoucherKind.Money => Entries.Post(header, EntryCode.IssueVoucher, new ProposedTransfer(allotted, account, amount)),
            VoucherKind.Units => Entries.Post(
                header, EntryCode.IssueVoucher,
                new ProposedTransfer(Chart.ProgrammeUnits(terms.Programme, terms.Unit), account, amount),
                new ProposedTransfer(allotted, Chart.ProgrammeCommitted(terms.Programme), PriceOf(amount, terms))),
        };
    }

    /// <summary>A voucher pays a provider.</summary>
    public static Proposal Redeem(EntryHeader header, Redemption redemption, VoucherTerms terms) => terms.Kind switch
    {
        VoucherKind.Money => RedeemMoney(header, redemption.Voucher, redemption.Provider, redemption.Credited),
        VoucherKind.Units =>
        RedeemUnits(header, redemption.Voucher, terms, redemption.Provider, redemption.FromVoucher, redemption.Credited),
    };

    /// <summary>A money voucher pays a provider.</summary>
    public static Proposal RedeemMoney(EntryHeader header, OpaqueId voucher, OpaqueId provider, Fen amount) =>
        Entries.Post(header, EntryCode.RedeemVoucher,
            new ProposedTransfer(Chart.Voucher(voucher, Unit.Fen), Chart.ProviderPayable(provider), amount.Value));

    /// <summary>A unit voucher is used. The provider earns the price; the rest of the commitment is free again.</summary>
    /// <param name="units">The number of units. The ledger refuses zero and less.</param>
    /// <param name="price">The money owed to the provider for all units; at most their contract price.</param>
    /// <exception cref="ArgumentOutOfRangeException">The price exceeds the commitment.</exception>
    public static Proposal RedeemUnits(EntryHeader header, OpaqueId voucher, VoucherTerms terms, OpaqueId provider, long units, Fen price)
    {
        long left = PriceOf(units, terms) - price.Value;
        if (units > 0) ArgumentOutOfRangeException.ThrowIfNegative(left, nameof(price));
        AccountSpec commitment = Chart.ProgrammeCommitted(terms.Programme);
        ImmutableArray<ProposedTransfer> transfers =
        [
            new(Chart.Voucher(voucher, terms.Unit), Chart.ProgrammeUnits(terms.Programme, terms.Unit), units),
            new(commitment, Chart.ProviderPayable(provider), price.Value),
        ];
        if (left > 0) transfers = transfers.Add(new(commitment, Chart.ProgrammeAllotted(terms.Programme), left));
        return Entries.Post(header, EntryCode.RedeemVoucher, transfers);
    }

    /// <summary>Refunds a redemption as a whole.</summary>
    public static Proposal Refund(EntryHeader header, EntryId redemption) =>
        Entries.Reverse(header, redemption, EntryCode.RefundRedemption);

    /// <summary>
    /// Takes back a redemption whose voucher has ended: what the provider gives back passes through the voucher to the programme, and the
    /// voucher stays ended. What a price below the contract price had left over is with the programme already, and stays there.
    /// </summary>
    /// <param name="code">The event: a refund, or finance's reversal.</param>
    public static Proposal RefundEnded(
        EntryHeader header, EntryId of, Redemption redemption, EntryCode code = EntryCode.RefundRedemption) =>
        Entries.Reverse(
            header, of, code,
            [
                .. ThroughEnded(
                    redemption.Provider, redemption.Voucher, redemption.Programme, redemption.Unit, redemption.FromVoucher,
                    redemption.Credited),
            ]);

    /// <summary>
    /// Vouchers pay a bill. The transfers of a share follow each other, and shares are in their order: a reader finds a posting's share.
    /// </summary>
    public static Proposal PayBill(EntryHeader header, Bill bill) =>
        Entries.Post(header, EntryCode.PayBill, [.. bill.Shares.SelectMany(share => Transfers(bill, share))]);

    /// <summary>Takes lines of a bill back. It is no reversal, because a bill can have several refunds.</summary>
    /// <param name="lines">The lines to take back, with their shares.</param>
    public static Proposal RefundBill(EntryHeader header, Bill lines) => Entries.Post(
        header, EntryCode.RefundBill,
        // The last transfer of a share first, as in a reversal.
        [
            .. lines.Shares.SelectMany(share => share.Ended == VoucherEnd.None
                ? Transfers(lines, share).Reverse().Select(paid => new ProposedTransfer(paid.Credit, paid.Debit, paid.Amount))
                : ThroughEnded(lines.Provider, share.Voucher, share.Programme, share.Unit, share.FromVoucher, share.Credited)),
        ]);

    /// <summary>
    /// The way of what comes back for an ended voucher: in and out again in one entry, so that its history and the sums of what was
    /// redeemed know of it. The programme need not have anything: it may have returned all to its funds.
    /// </summary>
    private static IEnumerable<ProposedTransfer> ThroughEnded(
        OpaqueId provider, OpaqueId voucher, Slug programme, Unit unit, long fromVoucher, Fen credited)
    {
        AccountSpec account = Chart.Voucher(voucher, unit), payable = Chart.ProviderPayable(provider),
            allotted = Chart.ProgrammeAllotted(programme);
        if (unit == Unit.Fen)
        {
            yield return new ProposedTransfer(payable, account, fromVoucher);
            yield return new ProposedTransfer(account, allotted, fromVoucher);
            yield break;
        }
        AccountSpec commitment = Chart.ProgrammeCommitted(programme), units = Chart.ProgrammeUnits(programme, unit);
        if (credited > Fen.Zero) yield return new ProposedTransfer(payable, commitment, credited.Value);
        yield return new ProposedTransfer(units, account, fromVoucher);
        yield return new ProposedTransfer(account, units, fromVoucher);
        if (credited > Fen.Zero) yield return new ProposedTransfer(commitment, allotted, credited.Value);
    }

    private static IEnumerable<ProposedTransfer> Transfers(Bill bill, BillShare share)
    {
        AccountSpec voucher = Chart.Voucher(share.Voucher, share.Unit), payable = Chart.ProviderPayable(bill.Provider);
        if (share.Unit == Unit.Fen)
        {
            yield return new ProposedTransfer(voucher, payable, share.FromVoucher);
            yield break;
        }
        AccountSpec commitment = Chart.ProgrammeCommitted(share.Programme);
        yield return new ProposedTransfer(voucher, Chart.ProgrammeUnits(share.Programme, share.Unit), share.FromVoucher);
        if (share.Credited > Fen.Zero) yield return new ProposedTransfer(commitment, payable, share.Credited.Value);
        if (share.Freed > Fen.Zero)
            yield return new ProposedTransfer(commitment, Chart.ProgrammeAllotted(share.Programme), share.Freed.Value);
    }

    public static Proposal Void(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long remaining) =>
        Return(header, EntryCode.VoidVoucher, voucher, terms, remaining);

    public static Proposal Expire(EntryHeader header, OpaqueId voucher, VoucherTerms terms, long remaining) =>
        Return(header, EntryCode.ExpireVoucher, voucher, terms, remaining);

    /// <summary>Pays what persistent vouchers have left to the elder's estate, from one of our bank accounts.</summary>
    public static Proposal PayEstate(
        EntryHeader header, Slug bank, OpaqueId elder, ImmutableArray<(OpaqueId Voucher, Fen Amount)> shares) => Entries.Post(
            header, EntryCode.PayEstate,
            [
                .. shares.Select(share =>
                    new ProposedTransfer(Chart.Voucher(share.Voucher, Unit.Fen), Chart.Estate(elder), share.Amount.Value)),
                new ProposedTransfer(Chart.Estate(elder), Chart.Bank(bank), shares.Sum(share => share.Amount.Value)),
            ]);

    private static Proposal Return(EntryHeader header, EntryCode code, OpaqueId voucher, VoucherTerms terms, long remaining)
    {
        AccountSpec account = Chart.Voucher(voucher, terms.Unit), allotted = Chart.ProgrammeAllotted(terms.Programme);
        return terms.Kind switch
        {
            VoucherKind.Money => Entries.Post(header, code, new ProposedTransfer(account, allotted, remaining)),
            VoucherKind.Units => Entries.Post(
                header, code,
                new ProposedTransfer(account, Chart.ProgrammeUnits(terms.Programme, terms.Unit), remaining),
                new ProposedTransfer(Chart.ProgrammeCommitted(terms.Programme), allotted, PriceOf(remaining, terms))),
        };
    }

    /// <summary>
    /// The contract price of some units. Where it would overflow, one more than the largest amount: the ledger refuses that as too large.
    /// </summary>
    private static long PriceOf(long units, VoucherTerms terms) =>
        (long)Int128.Clamp((Int128)units * terms.UnitPrice.Value, 0, Shape.MaxAmount + 1);
}
