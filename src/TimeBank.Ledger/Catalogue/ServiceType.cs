using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What kind of service an item is: the six of the service lists, and what volunteers give. Numbers are stored.</summary>
public enum ServiceType
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>助餐</summary>
    [JsonStringEnumMemberName("Meal")]
    Meal = 1,

    /// <summary>助浴</summary>
    [JsonStringEnumMemberName("Bath")]
    Bath = 2,

    /// <summary>助洁</summary>
    [JsonStringEnumMemberName("Clean")]
    Clean = 3,

    /// <summary>助医</summary>
    [JsonStringEnumMemberName("Medical")]
    Medical = 4,

    /// <summary>助急</summary>
    [JsonStringEnumMemberName("Urgent")]
    Urgent = 5,

    /// <summary>助行</summary>
    [JsonStringEnumMemberName("Mobility")]
    Mobility = 6,

    /// <summary>照护: personal care, at home or by day.</summary>
    [JsonStringEnumMemberName("Care")]
    Care = 7,

    /// <summary>陪伴</summary>
    [JsonStringEnumMemberName("Companionship")]
    Companionship = 20,

    /// <summary>代办</summary>
    [JsonStringEnumMemberName("Errands")]
    Errands = 21,

    /// <summary>智能设备帮教</summary>
    [JsonStringEnumMemberName("DigitalHelp")]
    DigitalHelp = 22,
}
