using System.Globalization;
using Grpc.Core;
using TimeBank.Ledger;
using TimeBank.V1;
using TimeBank.Writer;
using Account = TimeBank.Ledger.Account;
using Redemption = TimeBank.Ledger.Redemption;
using ServicePlace = TimeBank.V1.ServicePlace;

namespace TimeBank.Server;

/// <summary>
/// A voucher at the counter (look up, redeem, refund, void), and the runs that issue and expire vouchers for many elders
/// (<see cref="IssueRun"/> and <see cref="ExpiryRun"/> carry them out). Amounts are in fen, quantities in the voucher's units.
/// </summary>
public sealed partial class VoucherApi(
    IGrainFactory grains, IRegistry registry, ILedgerReader ledger, VoucherReader vouchers, PrintableVouchers prints, PageTokens tokens,
    DayRules rules, BusinessClock clock, HolderReader holders)
    : VoucherService.VoucherServiceBase
{
    private const int MaxQuantity = 1_000, MaxMemoLength = 100, MaxReasonLength = 200;

    public override async Task<Voucher> GetVoucher(GetVoucherRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", VoucherContract.Vouchers);
        read.Check();
        Voucher voucher = await VoucherAsync(name, context.CancellationToken);
        Caller caller = context.Caller();
        bool mayReadAll = caller.HasAny(
            Role.ProviderClerk, Role.Counter, Role.FinanceMaker, Role.FinanceChecker, Role.Auditor, Role.Administrator);
        return mayReadAll || caller.Owns(voucher.Elder) ? voucher : throw Problem.Of(Reason.PartyNotAllowed);
    }

    public override async Task<PrintableVoucher> GetPrintableVoucher(GetPrintableVoucherRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        ResourceName name = read.Resource(request.Name, "name", VoucherContract.Vouchers);
        ResourceName? behalf = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        read.Check();
        return await prints.OfAsync(name, context.ActingParty(behalf), context.Caller().Subject, context.CancellationToken);
    }

    public override async Task<ListVouchersResponse> ListVouchers(ListVouchersRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? elder = read.ResourceOrNull(request.Elder, "elder", VoucherContract.Elders);
        ResourceName? programme = read.NamedOrNull(request.Programme, "programme", FundContract.Programmes);
        VoucherState? state = read.ChoiceOrNull(request.State, "state");
        int pageSize = read.PageSize(request.PageSize);
        if (elder is { } person) read.SameRegion(region, person, "elder");
        if (programme is { } one) read.SameRegion(region, one, "programme");
        read.Check();
        (DateOnly Day, string Path) after = tokens.Read(context, request, request.PageToken) is { } cursor
            ? (DateOnly.ParseExact(cursor[..10], "O", CultureInfo.InvariantCulture), cursor[11..])
            : (DateOnly.MinValue, "");
        var filter = new AccountFilter("voucher/", elder?.Id ?? "", programme?.Id ?? "");
        (IReadOnlyList<Voucher> page, Account? last) =
            await vouchers.ListAsync(region, filter, state, after, pageSize, context.CancellationToken);
        var response = new ListVouchersResponse();
        response.Vouchers.Add(page);
        if (last is not null) response.NextPageToken =
            tokens.Write(context, request, string.Create(CultureInfo.InvariantCulture, $"{last.Terms!.Until:yyyy-MM-dd} {last.Path.Text}"));
        return response;
    }

    public override async Task<RedeemVoucherResponse> RedeemVoucher(RedeemVoucherRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Voucher, "voucher", VoucherContract.Vouchers),
            provider = read.Resource(request.Provider, "provider", VoucherContract.Providers);
        Slug item = read.Slug(request.Item, "item");
        long quantity = read.Whole(request.Quantity, "quantity", 1, MaxQuantity);
        ServicePlace? place = read.ChoiceOrNull(request.Place, "place");
        DateOnly? served = read.CivilDayOrNull(request.ServiceDate, "service_date");
        string memo = read.Text(request.Memo, "memo", MaxMemoLength);
        ResourceName? elder = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        long price = read.Amount(request.Price, "price", Unit.Fen),
            insurance = read.Amount(request.Insurance, "insurance", Unit.Fen, zeroAllowed: true);
        ShownRecord? shown = request.Shown is null ? null : holders.Shown(read, name.Region, request.Shown, served ?? clock.Today);
        read.Check();
        if (provider.Region != name.Region) throw Problem.Of(Reason.VoucherOtherRegion);
        await CheckElderAsync(name, elder, context.CancellationToken);
        var claim = new RedemptionClaim(
            OpaqueId.Parse(provider.Id), item, quantity, new Fen(price), new Fen(insurance),
                (place ?? ServicePlace.Unspecified).ToDomain(), served);
        Command command = context.Command(request, id, elder, memo);
        JournalEntry entry = (await (shown is null ? Grain(name).RedeemAsync(command, claim)
            : Grain(name).RedeemShownAsync(command, claim, shown))).EntryOrThrow();
        Redemption redemption = Redemption.Of(entry);
        var response = new RedeemVoucherResponse
        {
            Redemption = entry.ToContract(redemption, refundedBy: null, await rules.UndoUntilAsync(entry)),
            Remaining = Remaining(redemption), LateFor = entry.LateFor(), EffectiveDate = entry.EffectiveIfLate(),
        };
        if (request.ValidateOnly) response.Redemption.Name = "";
        return response;
    }

    public override async Task<RefundRedemptionResponse> RefundRedemption(RefundRedemptionRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        (ResourceName name, long index) = RedemptionNamed(read, request.Redemption);
        string memo = read.Text(request.Memo, "memo", MaxReasonLength, required: true);
        ResourceName? elder = context.OnBehalfOf(read, request.OnBehalfOf, VoucherContract.Elders);
        read.Check();
        await CheckElderAsync(name, elder, context.CancellationToken);
        JournalEntry? redemption = (await ledger.EntryAsync(name.Region, index, context.CancellationToken))?.Entry;
        CheckProvider(context.Caller(), name.Region, redemption);
        JournalEntry refund = (await Grain(name).RefundAsync(context.Command(request, id, elder, memo), index)).EntryOrThrow();
        var response = new RefundRedemptionResponse
        {
            Redemption = redemption!.ToContract(refund.Index), Remaining = Remaining(Redemption.Of(refund)),
            LateFor = refund.LateFor(), EffectiveDate = refund.EffectiveIfLate(),
        };
        if (request.ValidateOnly) response.Redemption.RefundEntry = "";
        return response;
    }

    public override async Task<VoidVoucherResponse> VoidVoucher(VoidVoucherRequest request, ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Resource(request.Voucher, "voucher", VoucherContract.Vouchers);
        string memo = read.Text(request.Memo, "memo", MaxReasonLength, required: true);
        read.Check();
        JournalEntry entry = (await Grain(name).VoidAsync(context.Command(request, id, memo: memo))).EntryOrThrow();
        var response = new VoidVoucherResponse
        {
            Entry = ResourceName.Of(name.Region, VoucherContract.Entries, entry.Index),
            Voucher = await VoucherAsync(name, context.CancellationToken)
        };
        if (!request.ValidateOnly) return response;
        // A dry run stored nothing, so the voucher just read is unchanged: show it as the void would leave it.
        (response.Entry, response.Voucher.State, response.Voucher.Remaining.Value) = ("", VoucherState.Voided, 0);
        return response;
    }

    private static Amount Remaining(Redemption redemption) => redemption.Unit.Of(redemption.Remaining);

    /// <summary>Reads a redemption's name: its voucher's name, then the index of its entry.</summary>
    internal static (ResourceName Voucher, long Index) RedemptionNamed(RequestReader read, string text)
    {
        int at = text.LastIndexOf($"/{VoucherContract.Redemptions}/", StringComparison.Ordinal);
        string last = at < 0 ? "" : text[(at + VoucherContract.Redemptions.Length + 2)..];
        if (ResourceName.TryIndex(last, out long index) && ResourceName.TryParse(text[..at], out ResourceName? name)
            && name.Value.Collection == VoucherContract.Vouchers && OpaqueId.TryParse(name.Value.Id, out _))
        {
            return (name.Value, index);
        }
        read.Refuse("redemption", text.Length == 0 ? "REQUIRED" : "NOT_A_NAME",
            ("pattern", "regions/430211/vouchers/0123456789AB/redemptions/17"));
        return default;
    }

    private static void CheckProvider(Caller caller, RegionCode region, JournalEntry? redemption)
    {
        // Staff are bounded by their regions. If the entry is not a redemption, the voucher's grain refuses the command.
        if (caller.Has(Role.Counter) || caller.Has(Role.FinanceMaker) || redemption?.Code != EntryCode.RedeemVoucher) return;
        if (!caller.Owns(ResourceName.Of(region, VoucherContract.Providers, Redemption.Of(redemption).Provider))) throw Problem.Of(
            Reason.PartyNotAllowed);
    }

    /// <summary>Counter staff may act only for the voucher's own elder. The grain of an unknown voucher refuses the command.</summary>
    private async Task CheckElderAsync(ResourceName name, ResourceName? elder, CancellationToken cancellation)
    {
        if (elder is not { } person || await vouchers.FindAsync(name.Region, OpaqueId.Parse(name.Id), cancellation)
            is not { } account) return;
        if (person.Region != name.Region || person.Id != account.Terms?.Owner) throw Problem.Of(Reason.PartyNotAllowed);
    }

    private IVoucherGrain Grain(ResourceName name) => grains.GetGrain<IVoucherGrain>(name.GrainKey);

    private async Task<Voucher> VoucherAsync(ResourceName name, CancellationToken cancellation) =>
        await vouchers.FindAsync(name.Region, OpaqueId.Parse(name.Id), cancellation) is { } account
            ? await vouchers.ReadAsync(name.Region, account, cancellation)
            : throw Problem.Of(Reason.VoucherNotFound);

    public override async Task IssueVouchers(IssueVouchersRequest request, IServerStreamWriter<RunProgress> stream,
        ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        ResourceName name = read.Named(request.Programme, "programme", FundContract.Programmes);
        DateOnly month = read.Month(request.Month, "month");
        read.Check();
        var run = new VoucherRun(context.Command(request, id), month);
        IProgrammeGrain programme = grains.GetGrain<IProgrammeGrain>(name.GrainKey);
        (await programme.BeginIssueAsync(run, context.CancellationToken)).OrThrow();
        var report = new RunReport(stream, clock);
        report.Expect(await registry.CountAsync(new RegistryQuery(name.Region, ElderState.Kind), context.CancellationToken));
        await report.FollowAsync(programme.PagesAsync(run, context.CancellationToken), context.CancellationToken);
    }

    public override async Task ExpireVouchers(ExpireVouchersRequest request, IServerStreamWriter<RunProgress> stream,
        ServerCallContext context)
    {
        var read = new RequestReader();
        Guid id = read.RequestId(request.RequestId);
        RegionCode region = read.Region(request.Parent, "parent");
        ResourceName? programme = read.NamedOrNull(request.Programme, "programme", FundContract.Programmes);
        if (programme is { } one) read.SameRegion(region, one, "programme");
        read.Check();
        Slug? only = programme is { } named ? Slug.Parse(named.Id) : null;
        var run = new ExpiryRun(context.Command(request, id), region, only, grains, ledger, clock);
        var report = new RunReport(stream, clock);
        await report.FollowAsync(run.PagesAsync(report, context.CancellationToken), context.CancellationToken);
    }
}
