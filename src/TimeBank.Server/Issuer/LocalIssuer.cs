using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>
/// Issues tokens for local use, so that a fresh clone can be used at once. Its key and its secret lie in the data folder, readable
/// by their owner alone, and it runs only where the server listens on nothing but loopback.
/// </summary>
public sealed class LocalIssuer : IDisposable
{
    public const string Name = "timebank-local", Audience = "timebank";
    private const int SecretBytes = 32;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly ECDsa _key;
    private readonly SigningCredentials _credentials;

    private LocalIssuer(ECDsa key, string secret)
    {
        _key = key;
        Secret = secret;
        Key = new ECDsaSecurityKey(key) { KeyId = Digest.Of(key.ExportSubjectPublicKeyInfo()).ToString()[..16] };
        _credentials = new SigningCredentials(Key, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>The key that tokens are verified with.</summary>
    public ECDsaSecurityKey Key { get; }

    /// <summary>What a client shows to get a token; it lies in the data folder.</summary>
    public string Secret { get; }

    /// <summary>Opens the issuer of a data folder, and makes its key and secret where they are not there yet.</summary>
    /// <exception cref="InvalidOperationException">They are there, and are none.</exception>
    public static LocalIssuer Open(string dataFolder)
    {
        string keyFile = Path.Combine(dataFolder, "local-issuer.pem"), secretFile = Path.Combine(dataFolder, "local-issuer.secret");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = OwnerOnlyFile.ReadOrCreate(keyFile, key.ExportPkcs8PrivateKeyPem);
        try
        {
            key.ImportFromPem(pem);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new InvalidOperationException(
                $"{keyFile} holds no key: restore it, or delete it, and a new one is made; tokens that were given are then void.");
        }
        string secret = OwnerOnlyFile.ReadOrCreate(secretFile, NewSecret).Trim();
        // An empty one would be known to everybody.
        return secret.Length >= 2 * SecretBytes ? new LocalIssuer(key, secret) : throw new InvalidOperationException(
            $"{secretFile} holds no secret of {2 * SecretBytes} letters: restore it, or delete it, and a new one is made.");
    }

    /// <summary>A token of the roles, regions and party asked for.</summary>
    public string Issue(string subject, IEnumerable<string> roles, IEnumerable<string> regions, string party)
    {
        // Tokens run by the real time, also where a demonstration moves the business's clock.
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>
        {
            [CallerClaims.Subject] = subject,
            [CallerClaims.Role] = roles.ToArray(),
            [CallerClaims.Region] = regions.ToArray(),
        };
        if (party.Length > 0) claims[CallerClaims.Party] = party;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lifetime,
            Claims = claims,
            SigningCredentials = _credentials,
        });
    }

    public void Dispose() => _key.Dispose();

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
}
