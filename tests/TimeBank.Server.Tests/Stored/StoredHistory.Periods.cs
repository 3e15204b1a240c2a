using TimeBank.Ledger;
using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>A month is closed. Not a part of <see cref="PlayAsync"/>: databases of earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    /// <summary>
    /// August is closed, signed, opened again by an auditor, and prepared once more: the last state has no statement, whose root and
    /// signature are others each time.
    /// </summary>
    public async Task CloseAsync()
    {
        string august = $"{Parent}/periods/2026-08";
        var maker = new PeriodService.PeriodServiceClient(As(Role.FinanceMaker));
        var checker = new PeriodService.PeriodServiceClient(As(Role.FinanceChecker));
        var auditor = new PeriodService.PeriodServiceClient(As(Role.Auditor));
        await StepAsync("august prepared", id =>
            maker.PreparePeriodCloseAsync(new PreparePeriodCloseRequest { RequestId = id, Name = august }));
        await StepAsync("august signed", id =>
            checker.ApprovePeriodCloseAsync(new ApprovePeriodCloseRequest { RequestId = id, Name = august }));
        await StepAsync("august reopened", id =>
            auditor.ReopenPeriodAsync(new ReopenPeriodRequest { RequestId = id, Name = august, Note = "补记凭证" }));
        await StepAsync("august prepared again", id =>
            maker.PreparePeriodCloseAsync(new PreparePeriodCloseRequest { RequestId = id, Name = august }));
    }

    /// <summary>Somebody looks into the account whose statements nobody has brought. An earlier build knew nothing of it.</summary>
    public async Task AssignDifferenceAsync()
    {
        var missing = new LegLine(ReportLeg.Whole, "bank/main", Unit.Fen, 0, 0) { Gap = ReportGap.StatementMissing };
        DateOnly day = new(2026, 11, 28);
        Reply<DifferenceRecord> assigned = await _grains.GetGrain<IDifferenceGrain>($"{Here}/{missing.Id}").AssignAsync(
            new Command(new Guid(9, 9, 9, new byte[8]), $"{Proofs.Digest.Of([9])}", "STAFF", "", "已催银行"), day, day, "OWNER");
        if (assigned.Refusal is not null) throw new InvalidOperationException($"{assigned.Refusal}");
    }
}
