using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Terminals and their receipts in the contract's types.</summary>
internal static class DeviceContract
{
    public const string Devices = "devices", Exceptions = "offlineExceptions";

    /// <summary>
    /// The liability rule; the README gives its reason. A voucher's money is there once, and the programme has no other: so what passes it
    /// is the provider's, who chose to accept without asking.
    /// </summary>
    public static LocalizedText Liability => new()
    {
        Zh = "责任规则：先上传、先办理的一笔由项目付款；同一笔钱的第二次受理、以及未按规则受理的，由受理的服务商承担，"
            + "项目不付，也不扣老人以后的券。事后补报的由财务决定。",
        En = "Liability: the programme pays the acceptance that the server decides first. A second acceptance of the same money, and one "
            + "against the rules, is borne by the provider that accepted it: the programme pays nothing, and the elder's later vouchers "
            + "are not touched. A late claim is decided by finance.",
    };

    public static Timestamp? Moment(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;

    public static Device ToContract(this DeviceRecord device, RegionCode region) => new()
    {
        Name = ResourceName.Of(region, Devices, device.Id),
        Provider = ResourceName.Of(region, VoucherContract.Providers, device.Provider),
        DisplayName = device.DisplayName,
        State = device.Stage switch
        {
            DeviceStage.Invited => V1.DeviceState.Invited,
            DeviceStage.Enrolled => V1.DeviceState.Enrolled,
            DeviceStage.Active => V1.DeviceState.Active,
            DeviceStage.Revoked => V1.DeviceState.Revoked,
        },
        PublicKey = ByteString.CopyFrom(device.Key),
        Fingerprint = device.Key.Length == 0 ? "" : OfflineReceipt.Fingerprint(device.Key),
        AskedBy = device.AskedBy,
        ApprovedBy = device.ApprovedBy,
        ApproveTime = Moment(device.ApprovedAt),
        RevokedBy = device.RevokedBy,
        RevokedSince = Moment(device.RevokedSince),
        Note = device.Note,
        Counter = device.Counter,
        SyncTime = Moment(device.SyncedAt),
    };

    public static OfflineAnswer ToContract(this OfflineReceiptRecord receipt, RegionCode region)
    {
        OfflineVerdict verdict = receipt.Verdict;
        var answer = new OfflineAnswer
        {
            Digest = receipt.Digest,
            Counter = receipt.Counter,
            Outcome = verdict.Stage switch
            {
                OfflineStage.Accepted => OfflineOutcome.Accepted,
                OfflineStage.Exception or OfflineStage.Closed => OfflineOutcome.Exception,
                OfflineStage.Waiting or OfflineStage.Received or OfflineStage.Settled => OfflineOutcome.Waiting,
                OfflineStage.Invalid => OfflineOutcome.Invalid,
            },
        };
        if (verdict.Refusal is { } refusal)
        {
            answer.Reason = StoredName.UpperSnake($"{refusal.Reason}");
            (string chinese, string english) = Problem.Texts(
                refusal.Reason, refusal.Values.ToDictionary(value => value.Key, value => value.Value));
            answer.Words = new LocalizedText { Zh = chinese, En = english };
        }
        else if (verdict.Stage == OfflineStage.Received)
        {
            answer.Words = new LocalizedText
            {
                Zh = "已收到，还没办理完：终端下次上传时办理。", En = "It came and is not decided yet: it is when the terminal sends again.",
            };
        }
        else if (verdict.Stage == OfflineStage.Accepted)
        {
            answer.PaidByVoucher = Unit.Parse(verdict.Unit).Of(verdict.Paid);
            if (verdict.Entry is { } entry) answer.Redemption = VoucherContract.RedemptionName(region, receipt.Voucher, entry);
        }
        return answer;
    }

    /// <param name="other">The receipt of what came first; null where it was made with a network, or nobody came first.</param>
    /// <param name="isBill">Whether a bill came first.</param>
    public static OfflineException ToException(
        this OfflineReceiptRecord receipt, RegionCode region, string key, OfflineReceiptRecord? other, bool isBill)
    {
        OfflineVerdict verdict = receipt.Verdict;
        return new OfflineException
        {
            Name = ResourceName.Of(region, Exceptions, key),
            Device = ResourceName.Of(region, Devices, receipt.Device),
            Provider = ResourceName.Of(region, VoucherContract.Providers, receipt.Provider),
            Voucher = receipt.Voucher.Length == 0 ? "" : ResourceName.Of(region, VoucherContract.Vouchers, receipt.Voucher),
            Answer = receipt.ToContract(region),
            ReceiveTime = Moment(receipt.ReceivedAt),
            ClaimedTime = Moment(receipt.ClaimedAt),
            AtStake = Unit.Fen.Of(receipt.AtStake),
            Receipt = ByteString.FromBase64(receipt.Signed),
            OtherRedemption = verdict.OtherEntry is not { } entry ? "" : isBill ? BillContract.BillName(region, entry)
                : (other?.Voucher ?? receipt.Voucher) is { Length: > 0 } voucher
                    ? VoucherContract.RedemptionName(region, voucher, entry) : "",
            OtherReceipt = other is null ? ByteString.Empty : ByteString.FromBase64(other.Signed),
            Liability = Liability,
            Resolution = receipt.Closing switch
            {
                null => OfflineResolution.Unspecified,
                { Redemption: "" } => OfflineResolution.BorneByProvider,
                _ => OfflineResolution.PaidByRedemption,
            },
            ResolvedBy = receipt.Closing?.By ?? "",
            ResolveTime = Moment(receipt.Closing?.At),
            Note = receipt.Closing?.Note ?? "",
            PaidBy = receipt.Closing is { Redemption: { Length: > 0 } index }
                ? $"{ResourceName.Of(region, VoucherContract.Vouchers, receipt.Voucher)}/{VoucherContract.Redemptions}/{index}" : "",
        };
    }
}
