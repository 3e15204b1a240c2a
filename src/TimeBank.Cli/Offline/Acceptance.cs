using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Cli;

/// <summary>
/// Whether a terminal accepts a voucher by itself. The server decides by the limits of the same day again, so a terminal that is honest and
/// in time has its receipts paid, unless the money was spent elsewhere meanwhile.
/// </summary>
internal static class Acceptance
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5), China = TimeSpan.FromHours(8);

    /// <summary>The receipt to sign, and what the elder pays, in fen.</summary>
    /// <exception cref="UsageException">What was entered can't be right.</exception>
    /// <exception cref="TerminalException">A rule refuses.</exception>
    public static (OfflineReceipt Receipt, VoucherClaims Voucher, long ElderFen) Of(
        TerminalFile file, string code, string item, long quantity, long priceFen, long insuranceFen, int place, DateTimeOffset now)
    {
        TerminalDevice device = file.Device ?? throw new TerminalException("终端还没有登记。", "The terminal is not enrolled.");
        TerminalList list = file.List ?? throw new TerminalException("终端还没有名单；先联网运行 terminal sync。",
            "The terminal has no list yet; run terminal sync with a network.");
        DateTimeOffset clock = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        CheckClock(file, list, clock);
        if (file.State != TerminalFile.Active) throw new TerminalException("这台终端在上次联网时还没有批准，或已停用；请联网运行 terminal sync。",
            "At its last sync this terminal was not approved, or was revoked; run terminal sync with a network.");
        if (file.Receipts.Any(one => one.Answer?.Reason is "OFFLINE_FORK" or "OFFLINE_CHAIN_BROKEN" or "OFFLINE_DEVICE_REVOKED"))
        {
            throw new TerminalException("服务器已不认这台终端接下来的凭据（它是副本，或已停用）；请停用它，另行登记。",
                "The server takes no more receipts of this terminal: it is a copy, or was revoked. Revoke it, and enrol a new one.");
        }
        if (list.SyncWithinHours == 0)
        {
            throw new TerminalException("零点起规则有变，此前只能联网核销。", "The rules change at midnight; until then use the network.");
        }
        if (clock - list.Made > TimeSpan.FromHours(list.SyncWithinHours))
        {
            (DateTimeOffset shown, DateTimeOffset made) = (clock.ToOffset(China), list.Made.ToOffset(China));
            throw new TerminalException(
                $"按终端的时钟（{shown:yyyy-MM-dd HH:mm}），名单（{made:yyyy-MM-dd HH:mm}）已超过 {list.SyncWithinHours} 小时，请先联网运行 terminal sync；"
                    + "时钟所示若非此时，用 --now 写明。",
                $"By the terminal's clock ({shown:yyyy-MM-dd HH:mm}) the list ({made:yyyy-MM-dd HH:mm}) is older than "
                    + $"{list.SyncWithinHours} hours; run terminal sync with a network first. If the clock shows another time, say it with "
                    + "--now.");
        }
        if (list.Devices.Contains(device.Id)) throw new TerminalException("这台终端已停用。", "This terminal was revoked.");
        VoucherReading reading = VoucherCode.Read(code, list.Keys);
        if (reading.Claims is not { } voucher)
        {
            (string chinese, string english) = VoucherWords.Of(reading.Status);
            throw new TerminalException(chinese, english);
        }
        if (voucher.Region != device.Region) throw new TerminalException("此券属于别的地区。", "The voucher is another region's.");
        if (list.Vouchers.Contains(voucher.Voucher)) throw new TerminalException("此券已作废。", "The voucher was voided.");
        DateOnly today = DateOnly.FromDateTime(clock.ToOffset(China).DateTime);
        if (today > voucher.UseBy) throw new TerminalException($"此券须在 {voucher.UseBy:yyyy-MM-dd} 前使用。",
            $"The voucher was to be used by {voucher.UseBy:yyyy-MM-dd}.");
        if (quantity is < 1 or > OfflineReceipt.MaxQuantity || priceFen < 1 || insuranceFen < 0 || insuranceFen > priceFen)
        {
            throw new UsageException("数量须为 1 到 1000，价格须大于零，长护险支付不超过价格。",
                "The quantity is 1 to 1,000, the price more than zero, and insurance pays at most the price.");
        }
        if (voucher.IsMoney && place == 0) throw new UsageException("金额券须写明 --place。", "A money voucher needs --place.");
        TerminalItem offered = list.Items.FirstOrDefault(one => one.Id == item)
            ?? throw new TerminalException($"离线名单里没有“{item}”：请核对编号；编号无误的，这项服务须联网核销。",
                $"The list has no {item}: look at the id; if it is right, this service needs the network.");
        long left = Left(file, voucher, list, out bool isAll);
        (long taken, long elder) = list.Share(
            offered, voucher, quantity, priceFen, insuranceFen, place, isAll ? Math.Max(0, left) : long.MaxValue)
            ?? throw new TerminalException("此券不能用于这项服务。", "The voucher doesn't pay for this service.");
        if (left <= 0) throw new TerminalException("此券可离线使用的额度在本机已用完，请联网办理。",
            "What the voucher may pay without a network was used up at this terminal; use the network.");
        if (taken == 0 || priceFen == insuranceFen) throw new TerminalException("没有需要券支付的部分。", "There is nothing for the voucher to pay.");
        if (taken > left) throw new TerminalException($"超过此券可离线使用的额度（本机还可受理 {left}），请联网办理。",
            $"It is more than the voucher may pay without a network ({left} left at this terminal); use the network.");
        CheckDevice(file, list, clock, priceFen - insuranceFen);
        if (list.Needs(offered, voucher, taken) is > TerminalCheck.CodeAlone and var needs)
        {
            var check = (HolderCheck)needs;
            throw new TerminalException(
                $"这笔付款要求老人出示“{EnumText.Of(check, Language.Chinese)}”，没有网络时无法核对，请联网核销。",
                $"For this payment the elder must show more than the code ({EnumText.Of(check, Language.English)}), which can't be checked "
                    + "without a network; use the network.");
        }
        Digest? previous = file.Receipts.Count == 0 ? null : OfflineReceipt.DigestOf(file.Receipts[^1].Signed);
        return (new OfflineReceipt(device.Region, device.Id, device.Provider, file.Receipts.Count + 1, previous, code, item, quantity,
            priceFen, insuranceFen, place, taken, clock, list.Number, file.Synced), voucher, elder);
    }

    private static void CheckClock(TerminalFile file, TerminalList list, DateTimeOffset clock)
    {
        // A clock of which the server said that it was ahead is no measure for the next one.
        DateTimeOffset known = file.Receipts.Where(one => one.Answer?.Reason != "OFFLINE_CLOCK_AHEAD").Select(one => one.Receipt.Clock)
            .Append(list.Made).Max();
        if (clock < known - ClockTolerance) throw new TerminalException(
            $"终端的时钟（{clock.ToOffset(China):yyyy-MM-dd HH:mm}）比它上次所知的（{known.ToOffset(China):yyyy-MM-dd HH:mm}）还早：被拨回过，请校准。",
            $"The terminal's clock ({clock.ToOffset(China):yyyy-MM-dd HH:mm}) is earlier than what it last knew ("
                + $"{known.ToOffset(China):yyyy-MM-dd HH:mm}): it was set back. Set it right first.");
    }

    /// <summary>What the code still allows at this terminal, which knows its own acceptances alone.</summary>
    /// <param name="isAll">True where the code's amount is all that the voucher had, so that a dearer service takes just that.</param>
    private static long Left(TerminalFile file, VoucherClaims voucher, TerminalList list, out bool isAll)
    {
        isAll = voucher.IsMoney && voucher.OfflineAmount < list.VoucherMaxFen;
        // A newer code knows of what the server has decided, and of nothing else, whichever code that was accepted by.
        long own = file.Receipts.Where(one => one.Answer?.Outcome != TerminalAnswer.Exception).Where(
            one => VoucherCode.Read(one.Receipt.Code, list.Keys).Claims is { } claims && claims.Voucher == voucher.Voucher
                && (one.Answer is not { IsFinal: true } || claims.Serial >= voucher.Serial)).Sum(one => one.Receipt.FromVoucher);
        long allowed = voucher.IsMoney ? Math.Min(voucher.OfflineAmount, list.VoucherMaxFen) : voucher.OfflineAmount;
        return allowed - own;
    }

    private static void CheckDevice(TerminalFile file, TerminalList list, DateTimeOffset clock, long atStakeFen)
    {
        var unsynced = file.Receipts.Skip((int)file.Synced).Select(one => one.Receipt).ToArray();
        if (unsynced.Length > 0 && clock - unsynced[0].Clock > TimeSpan.FromHours(list.SyncWithinHours)) throw new TerminalException(
            $"有凭据已超过 {list.SyncWithinHours} 小时未上传，请先联网运行 terminal sync。",
            $"A receipt has waited for more than {list.SyncWithinHours} hours; run terminal sync with a network first.");
        if (unsynced.Sum(one => one.PriceFen - one.InsuranceFen) + atStakeFen > list.DeviceMaxFen) throw new TerminalException(
            $"超过本机两次上传之间的额度（{list.DeviceMaxFen} 分），请先联网运行 terminal sync。",
            $"It is more than the terminal may accept between two syncs ({list.DeviceMaxFen} fen); run terminal sync first.");
    }
}

/// <summary>A terminal refuses a voucher. The message says why.</summary>
internal sealed class TerminalException(string chinese, string english) : Exception(english)
{
    public string In(Language language) => language[chinese, Message];
}
