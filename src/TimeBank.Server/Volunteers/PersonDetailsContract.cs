using System.Collections.Immutable;
using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Numbers of identity, telephones and addresses in requests and answers. Violations never repeat a value.</summary>
internal static class PersonDetailsContract
{
    private const int MaxAddress = 100, KeyLength = 24;

    /// <returns>Null where nothing was said.</returns>
    public static PersonDetails? Details(this RequestReader read, V1.PersonDetails? details, DateOnly birthDate)
    {
        if (details is null) return null;
        string number = details.IdentityNumber.Length == 0 ? "" : read.IdentityNumber(
            details.IdentityNumber, "details.identity_number", birthDate),
            telephone = "", address = read.Text(details.Address, "details.address", MaxAddress);
        if (details.Telephone.Length > 0 && !TelephoneNumber.TryParse(details.Telephone, out telephone))
        {
            read.Refuse(
                "details.telephone", "NOT_A_TELEPHONE", ("min", $"{TelephoneNumber.MinDigits}"), ("max", $"{TelephoneNumber.MaxDigits}"));
        }
        var said = new PersonDetails(number, telephone, address);
        return said == PersonDetails.None ? null : said;
    }

    /// <param name="birthDate">The day that it must fit; null: any.</param>
    public static string IdentityNumber(this RequestReader read, string written, string field, DateOnly? birthDate = null)
    {
        if (written.Length == 0)
        {
            read.Refuse(field, "REQUIRED");
            return "";
        }
        if (Ledger.IdentityNumber.Check(written, out IdentityNumber number) is { } fault)
        {
            read.Refuse(field, fault switch
            {
                IdentityNumberFault.NotOfAnyForm => "NOT_AN_IDENTITY_NUMBER",
                IdentityNumberFault.ProvinceUnknown => "IDENTITY_NUMBER_PROVINCE",
                IdentityNumberFault.BirthDateImpossible => "IDENTITY_NUMBER_BIRTH_DATE",
                IdentityNumberFault.CheckCharacterWrong => "IDENTITY_NUMBER_CHECK",
            });
            return "";
        }
        // A day of birth that was refused itself says nothing against the number.
        if (birthDate is { } born && born != default && !number.FitsBirth(born)) read.Refuse(field, "BIRTH_DATE_DIFFERS");
        return number.Text;
    }

    /// <summary>The keys of the number's grains, that of the current master key first; none where there is no number.</summary>
    /// <param name="collection">Elders and volunteers have their own, since one person may be both.</param>
    public static ImmutableArray<string> IdentityKeys(this Vault vault, RegionCode region, string collection, string number) =>
        number.Length == 0 ? []
            : [.. vault.SearchHashes(region, $"identity-number/{collection}", number).Select(hash => hash[..KeyLength])];

    /// <param name="inFull">For counter staff, who ring and visit; the number is masked for them too.</param>
    public static V1.PersonDetails ToContract(this PersonDetails details, bool inFull) => new()
    {
        IdentityNumber = Masked(details.IdentityNumber),
        Telephone = inFull ? details.Telephone : Masked(details.Telephone),
        Address = inFull ? details.Address : "",
    };

    private static string Masked(string text) => text.Length == 0 ? "" : Ledger.IdentityNumber.Mask(text);
}
