using System.Reflection;
using System.Text.RegularExpressions;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>House rules that a test can check in the source.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 400;

    [Fact]
    public void Files_are_one_thing() =>
        Assert.DoesNotContain(Source(), file => File.ReadLines(Path.Combine(Repository.Root, file)).Count() > MaxLines);

    [Fact]
    public void Names_say_what_a_thing_is() =>
        Assert.DoesNotContain(Source(), file => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(file)));

    [Fact]
    public void Types_are_named_for_what_they_are() =>
        Assert.DoesNotContain(typeof(Account).Assembly.GetTypes().Select(type => type.Name), name => EmptyName().IsMatch(name));

    [Fact]
    public void Nothing_hides_in_a_region() =>
        Assert.DoesNotContain(Source(), file => Repository.Read(file).Contains("#region", StringComparison.Ordinal));

    [Fact]
    public void Namespaces_take_the_file() =>
        Assert.DoesNotContain(Source(), file => BlockNamespace().IsMatch(Repository.Read(file)));

    [Fact]
    public void Ledger_is_the_framework_proofs_and_itself()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        Assert.DoesNotContain(
            typeof(Account).Assembly.GetReferencedAssemblies(),
            name => name.Name != "TimeBank.Proofs" && !File.Exists(Path.Combine(framework, $"{name.Name}.dll")));
        Assert.DoesNotContain("PackageReference", Repository.Read("src/TimeBank.Ledger/TimeBank.Ledger.csproj"), StringComparison.Ordinal);
    }

    [Fact]
    public void Ledger_does_no_input_or_output()
    {
        string[] banned = ["System.IO.FileSystem", "System.Net", "System.Data", "System.Threading.Thread", "System.Diagnostics.Process",
            "System.Console", "Microsoft.AspNetCore"];

        Assert.DoesNotContain(typeof(Account).Assembly.GetReferencedAssemblies(), name =>
            banned.Any(part => name.Name!.StartsWith(part, StringComparison.Ordinal)));
    }

    /// <summary>Amounts are integers: no property, field, parameter or result of the ledger is a float, double, decimal or half.</summary>
    [Fact]
    public void Ledger_has_no_floating_point()
    {
        Type[] banned = [typeof(float), typeof(double), typeof(decimal), typeof(Half)];
        const BindingFlags all =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        Assert.DoesNotContain(typeof(Account).Assembly.GetTypes().SelectMany(type => type.GetMembers(all)), member => member switch
        {
            FieldInfo field => banned.Contains(field.FieldType),
            MethodInfo method => banned.Contains(method.ReturnType)
            || method.GetParameters().Any(parameter => banned.Contains(parameter.ParameterType)),
            _ => false,
        });
    }

    private static IEnumerable<string> Source() => Repository.Files("src", "*.cs");

    [GeneratedRegex("Util|Helper|Manager|Misc|Common$", RegexOptions.CultureInvariant)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"^namespace [\w.]+\s*\{?\s*$", RegexOptions.Multiline)]
    private static partial Regex BlockNamespace();
}
