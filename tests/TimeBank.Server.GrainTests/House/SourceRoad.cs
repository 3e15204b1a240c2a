using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TimeBank.Testing;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Follows calls through the source, as the compiler reads it: from a method into every method, constructor and property that its body
/// names, through interfaces into whatever implements them. Skipped are <c>throw</c>, <c>catch</c> and generated code.
/// </summary>
internal sealed class SourceRoad
{
    private const string Usings =
        """
        global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting; global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging; global using Orleans; global using Orleans.Hosting; global using Orleans.Runtime;
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Threading; global using System.Threading.Tasks; global using Date = Google.Type.Date;
        """;

    private readonly CSharpCompilation _source;
    private readonly ILookup<string, ISymbol> _members;
    private readonly INamedTypeSymbol[] _types;
    private readonly HashSet<ISymbol> _seen = new(SymbolEqualityComparer.Default);
    private readonly List<string> _files = [];
    private readonly Func<string, bool> _leaves;
    private readonly HashSet<string> _left = [];

    /// <param name="projects">The folders of the source.</param>
    /// <param name="leaves">True for a member, such as <c>LedgerWriter.RecoverAsync</c>, into which the road does not go.</param>
    public SourceRoad(IReadOnlyList<string> projects, Func<string, bool> leaves)
    {
        _leaves = leaves;
        string[] names = [.. projects.Select(project => Path.GetFileName(project)!)];
        SyntaxTree[] trees =
        [
            CSharpSyntaxTree.ParseText(Usings),
            .. projects.SelectMany(project => Repository.Files(project, "*.cs"))
                .Select(file => CSharpSyntaxTree.ParseText(Repository.Read(file), path: file)),
        ];
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _source = CSharpCompilation.Create("road", trees, assemblies
            .Where(path => !names.Contains(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path)));
        _types = [.. Types(_source.Assembly.GlobalNamespace)];
        _members = _types.SelectMany(type => type.GetMembers()).ToLookup(NameOf);
    }

    /// <summary>The files in the order in which the road reaches them.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The members at which the road turned back.</summary>
    public IReadOnlySet<string> Left => _left;

    /// <summary>Follows the calls from a member on.</summary>
    public void From(string entrance)
    {
        if (!_members.Contains(entrance)) throw new ArgumentException($"There is no {entrance} any more.", nameof(entrance));
        foreach (ISymbol member in _members[entrance]) Enter(member);
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol place) =>
        place.GetMembers().SelectMany(member => member switch
        {
            INamespaceSymbol inner => Types(inner),
            INamedTypeSymbol type => [type, .. Types(type)],
            _ => Enumerable.Empty<INamedTypeSymbol>(),
        });

    private static string NameOf(ISymbol member) => $"{member.ContainingType.Name}.{member.Name}";

    private void Enter(ISymbol named)
    {
        ISymbol member = (named as IMethodSymbol)?.ReducedFrom ?? named;
        member = (member as IMethodSymbol)?.PartialImplementationPart ?? member.OriginalDefinition;
        if (member.ContainingType is not { } type || FileOf(type) is null || type.TypeKind == TypeKind.Enum || !_seen.Add(member)) return;
        if (_leaves(NameOf(member)))
        {
            _left.Add(NameOf(member));
            return;
        }
        if (member is IMethodSymbol or IPropertySymbol && (member.IsAbstract || member.IsVirtual)) EnterOverrides(member);
        if (type.TypeKind == TypeKind.Interface || (member is IMethodSymbol { IsPartialDefinition: true })) return;
        if (FileOf(member) is { } file && !_files.Contains(file)) _files.Add(file);
        if (member is IMethodSymbol { MethodKind: MethodKind.Constructor }) EnterInitialisers(type);
        foreach (SyntaxReference place in member.DeclaringSyntaxReferences) Follow(place.GetSyntax());
    }

