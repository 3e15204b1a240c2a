using System.Globalization;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>What an order writes beside the amounts of its entries, from which its state can be made again after a crash.</summary>
public static class OrderDetails
{
    private const string Order = "order", Request = "request", Volunteer = "volunteer", Agenda = "agenda", End = "end", Minutes = "minutes", ToPool = "toPool";

    /// <summary>What of each origin a hold holds. They begin with capitals, unlike all others, and stay so.</summary>
    private const string Issued = "Issued", Gifted = "Gifted", Earned = "Earned";

    /// <param name="volunteer">The id of who accepted.</param>
    internal static (string, string)[] OfHold(Command command, string order, string volunteer, string agenda, HoursSpent held) =>
    [
        (Order, order), (Request, command.Id.ToString()), (Volunteer, volunteer), (Agenda, agenda),
        (Issued, Text(held.Issued.Value)), (Gifted, Text(held.Gifted.Value)), (Earned, Text(held.Earned.Value)),
    ];

    internal static (string, string)[] OfEnd(EntryId? command, string order, OrderEnd end, long minutes, long toPool) =>
        [(Order, order), (Request, command?.ToString() ?? ""), (End, StoredName.Of(end)), (Minutes, Text(minutes)), (ToPool, Text(toPool))];

    /// <summary>The order that a hold belongs to; null for a hold of another kind.</summary>
    public static string? OrderOf(JournalEntry entry) => entry.Header.Details.GetValueOrDefault(Order);

    /// <summary>The id of the command that asked for the entry; null where nobody did.</summary>
    internal static EntryId? RequestOf(JournalEntry entry) => EntryId.TryParse(entry.Detail(Request), out EntryId id) ? id : null;

    internal static (string Volunteer, string Agenda, HoldState Hold) ReadHold(JournalEntry entry) => (
        entry.Detail(Volunteer), entry.Detail(Agenda),
        new HoldState(
            entry.Id.ToString(), entry.Index, Number(entry, Issued), Number(entry, Gifted), Number(entry, Earned),
            entry.Expires!.Value.ToDateTimeOffset()));

    internal static (OrderEnd End, long Minutes, long ToPool) ReadEnd(JournalEntry entry) =>
        (StoredName.Parse<OrderEnd>(entry.Detail(End)), Number(entry, Minutes), Number(entry, ToPool));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(JournalEntry entry, string key) => long.Parse(entry.Detail(key), CultureInfo.InvariantCulture);
}
