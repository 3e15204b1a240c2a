using TimeBank.V1;
using Client = TimeBank.V1.ComplaintService.ComplaintServiceClient;

namespace TimeBank.Demo;

/// <summary>
/// Two elders complain of a meal, before the first batch: it leaves both meals out. One was never eaten and is refunded; of the other one
/// the staff say why it stands, and the second batch pays it.
/// </summary>
internal static class ComplaintPlan
{
    public const string Refunded = "complaint/1", Kept = "complaint/2";

    // The days to contest an answer of 5 November end on the 10th.
    private const int FiledDay = 33, RefundedDay = 35, AnsweredDay = 36, ClosedDay = 42;

    public static IEnumerable<Step> Of(CounterCast counter)
    {
        var refund = new RefundStep(counter.Refunded, Calendar.At(AnsweredDay, 10, 0));
        return
        [
            new FileComplaintStep(Refunded, counter.Refunded, ComplaintCategory.NotReceived, "演示：那天住院，没有去用餐", false,
                Calendar.At(FiledDay, 13, 0)),
            new FileComplaintStep(Kept, counter.Kept, ComplaintCategory.Quality, "演示：饭菜太咸", true, Calendar.At(FiledDay, 13, 30)),
            new AnswerComplaintStep(Refunded, Role.Counter, "演示：属实，请食堂退回这一笔", Calendar.At(RefundedDay, 15, 0)),
            refund,
            new CloseComplaintStep(Refunded, refund.Key, "", Calendar.At(AnsweredDay, 11, 0)),
            new AnswerComplaintStep(Kept, Role.FinanceChecker, "演示：已请食堂改进，餐费照付", Calendar.At(AnsweredDay, 15, 0)),
            new CloseComplaintStep(Kept, "", "演示：三个工作日内未再提出", Calendar.At(ClosedDay, 10, 0)),
        ];
    }
}

/// <summary>An elder complains of a payment.</summary>
/// <param name="AtCounter">True if counter staff write it down for the elder.</param>
internal sealed record FileComplaintStep(
    string Complaint, RedeemStep Of, ComplaintCategory Category, string Words, bool AtCounter, DateTimeOffset At)
    : Step(Complaint, At, Complaint)
{
    public override async Task PlayAsync(Stage stage, string requestId)
    {
        string elder = stage.Names[Of.Elder];
        stage.Names[Key] = (await new Client(await stage.PersonAsync(elder, AtCounter)).FileComplaintAsync(new FileComplaintRequest
        {
            RequestId = requestId,
            OnBehalfOf = AtCounter ? elder : "",
            Parent = Roles.Parent(Roles.Tianyuan),
            Subject = stage.Names[Of.Key],
            Category = Category,
            Words = Words,
        })).Name;
    }
}

/// <summary>Staff who had no part in it answer.</summary>
internal sealed record AnswerComplaintStep(string Complaint, Role By, string Words, DateTimeOffset At)
    : Step($"{Complaint}/answer", At, Complaint)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(By)).AnswerComplaintAsync(
            new AnswerComplaintRequest { RequestId = requestId, Name = stage.Names[Complaint], Words = Words });
}

/// <summary>Staff close it: with the entry of a step that corrected it, or with a reason.</summary>
internal sealed record CloseComplaintStep(string Complaint, string Correction, string Reason, DateTimeOffset At)
    : Step($"{Complaint}/close", At, Complaint)
{
    public override async Task PlayAsync(Stage stage, string requestId) =>
        await new Client(await stage.StaffAsync(Role.FinanceChecker)).CloseComplaintAsync(new CloseComplaintRequest
        {
            RequestId = requestId, Name = stage.Names[Complaint], Reason = Reason,
            Entry = Correction.Length == 0 ? "" : stage.Names[Correction],
        });
}
