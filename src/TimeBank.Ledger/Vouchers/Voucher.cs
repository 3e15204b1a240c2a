using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>The terms of a voucher, fixed at its issue and stored with its account.</summary>
/// <param name="ServiceTypes">The catalogue's service types that it pays for.</param>
/// <param name="UnitPrice">Of a unit voucher: the contract price committed for each unit.</param>
/// <param name="From">The first day of use.</param>
/// <param name="UseBy">The last day of use.</param>
/// <param name="ClaimBy">The last day on which a provider may claim a service given in time.</param>
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
    /// <summary>A voucher with something left has not ended. For an empty one its last entry tells.</summary>
    /// <param name="last">The last entry that posted to the account; needed only where nothing is left.</param>
    public static VoucherFacts Of(Account account, JournalEntry? last) => Of(VoucherTerms.Of(account), account, last);

    /// <summary>The same, for a caller that has read the terms already.</summary>
    public static VoucherFacts Of(VoucherTerms terms, Account account, JournalEntry? last) => new(
        Chart.VoucherIdOf(account.Path), terms, account.Counters.DebitRoom,
        account.Counters.DebitRoom > 0 || last is null ? VoucherEnd.None
        : last.Code == EntryCode.VoidVoucher || IsIssueReversed(account, last) ? VoucherEnd.Voided
        : last.Code == EntryCode.ExpireVoucher ? VoucherEnd.Expired
        : VoucherEnd.None);

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

/// <summary>How a voucher ended, if it did.</summary>
public enum VoucherEnd
{
    /// <summary>Not ended. It may still be used up.</summary>
    None = 0,
    Expired = 1,

    /// <summary>Staff voided the voucher or reversed its issue.</summary>
    Voided = 2,
}