    private void EnterOverrides(ISymbol member)
    {
        foreach (INamedTypeSymbol type in _types)
        {
            if (member.ContainingType.TypeKind == TypeKind.Interface)
            {
                foreach (INamedTypeSymbol port in type.AllInterfaces)
                {
                    if (!SymbolEqualityComparer.Default.Equals(port.OriginalDefinition, member.ContainingType)) continue;
                    foreach (ISymbol own in port.GetMembers(member.Name))
                    {
                        if (SymbolEqualityComparer.Default.Equals(own.OriginalDefinition, member)
                            && type.FindImplementationForInterfaceMember(own) is { } does) Enter(does);
                    }
                }
                continue;
            }
            foreach (ISymbol own in type.GetMembers(member.Name))
            {
                ISymbol? over = own switch
                {
                    IMethodSymbol method => method.OverriddenMethod,
                    IPropertySymbol property => property.OverriddenProperty,
                    _ => null,
                };
                if (SymbolEqualityComparer.Default.Equals(over?.OriginalDefinition, member)) Enter(own);
            }
        }
    }

    /// <summary>What the fields of a new object begin with, and those of its bases.</summary>
    private void EnterInitialisers(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? part = type; part is not null && FileOf(part) is { } file; part = part.BaseType?.OriginalDefinition)
        {
            if (!_files.Contains(file)) _files.Add(file);
            foreach (ISymbol member in part.GetMembers().Where(member => !member.IsStatic && member is IFieldSymbol or IPropertySymbol))
            {
                foreach (SyntaxNode node in member.DeclaringSyntaxReferences.Select(place => place.GetSyntax()))
                {
                    if (node is VariableDeclaratorSyntax { Initializer: { } field }) Follow(field);
                    if (node is PropertyDeclarationSyntax { Initializer: { } property }) Follow(property);
                }
            }
        }
    }

    private void Follow(SyntaxNode node)
    {
        // A record's own declaration has no body: what its members do is followed where they are named.
        if (node is TypeDeclarationSyntax or ParameterSyntax) return;
        SemanticModel model = _source.GetSemanticModel(node.SyntaxTree);
        IEnumerable<SyntaxNode> bodies = node switch
        {
            PropertyDeclarationSyntax { ExpressionBody: { } arrow } => [arrow],
            PropertyDeclarationSyntax { AccessorList: { } both } => both.Accessors,
            IndexerDeclarationSyntax { ExpressionBody: { } arrow } => [arrow],
            IndexerDeclarationSyntax { AccessorList: { } both } => both.Accessors,
            // The value of a static field was made before the call. Functions in it run during the call.
            VariableDeclaratorSyntax { Initializer: { } made } => made.DescendantNodes().OfType<AnonymousFunctionExpressionSyntax>(),
            VariableDeclaratorSyntax => [],
            _ => [node],
        };
        foreach (SyntaxNode body in bodies)
        {
            if (model.GetOperation(body) is { } operation) Follow(operation);
        }
    }

    private void Follow(IOperation operation)
    {
        if (operation is IThrowOperation or ICatchClauseOperation or INameOfOperation or ITypeOfOperation) return;
        if (MemberOf(operation) is { } member) Enter(member);
        foreach (IOperation part in operation.ChildOperations) Follow(part);
    }

    private static ISymbol? MemberOf(IOperation operation) => operation switch
    {
        IInvocationOperation call => call.TargetMethod,
        IObjectCreationOperation made => made.Constructor,
        IMethodReferenceOperation named => named.Method,
        IPropertyReferenceOperation read => read.Property,
        IFieldReferenceOperation { Field.IsConst: false } read => read.Field,
        IBinaryOperation { OperatorMethod: { } plus } => plus,
        IUnaryOperation { OperatorMethod: { } not } => not,
        IConversionOperation { OperatorMethod: { } cast } => cast,
        IWithOperation { CloneMethod: { } copy } => copy,
        _ => null,
    };

    private static string? FileOf(ISymbol symbol) =>
        symbol.Locations is [{ SourceTree.FilePath: { Length: > 0 } file }, ..] ? file : null;
}
