using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>Every type that crosses a grain call is immutable and has its own alias, and each member has a number.</summary>
public sealed class GrainMessageTests
{
    private static readonly HashSet<Type> Plain =
    [
        typeof(bool), typeof(int), typeof(long), typeof(string), typeof(Guid), typeof(DateOnly), typeof(DateTimeOffset), typeof(byte[]),
        typeof(OpaqueId), typeof(RegionCode), typeof(Digest), typeof(GrainKey),
    ];

    private static readonly HashSet<Type> Containers =
    [
        typeof(ImmutableArray<>), typeof(ImmutableDictionary<,>), typeof(ImmutableHashSet<>), typeof(Nullable<>), typeof(Task<>),
            typeof(ValueTask<>),
    ];

    public static TheoryData<string> Interfaces => new(GrainInterfaces.Select(grain => grain.Name));

    private static IEnumerable<Type> GrainInterfaces =>
        typeof(ILedgerGrain).Assembly.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type));

    [Theory]
    [MemberData(nameof(Interfaces))]
    public void Grain_interfaces_pass_only_messages(string name)
    {
        Type grain = GrainInterfaces.Single(type => type.Name == name);
        Assert.True(grain.IsDefined(typeof(AliasAttribute), false), $"{name} has no [Alias].");
        MethodInfo[] methods = [.. grain.GetMethods().Where(method => !method.IsStatic)];
        foreach (MethodInfo method in methods)
        {
            Assert.True(method.IsDefined(typeof(AliasAttribute), false), $"{name}.{method.Name} has no [Alias].");
            Assert.True(typeof(Task).IsAssignableFrom(method.ReturnType), $"{name}.{method.Name} gives no task.");
            // Orleans carries a cancellation token itself, not in a message.
            foreach (ParameterInfo parameter in method.GetParameters()
                .Where(parameter => parameter.ParameterType != typeof(CancellationToken))) Check(
                parameter.ParameterType, $"{name}.{method.Name}({parameter.Name})", []);
            if (method.ReturnType != typeof(Task)) Check(method.ReturnType, $"{name}.{method.Name}", []);
        }
        Assert.Equal(methods.Length, methods.Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias).Distinct().Count());
    }

    [Fact]
    public void Aliases_of_messages_are_unique()
    {
        string[] aliases = [.. typeof(ILedgerGrain).Assembly.GetTypes()
            .Select(type => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias).OfType<string>()];

        Assert.NotEmpty(aliases);
        Assert.Empty(aliases.GroupBy(alias => alias).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Theory]
    [InlineData(typeof(Mutable), "is settable")]
    [InlineData(typeof(Unnumbered), "has no [Id]")]
    [InlineData(typeof(NotARecord), "is no record")]
    [InlineData(typeof(Nameless), "has no [Alias]")]
    [InlineData(typeof(HoldsAList), "isn't a message")]
    public void A_type_that_breaks_the_rule_is_found(Type type, string because)
    {
        string message = Assert.ThrowsAny<Exception>(() => Check(type, "here", [])).Message;

        Assert.Contains(because, message, StringComparison.Ordinal);
    }

    private static void Check(Type type, string where, HashSet<Type> seen)
    {
        if (Plain.Contains(type) || LedgerTypes.All.Contains(type) || type.IsEnum || !seen.Add(type)) return;
        if (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition()))
        {
            foreach (Type item in type.GetGenericArguments()) Check(item, where, seen);
            return;
        }
        Assert.True(type.Assembly == typeof(ILedgerGrain).Assembly || type.DeclaringType == typeof(GrainMessageTests),
            $"{where}: {type} isn't a message.");
        Assert.True(type.GetMethod("<Clone>$") is not null, $"{where}: {type} is no record.");
        Assert.True(type.IsSealed, $"{where}: {type} isn't sealed.");
        Assert.True(type.IsDefined(typeof(GenerateSerializerAttribute), false), $"{where}: {type} has no [GenerateSerializer].");
        Assert.True(type.IsDefined(typeof(AliasAttribute), false), $"{where}: {type} has no [Alias].");
        Assert.True(type.IsDefined(typeof(ImmutableAttribute), false), $"{where}: {type} has no [Immutable].");

        PropertyInfo[] stored = [.. type.GetProperties().Where(property => property.SetMethod is not null)];
        PropertyInfo[] numbered = [.. stored.Where(property => property.IsDefined(typeof(IdAttribute)))];
        foreach (PropertyInfo property in stored)
        {
            bool isInit = property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            Assert.True(isInit || !property.SetMethod.IsPublic, $"{where}: {type}.{property.Name} is settable.");
            Assert.True(property.IsDefined(typeof(IdAttribute)), $"{where}: {type}.{property.Name} has no [Id].");
            Check(property.PropertyType, $"{where}: {type}.{property.Name}", seen);
        }
        Assert.Equal(numbered.Length, numbered.Select(property => property.GetCustomAttribute<IdAttribute>()!.Id).Distinct().Count());
        Assert.Empty(type.GetFields());
    }

    [GenerateSerializer, Immutable, Alias("test.mutable")]
    internal sealed record Mutable
    {
        [Id(0)]
        public int Value { get; set; }
    }

    [GenerateSerializer, Immutable, Alias("test.unnumbered")]
    internal sealed record Unnumbered([property: Id(0)] int First, int Second);

    [GenerateSerializer, Immutable, Alias("test.class")]
    internal sealed class NotARecord;

    [GenerateSerializer, Immutable]
    internal sealed record Nameless([property: Id(0)] int Value);

    [GenerateSerializer, Immutable, Alias("test.list")]
    internal sealed record HoldsAList([property: Id(0)] List<Reason> Values);
}
