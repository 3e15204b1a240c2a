using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>Rules for the layout of the source, measured over the whole checkout.</summary>
public sealed partial class HouseTests
{
    private const int MaxColumns = 140, ShortFile = 12, MaxShortFiles = 20;

    public static TheoryData<string> Projects => ["src/TimeBank.Proofs", "src/TimeBank.Ledger", "src/TimeBank.Writer"];

    /// <summary>Exempt are SQL, files that a test compares, and the table of letters.</summary>
    [Fact]
    public void Lines_of_code_have_at_most_140_columns() => Assert.Empty(
        Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs")).Concat(Repository.Files("protos", "*.proto"))
            .Where(file => !file.EndsWith("PlainLetters.Table.cs", StringComparison.Ordinal))
            .SelectMany(file => LongLines(file).Select(line => $"{file}:{line}")));

    /// <summary>A small record belongs in the file of the type that uses it.</summary>
    [Fact]
    public void Few_files_are_short() =>
        Assert.InRange(Repository.Files("src", "*.cs").Count(file => Repository.Read(file).Count('\n') <= ShortFile), 0, MaxShortFiles);

    /// <summary>Values cross a grain call as themselves, not as a copy with another name.</summary>
    [Fact]
    public void Nothing_is_called_a_message() => Assert.Empty(
        Repository.Files("src", "*.cs").SelectMany(file => MessageType().Matches(Repository.Read(file)).Select(found => found.Value)));

    /// <summary>
    /// Three fixtures make a district: by calls to grains, over gRPC, and for servers that are killed. The test finds them by the call that
    /// opens a fund. The recorded history opens one too, because it is a script that never changes.
    /// </summary>
    [Fact]
    public void Three_fixtures_make_a_district() => Assert.Equal(
        ["tests/Chaos/Load", "tests/TimeBank.Server.GrainTests/Fixture", "tests/TimeBank.Testing"],
        Repository.Files("tests", "*.cs")
            .Where(file => !file.EndsWith("Tests.cs", StringComparison.Ordinal) && FundOpening().IsMatch(Repository.Read(file))
                && !file.Contains("/StoredHistory", StringComparison.Ordinal))
            .Select(Folder).Distinct().Order(StringComparer.Ordinal));

    /// <summary>Folders of a project have an order in which each names only types of the folders before it.</summary>
    [Theory, MemberData(nameof(Projects))]
    public void Folders_point_downward(string project)
    {
        Dictionary<string, HashSet<string>> below = Repository.Files(project, "*.cs").Select(Folder).Distinct()
            .ToDictionary(folder => folder, _ => new HashSet<string>());
        foreach ((string folder, string other) in Names(project).Where(names => names.Folder != names.Other)) below[folder].Add(other);

        while (below.FirstOrDefault(folder => !folder.Value.Any(below.ContainsKey)) is { Key: not null } lowest) below.Remove(lowest.Key);

        Assert.True(below.Count == 0, $"In a circle: {string.Join("; ", below.Select(folder =>
            $"{folder.Key} names types of {string.Join(", ", folder.Value.Where(below.ContainsKey))}"))}");
    }

    private static IEnumerable<int> LongLines(string file)
    {
        bool isText = false;
        foreach ((int index, string line) in File.ReadLines(Path.Combine(Repository.Root, file)).Index())
        {
            bool turns = line.Split("\"\"\"").Length % 2 == 0;
            if (!isText && !turns && line.Length > MaxColumns && !line.TrimStart().StartsWith('"')) yield return index + 1;
            isText ^= turns;
        }
    }

    /// <summary>Pairs of folders where the first names a type of the second, by the compiler's reading.</summary>
    private static IEnumerable<(string Folder, string Other)> Names(string project)
    {
        SyntaxTree[] trees =
            [.. Repository.Files(project, "*.cs").Select(file => CSharpSyntaxTree.ParseText(Repository.Read(file), path: file))];
        SyntaxTree usings = CSharpSyntaxTree.ParseText(
            "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading; "
                + "global using System.Threading.Tasks; global using System.IO;");
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "house", [.. trees, usings],
            assemblies.Where(path => Path.GetFileNameWithoutExtension(path) != Path.GetFileName(project))
            .Select(path => MetadataReference.CreateFromFile(path)));
        foreach (SyntaxTree tree in trees)
        {
            SemanticModel model = compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (model.GetSymbolInfo(name).Symbol is INamedTypeSymbol { Locations: [{ SourceTree: { } place }, ..] } && place != usings)
                {
                    yield return (Folder(tree.FilePath), Folder(place.FilePath));
                }
            }
        }
    }

    private static string Folder(string file) => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\bnew (?:CreateFundRequest|FundRecord)\b", RegexOptions.CultureInvariant)]
    private static partial Regex FundOpening();

    [GeneratedRegex(@"\b(?:record|class|struct) \w+Message\b", RegexOptions.CultureInvariant)]
    private static partial Regex MessageType();
}
