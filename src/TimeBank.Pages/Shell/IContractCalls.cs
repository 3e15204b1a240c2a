using Grpc.Core;
using TimeBank.Proofs;

namespace TimeBank.Pages.Shell;

/// <summary>
/// The server behind the pages. The pages know nothing but the public contract: they call the same RPCs as every other client, so each rule
/// of access and each error exists once.
/// </summary>
public interface IContractCalls
{
    /// <summary>The moment by the business's clock, which a demonstration moves.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Calls the contract's services with this access token.</summary>
    /// <param name="token">A JWT; empty: the calls have no token and are refused where one is needed.</param>
    CallInvoker Invoker(string token);

    /// <summary>The keys of a region's voucher codes, as they are published at <c>/regions/{region}/voucher-keys</c>.</summary>
    /// <param name="region">Six digits.</param>
    IReadOnlyCollection<VerifierKey> VoucherKeys(string region);
}

/// <summary>
/// Whom the built-in issuer lets in at a click, on a server that listens on loopback alone. Not registered where the server has an OIDC
/// provider.
/// </summary>
public interface ILocalPersons
{
    /// <summary>True: a click is enough (a demonstration). False: the page asks for the issuer's secret.</summary>
    bool AsksNoSecret { get; }

    Task<IReadOnlyList<LocalPerson>> ListAsync();

    /// <summary>A region's name; empty where nobody knows one.</summary>
    string NameOf(string region, Language language);

    /// <summary>Makes a code that the sign-in exchanges for tokens, once and within a minute.</summary>
    /// <returns>Null if the secret is wrong or the return address is not this server's own.</returns>
    string? CodeFor(LocalPerson person, string secret, LocalSignIn request, string origin);
}

/// <summary>A person or a member of staff who may sign in.</summary>
/// <param name="Party">The resource name of the person's own party; empty for staff.</param>
public sealed record LocalPerson(string Subject, V1.Role Role, string Region, string Party, string DisplayName)
{
    /// <summary>Names the person in a form.</summary>
    public string Key => $"{CultureFree.Lower(Role)}|{Region}|{Subject}";
}

/// <summary>What a sign-in asks of the built-in issuer: the parameters of OpenID Connect's authorization request.</summary>
public sealed record LocalSignIn(string RedirectUri, string Nonce, string CodeChallenge);
