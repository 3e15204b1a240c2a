using TimeBank.Ledger;
using TimeBank.Testing;
using TimeBank.V1;
using Xunit;
using static TimeBank.Testing.Desk;
using Grade = TimeBank.V1.AbilityGrade;

namespace TimeBank.Server.Tests;

/// <summary>Assessments by the items of GB/T 42195-2022, and who is to be assessed again, over gRPC.</summary>
public sealed class AssessmentTests(TestServer server) : IClassFixture<TestServer>
{
    private readonly Desk _desk = new(server);

    [Fact]
    public async Task The_score_is_the_sum_of_the_items_and_the_grade_may_be_worse()
    {
        string elder = await _desk.RegisterAsync();
        RecordAssessmentRequest request = Request(elder, Items(24, 10, 20, 12));
        request.GradeChanges.Add([GradeChange.Dementia, GradeChange.CareEvents]);

        V1.Assessment assessed = (await _desk.Elders().RecordAssessmentAsync(request)).Assessment;

        Assert.Equal((66, Grade.Moderate, Grade.Mild), (assessed.Score, assessed.Grade, assessed.PreliminaryGrade));
        Assert.Equal(Items(24, 10, 20, 12), assessed.Items);
        Assert.Equal([GradeChange.Dementia, GradeChange.CareEvents], assessed.GradeChanges);
        Assert.Equal(assessed, (await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder })).Assessment);
        Assert.Equal(assessed, (await _desk.Elders().RecordAssessmentAsync(request)).Assessment);
        request.GradeChanges.Clear();
        await _desk.Elders().RecordAssessmentAsync(request).IsRefusedAsync(Reason.RequestIdReused);
        // The sum may be said too. Another elder's: what takes away counts from the next month on.
        RecordAssessmentRequest both = Request(await _desk.RegisterAsync(), Items(32, 15, 28, 15));
        both.Score = 90;
        Assert.Equal(Grade.Able, (await _desk.Elders().RecordAssessmentAsync(both)).Assessment.PreliminaryGrade);
    }

    [Fact]
    public async Task Items_that_the_standard_does_not_have_are_refused_by_name()
    {
        string elder = await _desk.RegisterAsync();
        await Refused(Items(33, 16, 29, 16), "items.self_care", "items.movement", "items.mental_state", "items.participation");
        await Refused(Items(-1, 0, 0, 0), "items.self_care");
        // What was forgotten isn't zero.
        AssessmentItems forgotten = Items(0, 0, 0, 0);
        forgotten.ClearMentalState();
        await Refused(forgotten, "items.mental_state");
        RecordAssessmentRequest other = Request(elder, Items(24, 10, 20, 12));
        other.Score = 65;
        await _desk.Elders().RecordAssessmentAsync(other).IsRefusedAsync(Reason.InvalidField, "score");
        other.ClearScore();
        other.GradeChanges.Add([(GradeChange)99, GradeChange.Unspecified]);
        await _desk.Elders().RecordAssessmentAsync(other)
            .IsRefusedAsync(Reason.InvalidField, "grade_changes[0]", "grade_changes[1]");
        Assert.Null((await _desk.Elders().GetElderAsync(new GetElderRequest { Name = elder })).Assessment);

        Task Refused(AssessmentItems items, params string[] fields) =>
            _desk.Elders().RecordAssessmentAsync(Request(elder, items)).IsRefusedAsync(Reason.InvalidField, fields);
    }

    [Fact]
    public async Task Who_is_to_be_assessed_again_is_listed_page_by_page()
    {
        // A region of its own: the list has all its elders.
        var due = new Desk(server, "430203");
        string[] soon = [await AssessedAsync(360), await AssessedAsync(340), await AssessedAsync(400)];
        string later = await AssessedAsync(100);
        await due.RegisterAsync();

        string[] within30 = await ListAsync(30), over = await ListAsync(0), all = await ListAsync(366);
        Assert.Equal(soon.Order(StringComparer.Ordinal), within30);
        Assert.Equal([soon[2]], over);
        Assert.Equal(soon.Append(later).Order(StringComparer.Ordinal), all);
        await due.Elders().ListEldersAsync(new ListEldersRequest { Parent = due.Region, AssessmentDueDays = 367 })
            .IsRefusedAsync(Reason.InvalidField, "assessment_due_days");
        await due.Elders().ListEldersAsync(new ListEldersRequest { Parent = due.Region, AssessmentDueDays = -1 })
            .IsRefusedAsync(Reason.InvalidField, "assessment_due_days");

        async Task<string> AssessedAsync(int daysAgo)
        {
            string elder = await due.RegisterAsync();
            RecordAssessmentRequest request = Request(elder, Items(10, 10, 10, 10));
            request.AssessedDate = due.Today.AddDays(-daysAgo).ToContract();
            await due.Elders().RecordAssessmentAsync(request);
            return elder;
        }

        async Task<string[]> ListAsync(int days)
        {
            var names = new List<string>();
            var request = new ListEldersRequest { Parent = due.Region, AssessmentDueDays = days, PageSize = 1 };
            do
            {
                ListEldersResponse page = await due.Elders(Role.Auditor).ListEldersAsync(request);
                names.Add(Assert.Single(page.Elders).Name);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            return [.. names];
        }
    }

    private RecordAssessmentRequest Request(string elder, AssessmentItems items) => new()
    {
        RequestId = Id(), Elder = elder, AssessedDate = _desk.Today.ToContract(), Items = items,
    };

    private static AssessmentItems Items(int selfCare, int movement, int mentalState, int participation) => new()
    {
        SelfCare = selfCare, Movement = movement, MentalState = mentalState, Participation = participation,
    };
}
