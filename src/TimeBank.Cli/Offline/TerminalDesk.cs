using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using TimeBank.V1;
using Client = TimeBank.V1.ProviderService.ProviderServiceClient;

namespace TimeBank.Cli;

/// <summary>What staff do with terminals: invite, approve, revoke, list, and look at what could not be paid.</summary>
internal static class TerminalDesk
{
    public static Command Invite(CommandFactory make)
    {
        Argument<string> provider = make.Argument("provider", "服务机构", "the provider");
        return make.Command("invite", "领取一次性登记码", "get the one-time code for a new terminal", [provider], async (session, parsed) =>
        {
            string name = session.Name("providers", parsed.GetValue(provider)!);
            StartDeviceEnrolmentResponse invited = await new Client(await session.AsAsync(Role.ProviderClerk, name, name))
                .StartDeviceEnrolmentAsync(new StartDeviceEnrolmentRequest { RequestId = session.RequestId(), Provider = name });
            Language language = session.Language;
            session.Screen.Show(invited, () => session.Screen.Facts(
                ResourceNames.Short(invited.Device.Name),
                (language["登记码", "code"], invited.Code),
                (language["有效至", "good until"], invited.ExpireTime is null ? "" : $"{invited.ExpireTime.ToDateTimeOffset():u}")));
        });
    }

    public static Command Approve(CommandFactory make)
    {
        Argument<string> device = make.Argument("device", "终端编号", "the terminal");
        Option<string> fingerprint = make.Option("--fingerprint", "终端上显示的核对码", "the fingerprint that the terminal shows", required: true);
        return make.Command("approve", "批准终端", "approve a terminal", [device, fingerprint], async (session, parsed) =>
        {
            string name = session.Name("devices", parsed.GetValue(device)!);
            Device approved = await new Client(await session.AsAsync(Role.Counter, name)).ApproveDeviceAsync(new ApproveDeviceRequest
            {
                RequestId = session.RequestId(), Device = name, Fingerprint = parsed.GetValue(fingerprint)!,
            });
            session.Screen.Show(approved, () => Show(session, approved));
        });
    }

    public static Command Revoke(CommandFactory make)
    {
        Argument<string> device = make.Argument("device", "终端编号", "the terminal");
        Option<string> note = make.Option("--note", "原因", "why", required: true);
        Option<DateTimeOffset?> since = new("--since")
        {
            Description = make.Language["从何时起不在本人手里，默认现在", "from when on it was in wrong hands; now if left out"],
        };
        return make.Command("revoke", "停用终端", "end a terminal", [device, note, since], async (session, parsed) =>
        {
            string name = session.Name("devices", parsed.GetValue(device)!);
            Device revoked = await new Client(await session.AsAsync(Role.Counter, name)).RevokeDeviceAsync(new RevokeDeviceRequest
            {
                RequestId = session.RequestId(), Device = name, Note = parsed.GetValue(note)!,
                Since = parsed.GetValue(since) is { } from ? Timestamp.FromDateTimeOffset(from) : null,
            });
            session.Screen.Show(revoked, () => Show(session, revoked));
        });
    }

