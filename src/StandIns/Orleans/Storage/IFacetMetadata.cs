namespace Orleans;

/// <summary>Marks attributes that say how to make a constructor argument of a grain.</summary>
public interface IFacetMetadata;
