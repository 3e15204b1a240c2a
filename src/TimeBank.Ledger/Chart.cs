using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The chart of accounts: every path with its unit and its limit. Only an issue opens a voucher's account.</summary>
public static class Chart
{
    private const AccountFlags Credit = AccountFlags.DebitsMustNotExceedCredits;
    private const AccountFlags Debit = AccountFlags.CreditsMustNotExceedDebits;

    /// <summary>The beginning of every account of prepaid fees that nobody has drawn.</summary>
    public const string CustodyPrefix = "custody/";

    private const string PrepaidSuffix = "/prepaid";

    /// <summary>Every unit, in reading order.</summary>
    public static IReadOnlyList<Unit> Units { get; } = [Unit.Minutes, Unit.Fen, Unit.Meal, Unit.Bath, Unit.Clean, Unit.Day];

    /// <summary>Money in a bank account.</summary>
    public static AccountSpec Bank(Slug account) => Open($"bank/{account}", Unit.Fen, Debit);

    /// <summary>What the bank has moved on an account of ours and nothing explains yet. No limit: it stands on either side.</summary>
    public static AccountSpec Suspense(Slug account) => Open($"suspense/{account}", Unit.Fen, AccountFlags.None);

    /// <summary>Money of a fund that no programme has received yet.</summary>
    public static AccountSpec FundAvailable(Slug source) => Open($"fund/{source}/available", Unit.Fen, Credit);

    /// <summary>
    /// Money that was taken back from a fund after the fund had spent it, as a debit. The fund's next donations pay it first.
    /// </summary>
    public static AccountSpec FundOwed(Slug source) => Open($"fund/{source}/owed", Unit.Fen, Debit);

    /// <summary>
    /// Money at the card payment service, as a debit. No limit: after disputes the service may be owed money, and its movements are facts
    /// that no limit can refuse.
    /// </summary>
    public static AccountSpec StripeBalance() => Open("stripe/balance", Unit.Fen, AccountFlags.None);

    /// <summary>
    /// Money that has left the card payment service and that the bank has not confirmed yet, as a debit. No limit: a payout that failed may
    /// be read before the payout itself.
    /// </summary>
    public static AccountSpec StripeInTransit() => Open("stripe/in-transit", Unit.Fen, AccountFlags.None);

    /// <summary>Movements of the card payment service that nothing explains yet. No limit: they stand on either side.</summary>
    public static AccountSpec StripeSuspense() => Open("stripe/suspense", Unit.Fen, AccountFlags.None);

    /// <summary>Fees paid, as a debit. No limit: the service gives fees back, too.</summary>
    public static AccountSpec Fees() => Open("expense/fees", Unit.Fen, AccountFlags.None);

    /// <summary>Money given to a programme that no voucher binds yet.</summary>
    public static AccountSpec ProgrammeAllotted(Slug programme) => Open($"programme/{programme}/allotted", Unit.Fen, Credit);

    /// <summary>Money bound by unit vouchers that are still out.</summary>
    public static AccountSpec ProgrammeCommitted(Slug programme) => Open($"programme/{programme}/committed", Unit.Fen, Credit);

    /// <summary>Service units of vouchers that are still out, as a debit.</summary>
    public static AccountSpec ProgrammeUnits(Slug programme, Unit unit) => Open($"programme/{programme}/units", unit, Debit);

    public static AccountPath VoucherPath(OpaqueId voucher) => AccountPath.Parse($"voucher/{voucher}");

    /// <exception cref="FormatException">The path is not a voucher's.</exception>
    public static OpaqueId VoucherIdOf(AccountPath path) =>
        path.Text.Split('/') is ["voucher", var id]
            ? OpaqueId.Parse(id) : throw new FormatException($"{path} is not the account of a voucher.");

    /// <summary>The account of an issued voucher.</summary>
    public static AccountSpec Voucher(OpaqueId voucher, Unit unit) => new(VoucherPath(voucher), unit, Credit, Opening.Never);

    /// <summary>The account of a voucher that is being issued.</summary>
    public static AccountSpec NewVoucher(OpaqueId voucher, Unit unit, AccountTerms terms) =>
        new(VoucherPath(voucher), unit, Credit, Opening.New, terms);

