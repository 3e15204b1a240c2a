using TimeBank.Ledger;

namespace TimeBank.Simulation;

/// <summary>A voucher that a caller has asked to issue.</summary>
internal sealed record VoucherAsked(OpaqueId Voucher, VoucherTerms Terms, long Amount);
