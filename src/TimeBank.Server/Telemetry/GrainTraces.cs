using System.Diagnostics;

namespace TimeBank.Server;

/// <summary>
/// Carries a recorded trace through grain calls, each of which becomes a span of the interface and the method. Orleans has filters of its
/// own for it (<c>AddActivityPropagation</c>), but their spans name the grains' keys, which are persons' ids, and a call whose trace is not
/// recorded would begin another trace in each grain.
/// </summary>
public sealed class GrainTraces : IIncomingGrainCallFilter
{
    /// <summary>The name of the source of spans.</summary>
    public const string Name = "TimeBank.Grains";

    private const string Key = "traceparent";

    private static readonly ActivitySource Spans = new(Name);

    /// <summary>
    /// Lets the grain calls that follow belong to a span, if it is recorded. Orleans itself carries the context on, so calls that nobody
    /// records pay for no filter where they leave.
    /// </summary>
    internal static void Follow(Activity? span)
    {
        if (span is { Recorded: true }) RequestContext.Set(Key, span.Id!);
    }

    public Task Invoke(IIncomingGrainCallContext context) =>
        RequestContext.Get(Key) is string caller && ActivityContext.TryParse(caller, null, isRemote: true, out ActivityContext trace)
            ? ShowAsync(context, trace) : context.Invoke();

    private static async Task ShowAsync(IIncomingGrainCallContext context, ActivityContext trace)
    {
        using Activity? span = Spans.StartActivity($"{context.InterfaceName}/{context.MethodName}", ActivityKind.Server, trace);
        Follow(span);
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
