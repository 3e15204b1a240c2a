using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;
using TimeBank.Pages.Shell;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>
/// The built-in issuer's sign-in for browsers: whom it lets in, and the codes of OpenID Connect's authorization code flow. A demonstration
/// asks no secret; any other server on loopback asks the issuer's, as its token endpoint does.
/// </summary>
public sealed class LocalPersons(LocalIssuer issuer, ILedgerReader ledger, LocalCalls calls, TimeBankOptions options) : ILocalPersons
{
    /// <summary>The client id of the pages. The client has no secret: a code is bound to the browser's sign-in by PKCE.</summary>
    public const string Client = "timebank-pages";

    public const string SignedInPath = "/signed-in";

    private const int OfAKind = 6, LookedAt = 200, MaxCodes = 1_000;

    private static readonly TimeSpan CodeLives = TimeSpan.FromMinutes(1);
    private static readonly Role[] Staff = [Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator];

    private readonly ConcurrentDictionary<string, Given> _codes = new();

    public bool AsksNoSecret => options.Scenario is not null;

    public async Task<IReadOnlyList<LocalPerson>> ListAsync()
    {
        var persons = new List<LocalPerson>();
        foreach (RegionCode region in await ledger.RegionsAsync(default)) persons.AddRange(await InAsync(region.ToString()));
        // Staff can sign in to a server without entries too, and write the first one.
        return persons.Count > 0 ? persons : [.. StaffOf("430211")];
    }

    public string NameOf(string region, Language language) =>
        RegionDirectory.BuiltIn.Find(RegionCode.Parse(region)) is { } named ? language[named.Chinese, named.English] : "";

    public string? CodeFor(LocalPerson person, string secret, LocalSignIn request, string origin)
    {
        if (!AsksNoSecret && !LocalIssuerEndpoints.SameSecret(secret.Trim(), issuer.Secret)) return null;
        if (request.RedirectUri != origin + SignedInPath || request.CodeChallenge.Length == 0 || _codes.Count >= MaxCodes) return null;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        foreach ((string old, Given given) in _codes)
        {
            if (given.Until <= now) _codes.TryRemove(old, out _);
        }
        string code = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        _codes[code] = new Given(person, request, now + CodeLives);
        return code;
    }

    /// <summary>Exchanges a code for tokens, once.</summary>
    /// <returns>Null if the code is unknown, used or late, or if it was given to another browser.</returns>
    public (string IdToken, string AccessToken)? Redeem(string code, string verifier, string redirectUri)
    {
        if (!_codes.TryRemove(code, out Given? given) || given.Until <= TimeProvider.System.GetUtcNow()) return null;
        string challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        if (challenge != given.Request.CodeChallenge || redirectUri != given.Request.RedirectUri) return null;
        LocalPerson person = given.Person;
        string[] roles = [CallerClaims.RoleName(person.Role)], regions = [person.Region];
        return (issuer.IssueId(person, Client, given.Request.Nonce), issuer.Issue(person.Subject, roles, regions, person.Party));
    }

    private async Task<IEnumerable<LocalPerson>> InAsync(string region)
    {
        string token = issuer.Issue("sign-in", [CallerClaims.RoleName(Role.Administrator)], [region], "");
        var client = new Contract(calls.Invoker(token), default);
        string parent = $"regions/{region}";
        ListVolunteersResponse volunteers = await client.Volunteers.ListVolunteersAsync(
            new ListVolunteersRequest { Parent = parent, PageSize = LookedAt }, client.Reading);
        ListEldersResponse elders = await client.Elders.ListEldersAsync(
            new ListEldersRequest { Parent = parent, PageSize = LookedAt }, client.Reading);
        // People with vouchers and services come first: their pages have something to show.
        ListVouchersResponse vouchers = await client.Vouchers.ListVouchersAsync(
            new ListVouchersRequest { Parent = parent, PageSize = LookedAt }, client.Reading);
        ListOrdersResponse orders = await client.Orders.ListOrdersAsync(
            new ListOrdersRequest { Parent = parent, PageSize = LookedAt }, client.Reading);
        ILookup<string, string> holders = vouchers.Vouchers.ToLookup(one => one.Elder, one => one.Name),
            served = orders.Orders.ToLookup(one => one.Recipient, one => one.Name),
            serving = orders.Orders.ToLookup(one => one.Volunteer, one => one.Name);
        ListProvidersResponse providers = await client.Providers.ListProvidersAsync(
            new ListProvidersRequest { Parent = parent, PageSize = OfAKind }, client.Reading);
        return
        [
            .. volunteers.Volunteers.OrderByDescending(one => serving[one.Name].Count()).Take(OfAKind)
                .Select(one => Of(Role.Volunteer, region, one.Name, one.DisplayName)),
            .. elders.Elders.OrderByDescending(one => holders[one.Name].Count() + served[one.Name].Count()).Take(OfAKind)
                .Select(one => Of(Role.Elder, region, one.Name, one.DisplayName)),
            .. providers.Providers.Select(one => Of(Role.ProviderClerk, region, one.Name, one.DisplayName)),
            .. StaffOf(region),
        ];
    }

    private static IEnumerable<LocalPerson> StaffOf(string region) => Staff.Select(role =>
        new LocalPerson(CallerClaims.RoleName(role), role, region, "", CallerClaims.RoleName(role)));

    private static LocalPerson Of(Role role, string region, string party, string name) =>
        new(party[(party.LastIndexOf('/') + 1)..], role, region, party, name);

    private sealed record Given(LocalPerson Person, LocalSignIn Request, DateTimeOffset Until);
}