    /// <summary>Money that a provider has earned and is still owed.</summary>
    public static AccountSpec ProviderPayable(OpaqueId provider) => Open($"provider/{provider}/payable", Unit.Fen, Credit, provider);

    /// <summary>
    /// Prepaid fees that a provider has drawn and is still owed. The money is in custody's bank account, so it is paid from there, apart
    /// from what funds owe.
    /// </summary>
    public static AccountSpec ProviderPrepaid(OpaqueId provider) => Open($"provider/{provider}{PrepaidSuffix}", Unit.Fen, Credit, provider);

    /// <summary>What a provider is owed, by what owes it.</summary>
    public static AccountSpec Payable(OpaqueId provider, PayableKind kind) => kind switch
    {
        PayableKind.Services => ProviderPayable(provider),
        PayableKind.Prepaid => ProviderPrepaid(provider),
        PayableKind.None => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind is not given."),
    };

    /// <summary>
    /// Money that a provider owes, as a debit, for redemptions that were refunded after the provider had been paid for them. The next
    /// settlement takes it off.
    /// </summary>
    public static AccountSpec ProviderOwed(OpaqueId provider) => Open($"provider/{provider}/owed", Unit.Fen, Debit, provider);

    /// <summary>Money on its way from providers' payables to their banks, in one settlement batch.</summary>
    public static AccountSpec Settlement(OpaqueId batch, PayableKind kind = PayableKind.Services) =>
        Open($"settlement/{batch}{(kind == PayableKind.Prepaid ? PrepaidSuffix : "")}", Unit.Fen, Credit);

    /// <summary>Whether an account, or a class of accounts, has prepaid fees that were drawn and that the bank has not paid yet.</summary>
    public static bool IsPrepaid(string path) => path.EndsWith(PrepaidSuffix, StringComparison.Ordinal);

    /// <summary>What an elder's heirs are paid. It passes through in one entry, so that the bank's account has one posting.</summary>
    public static AccountSpec Estate(OpaqueId elder) => Open($"estate/{elder}", Unit.Fen, Credit, elder);

    /// <summary>
    /// Prepaid fees in custody: an elder's money, listed under the provider, that the provider has not earned. No fund's.
    /// </summary>
    public static AccountSpec Custody(Custody custody, CustodyPart part) => new(
        CustodyPath(custody.Agreement, part), Unit.Fen, Credit, Opening.FirstUse,
        new AccountTerms(custody.Elder.Text, custody.Provider.Text, custody.First, custody.Last, ""));

    public static AccountPath CustodyPath(OpaqueId agreement, CustodyPart part) =>
        AccountPath.Parse($"{CustodyPrefix}{agreement}/{Segment(part)}");

    /// <exception cref="FormatException">The path is not one of prepaid fees.</exception>
    public static CustodyPart CustodyPartOf(AccountPath path) => path.Text.Split('/') switch
    {
        ["custody", _, "fees"] => CustodyPart.Fees,
        ["custody", _, "deposit"] => CustodyPart.Deposit,
        ["custody", _, "refund"] => CustodyPart.Refund,
        _ => throw new FormatException($"{path} is not an account of prepaid fees."),
    };

    /// <summary>
    /// Hours issued to people in hardship and still out, as a debit. No limit: hours granted from the pool also expire into this account.
    /// </summary>
    public static AccountSpec HoursIssued() => Open("hours/issued", Unit.Minutes, AccountFlags.None);

    public static AccountSpec PersonHours(OpaqueId person, HoursOrigin origin) =>
        Open($"person/{person}/hours/{Segment(origin)}", Unit.Minutes, Credit, person);

    /// <summary>Donated hours, for people in need.</summary>
    public static AccountSpec DonatedPool() => Open("pool/donated", Unit.Minutes, Credit);

    /// <summary>Hours that another region owes this region, as a debit.</summary>
    public static AccountSpec ClearingDueFrom(RegionCode region) => Open($"clearing/{region}/due-from", Unit.Minutes, Debit);

    /// <summary>Hours that this region owes another region.</summary>
    public static AccountSpec ClearingDueTo(RegionCode region) => Open($"clearing/{region}/due-to", Unit.Minutes, Credit);

    /// <summary>
    /// Where a region's netting adds up what it owes and is owed. Each netting's entry leaves it at zero. No limit: a region stands on
    /// either side.
    /// </summary>
    public static AccountSpec ClearingNet() => Open("clearing/net", Unit.Minutes, AccountFlags.None);

