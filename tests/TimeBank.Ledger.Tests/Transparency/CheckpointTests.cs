using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class CheckpointTests
{
    private const string Root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    /// <summary>Source: the example of c2sp.org/tlog-checkpoint.</summary>
    [Fact]
    public void Checkpoint_is_read_and_written_to_the_byte()
    {
        string text = $"example.com/behind-the-sofa\n20852163\n{Root}\n";

        var checkpoint = Checkpoint.Parse(text);

        Assert.Equal(("example.com/behind-the-sofa", 20_852_163L, Root),
            (checkpoint.Origin, checkpoint.Size, Convert.ToBase64String(checkpoint.Root.ToArray())));
        Assert.Equal(text, checkpoint.Text);
        Assert.Equal($"{text}more\n", Checkpoint.Parse($"{text}more\n").Text);
        Assert.Equal(0, Checkpoint.Parse($"empty\n0\n{Root}\n").Size);
        Assert.Equal(long.MaxValue, Checkpoint.Parse($"full\n9223372036854775807\n{Root}\n").Size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("a\n1\n")]
    [InlineData($"a\n1\n{Root}")]
    [InlineData($"\n1\n{Root}\n")]
    [InlineData($"a\n1\n{Root}\n\n")]
    [InlineData($"a\n1\n{Root}\n\nmore\n")]
    [InlineData($"a\n01\n{Root}\n")]
    [InlineData($"a\n00\n{Root}\n")]
    [InlineData($"a\n+1\n{Root}\n")]
    [InlineData($"a\n-1\n{Root}\n")]
    [InlineData($"a\n 1\n{Root}\n")]
    [InlineData($"a\n1.0\n{Root}\n")]
    [InlineData($"a\n1e3\n{Root}\n")]
    [InlineData($"a\n0x1\n{Root}\n")]
    [InlineData($"a\n\n{Root}\n")]
    [InlineData($"a\n١\n{Root}\n")]
    [InlineData($"a\n9223372036854775808\n{Root}\n")]
    [InlineData($"a\n99999999999999999999999999999999\n{Root}\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")]
    [InlineData("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n")]
    [InlineData("a\n1\nAAAA\n")]
    [InlineData("a\n1\n?\n")]
    public void Malformed_checkpoint_is_refused(string text) => Assert.Throws<FormatException>(() => Checkpoint.Parse(text));
}
