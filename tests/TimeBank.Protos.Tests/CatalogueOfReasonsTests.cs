using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Rpc;
using TimeBank.V1;
using Xunit;

namespace TimeBank.Protos.Tests;

public sealed partial class CatalogueOfReasonsTests
{
    private static readonly JsonElement[] Reasons = Read("reasons.json");
    private static readonly JsonElement[] Violations = Read("violations.json");
    private static readonly JsonElement[] Words = Read("words.json");

    [Fact]
    public void Names_are_unique_and_upper_snake()
    {
        string[] names = [.. Reasons.Select(row => Text(row, "reason")), .. Violations.Select(row => Text(row, "violation")),
            .. Words.Select(row => Text(row, "word"))];

        Assert.Distinct(names);
        Assert.All(names, name => Assert.Matches("^[A-Z]+(_[A-Z0-9]+)*$", name));
    }

    [Fact]
    public void Statuses_are_those_of_grpc_and_never_ok()
    {
        Assert.All(Reasons, row =>
            Assert.True(CodeReflection.Descriptor.EnumTypes[0].FindValueByName(Text(row, "status"))?.Number > 0, row.ToString()));
    }

    [Fact]
    public void Both_languages_say_the_same_values()
    {
        Assert.All([.. Reasons, .. Violations, .. Words], row =>
        {
            Assert.Equal(Placeholders(Text(row, "zh")), Placeholders(Text(row, "en")));
            Assert.Equal(Optional().Matches(Text(row, "zh")).SelectMany(part => Placeholders(part.Value)),
                Optional().Matches(Text(row, "en")).SelectMany(part => Placeholders(part.Value)));
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", Text(row, "zh"));
            Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}", Text(row, "en"));
        });
    }

    [Fact]
    public void Every_unit_and_choice_has_a_word()
    {
        string[] states =
        [
            .. Contract.Files.SelectMany(file => file.EnumTypes)
                .SelectMany(type => type.Values)
                .Where(value => value.Number != 0)
                .Select(value => value.Name),
        ];

        string[] words = [.. Words.Select(row => Text(row, "word"))];
        Assert.Equal(words.Length, words.Distinct().Count());
        Assert.Empty(Enumerable.Except(["MIN", "CNY", "MEAL", "BATH", "CLEAN", "DAY", "VOUCHER", .. states], words));
    }

    [Fact]
    public void Comments_promise_only_errors_that_exist()
    {
        HashSet<string> known = [.. Reasons.Select(row => Text(row, "reason"))];
        string[] promised =
        [
            .. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "protos"), "*.proto")
                .SelectMany(file => ErrorSentence().Matches(CommentLine().Replace(File.ReadAllText(file), " "))
                .Select(match => match.Value))
                .SelectMany(sentence => UpperSnake().Matches(sentence).Select(match => match.Value)),
        ];

        Assert.True(promised.Length > 100);
        Assert.DoesNotContain(promised, name => !known.Contains(name));
    }

    private static JsonElement[] Read(string name)
    {
        using Stream stream = typeof(Amount).Assembly.GetManifestResourceStream(name)!;
        return JsonSerializer.Deserialize<JsonElement[]>(stream)!;
    }

    private static string Text(JsonElement row, string property) => row.GetProperty(property).GetString()!;

    private static string[] Placeholders(string text) =>
        [.. Placeholder().Matches(text).Select(match => match.Value).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    // Left out as a whole where a value is missing: the same values in both languages, or one would tell less.
    [GeneratedRegex(@"\[[^\[\]]*\]")]
    private static partial Regex Optional();

    // An "Errors…:" sentence runs to its full stop, over the breaks between comment lines that CommentLine has taken out.
    [GeneratedRegex(@"[Ee]rrors[^:.]*:[^.]*\.")]
    private static partial Regex ErrorSentence();

    [GeneratedRegex(@"\r?\n\s*//")]
    private static partial Regex CommentLine();

    [GeneratedRegex(@"\b[A-Z]+(?:_[A-Z]+)+\b")]
    private static partial Regex UpperSnake();
}
