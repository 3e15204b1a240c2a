using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// The build uses the pinned packages. If a pin is missing or the feed does not serve it, a restore takes another version and only warns.
/// </summary>
public sealed partial class PackageTests
{
    private static readonly IReadOnlyDictionary<string, string> Pins = ReadPins();

    [Fact]
    public void Restored_packages_are_the_pinned_ones()
    {
        (string Project, string Package, string Version)[] taken =
        [
            .. Projects().SelectMany(project => Restored(project).Select(package => (Project: project, package.Name, package.Version))),
        ];

        Assert.NotEmpty(taken);
        Assert.DoesNotContain(taken, package => Pins.TryGetValue(package.Package, out string? pin) && pin != package.Version);
    }

    [Fact]
    public void What_a_project_refers_to_is_pinned_and_what_is_pinned_is_referred_to()
    {
        XElement[] references =
        [
            .. Projects().Concat(Repository.Files("tests", "Directory.Build.targets")).SelectMany(file => Items(file, "PackageReference")),
        ];
        string[] referred = [.. references.Select(item => item.Attribute("Include")!.Value).Distinct()];
        string[] pinned = [.. Items("Directory.Packages.props", "PackageVersion").Select(item => item.Attribute("Include")!.Value)];

        Assert.Equal(pinned.Order(StringComparer.Ordinal), referred.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(references, item => item.Attribute("Version") is not null);
    }

    private static IEnumerable<string> Projects() =>
        new[] { "src", "tests", "protos" }.SelectMany(folder => Repository.Files(folder, "*.csproj"));

    private static IEnumerable<XElement> Items(string file, string name) => XDocument.Parse(Repository.Read(file)).Descendants(name);

    /// <summary>A project's packages, with those that its packages depend on; none if the project was not restored.</summary>
    private static IEnumerable<(string Name, string Version)> Restored(string project)
    {
        string assets = Path.Combine(Repository.Root, Path.GetDirectoryName(project)!, "obj", "project.assets.json");
        if (!File.Exists(assets)) yield break;

        using var document = JsonDocument.Parse(File.ReadAllText(assets));
        foreach (JsonProperty library in document.RootElement.GetProperty("libraries").EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() != "package") continue;

            string[] parts = library.Name.Split('/');
            yield return (parts[0], parts[1]);
        }
    }

    private static Dictionary<string, string> ReadPins()
    {
        Dictionary<string, string> versions = Items("Directory.Packages.props", "PropertyGroup").Elements()
            .ToDictionary(property => property.Name.LocalName, property => property.Value);
        IEnumerable<XElement> pins = Items("Directory.Packages.props", "PackageVersion");
        return pins.Concat(Items("Directory.Packages.props", "GlobalPackageReference")).ToDictionary(
            item => item.Attribute("Include")!.Value,
            item => Property().Replace(item.Attribute("Version")!.Value, name => versions[name.Groups[1].Value]),
            StringComparer.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Property();
}
