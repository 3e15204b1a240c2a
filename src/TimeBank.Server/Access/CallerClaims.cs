using System.Security.Claims;
using TimeBank.Ledger;
using ContractRole = TimeBank.V1.Role;

namespace TimeBank.Server;

/// <summary>The claims that a token carries: <c>sub</c>, one or more <c>role</c> and <c>region</c>, and at most one <c>party</c>.</summary>
public static class CallerClaims
{
    public const string Role = "role", Region = "region", Party = "party", Subject = "sub";
    private const int MaxSubjectLength = 64;

    /// <summary>The caller of a valid token; null where it lacks what the server needs.</summary>
    public static Caller? Read(ClaimsIdentity token)
    {
        string subject = token.FindFirst(Subject)?.Value ?? "";
        if (subject.Length is 0 or > MaxSubjectLength || subject.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ':'))) return null;
        return new Caller(
            subject,
            [.. token.FindAll(Role).Select(claim => ParseRole(claim.Value)).Where(role => role != ContractRole.Unspecified).Distinct()],
            [.. token.FindAll(Region).Where(claim => RegionCode.TryParse(claim.Value, out _)).Select(claim => RegionCode.Parse(claim.Value))],
            token.FindFirst(Party)?.Value ?? "");
    }

    /// <summary>A role by its name in small letters, such as <c>provider_clerk</c>; an unknown one is none.</summary>
    public static ContractRole ParseRole(string name) => Enum.GetValues<ContractRole>().FirstOrDefault(role => RoleName(role) == name);

    public static string RoleName(ContractRole role) => ReasonCatalogue.UpperSnake(role.ToString()).ToLowerInvariant();
}
