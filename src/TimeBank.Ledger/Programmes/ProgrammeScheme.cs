using System.Text.Json.Serialization;

namespace TimeBank.Ledger;

/// <summary>How a programme decides who gets how much. The names are stored.</summary>
public enum ProgrammeScheme
{
    [JsonStringEnumMemberName("None")]
    None = 0,

    /// <summary>The national e-voucher, in fen: who, how much and which part it pays stand in the policy.</summary>
    [JsonStringEnumMemberName("NationalEVoucher")]
    NationalEVoucher = 1,

    /// <summary>Vouchers for whole services at a contract price: who and how many stand in the programme.</summary>
    [JsonStringEnumMemberName("UnitVoucher")]
    UnitVoucher = 2,
}
