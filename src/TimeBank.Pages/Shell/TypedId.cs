using TimeBank.Proofs;

namespace TimeBank.Pages.Shell;

/// <summary>The number of a voucher or a person as people type, scan or paste it.</summary>
public static class TypedId
{
    private const int Length = 12;

    // Crockford's base 32 has no I, L, O and U.
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>
    /// The number as the contract writes it; null if the text can't be one, or if the check character of a paper's number says so. Takes a
    /// whole resource name too.
    /// </summary>
    public static string? Read(string text)
    {
        string id = Plain(text);
        // A paper's number has a check character more.
        if (id.Length == Length + 1) return VoucherNumber.Read(id, out string number) == VoucherNumberStatus.Sound ? number : null;
        return id.Length == Length && id.All(Letters.Contains) ? id : null;
    }

    /// <summary>Why a text is no voucher's number: of one as long as a paper's, what is wrong with it.</summary>
    public static (string Chinese, string English) WhyNot(string text) => Plain(text) is { Length: Length + 1 } number
        ? VoucherWords.Of(VoucherNumber.Read(number, out _))
        : ("券号是 12 位字母和数字，如 0123 4567 89AB；纸券上的多一位校验。",
            "A number has 12 letters and digits, such as 0123 4567 89AB; on paper it has a check character more.");

    /// <summary>People write groups of four and small letters, and take O for 0 and I or L for 1.</summary>
    private static string Plain(string text) =>
        string.Concat(Written.Id(Written.ToHalfWidth(text).Trim()).ToUpperInvariant().Where(letter => letter is not (' ' or '-')))
            .Replace('O', '0').Replace('I', '1').Replace('L', '1');
}
