using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>What a voucher is good for.</summary>
public enum VoucherKind
{
    /// <summary>An amount of money towards the elder's own part of a service.</summary>
    [JsonStringEnumMemberName("Money")]
    Money = 1,

    /// <summary>A number of service units, such as meals, at a contract price.</summary>
    [JsonStringEnumMemberName("Units")]
    Units = 2,
}
