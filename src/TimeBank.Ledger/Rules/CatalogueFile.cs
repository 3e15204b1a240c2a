using System.Collections.Immutable;

namespace TimeBank.Ledger;

/// <summary>
/// Reads a catalogue file strictly: a value that is missing, unknown, of another type or unit, contradictory or duplicate is an error with
/// its place.
/// </summary>
internal static class CatalogueFile
{
    private const int MaxText = 500;
    private const long MaxFen = 100_000_000;

    public static DataResult<Catalogue> Parse(ReadOnlySpan<byte> utf8)
    {
        List<DataError> errors = [];
        DataObject file = DataObject.OfFile(utf8, errors);
        RegionCode region = file.Region("region");
        Slug version = file.Slug("version");
        DateOnly effective = file.Date("effective");
        LocalText note = Text(file, "note");
        HashSet<Slug> ids = [];
        ImmutableArray<CatalogueItem>.Builder items = ImmutableArray.CreateBuilder<CatalogueItem>();
        foreach (DataObject entry in file.Objects("items"))
        {
            CatalogueItem item = Item(entry);
            if (item.Id != default && !ids.Add(item.Id))
                entry.Refuse("id", $"'{item.Id}' stands here twice");
            items.Add(item);
        }
        file.Close();
        return errors.Count == 0 ? new(new Catalogue(region, version, effective, note, items.ToImmutable(), utf8.ToArray())) : new(errors);
    }

    private static CatalogueItem Item(DataObject entry)
    {
        Slug id = entry.Slug("id");
        ServiceType type = entry.Choice("type", DataChoices.ServiceTypes);
        LocalText name = Text(entry, "name");
        Unit unit = entry.Choice("unit", DataChoices.Units);
        bool isVolunteered = unit == Unit.Minutes;
        bool isCoveredByUnits = !isVolunteered && unit != Unit.Fen;
        CatalogueItem item = new(
            id,
            type,
            name,
            unit,
            entry.Choice("setting", DataChoices.Places),
            entry.Choice("payer", DataChoices.Payers),
            isVolunteered ? Fen.Zero : new Fen(entry.Integer("ceilingPriceFen", 1, MaxFen)),
            isCoveredByUnits ? new Fen(entry.Integer("contractPriceFen", 1, MaxFen)) : null,
            new Minutes(entry.Integer("standardMinutes", 0, 24 * 60)),
            entry.Integer("promisedUnitsPerMonth", 0, 1_000),
            (int)entry.Integer("fromAgeYears", 0, 150),
            entry.Choice("fromGrade", DataChoices.Grades),
            Text(entry, "content"));
        if (entry.IsSound && item.ContractPrice > item.CeilingPrice)
            entry.Refuse("contractPriceFen", "is above the ceiling price");
        if (entry.IsSound && isVolunteered != (item.Payer == Payer.TimeBank))
            entry.Refuse("payer", "the time bank pays for what is given in MIN, and for nothing else");
        entry.Close();
        return item;
    }

    private static LocalText Text(DataObject parent, string key)
    {
        DataObject both = parent.Object(key);
        LocalText text = new(both.Text("zh", MaxText), both.Text("en", MaxText));
        both.Close();
        return text;
    }
}
