using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>Names one version of one region's policy, as it is stamped on every entry: <c>430000/2026-01</c>.</summary>
public readonly record struct PolicyVersion(RegionCode Region, Slug Name)
{
    public static PolicyVersion Parse(string text) =>
        TryParse(text, out PolicyVersion version) ? version : throw new FormatException($"'{text}' is not a policy version such as 430000/2026-01.");

    public static bool TryParse([NotNullWhen(true)] string? text, out PolicyVersion version)
    {
        version = default;
        if (text is not { Length: > 7 } || text[6] != '/' || !RegionCode.TryParse(text[..6], out RegionCode region) || !Slug.TryParse(text[7..], out Slug name))
            return false;
        version = new PolicyVersion(region, name);
        return true;
    }

    public override string ToString() => $"{Region}/{Name}";
}