    public static Command Devices(CommandFactory make)
    {
        Option<string> provider = make.Option("--provider", "只看这家机构的", "only this provider's");
        return make.Command("devices", "一个地区的终端", "the terminals of a region", [provider, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.Auditor, session.Settings.Region));
            var request = new ListDevicesRequest
            {
                Parent = session.Region, Provider = parsed.GetValue(provider) is { } whose ? session.Name("providers", whose) : "",
            };
            ListDevicesResponse list = await make.PagingOf(parsed).AllAsync(request, page => client.ListDevicesAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["编号", "id"]), new(language["名称", "name"]), new(language["机构", "provider"]),
                        new(language["状态", "state"]), new(language["已办到", "counter"], true), new(language["上次上传", "last sync"])],
                    list.Devices.Select(device => (IReadOnlyList<string>)[
                        ResourceNames.Short(device.Name), device.DisplayName, ResourceNames.Short(device.Provider),
                        EnumText.Of(device.State, language), $"{device.Counter}",
                        device.SyncTime is null ? "" : $"{device.SyncTime.ToDateTimeOffset():u}"]));
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    public static Command Exceptions(CommandFactory make)
    {
        Option<string> provider = make.Option("--provider", "只看这家机构的", "only this provider's");
        Option<bool> closed = new("--closed") { Description = make.Language["也列已办结的", "also those that were closed"] };
        return make.Command("exceptions", "未能付款的离线凭据", "offline receipts that could not be paid",
            [provider, closed, make.Limit, make.All], async (session, parsed) =>
        {
            var client = new Client(await session.AsAsync(Role.FinanceMaker, session.Settings.Region));
            var request = new ListOfflineExceptionsRequest
            {
                Parent = session.Region, ShowResolved = parsed.GetValue(closed),
                Provider = parsed.GetValue(provider) is { } whose ? session.Name("providers", whose) : "",
            };
            ListOfflineExceptionsResponse list = await make.PagingOf(parsed)
                .AllAsync(request, page => client.ListOfflineExceptionsAsync(page).ResponseAsync);
            Language language = make.Language;
            session.Screen.Show(list, () =>
            {
                session.Screen.Table(
                    "", [new(language["例外", "exception"]), new(language["机构", "provider"]),
                        new(language["券", "voucher"]), new(language["金额", "at stake"], true), new(language["原因", "why"]),
                        new(language["先付的一笔", "paid first"])],
                    list.Exceptions.Select(one => (IReadOnlyList<string>)[
                        ResourceNames.Short(one.Name), ResourceNames.Short(one.Provider),
                        ResourceNames.Short(one.Voucher), AmountText.Of(one.AtStake, language),
                        language[one.Answer.Words.Zh, one.Answer.Words.En], ResourceNames.Short(one.OtherRedemption)]));
                if (list.Exceptions.Count > 0) session.Screen.Line(
                    language[list.Exceptions[0].Liability.Zh, list.Exceptions[0].Liability.En]);
                session.Screen.Unreadable(list.Unreadable);
                session.Screen.More(list.NextPageToken);
            });
        });
    }

    public static Command Resolve(CommandFactory make)
    {
        Argument<string> exception = make.Argument("exception", "例外的编号", "the exception's id");
        Option<bool> borne = new("--borne") { Description = make.Language["由服务商承担", "the provider bears it"] },
            lost = new("--earlier-lost")
            {
                Description = make.Language["它等的号已遗失，不再等", "what it waits for is lost, and waited for no more"],
            };
        Option<string> paid = make.Option("--paid", "已另行核销：vouchers/ID/redemptions/N", "a redemption paid it: vouchers/ID/redemptions/N"),
            note = make.Option("--note", "原因", "why", required: true);
        return make.Command("resolve", "办结一张离线凭据的例外", "close an exception", [exception, borne, paid, lost, note, make.DryRun],
            async (session, parsed) =>
        {
            string? redemption = parsed.GetValue(paid);
            if ((parsed.GetValue(borne) ? 1 : 0) + (parsed.GetValue(lost) ? 1 : 0) + (redemption is null ? 0 : 1) != 1)
            {
                throw new UsageException("--borne、--paid、--earlier-lost 三者选一。", "Give one of --borne, --paid and --earlier-lost.");
            }
            string name = session.Name("offlineExceptions", parsed.GetValue(exception)!);
            var client = new Client(await session.AsAsync(Role.FinanceMaker, name));
            OfflineException closed = await client.ResolveOfflineExceptionAsync(new ResolveOfflineExceptionRequest
            {
                RequestId = session.RequestId(), Name = name, Note = parsed.GetValue(note)!, ValidateOnly = make.IsDryRun(parsed),
                Redemption = redemption is null ? "" : session.Name("vouchers", redemption),
                Resolution = redemption is not null ? OfflineResolution.PaidByRedemption
                    : parsed.GetValue(lost) ? OfflineResolution.EarlierReceiptsLost : OfflineResolution.BorneByProvider,
            });
            Language language = make.Language;
            session.Screen.Show(closed, () => session.Screen.Facts(
                ResourceNames.Short(closed.Name),
                (language["结果", "result"], EnumText.Of(closed.Answer.Outcome, language)),
                (language["办结", "closed"], closed.ResolvedBy.Length == 0 ? "" : EnumText.Of(closed.Resolution, language)),
                (language["核销", "redemption"], closed.PaidBy.Length > 0 ? closed.PaidBy : closed.Answer.Redemption),
                (language["原因", "why"], closed.Note)));
        });
    }

    public static void Show(Session session, Device device)
    {
        Language language = session.Language;
        session.Screen.Facts(
            ResourceNames.Short(device.Name),
            (language["名称", "name"], device.DisplayName),
            (language["状态", "state"], EnumText.Of(device.State, language)),
            (language["核对码", "fingerprint"], device.Fingerprint),
            (language["原因", "why"], device.Note));
    }
}
