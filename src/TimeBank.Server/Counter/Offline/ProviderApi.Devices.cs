using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;
using Redemption = TimeBank.Ledger.Redemption;

namespace TimeBank.Server;

/// <summary>Terminals: who may use which, and what they accepted without a network.</summary>
public sealed partial class ProviderApi
{
    private const int CodeLetters = 8, CodeMinutes = 15, MaxReceipts = 100, FingerprintLength = 19;
    private const string CodeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public override async Task<StartDeviceEnrolmentResponse> StartDeviceEnrolment(
        StartDeviceEnrolmentRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        read.Check();
        Command command = context.Command(request, id);
        string device = command.NewId.Text;
        bool isKnown = await grains.GetGrain<IDeviceGrain>(provider.Region, device).GetAsync() is not null;
        string code = RandomNumberGenerator.GetString(CodeAlphabet, CodeLetters);
        var invitation = new DeviceInvitation(provider.Id, DeviceGrain.HashOf(device, code), clock.Now.AddMinutes(CodeMinutes));
        DeviceRecord record = (await grains.GetGrain<IDeviceGrain>(provider.Region, device).InviteAsync(command, invitation)).OrThrow();
        var response = new StartDeviceEnrolmentResponse { Device = record.ToContract(provider.Region) };
        if (!isKnown) (response.Code, response.ExpireTime) = (code, DeviceContract.Moment(invitation.ExpiresAt));
        return response;
    }

