using System.Reflection;
using System.Text.Json.Serialization;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// <c>Contracts.txt</c> lists what other silos and the disk know of the grains: messages with their members' numbers and types, calls by
/// name, states by JSON key, and the names and numbers of their enums. A change here must be a decision: a member read as another type is
/// silently another amount.
/// </summary>
public sealed class ContractTests
{
    private static readonly Assembly Grains = typeof(ILedgerGrain).Assembly;

    /// <summary>Every grain class with a state: the class, the state's stored name and its type.</summary>
    private static (Type Grain, string Name, Type State)[] States { get; } =
    [
        .. from grain in Grains.GetTypes()
           where !grain.IsAbstract && typeof(IGrainBase).IsAssignableFrom(grain)
           from parameter in grain.GetConstructors().SelectMany(constructor => constructor.GetParameters())
           let name = parameter.GetCustomAttribute<PersistentStateAttribute>()
           where name is not null
           orderby name.StateName
           select (grain, name.StateName, parameter.ParameterType.GetGenericArguments()[0]),
    ];

    /// <summary>Leaves out the reasons, which have their own list.</summary>
    [Fact]
    public void Contracts_are_those_that_stand_in_the_repository()
    {
        var enums = new SortedDictionary<string, Type>(StringComparer.Ordinal)
        {
            [nameof(EntryCode)] = typeof(EntryCode), [nameof(EntryKind)] = typeof(EntryKind),
            [nameof(VoucherEnd)] = typeof(VoucherEnd), [nameof(VoucherKind)] = typeof(VoucherKind),
        };
        string[] lines =
        [
            .. Grains.GetTypes().Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))
                .OrderBy(Alias, StringComparer.Ordinal).SelectMany(type => Calls(type, enums)),
            .. Grains.GetTypes().Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false))
                .OrderBy(Alias, StringComparer.Ordinal).SelectMany(type => Members(type, enums)),
            .. States.SelectMany(state => Keys(state.Name, state.State, enums)),
            .. enums.Values.Where(type => type != typeof(Reason)).SelectMany(Numbers),
        ];
        Repository.AssertLists("tests/TimeBank.Server.GrainTests/House/Contracts.txt", lines);
    }

    /// <summary>A state's key does not contain the grain's class: two classes with one name would read each other's rows.</summary>
    [Fact]
    public void No_two_grain_classes_share_the_name_of_a_state()
    {
        Assert.NotEmpty(States);
        Assert.Empty(States.GroupBy(state => state.Name).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.Empty(States.GroupBy(state => state.Grain).Where(same => same.Count() > 1).Select(same => same.Key.Name));
    }

    /// <summary>
    /// Orleans's storage reads a key of hexadecimal digits as a number: <c>12</c> and <c>0012</c>, <c>ab</c> and <c>AB</c> share a row. Of
    /// our keys only region codes look so, and all have six digits without a leading zero. A key with a slash is never a number.
    /// </summary>
    [Fact]
    public void No_two_keys_are_one_row()
    {
        Assert.False(RegionCode.TryParse("0430211", out _) || RegionCode.TryParse("030211", out _) || RegionCode.TryParse("43021a", out _)
            || RegionCode.TryParse(" 43021", out _));
        Assert.True(GrainId.Create("x", "12").TryGetIntegerKey(out long short12, out _)
            && GrainId.Create("x", "0012").TryGetIntegerKey(out long long12, out _) && short12 == long12);
        long[] rows = [.. RegionDirectory.BuiltIn.All.Select(region => Row($"{region.Code}"))];
        Assert.Distinct(rows);
        // After the slash comes an opaque id or a slug, perhaps of digits alone or shaped like a UUID.
        Assert.All(["430211/000000000012", "430211/ABCDEF012345", "430211/12", "430211/0012", "430211/ab",
            "430211/deadbeefdeadbeefdeadbeefdeadbeef", IScenarioGrain.Key], key =>
        {
            GrainId id = GrainId.Create("x", key);
            Assert.False(id.TryGetIntegerKey(out _, out _) || id.TryGetGuidKey(out _, out _), key);
        });
        Assert.False(Slug.TryParse("a/b", out _) || Slug.TryParse("a+b", out _) || OpaqueId.TryParse("00000000001+", out _));
    }

    private static long Row(string key) => GrainId.Create("x", key).TryGetIntegerKey(out long number, out _) ? number
        : throw new InvalidOperationException($"{key} is no number.");

    private static IEnumerable<string> Calls(Type grain, SortedDictionary<string, Type> enums) =>
    [
        $"grain {Alias(grain)} {grain.Name}",
        .. grain.GetMethods().Where(method => !method.IsStatic).OrderBy(Alias, StringComparer.Ordinal)
            .Select(method => $"  {Alias(method)} {method.Name}({Parameters(method, enums)}) {Name(method.ReturnType, enums)}"),
    ];

    private static string Parameters(MethodInfo method, SortedDictionary<string, Type> enums) =>
        string.Join(", ", method.GetParameters().Select(parameter => Name(parameter.ParameterType, enums)));

    private static IEnumerable<string> Members(Type message, SortedDictionary<string, Type> enums) =>
    [
        $"message {Alias(message)} {message.Name}",
        .. from member in message.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
           let id = member.GetCustomAttribute<IdAttribute>()
           where id is not null
           orderby id.Id
           let type = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType
           select $"  {id.Id} {member.Name} {Name(type, enums)}",
    ];

    private static IEnumerable<string> Keys(string name, Type state, SortedDictionary<string, Type> enums)
    {
        var seen = new HashSet<Type>();
        var open = new Queue<Type>([state]);
        yield return $"state {name} {state.Name}";
        while (open.TryDequeue(out Type? type))
        {
            if (!seen.Add(type)) continue;
            foreach (PropertyInfo property in type.GetProperties().Where(property => !property.IsDefined(typeof(JsonIgnoreAttribute)))
                .OrderBy(property => property.Name, StringComparer.Ordinal))
            {
                string? key = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name;
                Assert.True(key is not null, $"{type.Name}.{property.Name} has no [JsonPropertyName].");
                yield return $"  {type.Name} {key} {Name(property.PropertyType, enums)}";
                Type[] parts = [.. Parts(property.PropertyType).Where(part => part.Assembly == Grains && !part.IsEnum)];
                foreach (Type part in parts) open.Enqueue(part);
            }
        }
    }

    private static IEnumerable<string> Numbers(Type type) =>
    [
        $"enum {type.Name}",
        .. from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
           let stored = field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
           select $"  {field.Name} {Convert.ToInt64(field.GetRawConstantValue(), null)}{(stored is null ? "" : $" \"{stored}\"")}",
    ];

    private static IEnumerable<Type> Parts(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts) : type.IsArray ? Parts(type.GetElementType()!) : [type];

    private static string Name(Type type, SortedDictionary<string, Type> enums)
    {
        if (type.IsEnum) enums[type.Name] = type;
        if (Nullable.GetUnderlyingType(type) is { } value) return $"{Name(value, enums)}?";
        return type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(part => Name(part, enums)))}>" : type.Name;
    }

    private static string Alias(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? "";
}
