using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What a voucher was issued for; fixed at its issue and kept with its account.</summary>
/// <param name="ServiceTypes">The catalogue's service types it pays for, such as <c>meal</c>.</param>
/// <param name="UnitPrice">Of a unit voucher: the contract price that is committed for each unit.</param>
/// <param name="From">The first day of use.</param>
/// <param name="UseBy">The last day of use.</param>
/// <param name="ClaimBy">The last day on which a provider may claim a use that happened in time.</param>
public sealed record VoucherTerms(
    OpaqueId Elder,
    Slug Programme,
    VoucherKind Kind,
    Unit Unit,
    ImmutableArray<string> ServiceTypes,
    Fen UnitPrice,
    DateOnly From,
    DateOnly UseBy,
    DateOnly ClaimBy)
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    /// <summary>The service types that its words name.</summary>
    public IEnumerable<ServiceType> Services => ServiceTypes.Select(word => DataWords.ServiceTypes[word]);

    public AccountTerms ToAccountTerms() => new(
        Elder.Text, Programme.Text, From, UseBy,
        JsonSerializer.Serialize(new Written(StoredName.Of(Kind), [.. ServiceTypes], UnitPrice.Value, ClaimBy.ToString("O", CultureInfo.InvariantCulture))));

    /// <exception cref="FormatException">The account is not a voucher's.</exception>
    public static VoucherTerms Of(Account account)
    {
        if (account.Terms is not { From: { } from, Until: { } until } terms) throw new FormatException($"Account {account.Path} has no voucher's terms.");
        try
        {
            Written written = JsonSerializer.Deserialize<Written>(terms.Data, Strict) ?? throw new JsonException("The terms are null.");
            return new VoucherTerms(
                OpaqueId.Parse(terms.Owner), Slug.Parse(terms.Group), StoredName.Parse<VoucherKind>(written.Kind), account.Unit, [.. written.Types],
                new Fen(written.UnitPriceFen), from, until, DateOnly.ParseExact(written.ClaimBy, "O", CultureInfo.InvariantCulture));
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new FormatException($"Account {account.Path} has no voucher's terms: {error.Message}", error);
        }
    }

    /// <summary>Earlier vouchers also have a ratio, which always was zero: the policy says it by the day and place of the service. It is left alone.</summary>
    private sealed record Written(
        [property: JsonPropertyName("kind")] string Kind,
        [property: JsonPropertyName("types")] IReadOnlyList<string> Types,
        [property: JsonPropertyName("unitPriceFen")] long UnitPriceFen,
        [property: JsonPropertyName("claimBy")] string ClaimBy);
}
