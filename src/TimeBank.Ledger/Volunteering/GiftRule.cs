using System.Globalization;
using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>A volunteer may give earned hours to direct family of a minimum age. Source: Nanjing Gulou.</summary>
public static class GiftRule
{
    /// <param name="isFamily">True where the receiver is on the giver's list of direct family.</param>
    public static Refusal? Judge(HoursBalance giver, Minutes amount, bool isFamily, DateOnly receiverBirthDate, DateOnly day,
        HoursPolicy policy) =>
        !isFamily ? new Refusal(Reason.GiftReceiverNotFamily)
        : Age.On(receiverBirthDate, day) < policy.GiftToAge
        ? Refusal.Of(Reason.GiftReceiverTooYoung, ("age", policy.GiftToAge.ToString(CultureInfo.InvariantCulture)))
        : Givable(giver, amount);

    /// <summary>Null where the giver can give or donate so much. Gifted hours can't be given again.</summary>
    public static Refusal? Givable(HoursBalance giver, Minutes amount) =>
        amount <= giver.Available.Earned ? null
        : amount <= giver.Available.Earned + giver.Available.Gifted
            ? Refusal.Of(Reason.GiftedHoursNotGivable, ("available", $"{giver.Available.Earned.Value}"), ("unit", Unit.Minutes.Code))
            : Refusal.Of(Reason.InsufficientBalance, ("available", $"{giver.Available.Earned.Value}"), ("needed", $"{amount.Value}"),
            ("unit", Unit.Minutes.Code));
}

/// <summary>The relation of a direct relative to a volunteer. The names are stored.</summary>
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
