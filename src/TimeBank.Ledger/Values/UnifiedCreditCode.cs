namespace TimeBank.Ledger;

/// <summary>What is wrong with a unified social credit code.</summary>
public enum CreditCodeFault
{
    /// <summary>Not 18 digits and capitals, I, O, S, V and Z left out; or not with six digits of a region in their place.</summary>
    NotOfItsForm = 1,

    /// <summary>The last character doesn't fit the others.</summary>
    CheckCharacterWrong = 2,
}

/// <summary>
/// The unified social credit code (统一社会信用代码) of an organisation, GB 32100-2015: the registering office, the kind, six digits of the
/// region by GB/T 2260, nine characters of the organisation and a check character: the 17 others, weighted by 3 to the power of their
/// place, modulo 31. Codes are public.
/// </summary>
public static class UnifiedCreditCode
{
    public const int Length = 18;

    /// <summary>31 characters, so that the modulus is prime; I, O, S, V and Z would be read as others.</summary>
    private const string Characters = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>Reads a code as people write it: with blanks, or small letters.</summary>
    /// <returns>What is wrong; null where it is a code.</returns>
    public static CreditCodeFault? Check(string written, out string code)
    {
        code = "";
        if (written.Length > 2 * Length) return CreditCodeFault.NotOfItsForm;
        string text = written.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        if (text.Length != Length || !text.All(letter => Characters.Contains(letter)) || !text[2..8].All(char.IsAsciiDigit))
            return CreditCodeFault.NotOfItsForm;
        int sum = 0, weight = 1;
        foreach (char letter in text[..(Length - 1)])
        {
            sum += Characters.IndexOf(letter) * weight;
            weight = weight * 3 % Characters.Length;
        }
        if (Characters[(Characters.Length - (sum % Characters.Length)) % Characters.Length] != text[^1])
            return CreditCodeFault.CheckCharacterWrong;
        code = text;
        return null;
    }
}
