using TimeBank.Cli;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Demo;

/// <content>
/// What happened at counters out of the ordinary: terminals, a bill, what elders showed, a black list, complaints, an ended programme.
/// </content>
internal sealed partial class MonthFigures
{
    private async Task ReadCountersAsync(Stage stage)
    {
        await ReadTerminalsAsync(stage);
        await ReadBillAsync(stage);
        await ReadHoldersAsync(stage);
        await ReadBathsAsync(stage);
        await ReadStandingAsync(stage);
        await ReadComplaintsAsync(stage);
        await ReadReceiptsAsync(stage);
    }

    private async Task ReadTerminalsAsync(Stage stage)
    {
        var client = new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Auditor));
        Device first = await client.GetDeviceAsync(new GetDeviceRequest { Name = stage.Names[TerminalPlan.First] }),
            second = await client.GetDeviceAsync(new GetDeviceRequest { Name = stage.Names[TerminalPlan.Second] });
        ListOfflineExceptionsResponse list = await client.ListOfflineExceptionsAsync(new ListOfflineExceptionsRequest
        {
            Parent = Roles.Parent(Roles.Tianyuan), Provider = stage.Names[TerminalPlan.FirstProvider], ShowResolved = true,
        });
        OfflineException borne = await client.GetOfflineExceptionAsync(
            new GetOfflineExceptionRequest { Name = stage.Names[$"{TerminalPlan.First}/bear/1"] });
        Expect("离线终端：由第二人批准 = 2", "terminals: approved by a second person = 2",
            new[] { first, second }.Count(device => device.State == DeviceState.Active && device.ApprovedBy.Length > 0
                && device.ApprovedBy != device.AskedBy), 2);
        Expect("离线凭据：先付的一笔 = 另一台终端的核销", "offline receipts: paid first = the other terminal's redemption",
            borne.OtherRedemption == stage.Names[$"{TerminalPlan.Second}/sync/1"] ? 1 : 0, 1);
        Expect("离线凭据：两张均由各自终端签名", "offline receipts: both signed by their terminals",
            (IsSignedBy(first, borne.Receipt) ? 1 : 0) + (IsSignedBy(second, borne.OtherReceipt) ? 1 : 0), 2);
        Expect("离线例外：钱已用掉、由服务商承担 = 1", "offline exceptions: spent already, and borne by the provider = 1",
            list.Exceptions.Count(one => one is { Resolution: OfflineResolution.BorneByProvider, Answer.Reason: "OFFLINE_SPENT" }), 1);
        Expect("离线例外：迟报待财务处理 = 1", "offline exceptions: late and waiting for finance = 1",
            list.Exceptions.Count(one => one.Resolution == OfflineResolution.Unspecified && one.Answer.Reason == "OFFLINE_TOO_LATE"), 1);

        static bool IsSignedBy(Device device, Google.Protobuf.ByteString receipt) => OfflineReceipt.Read(
            receipt.Span, Roles.Tianyuan, device.Name.Split('/')[^1], device.PublicKey.Span).Status == OfflineReceiptStatus.Genuine;
    }

    private async Task ReadBillAsync(Stage stage)
    {
        Bill bill = await new VoucherService.VoucherServiceClient(await stage.StaffAsync(Role.Auditor))
            .GetBillAsync(new GetBillRequest { Name = stage.Names[BillPlan.Key] });
        BillShare[] shares = [.. bill.Lines.SelectMany(line => line.Shares)];
        Expect("账单：付款的券 = 项目数 = 3", "the bill: vouchers that paid = programmes = 3",
            shares.DistinctBy(share => share.Voucher).Count(), shares.DistinctBy(share => share.Programme).Count());
        Expect("账单：项目 = 计划", "the bill: programmes = planned",
            shares.DistinctBy(share => share.Programme).Count(), BillPlan.Programmes.Length);
        Expect("账单：价格 = 保险 + 券付 + 自付", "the bill: price = insurance + vouchers + own part",
            bill.Price.Value, bill.Insurance.Value + bill.Credited.Value + bill.OwnPart.Value);
        Expect("账单：退回的项 = 1", "the bill: lines taken back = 1",
            bill.Lines.Count(line => line.State == RedemptionState.Refunded), 1);
    }

    private async Task ReadHoldersAsync(Stage stage)
    {
        string provider = stage.Names[BathPlan.Provider];
        ListRedemptionsResponse paid = await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Auditor))
            .ListRedemptionsAsync(new ListRedemptionsRequest { Parent = Roles.Parent(Roles.Tianyuan), Provider = provider });
        foreach ((_, HolderCheck check) in BathPlan.Table)
        {
            Expect($"核验·{EnumText.Of(check, Language.Chinese)}：应出示并出示 = 1",
                $"what elders show, {EnumText.Of(check, Language.English)}: needed and shown = 1",
                paid.Redemptions.Count(one => one.NeededCheck == check && one.ShownCheck == check), 1);
        }
        PolicyVersion policy = await new PolicyService.PolicyServiceClient(await stage.StaffAsync(Role.Auditor)).GetVersionAsync(
            new GetPolicyVersionRequest
            {
                Parent = Roles.Parent(Roles.Tianyuan), Date = TimeText.ToContract(Calendar.Date(BathPlan.PolicyDay)),
            });
        Expect("政策：十三日起执行经第二人批准的版本", "the policy: from the 13th on the version that a second person approved",
            policy.Version == BathPlan.Policy && policy.ApprovedBy.Length > 0 && policy.ApprovedBy != policy.ProposedBy ? 1 : 0, 1);
    }

    private async Task ReadBathsAsync(Stage stage)
    {
        ProgrammeReport report = await new FundService.FundServiceClient(await stage.StaffAsync(Role.Auditor))
            .GetProgrammeReportAsync(new GetProgrammeReportRequest { Programme = Roles.Programme(Roles.Baths) });
        long allotted = stage.Tally.Of($"allotted/{Roles.Baths}");
        Expect($"{Roles.Baths}：退回各资金 = 拨款 − 核销", $"{Roles.Baths}: returned to its funds = allotted − redeemed",
            stage.Tally.Of($"returned/{Roles.Baths}"), allotted - report.Money.Redeemed.Value);
        Expect($"{Roles.Baths}：已过期的券 = 发放 − 核销", $"{Roles.Baths}: expired vouchers = issued − redeemed",
            report.Units.Expired.Value, report.Units.Issued.Value - report.Units.Redeemed.Value);
        Expect($"{Roles.Baths}：剩余可发放 = 0", $"{Roles.Baths}: left = 0", report.Available.Value, 0);
        foreach (ProgrammeFundLine line in report.Funds)
        {
            string fund = ResourceNames.Short(line.Fund);
            Expect($"{Roles.Baths}·{fund}：留下的 = 承担的", $"{Roles.Baths}, {fund}: kept = borne", line.Allotted.Value, line.Spent.Value);
        }
    }

    private async Task ReadStandingAsync(Stage stage)
    {
        string provider = stage.Names[BathPlan.Provider];
        SettlementBatch batch = await new SettlementService.SettlementServiceClient(await stage.StaffAsync(Role.Auditor))
            .GetBatchAsync(new GetBatchRequest { Name = stage.Names[FinancePlan.FirstBatch] });
        Provider now = await new ProviderService.ProviderServiceClient(await stage.StaffAsync(Role.Auditor))
            .GetProviderAsync(new GetProviderRequest { Name = provider });
        Expect($"{BathPlan.Provider}：黑名单期间不付款 = 1", $"{BathPlan.Provider}: left out while on the black list = 1",
            batch.LeftOutProviders.Count(one => one.Provider == provider && one.Reason == WithheldReason.ProviderBlackListed), 1);
        Expect($"{BathPlan.Provider}：申诉由另一人答复并成立 = 1", $"{BathPlan.Provider}: appeals that another person upheld = 1",
            now.Decisions.Count(one => one is { Standing: Standing.BlackListed, Appeal.State: AppealState.Upheld }
                && one.Appeal.AnsweredBy != one.DecidedBy), 1);
        Expect($"{BathPlan.Provider}：现为正常 = 1", $"{BathPlan.Provider}: in good standing = 1", now.Standing == Standing.Good ? 1 : 0, 1);
    }

    private async Task ReadComplaintsAsync(Stage stage)
    {
        var client = new ComplaintService.ComplaintServiceClient(await stage.StaffAsync(Role.Auditor));
        Complaint[] complaints = await Task.WhenAll(new[] { ComplaintPlan.Refunded, ComplaintPlan.Kept }.Select(key =>
            client.GetComplaintAsync(new GetComplaintRequest { Name = stage.Names[key] }).ResponseAsync));
        SettlementBatch batch = await new SettlementService.SettlementServiceClient(await stage.StaffAsync(Role.Auditor))
            .GetBatchAsync(new GetBatchRequest { Name = stage.Names[FinancePlan.FirstBatch] });
        HashSet<string> names = [.. complaints.Select(complaint => complaint.Name)];
        Expect("投诉：第一批结算留出 = 2", "complaints: set aside from the first batch = 2",
            batch.Payments.SelectMany(payment => payment.SetAside).Count(one => names.Contains(one.Complaint)), complaints.Length);
        Expect("投诉：限期内答复 = 2", "complaints: answered within their days = 2",
            complaints.Count(complaint => complaint.History.Any(one => one.Step == ComplaintStep.Answer && string.CompareOrdinal(
                TimeText.Of(one.Time)[..10], TimeText.Of(complaint.DueDate)) <= 0)), complaints.Length);
        foreach (ComplaintStep end in (ComplaintStep[])[ComplaintStep.CloseWithEntry, ComplaintStep.CloseWithReason])
        {
            Expect($"投诉·{EnumText.Of(end, Language.Chinese)} = 1", $"complaints, {EnumText.Of(end, Language.English)} = 1",
                complaints.Count(complaint => complaint.State == ComplaintState.Closed && complaint.History[^1].Step == end), 1);
        }
    }

    /// <summary>Proofs that entries are in the signed journal, checked as a stranger would, by the region's keys.</summary>
    private async Task ReadReceiptsAsync(Stage stage)
    {
        var client = new LedgerService.LedgerServiceClient(await stage.StaffAsync(Role.Auditor));
        SignedCheckpoint head = await client.GetCheckpointAsync(new GetCheckpointRequest { Parent = Roles.Parent(Roles.Tianyuan) });
        VerifierKey[] keys = [.. head.VerifierKeys.Select(key => VerifierKey.Parse(key))];
        int sound = 0;
        foreach (string entry in stage.Entries)
        {
            TlogProof proof = ReceiptCommand.Read(await ReceiptCommand.GetAsync(client, entry, stage.Cancellation));
            if (Receipt.LeafOf(proof.Extra.Span) is { } leaf
                && Receipt.Check(proof, leaf, keys, SigningKey.Check) == ReceiptStatus.Sound) sound++;
        }
        Expect("收据：验证成立 = 取得", "receipts: sound = asked for", sound, Math.Max(1, stage.Entries.Count));
    }
}
