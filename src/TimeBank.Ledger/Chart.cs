namespace TimeBank.Ledger;

/// <summary>
/// The chart of accounts: every path that exists, with its unit and its limit. A voucher's account is opened by its issue alone.
/// </summary>
public static class Chart
{
    private const AccountFlags Credit = AccountFlags.DebitsMustNotExceedCredits;
    private const AccountFlags Debit = AccountFlags.CreditsMustNotExceedDebits;

    /// <summary>Every unit, in the order in which people read them.</summary>
    public static IReadOnlyList<Unit> Units { get; } = [Unit.Minutes, Unit.Fen, Unit.Meal, Unit.Bath, Unit.Clean];

    /// <summary>Money in a bank account.</summary>
    public static AccountSpec Bank(Slug account) => Open($"bank/{account}", Unit.Fen, Debit);

    /// <summary>Money of a source that no programme has been given yet.</summary>
    public static AccountSpec FundAvailable(Slug source) => Open($"fund/{source}/available", Unit.Fen, Credit);

    /// <summary>Money given to a programme and not yet bound by a voucher.</summary>
    public static AccountSpec ProgrammeAllotted(Slug programme) => Open($"programme/{programme}/allotted", Unit.Fen, Credit);

    /// <summary>Money bound by unit vouchers that are out.</summary>
    public static AccountSpec ProgrammeCommitted(Slug programme) => Open($"programme/{programme}/committed", Unit.Fen, Credit);

    /// <summary>Service units out in vouchers, as a debit.</summary>
    public static AccountSpec ProgrammeUnits(Slug programme, Unit unit) => Open($"programme/{programme}/units", unit, Debit);

    public static AccountPath VoucherPath(OpaqueId voucher) => AccountPath.Parse($"voucher/{voucher}");

    /// <exception cref="FormatException">The path is not a voucher's.</exception>
    public static OpaqueId VoucherIdOf(AccountPath path) =>
        path.Text.Split('/') is ["voucher", var id]
            ? OpaqueId.Parse(id) : throw new FormatException($"{path} is not the account of a voucher.");

    /// <summary>A voucher that has been issued.</summary>
    public static AccountSpec Voucher(OpaqueId voucher, Unit unit) => new(VoucherPath(voucher), unit, Credit, Opening.Never);

    /// <summary>A voucher at its issue.</summary>
    public static AccountSpec NewVoucher(OpaqueId voucher, Unit unit, AccountTerms terms) =>
        new(VoucherPath(voucher), unit, Credit, Opening.New, terms);

    /// <summary>Money that a provider has earned and is to be paid.</summary>
    public static AccountSpec ProviderPayable(OpaqueId provider) => Open($"provider/{provider}/payable", Unit.Fen, Credit, provider);

    /// <summary>Hours issued to people in hardship and still out, as a debit. No limit: hours granted from the pool end here too.</summary>
    public static AccountSpec HoursIssued() => Open("hours/issued", Unit.Minutes, AccountFlags.None);

    public static AccountSpec PersonHours(OpaqueId person, HoursOrigin origin) =>
        Open($"person/{person}/hours/{Segment(origin)}", Unit.Minutes, Credit, person);

    /// <summary>Hours given away for whoever needs them.</summary>
    public static AccountSpec DonatedPool() => Open("pool/donated", Unit.Minutes, Credit);

    /// <summary>Hours that another region owes this one, as a debit.</summary>
    public static AccountSpec ClearingDueFrom(RegionCode region) => Open($"clearing/{region}/due-from", Unit.Minutes, Debit);

    /// <summary>Hours that this region owes another one.</summary>
    public static AccountSpec ClearingDueTo(RegionCode region) => Open($"clearing/{region}/due-to", Unit.Minutes, Credit);

    /// <summary>
    /// The other side of every balance that was brought in from elsewhere, so that the sum of a unit stays zero. No limit: it stands on
    /// either side.
    /// </summary>
    public static AccountSpec OpeningBalances(Unit unit) => Open($"opening/{unit.Code.ToLowerInvariant()}", unit, AccountFlags.None);

    /// <summary>
    /// The account of a path where balances from elsewhere may be brought in: money in banks, funds, allotments and payables, hours of
    /// people, in the pool and
    /// issued. Null for all others: vouchers and what is bound for them come by issue alone, hours cleared belong to another journal too.
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
    /// The path with <c>*</c> for the id of a person, a provider or a voucher, as trial balances add accounts up:
    /// <c>person/*/hours/earned</c>.
    /// Names that people chose, such as a fund's, stay.
    /// </summary>
    public static string ClassOf(AccountPath path)
    {
        string[] parts = path.Text.Split('/');
        if (parts.Length > 1 && OwnedByIds.Contains(parts[0])) parts[1] = "*";
        return string.Join('/', parts);
    }

    /// <summary>The first segments that an opaque id follows.</summary>
    public static IReadOnlyList<string> OwnedByIds { get; } = ["person", "provider", "voucher"];

    private static AccountSpec Open(string path, Unit unit, AccountFlags flags, OpaqueId? owner = null) =>
        new(AccountPath.Parse(path), unit, flags, Opening.FirstUse, owner is { } party ? AccountTerms.OfOwner(party) : null);

    private static string Segment(HoursOrigin origin) => origin switch
    {
        HoursOrigin.Earned => "earned",
        HoursOrigin.Issued => "issued",
        HoursOrigin.Gifted => "gifted",
    };
}

/// <summary>How a person came by hours, which decides what may be done with them.</summary>
public enum HoursOrigin
{
    /// <summary>By own service; never expire, may be given on.</summary>
    Earned = 1,

    /// <summary>From the public purse, in hardship; end with the month.</summary>
    Issued = 2,

    /// <summary>From a family member; may be spent, not given on.</summary>
    Gifted = 3,
}
