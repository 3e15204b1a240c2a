using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What a direct relative is to a volunteer. The names are stored.</summary>
public enum Kinship
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    [JsonStringEnumMemberName("Spouse")]
    Spouse = 1,

    [JsonStringEnumMemberName("Parent")]
    Parent = 2,

    [JsonStringEnumMemberName("Child")]
    Child = 3,

    [JsonStringEnumMemberName("ParentInLaw")]
    ParentInLaw = 4,

    [JsonStringEnumMemberName("Grandparent")]
    Grandparent = 5,

    [JsonStringEnumMemberName("Grandchild")]
    Grandchild = 6,
}