    /// <summary>
    /// Hours that nettings settled with another region: a credit where this region is to pay, a debit where it is to be paid. No limit:
    /// either may be, from month to month. The other region has the same on the opposite side.
    /// </summary>
    public static AccountSpec ClearingSettled(RegionCode region) => Open($"clearing/{region}/settled", Unit.Minutes, AccountFlags.None);

    /// <summary>The closed days since the first one that can be closed.</summary>
    public static AccountSpec DaysClosed() => Open(ClosedPeriods.Account.Text, Unit.Day, Credit);

    /// <summary>The other side of the closed days, as a debit.</summary>
    public static AccountSpec DaysOpen() => Open("period/open", Unit.Day, AccountFlags.None);

    /// <summary>
    /// The other side of every imported balance, so that the sum of a unit stays zero. No limit: its own balance may stand on either side.
    /// </summary>
    public static AccountSpec OpeningBalances(Unit unit) => Open($"opening/{unit.Code.ToLowerInvariant()}", unit, AccountFlags.None);

    /// <summary>
    /// The account of a path that may receive an imported balance: money in banks, funds, allotments and payables; hours of people, in the
    /// pool and issued. Null for all others: vouchers and the money bound for them come only from an issue, and cleared hours belong to
    /// another region's journal too.
    /// </summary>
    public static AccountSpec? Importable(AccountPath path) => path.Text.Split('/') switch
    {
        ["bank", var bank] when Slug.TryParse(bank, out Slug account) => Bank(account),
        ["fund", var fund, "available"] when Slug.TryParse(fund, out Slug source) => FundAvailable(source),
        ["programme", var programme, "allotted"] when Slug.TryParse(programme, out Slug slug) => ProgrammeAllotted(slug),
        ["provider", var provider, "payable"] when OpaqueId.TryParse(provider, out OpaqueId id) => ProviderPayable(id),
        ["person", var person, "hours", "earned"] when OpaqueId.TryParse(person, out OpaqueId id) => PersonHours(id, HoursOrigin.Earned),
        ["person", var person, "hours", "issued"] when OpaqueId.TryParse(person, out OpaqueId id) => PersonHours(id, HoursOrigin.Issued),
        ["person", var person, "hours", "gifted"] when OpaqueId.TryParse(person, out OpaqueId id) => PersonHours(id, HoursOrigin.Gifted),
        ["hours", "issued"] => HoursIssued(),
        ["pool", "donated"] => DonatedPool(),
        _ => null,
    };

    /// <summary>
    /// The path with <c>*</c> in place of the id of a person, provider, voucher, settlement, estate or agreement, such as
    /// <c>person/*/hours/earned</c>. Trial balances add accounts up by it. Names that staff chose, such as a fund's, stay.
    /// </summary>
    public static string ClassOf(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        if (parts.Length > 1 && OwnedByIds.Contains(parts[0])) parts[1] = "*";
        return string.Join('/', parts);
    }

    /// <summary>The first segments that are followed by an opaque id.</summary>
    public static IReadOnlyList<string> OwnedByIds { get; } = ["person", "provider", "voucher", "settlement", "estate", "custody"];

    private static AccountSpec Open(string path, Unit unit, AccountFlags flags, OpaqueId? owner = null) =>
        new(AccountPath.Parse(path), unit, flags, Opening.FirstUse, owner is { } party ? AccountTerms.OfOwner(party) : null);

    private static string Segment(CustodyPart part) => part switch
    {
        CustodyPart.Fees => "fees",
        CustodyPart.Deposit => "deposit",
        CustodyPart.Refund => "refund",
        CustodyPart.None => throw new ArgumentOutOfRangeException(nameof(part), part, "The part is not given."),
    };

    private static string Segment(HoursOrigin origin) => origin switch
    {
        HoursOrigin.Earned => "earned",
        HoursOrigin.Issued => "issued",
        HoursOrigin.Gifted => "gifted",
    };
}

/// <summary>How a person got hours. The origin decides what the person may do with them.</summary>
public enum HoursOrigin
{
    /// <summary>Earned by service. Never expire; may be given away.</summary>
    Earned = 1,

    /// <summary>Issued by the public purse in hardship. Expire with the month.</summary>
    Issued = 2,

