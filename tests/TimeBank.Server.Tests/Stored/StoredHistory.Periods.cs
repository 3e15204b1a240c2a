using TimeBank.V1;
using Role = TimeBank.V1.Role;

namespace TimeBank.Server.Tests;

/// <content>A month is closed. Not a part of <see cref="PlayAsync"/>: databases of earlier builds know nothing of it.</content>
internal sealed partial class StoredHistory
{
    /// <summary>
    /// October is closed, signed, opened again by an auditor, and prepared once more: the last state has no statement, whose root and
    /// signature are others each time.
    /// </summary>
    public async Task CloseAsync()
    {
        string october = $"{Parent}/periods/2026-10";
        var maker = new PeriodService.PeriodServiceClient(As(Role.FinanceMaker));
        var checker = new PeriodService.PeriodServiceClient(As(Role.FinanceChecker));
        var auditor = new PeriodService.PeriodServiceClient(As(Role.Auditor));
        await StepAsync("october prepared", id =>
            maker.PreparePeriodCloseAsync(new PreparePeriodCloseRequest { RequestId = id, Name = october }));
        await StepAsync("october signed", id =>
            checker.ApprovePeriodCloseAsync(new ApprovePeriodCloseRequest { RequestId = id, Name = october }));
        await StepAsync("october reopened", id =>
            auditor.ReopenPeriodAsync(new ReopenPeriodRequest { RequestId = id, Name = october, Note = "补记凭证" }));
        await StepAsync("october prepared again", id =>
            maker.PreparePeriodCloseAsync(new PreparePeriodCloseRequest { RequestId = id, Name = october }));
    }
}
