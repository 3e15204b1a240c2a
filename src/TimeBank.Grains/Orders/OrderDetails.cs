using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What an order writes beside the amounts of its entries, from which its state can be made again after a crash.</summary>
public static class OrderDetails
{
    private const string Order = "order", Request = "request", Volunteer = "volunteer", End = "end", Minutes = "minutes", ToPool = "toPool";

    /// <summary>
    /// Recipient and volunteer both may read a hold, so it says neither how the recipient came by the hours nor where the volunteer enrolled
    /// first; earlier holds do (Issued, Gifted, Earned, agenda). The transfers and the volunteer's enrolment tell the order.
    /// </summary>
    /// <param name="volunteer">The id of who accepted.</param>
    internal static (string, string)[] OfHold(Command command, string order, string volunteer) =>
        [(Order, order), (Request, command.Id.ToString()), (Volunteer, volunteer)];

    internal static (string, string)[] OfEnd(EntryId? command, string order, OrderEnd end, long minutes, long toPool) =>
        [(Order, order), (Request, command?.ToString() ?? ""), (End, StoredName.Of(end)), (Minutes, Text(minutes)), (ToPool, Text(toPool))];

    /// <summary>The order that a hold belongs to; null for a hold of another kind.</summary>
    public static string? OrderOf(JournalEntry entry) => entry.Header.Details.GetValueOrDefault(Order);

    /// <summary>The id of the command that asked for the entry; null where nobody did.</summary>
    internal static EntryId? RequestOf(JournalEntry entry) => EntryId.TryParse(entry.Detail(Request), out EntryId id) ? id : null;

    /// <summary>The id of who accepted.</summary>
    internal static string VolunteerOf(JournalEntry hold) => hold.Detail(Volunteer);

    internal static (OrderEnd End, long Minutes, long ToPool) ReadEnd(JournalEntry entry) =>
        (StoredName.Parse<OrderEnd>(entry.Detail(End)), Number(entry, Minutes), Number(entry, ToPool));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
