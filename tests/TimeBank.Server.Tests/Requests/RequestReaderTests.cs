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

        BadRequest.Types.FieldViolation violation =
            Assert.Single(refused.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations);
        Assert.Equal("memo", violation.Field);
        Assert.StartsWith("CONTROL_CHARACTER: ", violation.Description, StringComparison.Ordinal);
        Assert.Contains("the direction of text", violation.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("王\ue863", "Character 2 (U+E863)")]
    [InlineData("\ufffd芳", "Character 1 (U+FFFD)")]
    [InlineData("王\u200b芳", "Character 2 (U+200B)")]
    [InlineData("\ufeff王芳", "Character 1 (U+FEFF)")]
    [InlineData("王芳\U000e0041", "Character 3 (U+E0041)")]
    [InlineData("王\u2fd9芳", "Character 2 (U+2FD9)")]
    [InlineData("\u3164", "Character 1 (U+3164)")]
    [InlineData("王芳\ufe00", "Character 3 (U+FE00)")]
    public void A_name_with_a_letter_that_nobody_sees_or_reads_is_refused_by_its_place(string name, string named)
    {
        var read = new RequestReader();
        read.Name(name, "display_name");

        Google.Rpc.Status refused = Assert.Throws<RpcException>(read.Check).GetRpcStatus()!;

        BadRequest.Types.FieldViolation violation =
            Assert.Single(refused.Details.Single(detail => detail.Is(BadRequest.Descriptor)).Unpack<BadRequest>().FieldViolations);
        Assert.Equal("display_name", violation.Field);
        Assert.StartsWith("STRANGE_LETTER: ", violation.Description, StringComparison.Ordinal);
        Assert.Contains(named, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void A_letter_that_looks_like_another_becomes_it_in_names_and_notes_and_is_refused_in_a_key()
    {
        var read = new RequestReader();

        Assert.Equal("老王", read.Name("\u2f7c王", "display_name"));
        Assert.Equal("老王的长者餐", read.Text("\u2f7c王的\u2ed3者餐", "memo", 200));
        read.Check();
        read.Key("\u2f7c-1", "key", 100);
        Assert.Throws<RpcException>(read.Check);
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

    [Theory]
    [InlineData("   ")]
    [InlineData("\u00a0\u3000")]
    public void Blanks_alone_are_no_name(string blanks)
    {
        var read = new RequestReader();
        read.Name(blanks, "display_name");

        Google.Rpc.Status refused = Assert.Throws<RpcException>(read.Check).GetRpcStatus()!;

        BadRequest.Types.FieldViolation violation = Assert.Single(refused.GetDetail<BadRequest>()!.FieldViolations);
        Assert.Equal("REQUIRED: 必须填写。 This is required.", violation.Description);
    }
}
