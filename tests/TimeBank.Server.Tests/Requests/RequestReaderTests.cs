using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class RequestReaderTests
{
    [Theory]
    [InlineData('\u0000')]
    [InlineData('\t')]
    [InlineData('\n')]
    [InlineData('\u001b')]
    [InlineData('\u007f')]
    [InlineData('\u0085')]
    [InlineData('\u061c')]
    [InlineData('\u200e')]
    [InlineData('\u200f')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u202a')]
    [InlineData('\u202e')]
    [InlineData('\u2066')]
    [InlineData('\u2069')]
    public void A_text_with_a_control_is_refused_by_its_field_and_the_rule(char control)
    {
        var read = new RequestReader();
        read.Text($"收到 100{control}元", "memo", 200);

        Google.Rpc.Status refused = Assert.Throws<RpcException>(read.Check).GetRpcStatus()!;

        BadRequest.Types.FieldViolation violation = Assert.Single(refused.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations);
        Assert.Equal("memo", violation.Field);
        Assert.StartsWith("CONTROL_CHARACTER: ", violation.Description, StringComparison.Ordinal);
        Assert.Contains("the direction of text", violation.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("王奶奶 的午餐，第 1 次（含汤）")]
    [InlineData("حجز الغداء")]
    [InlineData("\U0001F468‍\U0001F469‍\U0001F467 𠀀")]
    public void What_people_write_is_a_text(string text)
    {
        var read = new RequestReader();

        Assert.Equal(text, read.Text(text, "memo", 200));
        read.Check();
    }
}
