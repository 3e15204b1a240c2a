namespace TimeBank.Grains;

/// <summary>Names of grain storages.</summary>
public static class GrainStorageNames
{
    /// <summary>Where profiles and workflows are kept, beside the ledger.</summary>
    public const string TimeBank = "timebank";
}
