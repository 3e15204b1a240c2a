using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Codes of catalogue items: capital letters in the contract, as on price lists, and the same in small letters in the domain.</summary>
internal static class ItemCode
{
    public static string ToContract(string item) => item.ToUpperInvariant();

    public static Slug Item(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (!text.Any(char.IsAsciiLetterLower) && Slug.TryParse(text.ToLowerInvariant(), out Slug item)) return item;
        else read.Refuse(field, "NOT_A_CODE");
        return default;
    }
}
