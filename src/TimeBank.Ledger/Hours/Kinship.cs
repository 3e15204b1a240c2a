namespace TimeBank.Ledger;

/// <summary>What a direct relative is to a volunteer. The names are stored.</summary>
public enum Kinship
{
    None = 0,
    Spouse = 1,
    Parent = 2,
    Child = 3,
    ParentInLaw = 4,
    Grandparent = 5,
    Grandchild = 6,
}