    /// <summary>Given by a family member. May be spent, not given away.</summary>
    Gifted = 3,
}

/// <summary>Why providers are owed money, and so which money pays them. The numbers and names are stored and never change.</summary>
public enum PayableKind
{
    None = 0,

    /// <summary>Services that funds pay: what was redeemed, less refunds. Draws of earlier builds are here, too.</summary>
    [JsonStringEnumMemberName("services")]
    Services = 1,

    /// <summary>Prepaid fees that the provider has drawn: elders' own money, in custody until the bank has paid it.</summary>
    [JsonStringEnumMemberName("prepaid")]
    Prepaid = 2,
}

/// <summary>The parts of one agreement's money. Each has an account of its own, so that fees never eat a deposit.</summary>
public enum CustodyPart
{
    None = 0,

    /// <summary>Fees of months that aren't drawn.</summary>
    Fees = 1,

    /// <summary>The deposit.</summary>
    Deposit = 2,

    /// <summary>On its way back to the elder until the bank has paid it.</summary>
    Refund = 3,
}

/// <summary>Whose money an agreement's accounts hold: the elder's, at a provider, from the first to the last day of the plan.</summary>
public readonly record struct Custody(OpaqueId Agreement, OpaqueId Provider, OpaqueId Elder, DateOnly First, DateOnly Last)
{
    public AccountSpec Account(CustodyPart part) => Chart.Custody(this, part);
}

/// <summary>
/// The typed constructors of entries, one method per event ("what moves" in the chart of accounts). No caller puts a transfer together by
/// hand. Amounts must be positive; the ledger refuses zero as <see cref="Reason.AmountNotPositive"/>.
/// </summary>
public static class Entries
{
    /// <summary>Remembers a refusal of the domain's rules under the id: a retry gets the same answer.</summary>
    public static Proposal Refuse(EntryHeader header, EntryCode code, Refusal refusal) =>
        new(header, EntryKind.Post, code) { Refused = refusal };

    /// <summary>Remembers that the id belongs to this command. The command's effect is a grain's own state.</summary>
    public static Proposal Note(EntryHeader header) => new(header, EntryKind.Note, EntryCode.Note);

    /// <summary>Brings in a balance from another system, against the unit's <see cref="Chart.OpeningBalances"/>.</summary>
    /// <param name="account">An account that <see cref="Chart.Importable"/> returns.</param>
    public static Proposal Import(EntryHeader header, AccountSpec account, bool isDebit, long amount) => Post(
        header, EntryCode.ImportBalance,
        isDebit ? new ProposedTransfer(account, Chart.OpeningBalances(account.Unit), amount)
        : new ProposedTransfer(Chart.OpeningBalances(account.Unit), account, amount));

    /// <summary>Posts the opposite of an earlier entry.</summary>
    public static Proposal Reverse(EntryHeader header, EntryId original, EntryCode code = EntryCode.Reverse) =>
        new(header, EntryKind.Reverse, code) { Of = original };

    /// <summary>Takes an earlier entry back by other transfers than its opposite, which pass on what they bring back.</summary>
    internal static Proposal Reverse(
        EntryHeader header, EntryId original, EntryCode code, ImmutableArray<ProposedTransfer> transfers) =>
        new(header, EntryKind.Reverse, code) { Of = original, Transfers = transfers };

    public static Proposal Freeze(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Freeze, account, AccountFlags.Frozen, AccountFlags.None);

    public static Proposal Thaw(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Thaw, account, AccountFlags.None, AccountFlags.Frozen);

    public static Proposal Close(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Close, account, AccountFlags.Closed, AccountFlags.None);

    public static Proposal Reopen(EntryHeader header, AccountPath account) =>
        Change(header, EntryCode.Reopen, account, AccountFlags.None, AccountFlags.Closed);

    internal static Proposal Post(EntryHeader header, EntryCode code, params ImmutableArray<ProposedTransfer> transfers) =>
        new(header, EntryKind.Post, code) { Transfers = transfers };

    private static Proposal Change(EntryHeader header, EntryCode code, AccountPath account, AccountFlags set, AccountFlags cleared) =>
        new(header, EntryKind.ChangeAccounts, code) { Changes = [new ProposedChange(account, set, cleared)] };
}
