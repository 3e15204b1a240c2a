using Google.Protobuf.Reflection;
using Xunit;

namespace TimeBank.Protos.Tests;

public sealed class DryRunTests
{
    /// <summary>Mutations whose whole effect is the state of what they name; they write no entry.</summary>
    private static readonly string[] Stateful =
    [
        "RegisterElder", "RecordAssessment", "EnrolVolunteer", "SetFamily", "SetPersonDetails", "CreateFund", "CreateProgramme",
        "ProposeVersion", "ApproveVersion",
        "CheckIn", "CheckOut", "DisputeOrder", "RateOrder", "SetHome", "RecordPresence", "RecordService", "AdvanceClock", "FinishScenario",
        "StartDeviceEnrolment", "EnrolDevice", "ApproveDevice", "RevokeDevice", "SetPin", "ResetPin", "BindCard", "BlockCard",
        "RequestConfirmation", "AnswerConfirmation", "AskCardUnbinding", "UnbindCard", "RecordVisit",
    ];

    [Fact]
    public void What_writes_an_entry_can_be_asked_for_without_being_done()
    {
        foreach (MethodDescriptor method in Contract.Methods)
        {
            bool expected = !Contract.IsRead(method) && !Stateful.Contains(method.Name);
            FieldDescriptor? field = method.InputType.FindFieldByName("validate_only");
            Assert.True(expected ? field is { FieldType: FieldType.Bool, IsRepeated: false } : field is null, method.FullName);
        }
    }
}