    public override async Task<Device> EnrolDevice(EnrolDeviceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Device, "device", DeviceContract.Devices);
        string code = read.Text(request.Code, "code", CodeLetters, required: true);
        if (request.PublicKey.Length != VerifierKey.PublicKeyBytes)
        {
            read.Refuse("public_key", "NOT_A_KEY", ("bytes", $"{VerifierKey.PublicKeyBytes}"));
        }
        string displayName = read.Name(request.DisplayName, "display_name");
        read.Check();
        await DeviceAsync(name, context, Role.Counter, Role.Administrator);
        Command command = context.Command(request, id);
        var enrolment = new DeviceEnrolment(code.ToUpperInvariant(), request.PublicKey.ToBase64(), displayName);
        return (await Device(name).EnrolAsync(command, enrolment)).OrThrow().ToContract(name.Region);
    }

    public override async Task<Device> ApproveDevice(ApproveDeviceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Device, "device", DeviceContract.Devices);
        string fingerprint = read.Text(request.Fingerprint, "fingerprint", FingerprintLength, required: true);
        read.Check();
        return (await Device(name).ApproveAsync(context.Command(request, id), fingerprint.ToLowerInvariant())).OrThrow()
            .ToContract(name.Region);
    }

    public override async Task<Device> RevokeDevice(RevokeDeviceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Device, "device", DeviceContract.Devices);
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        DateTimeOffset? since = request.Since is null ? null : read.Time(request.Since, "since");
        read.Check();
        Command command = context.Command(request, id);
        if (since > clock.Now && !await grains.IsKnownAsync(name.Region, command)) read.Refuse("since", "IN_FUTURE");
        read.Check();
        await DeviceAsync(name, context, Role.Counter, Role.Administrator);
        return (await Device(name).RevokeAsync(command, note, since)).OrThrow().ToContract(name.Region);
    }

    public override async Task<Device> GetDevice(GetDeviceRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", DeviceContract.Devices);
        read.Check();
        return (await DeviceAsync(name, context, Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator))
            .ToContract(name.Region);
    }

    public override async Task<ListDevicesResponse> ListDevices(ListDevicesRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? provider = read.ResourceOrNull(request.Provider, "provider", VoucherContract.Providers);
        int pageSize = read.PageSize(request.PageSize);
        if (provider is { } named) read.SameRegion(region, named, "provider");
        read.Check();
        var query = new RegistryQuery(region, DeviceState.Kind) { Limit = pageSize + 1 };
        if (provider is { } one) query = query.WhereOrMissing(new RegistryCondition(DeviceState.ProviderPath, one.Id));
        if (tokens.Read(context, request, request.PageToken) is { } after) query = query with { After = new RegistryCursor("", after) };
        IReadOnlyList<RegistryRow<DeviceState>> rows = await registry.ListAsync<DeviceState>(query, context.CancellationToken);
        RegistryRow<DeviceState>[] page = [.. rows.Take(pageSize)];
        var response = new ListDevicesResponse
        {
            NextPageToken = rows.Count > pageSize ? tokens.Write(context, request, page[^1].Key) : "",
        };
        response.Devices.Add(page.Readable().Select(row => row.State.Device).OfType<DeviceRecord>().Select(
            device => device.ToContract(region)));
        response.Unreadable.Add(page.Where(row => !row.IsReadable).Select(
            row => ResourceName.Of(region, DeviceContract.Devices, row.Key)));
        return response;
    }

    public override async Task<RevocationList> GetRevocationList(GetRevocationListRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        read.Check();
        return await lists.OfAsync(region, context.CancellationToken);
    }

    public override async Task<SubmitOfflineRedemptionsResponse> SubmitOfflineRedemptions(
        SubmitOfflineRedemptionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Device, "device", DeviceContract.Devices);
        read.Whole(request.Receipts.Count, "receipts", 1, MaxReceipts);
        read.Check();
        await DeviceAsync(name, context, Role.Counter);
        ImmutableArray<byte[]> receipts = [.. request.Receipts.Select(bytes => bytes.ToByteArray())];
        DeviceAnswers answers = (await Device(name).SubmitAsync(context.Command(request, id), receipts)).OrThrow();
        var response = new SubmitOfflineRedemptionsResponse
        {
            Device = answers.Device.ToContract(name.Region), Liability = DeviceContract.Liability,
        };
        response.Answers.Add(answers.Answers.Select(answer => answer.ToContract(name.Region)));
        return response;
    }

    public override async Task<ListOfflineExceptionsResponse> ListOfflineExceptions(
        ListOfflineExceptionsRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? provider = read.ResourceOrNull(request.Provider, "provider", VoucherContract.Providers);
        int pageSize = read.PageSize(request.PageSize);
        if (provider is { } named) read.SameRegion(region, named, "provider");
        read.Check();
        OfflineStage[] stages = [OfflineStage.Exception, OfflineStage.Waiting, OfflineStage.Received];
        if (request.ShowResolved) stages = [.. stages, OfflineStage.Closed];
        RegistryQuery query = new RegistryQuery(region, OfflineReceiptState.Kind) { Limit = pageSize + 1 }.WhereOrMissing(
            [.. stages.Select(stage => new RegistryCondition(OfflineReceiptState.StagePath, StoredName.Of(stage)))]);
        if (provider is { } one) query = query.WhereOrMissing(new RegistryCondition(OfflineReceiptState.ProviderPath, one.Id));
        if (tokens.Read(context, request, request.PageToken) is { } after) query = query with { After = new RegistryCursor("", after) };
        IReadOnlyList<RegistryRow<OfflineReceiptState>> rows =
            await registry.ListAsync<OfflineReceiptState>(query, context.CancellationToken);
        RegistryRow<OfflineReceiptState>[] page = [.. rows.Take(pageSize)];
        var response = new ListOfflineExceptionsResponse
        {
            NextPageToken = rows.Count > pageSize ? tokens.Write(context, request, page[^1].Key) : "",
        };
        foreach (RegistryRow<OfflineReceiptState> row in page)
        {
            if (!row.IsReadable) response.Unreadable.Add(ResourceName.Of(region, DeviceContract.Exceptions, row.Key));
            if (row.Stored?.Receipt is not { } receipt) continue;
            response.Exceptions.Add(await ExceptionAsync(region, row.Key, receipt));
        }
        return response;
    }

    public override async Task<OfflineException> GetOfflineException(GetOfflineExceptionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        (RegionCode region, string key) = ReceiptNamed(read, request.Name);
        read.Check();
        OfflineReceiptRecord? receipt = await grains.GetGrain<IOfflineReceiptGrain>(region, key).GetAsync();
        return receipt is { Verdict.Stage: not OfflineStage.Accepted }
            ? await ExceptionAsync(region, key, receipt) : throw Problem.Of(Reason.OfflineExceptionNotFound);
    }

    public override async Task<OfflineException> ResolveOfflineException(
        ResolveOfflineExceptionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (RegionCode region, string key) = ReceiptNamed(read, request.Name);
        OfflineResolution resolution = read.Choice(request.Resolution, "resolution");
        string note = read.Text(request.Note, "note", MaxNoteLength, required: true);
        bool isPaid = resolution == OfflineResolution.PaidByRedemption;
        (ResourceName voucher, long index) = isPaid ? VoucherApi.RedemptionNamed(read, request.Redemption) : default;
        if (isPaid) read.SameRegion(region, voucher, "redemption");
        else if (request.Redemption.Length > 0) read.Refuse("redemption", "MUST_BE_EMPTY");
        read.Check();
        Command command = context.Command(request, id, memo: note);
        var grain = grains.GetGrain<IOfflineReceiptGrain>(region, key);
        if (resolution == OfflineResolution.EarlierReceiptsLost)
        {
            OfflineReceiptRecord decided = (await grains.GetGrain<IDeviceGrain>(region, key.Split('-')[0])
                .SkipLostAsync(command, key)).OrThrow();
            return await ExceptionAsync(region, key, decided);
        }
        if (isPaid && !await grains.IsKnownAsync(region, command)) await CheckClaimAsync(
            region, key, voucher, index, await grain.GetAsync(), context.CancellationToken);
        var closing = new OfflineClosing(isPaid ? $"{index}" : "", note, command.Actor, clock.Now);
        return await ExceptionAsync(region, key, (await grain.CloseAsync(command, closing)).OrThrow());
    }

    /// <summary>
    /// A redemption pays one late claim alone. Two that name the same one at the same moment both pass: neither moves money, and the list
    /// shows both.
    /// </summary>
    private async Task CheckClaimAsync(
        RegionCode region, string key, ResourceName voucher, long index, OfflineReceiptRecord? claim, CancellationToken cancellation)
    {
        if (claim is null) throw Problem.Of(Reason.OfflineExceptionNotFound);
        var filter = new EntryFilter(EntryCode.RedeemVoucher, Reversed: false)
        {
            Touching = [new AccountFilter(Chart.VoucherPath(OpaqueId.Parse(voucher.Id)).Text)],
        };
        LinkedEntry? paid = (await ledger.EntriesAsync(region, filter, index + 1, 1, cancellation)).FirstOrDefault();
        RegistryQuery others = new RegistryQuery(region, OfflineReceiptState.Kind) { Limit = 1 }.Where(
            new RegistryCondition(OfflineReceiptState.PaidByPath, $"{index}"));
        // One from before the claim is what the claim may have lost against.
        if (paid?.Entry.Index != index || paid.Entry.Time.ToDateTimeOffset() < claim.ReceivedAt || voucher.Id != claim.Voucher
            || OfflineAcceptance.Of(paid.Entry) is not null || Redemption.Of(paid.Entry).Provider.Text != claim.Provider
            || (await registry.ListAsync<OfflineReceiptState>(others, cancellation)).Any(other => other.Key != key))
        {
            throw Problem.Of(Reason.OfflineOtherRedemption);
        }
    }

    private async Task<OfflineException> ExceptionAsync(RegionCode region, string key, OfflineReceiptRecord receipt)
    {
        OfflineReceiptRecord? other = receipt.Verdict.OtherReceipt.Length == 0 ? null
            : await grains.GetGrain<IOfflineReceiptGrain>(region, receipt.Verdict.OtherReceipt).GetAsync();
        bool isBill = other is null && receipt.Verdict.OtherEntry is { } index
            && (await ledger.EntryAsync(region, index, CancellationToken.None))?.Entry.Code == EntryCode.PayBill;
        return receipt.ToException(region, key, other, isBill);
    }

    /// <summary>
    /// Reads an exception's name: the device's id, the receipt's counter and, where another receipt has that one, part of its digest.
    /// </summary>
    private static (RegionCode Region, string Key) ReceiptNamed(RequestReader read, string text)
    {
        if (ResourceName.TryParse(text, out ResourceName? name) && name.Value.Collection == DeviceContract.Exceptions
            && ReceiptKey().IsMatch(name.Value.Id)) return (name.Value.Region, name.Value.Id);
        read.Refuse("name", text.Length == 0 ? "REQUIRED" : "NOT_A_NAME",
            ("pattern", "regions/430211/offlineExceptions/0123456789AB-17-0123456789ab"));
        return default;
    }

    [GeneratedRegex("^[0-9A-HJKMNP-TV-Z]{12}-[0-9]{1,19}(-[0-9a-f]{12})?$", RegexOptions.NonBacktracking)]
    private static partial Regex ReceiptKey();

    private IDeviceGrain Device(ResourceName name) => grains.GetGrain<IDeviceGrain>(name.GrainKey);

    /// <summary>The terminal, for its own provider's clerks and for staff.</summary>
    /// <param name="staff">The roles that may call this for any terminal. Another role besides a clerk's opens nothing.</param>
    private async Task<DeviceRecord> DeviceAsync(ResourceName name, ServerCallContext context, params Role[] staff)
    {
        DeviceRecord device = await Device(name).GetAsync() ?? throw Problem.Of(Reason.DeviceNotFound);
        Caller caller = context.Caller();
        return caller.HasAny(staff) || caller.Owns(ResourceName.Of(name.Region, VoucherContract.Providers, device.Provider))
            ? device : throw Problem.Of(Reason.PartyNotAllowed);
    }
}
