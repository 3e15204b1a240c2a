namespace TimeBank.Ledger;

/// <summary>One way in which a local catalogue falls below the wider region's.</summary>
/// <param name="Item">The item of the wider region's catalogue.</param>
/// <param name="Required">What the wider region has there; empty where the item is lacking.</param>
/// <param name="Found">What the local one has.</param>
public sealed record CatalogueFinding(Slug Item, CatalogueShortfall Shortfall, string Required = "", string Found = "");
