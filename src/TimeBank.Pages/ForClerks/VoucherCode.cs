namespace TimeBank.Pages.ForClerks;

/// <summary>A voucher's number as clerks type, scan or paste it.</summary>
public static class VoucherCode
{
    private const int IdLength = 12;

    /// <summary>
    /// The voucher's resource name; null for an empty text. A text that is no number stays in the name, and the server says so.
    /// </summary>
    public static string? Read(string text, string region)
    {
        text = text.Trim();
        if (text.Length == 0) return null;
        if (text.StartsWith("regions/", StringComparison.Ordinal)) return text;
        // People write groups of four and small letters, and take O for 0 and I or L for 1.
        string id = string.Concat(text.ToUpperInvariant().Where(letter => letter is not (' ' or '-')));
        if (id.Length == IdLength) id = id.Replace('O', '0').Replace('I', '1').Replace('L', '1');
        return $"regions/{region}/vouchers/{id}";
    }
}
