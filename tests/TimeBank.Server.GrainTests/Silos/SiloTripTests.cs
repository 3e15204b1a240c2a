using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Invocation;
using TimeBank.Ledger;
using TimeBank.Testing;
using Xunit;

namespace TimeBank.Server.GrainTests;

/// <summary>
/// Calls every method of every grain from another silo than the grain's: arguments and answer must arrive equal. The answers are made up;
/// other tests check what grains do. The tests find a new method by themselves, and fail if <see cref="Samples"/> can't make its message.
/// </summary>
public sealed class SiloTripTests : IClassFixture<SiloTripTests.Silos>
{
    private readonly Silos _silos;

    public SiloTripTests(Silos silos) => _silos = silos;

    public static TheoryData<string, string, bool> Calls()
    {
        var calls = new TheoryData<string, string, bool>();
        foreach (Type grain in Grains)
        {
            foreach (MethodInfo method in Methods(grain))
            {
                calls.Add(grain.Name, method.Name, false);
                calls.Add(grain.Name, method.Name, true);
            }
        }
        return calls;
    }

    /// <summary>All grain interfaces without derived ones; a base interface's methods are tested with the derived interfaces.</summary>
    private static IEnumerable<Type> Grains
    {
        get
        {
            Type[] all = [.. typeof(ILedgerGrain).Assembly.GetTypes()
                .Where(type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type))];
            return all.Where(type => !all.Any(other => other != type && type.IsAssignableFrom(other)));
        }
    }

    [Theory, MemberData(nameof(Calls))]
    public async Task What_is_said_between_silos_arrives_as_it_was_said(string grainName, string methodName, bool sparse)
    {
        Type grain = Grains.Single(type => type.Name == grainName);
        MethodInfo method = Methods(grain).Single(one => one.Name == methodName);
        var samples = new Samples(sparse);
        object?[] arguments = [.. method.GetParameters().Select(samples.Of)];
        object? answer = method.ReturnType.IsGenericType ? samples.AnswerOf(method) : null;
        Trip trip = _silos.Expect(method, answer);

        object? answered = await _silos.Two.FromNearAsync(grain, KeyOf(grain), async one =>
        {
            var call = (Task)method.Invoke(one, arguments)!;
            await call;
            return method.ReturnType.IsGenericType ? call.GetType().GetProperty("Result")!.GetValue(call) : null;
        });

        Assert.NotEqual(_silos.Two.Near, _silos.Two.Far);
        Assert.Equal(_silos.Two.Far, trip.RanAt);
        Assert.Equal(arguments.Length, trip.Arguments.Length);
        for (int at = 0; at < arguments.Length; at++)
        {
            // Orleans gives the grain its own token, linked to the caller's.
            if (arguments[at] is CancellationToken) continue;
            string where = $"{grainName}.{methodName}, argument {at}";
            Samples.AssertSame(arguments[at], trip.Arguments[at], where);
            // Another object proves that the argument went over as bytes: within a silo the grain would get the same object.
            if (arguments[at] is not (null or string or ValueType)) Assert.NotSame(arguments[at], trip.Arguments[at]);
        }
        Samples.AssertSame(answer, answered, $"{grainName}.{methodName}, its answer");
        if (answer is not (null or string or ValueType)) Assert.NotSame(answer, answered);
    }

    /// <summary>A refusal needs its own test, because the samples above carry a value.</summary>
    [Fact]
    public async Task A_refusal_arrives_with_its_reason_and_values()
    {
        MethodInfo method = typeof(IVolunteerGrain).GetMethod(nameof(IVolunteerGrain.GiftAsync))!;
        Reply<MovedHours> refused = Refusal.Of(Reason.InsufficientBalance, ("account", "person/1/hours/earned"), ("available", "0"));
        Trip trip = _silos.Expect(method, refused);
        var gift = (Command)new Samples(sparse: false).Of(method.GetParameters()[0])!;

        Reply<MovedHours> answered = await _silos.Two.FromNearAsync<IVolunteerGrain,
            Reply<MovedHours>>(KeyOf(typeof(IVolunteerGrain)), grain => grain.GiftAsync(gift, "elders/1", 1));

        Assert.Equal(_silos.Two.Far, trip.RanAt);
        Assert.Equal(refused, answered);
        Assert.Equal(refused.Refusal, answered.Refusal);
    }

    private static IEnumerable<MethodInfo> Methods(Type grain) =>
        grain.GetInterfaces().Append(grain).Where(type => type.Assembly == grain.Assembly).SelectMany(type => type.GetMethods())
        .Where(method => !method.IsStatic);

    private static string KeyOf(Type grain) => grain == typeof(IScenarioGrain) ? IScenarioGrain.Key
        : grain == typeof(ILedgerGrain) || grain == typeof(IClearingGrain) || typeof(IVersionsGrain).IsAssignableFrom(grain) ? "430211"
        : "430211/0123456789AB";

    /// <summary>One call as the far silo saw it.</summary>
    internal sealed class Trip(object? answer, Type? answerType)
    {
        public SiloAddress? RanAt { get; private set; }

        public object?[] Arguments { get; private set; } = [];

        public Response Run(IIncomingGrainCallContext call, SiloAddress at)
        {
            RanAt = at;
            Arguments = [.. Enumerable.Range(0, call.Request.GetArgumentCount()).Select(call.Request.GetArgument)];
            if (answerType is null) return Response.Completed;
            return (Response)typeof(Response).GetMethod(nameof(Response.FromResult))!.MakeGenericMethod(answerType).Invoke(null, [answer])!;
        }
    }

    /// <summary>Two silos whose grains give the answer that a test has set.</summary>
    public sealed class Silos : IAsyncLifetime
    {
        private readonly ConcurrentDictionary<string, Trip> _expected = [];

        internal TwoSilos Two { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Two = await TwoSilos.StartAsync(silo =>
        {
            var journal = new MemoryLedgerStore();
            silo.Services.AddSingleton<ILedgerStore>(journal).AddSingleton<ILedgerReader>(journal)
                .AddSingleton<IRegistry>(new NoRegistry()).AddSingleton<IBankBooks>(new MemoryBankBooks());
            silo.Services.AddGrainStorage(GrainStorageNames.TimeBank, (_, _) => new FragileStates());
            silo.Services.AddSingleton(this);
            silo.AddIncomingGrainCallFilter<Filter>();
        });

        public async ValueTask DisposeAsync() => await Two.DisposeAsync();

        internal Trip Expect(MethodInfo method, object? answer) =>
            _expected[$"{method.DeclaringType!.Name}.{method.Name}"] =
                new Trip(answer, method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : null);

        private sealed class Filter(Silos silos, ILocalSiloDetails here) : IIncomingGrainCallFilter
        {
            public async Task Invoke(IIncomingGrainCallContext context)
            {
                string name = $"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName}";
                if (silos._expected.TryRemove(name, out Trip? trip)) context.Response = trip.Run(context, here.SiloAddress);
                else await context.Invoke();
            }
        }

        private sealed class NoRegistry : IRegistry
        {
            public ValueTask<IReadOnlyList<RegistryRow<T>>> ListAsync<T>(RegistryQuery query, CancellationToken cancellation)
                where T : class => throw new NotSupportedException();

            public ValueTask<long> CountAsync(RegistryQuery query, CancellationToken cancellation) => throw new NotSupportedException();
        }
    }
}
