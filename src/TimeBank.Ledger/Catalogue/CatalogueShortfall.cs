namespace TimeBank.Ledger;

/// <summary>In what an item of a local catalogue falls below the wider region's. Numbers are stored.</summary>
public enum CatalogueShortfall
{
    None = 0,

    /// <summary>The local catalogue lacks the item.</summary>
    Lacking = 1,

    /// <summary>It is another type of service.</summary>
    OtherType = 2,

    /// <summary>Something else is given for it: what the wider region issued could not be redeemed here.</summary>
    OtherUnit = 3,

    /// <summary>It is given in another setting, where the voucher pays another share.</summary>
    OtherSetting = 4,

    /// <summary>The elder bears more of it.</summary>
    PayerShifted = 5,

    /// <summary>Public money takes part in less of the price.</summary>
    LowerCeilingPrice = 6,

    /// <summary>The service is shorter.</summary>
    ShorterStandard = 7,

    /// <summary>Fewer units a month.</summary>
    FewerUnits = 8,

    /// <summary>Only elders of a higher age.</summary>
    HigherAge = 9,

    /// <summary>Only elders of a heavier disability.</summary>
    HeavierGrade = 10,
}
