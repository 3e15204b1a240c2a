using System.Diagnostics;

namespace TimeBank.Server;

/// <summary>
/// Carries a recorded trace across a grain call, where it becomes a span of the interface and the method. Orleans has filters of its own
/// for it (<c>AddActivityPropagation</c>), but their spans name the grains' keys, which are persons' ids, and a call whose trace is not
/// recorded would begin another trace in each grain.
/// </summary>
public sealed class GrainTraces : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    /// <summary>The name of the source of spans.</summary>
    public const string Name = "TimeBank.Grains";

    private const string Key = "traceparent";

    private static readonly ActivitySource Spans = new(Name);

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (Activity.Current is { Recorded: true } caller) RequestContext.Set(Key, caller.Id!);
        return context.Invoke();
    }

    public Task Invoke(IIncomingGrainCallContext context) =>
        RequestContext.Get(Key) is string caller && ActivityContext.TryParse(caller, null, isRemote: true, out ActivityContext trace)
            ? ShowAsync(context, trace) : context.Invoke();

    private static async Task ShowAsync(IIncomingGrainCallContext context, ActivityContext trace)
    {
        using Activity? span = Spans.StartActivity($"{context.InterfaceName}/{context.MethodName}", ActivityKind.Server, trace);
        try
        {
            await context.Invoke();
        }
        catch (Exception)
        {
            // What the exception says may name a person.
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
