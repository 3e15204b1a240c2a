using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>An elder on a region's register.</summary>
public sealed class ElderState : WorkflowState
{
    public string DisplayName { get; set; } = "";

    public DateOnly BirthDate { get; set; }

    public DateOnly Registered { get; set; }

    public ElderStatus Status { get; set; }

    public Difficulties Difficulties { get; set; }

    /// <summary>All of them, by day.</summary>
    public List<AssessmentState> Assessments { get; set; } = [];
}
