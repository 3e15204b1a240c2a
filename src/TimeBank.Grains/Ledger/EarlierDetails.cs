using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What earlier entries said of one side alone. Their bytes stay as they are, so who may read them is bounded instead.</summary>
public static class EarlierDetails
{
    /// <summary>Of a gift or a donation: the giver's hours after it, eight numbers with commas between them.</summary>
    internal const string HoursAfter = "hoursAfter";

    /// <summary>Of an order's hold: what of the recipient's issued hours it holds, beside what of gifted and earned ones.</summary>
    private const string Issued = "Issued";

    /// <summary>Whether an entry tells the other side of it, or who acted, what concerns only the owner of the accounts that it
    /// debits.</summary>
    public static bool AreOfTheDebtorAlone(JournalEntry entry) => entry.Header.Details.Any(detail => detail.Key is HoursAfter or Issued);
}
