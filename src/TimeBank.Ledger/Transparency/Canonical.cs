using System.Globalization;

namespace TimeBank.Ledger;

/// <summary>Values that have one way of being written, and are refused in any other.</summary>
internal static class Canonical
{
    /// <summary>Base 64 of RFC 4648, section 4, with its padding, without white space and with unused bits zero.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static byte[] Base64(string text, string what)
    {
        byte[] bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out int length) || Convert.ToBase64String(bytes, 0, length) != text) throw new FormatException($"The {what} is not canonical base64.");
        return bytes[..length];
    }

    /// <exception cref="FormatException">The text is not the base64 of 32 bytes.</exception>
    public static Digest Hash(string text, string what)
    {
        byte[] bytes = Base64(text, what);
        return bytes.Length == Digest.Size ? new Digest(bytes) : throw new FormatException($"The {what} has {bytes.Length} bytes and not {Digest.Size}.");
    }

    /// <summary>ASCII digits without leading zeros, up to 2^63 − 1.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static long Number(string text, string what)
    {
        bool canonical = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number.ToString(CultureInfo.InvariantCulture) == text;
        return canonical ? number : throw new FormatException($"The {what} is not a decimal number without leading zeros, below 2^63.");
    }

    /// <exception cref="FormatException">The text can't name a key: it is empty or has a space or a plus.</exception>
    public static string KeyName(string text) =>
        text.Length > 0 && !text.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter) || letter == '+') ? text : throw new FormatException("A key's name is empty or has a space, a control character or a plus in it.");
}
