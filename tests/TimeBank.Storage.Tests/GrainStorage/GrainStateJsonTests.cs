using System.Text.Json;
using TimeBank.Storage.GrainStorage;
using Xunit;

namespace TimeBank.Storage.Tests.GrainStorage;

public sealed class GrainStateJsonTests
{
    private readonly GrainStateJson json = new();

    [Fact]
    public void A_state_is_readable_and_comes_back()
    {
        NoteState state = new() { Name = "李奶奶", Number = 60, Kind = NoteKind.LongNote };
        BinaryData stored = json.Serialize(state);
        Assert.Equal("""{"name":"李奶奶","number":60,"kind":"LongNote"}""", stored.ToString());
        Assert.Equal(state, json.Deserialize<NoteState>(stored));
    }

    [Theory]
    [InlineData("""{"name":"x","added_by_a_newer_program":1}""")]
    [InlineData("""{"Name":"x"}""")]
    [InlineData("""{"number":"60"}""")]
    [InlineData("""{"kind":1}""")]
    [InlineData("""{"kind":"Gone"}""")]
    public void What_this_program_does_not_know_is_refused(string stored) =>
        Assert.Throws<JsonException>(() => json.Deserialize<NoteState>(new BinaryData(stored)));
}
