using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Xunit;
using ErrorInfo = Google.Rpc.ErrorInfo;

namespace TimeBank.Cli.Tests;

public sealed class FailureTests
{
    private static readonly Uri Server = new("http://127.0.0.1:5081");

    [Theory]
    [InlineData(StatusCode.NotFound, 1)]
    [InlineData(StatusCode.AlreadyExists, 1)]
    [InlineData(StatusCode.FailedPrecondition, 1)]
    [InlineData(StatusCode.InvalidArgument, 2)]
    [InlineData(StatusCode.Unavailable, 3)]
    [InlineData(StatusCode.DeadlineExceeded, 3)]
    [InlineData(StatusCode.ResourceExhausted, 3)]
    [InlineData(StatusCode.Internal, 3)]
    [InlineData(StatusCode.Unauthenticated, 4)]
    [InlineData(StatusCode.PermissionDenied, 4)]
    public void Status_decides_the_exit_code(StatusCode status, int exitCode) =>
        Assert.Equal(exitCode, (int)Of(new RpcException(new Grpc.Core.Status(status, "")), Language.English).ExitCode);

    [Theory]
    [InlineData("en", "There isn't enough.", "Use 1 to 40 lower-case letters.")]
    [InlineData("zh-CN", "余额不足。", "只能用小写字母。")]
    public void Details_are_told_in_the_readers_language(string locale, string message, string field)
    {
        Failure failure = Of(Refused(), locale == "en" ? Language.English : Language.Chinese);
        Assert.Equal(("FAILED_PRECONDITION", "INSUFFICIENT_BALANCE", message), (failure.Status, failure.Reason, failure.Message));
        Assert.Equal("30", failure.Values["needed"]);
        Assert.Equal(new FieldFailure("fund_id", "NOT_A_SLUG", field), Assert.Single(failure.Fields));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "", true)]
    [InlineData(StatusCode.Unavailable, "STORE_UNAVAILABLE", true)]
    [InlineData(StatusCode.Unavailable, "SERVER_STOPPING", true)]
    [InlineData(StatusCode.ResourceExhausted, "QUEUE_FULL", true)]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_PASSED", true)]
    [InlineData(StatusCode.Internal, "INTERNAL_ERROR", true)]
    [InlineData(StatusCode.DataLoss, "STATE_UNREADABLE", false)]
    [InlineData(StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE", false)]
    [InlineData(StatusCode.ResourceExhausted, "RATE_LIMITED", false)]
    [InlineData(StatusCode.Unimplemented, "", false)]
    [InlineData(StatusCode.FailedPrecondition, "ACCOUNT_FROZEN", false)]
    public void The_request_id_is_to_be_tried_again_only_where_that_finds_something_out(StatusCode code, string reason, bool unknown)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = "No." };
        if (reason.Length > 0) status.Details.Add(Any.Pack(new ErrorInfo { Reason = reason, Domain = "timebank" }));
        Assert.Equal(unknown, Of(status.ToRpcException(), Language.English).LeavesUnknown);
    }

    [Fact]
    public void Reason_of_an_error_without_details_is_empty() =>
        Assert.Equal("", Failure.ReasonOf(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, ""))));

    [Fact]
    public void Mistakes_of_ours_are_no_failures() => Assert.Null(Failure.Of(new InvalidOperationException(), Language.English, Server));

    [Theory]
    [InlineData("This is required.", "", "This is required.")]
    [InlineData("REQUIRED: 必须填写。 This is required.", "REQUIRED", "This is required.")]
    [InlineData("Note: see the manual.", "", "Note: see the manual.")]
    public void Descriptions_of_fields_are_taken_apart(string description, string violation, string text) =>
        Assert.Equal(new FieldFailure("a.b", violation, text),
            FieldFailure.Of(new BadRequest.Types.FieldViolation { Field = "a.b", Description = description }, Language.English));

    private static Failure Of(RpcException error, Language language) => Failure.Of(error, language, Server)!;

    private static RpcException Refused()
    {
        var info = new ErrorInfo { Reason = "INSUFFICIENT_BALANCE", Domain = "timebank" };
        info.Metadata.Add("needed", "30");
        var fields = new BadRequest();
        fields.FieldViolations.Add(new BadRequest.Types.FieldViolation
        {
            Field = "fund_id",
            Description = "NOT_A_SLUG: 只能用小写字母。 Use 1 to 40 lower-case letters."
        });
        var status = new Google.Rpc.Status { Code = (int)StatusCode.FailedPrecondition, Message = "There isn't enough." };
        status.Details.Add(Any.Pack(info));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "zh-CN", Message = "余额不足。" }));
        status.Details.Add(Any.Pack(new LocalizedMessage { Locale = "en", Message = "There isn't enough." }));
        status.Details.Add(Any.Pack(fields));
        return status.ToRpcException();
    }
}
