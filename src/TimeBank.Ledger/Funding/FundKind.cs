using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>Where a fund's money comes from. The names are stored.</summary>
public enum FundKind
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>福彩公益金: lottery welfare money.</summary>
    [JsonStringEnumMemberName("Lottery")]
    Lottery = 1,

    /// <summary>财政资金: fiscal money.</summary>
    [JsonStringEnumMemberName("Fiscal")]
    Fiscal = 2,

    /// <summary>慈善捐赠: donations, used only for their purpose.</summary>
    [JsonStringEnumMemberName("Donation")]
    Donation = 3,

    /// <summary>The guarantee fund, which buys services that no volunteer gives.</summary>
    [JsonStringEnumMemberName("Guarantee")]
    Guarantee = 4,
}
