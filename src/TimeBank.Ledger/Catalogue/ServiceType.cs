namespace TimeBank.Ledger;

/// <summary>What kind of service an item is: the six of the service lists, and what volunteers give. Numbers are stored.</summary>
public enum ServiceType
{
    None = 0,

    /// <summary>助餐</summary>
    Meal = 1,

    /// <summary>助浴</summary>
    Bath = 2,

    /// <summary>助洁</summary>
    Clean = 3,

    /// <summary>助医</summary>
    Medical = 4,

    /// <summary>助急</summary>
    Urgent = 5,

    /// <summary>助行</summary>
    Mobility = 6,

    /// <summary>照护: personal care, at home or by day.</summary>
    Care = 7,

    /// <summary>陪伴</summary>
    Companionship = 20,

    /// <summary>代办</summary>
    Errands = 21,

    /// <summary>智能设备帮教</summary>
    DigitalHelp = 22,
}
