using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using TimeBank.Ledger;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Makes values of every type that a grain call carries. Each member gets a different value, so a test sees when two are swapped.
/// </summary>
/// <param name="sparse">True for nulls, empty texts and empty lists wherever the type allows them.</param>
internal sealed class Samples(bool sparse)
{
    private static readonly NullabilityInfoContext Nullability = new();
    private int _next;

    public object? Of(ParameterInfo parameter) =>
        Make(parameter.ParameterType, IsNullable(parameter), $"{parameter.Member}({parameter.Name})");

    /// <summary>A value for the answer of a method that has one.</summary>
    public object? AnswerOf(MethodInfo method) =>
        Make(method.ReturnType.GetGenericArguments()[0], IsNullable(Nullability.Create(method.ReturnParameter).GenericTypeArguments[0]),
            $"{method}");

    private static bool IsNullable(ParameterInfo parameter)
    {
        lock (Nullability) return IsNullable(Nullability.Create(parameter));
    }

    private static bool IsNullable(NullabilityInfo info) => !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable;

    private object? Make(Type type, bool nullable, string where)
    {
        int number = ++_next;
        if (nullable && sparse) return null;
        if (type == typeof(bool)) return !sparse;
        if (type == typeof(CancellationToken)) return CancellationToken.None;
        if (type == typeof(int)) return sparse ? 0 : 1_000_000 + number;
        if (type == typeof(long)) return sparse ? 0L : long.MaxValue - number;
        if (type == typeof(string)) return sparse ? "" : $"字 \"{number}\" \U0001F35A";
        if (type == typeof(Guid)) return new Guid(number, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]);
        if (type == typeof(DateOnly)) return new DateOnly(2026, 2, 1).AddDays(number);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 11, 28, 9, 30, 0, 123, ChinaTime.Offset).AddTicks(number);
        if (type == typeof(OpaqueId)) return OpaqueId.Parse($"{number:D12}");
        if (type == typeof(RegionCode)) return RegionCode.Parse($"{430_000 + number}");
        if (type == typeof(Digest)) return Digest.Of([unchecked((byte)number)]);
        if (type == typeof(GrainKey)) return new GrainKey(RegionCode.Parse($"{430_000 + number}"), sparse ? "" : $"{number:D12}");
        if (type == typeof(byte[])) return sparse ? [] : new byte[] { 0, 255, unchecked((byte)number) };
        if (type.IsEnum) return sparse ? Enum.GetValues(type).GetValue(0)!
            : Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return sparse ? null : Make(underlying, false, where);
        if (type.IsGenericType && Container(type, where) is { } container) return container;
        return OfTheLedger(type) ?? Record(type, where);
    }

    private object? Container(Type type, string where)
    {
        Type[] items = type.GetGenericArguments();
        Type definition = type.GetGenericTypeDefinition();
        int count = sparse ? 0 : 2;
        if (definition == typeof(ImmutableArray<>) || definition == typeof(ImmutableHashSet<>))
        {
            var values = Array.CreateInstance(items[0], items[0].IsEnum ? Math.Min(count, 1) : count);
            for (int at = 0; at < values.Length; at++) values.SetValue(Make(items[0], false, where), at);
            Type factory = definition == typeof(ImmutableArray<>) ? typeof(ImmutableArray) : typeof(ImmutableHashSet);
            return factory.GetMethods()
                .Single(method => method.Name == "CreateRange" && method.GetParameters() is [{ ParameterType: { IsGenericType: true } one }]
                    && one.GetGenericTypeDefinition() == typeof(IEnumerable<>))
                .MakeGenericMethod(items).Invoke(null, [values]);
        }
        if (definition == typeof(ImmutableDictionary<,>))
        {
            var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(items))!;
            // There is only one sample of an enum, and a dictionary takes a key once.
            int keys = items[0].IsEnum ? Math.Min(count, 1) : count;
            for (int at = 0; at < keys; at++) map.Add(Make(items[0], false, where)!, Make(items[1], false, where));
            return typeof(ImmutableDictionary).GetMethods()
                .Single(method => method.Name == "CreateRange" && method.GetParameters().Length == 1).MakeGenericMethod(items)
                .Invoke(null, [map]);
        }
        return null;
    }

    /// <summary>A sample of a ledger type: constructors of these types refuse made-up arguments.</summary>
    private object? OfTheLedger(Type type)
    {
        object[] made = [.. LedgerTypesTests.Samples.Where(sample => sample.GetType() == type)];
        return made.Length == 0 ? null : made[sparse ? made.Length - 1 : 0];
    }

    private object Record(Type type, string where)
    {
        Assert.True(
            type.IsDefined(typeof(GenerateSerializerAttribute), false), $"{where}: nobody has said how a {type} is made for this test.");
        ConstructorInfo constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)!;
        object made = constructor.Invoke([.. constructor.GetParameters().Select(Of)]);
        string[] given = [.. constructor.GetParameters().Select(parameter => parameter.Name!)];
        foreach (PropertyInfo rest in type.GetProperties().Where(property => property.IsDefined(typeof(IdAttribute))))
        {
            if (given.Contains(rest.Name)) continue;
            rest.SetValue(made, Make(rest.PropertyType, IsNullable(Nullability.Create(rest)), $"{type}.{rest.Name}"));
        }
        return made;
    }

    /// <summary>Asserts that the arrived value equals the sent one, member by member.</summary>
    public static void AssertSame(object? sent, object? arrived, string where)
    {
        if (sent is null || arrived is null)
        {
            Assert.True(sent is null && arrived is null, $"{where}: {sent ?? "null"} arrived as {arrived ?? "null"}.");
            return;
        }
        Assert.True(sent.GetType() == arrived.GetType(), $"{where}: a {sent.GetType()} arrived as a {arrived.GetType()}.");
        if (LedgerTypes.All.Contains(sent.GetType()))
        {
            Assert.Equal(LedgerTypesTests.Text(sent), LedgerTypesTests.Text(arrived));
            return;
        }
        PropertyInfo[] members = [.. sent.GetType().GetProperties().Where(property => property.IsDefined(typeof(IdAttribute)))];
        if (members.Length > 0)
        {
            foreach (PropertyInfo member in members) AssertSame(member.GetValue(sent), member.GetValue(arrived), $"{where}.{member.Name}");
        }
        else if (sent is IEnumerable items and not string)
        {
            // Sets and maps have no order.
            object?[] before = [.. items.Cast<object?>()], after = [.. ((IEnumerable)arrived).Cast<object?>()];
            Assert.True(before.Length == after.Length, $"{where}: {before.Length} items arrived as {after.Length}.");
            if (sent is IDictionary map)
            {
                foreach (object key in map.Keys) AssertSame(map[key], ((IDictionary)arrived)[key], $"{where}[{key}]");
            }
            else if (sent is IList)
            {
                for (int at = 0; at < before.Length; at++) AssertSame(before[at], after[at], $"{where}[{at}]");
            }
            else
            {
                Assert.Equal(before.ToHashSet(), after.ToHashSet());
            }
        }
        else
        {
            Assert.True(Equals(sent, arrived), $"{where}: {sent} arrived as {arrived}.");
            if (sent is DateTimeOffset time) Assert.Equal(time.Offset, ((DateTimeOffset)arrived).Offset);
        }
    }
}
