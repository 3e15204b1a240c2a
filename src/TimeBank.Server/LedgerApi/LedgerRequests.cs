using TimeBank.Ledger;

namespace TimeBank.Server;

/// <summary>Fields that only the ledger's requests have.</summary>
internal static class LedgerRequests
{
    public const string Accounts = "accounts", EntriesOfRegion = "entries";

    /// <summary>An account by its path: <c>regions/430211/accounts/fund/lottery/available</c>.</summary>
    public static (RegionCode Region, AccountPath Path) Account(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == Accounts && AccountPath.TryParse(name.Value.Id, out AccountPath path)) return (name.Value.Region, path);
        else read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/accounts/fund/lottery/available"));
        return default;
    }

    /// <summary>An entry by its index: <c>regions/430211/entries/0</c>.</summary>
    public static (RegionCode Region, long Index) Entry(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == EntriesOfRegion
            && ResourceName.TryIndex(name.Value.Id, out long index)) return (name.Value.Region, index);
        else read.Refuse(field, "NOT_A_NAME", ("pattern", "regions/430211/entries/0"));
        return default;
    }

    /// <summary>An entry by its index or its id: <c>regions/430211/entries/0</c>, or 32 hexadecimal digits for the 0.</summary>
    public static (RegionCode Region, long? Index, EntryId? Id) EntryOrId(this RequestReader read, string text, string field)
    {
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == EntriesOfRegion && EntryId.TryParse(name.Value.Id, out EntryId id)) return (name.Value.Region, null, id);
        (RegionCode region, long index) = read.Entry(text, field);
        return (region, index, null);
    }

    public static EntryCode? EventCode(this RequestReader read, string text, string field)
    {
        if (text.Length == 0) return null;
        EntryCode? code = ContractWords.ToEntryCode(text);
        if (code is null) read.Refuse(field, "UNKNOWN_VALUE");
        return code;
    }

    /// <summary>How a path may begin.</summary>
    public static string PathPrefix(this RequestReader read, string text, string field)
    {
        if (text.Length > AccountPath.MaxLength) read.Refuse(field, "TOO_LONG", ("max", $"{AccountPath.MaxLength}"));
        else if (!text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '/')) read.Refuse(field, "TEXT_INVALID");
        return text;
    }

    /// <exception cref="Grpc.Core.RpcException">UNIT_UNKNOWN.</exception>
    public static Unit? UnitOrNull(string text)
    {
        if (text.Length == 0) return null;
        if (Chart.Units.FirstOrDefault(unit => unit.Code == text) is var known && known != default) return known;
        throw Problem.Of(Reason.UnitUnknown, ("unit", Problem.Short(text, 8)), ("field", "unit"));
    }
}
