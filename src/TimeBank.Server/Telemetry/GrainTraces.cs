using System.Diagnostics;

namespace TimeBank.Server;

/// <summary>
/// Carries a recorded trace through grains: each grain that carries out a command, and the region's writer, shows itself as a span with the
/// name of its class. The grains call this themselves, because any filter of grain calls, Orleans's own (<c>AddActivityPropagation</c>) or
/// ours, costs every call a tenth of the rate of redemptions, also where nothing is recorded. Orleans's own would also name the grains'
/// keys, which are persons' ids.
/// </summary>
public static class GrainTraces
{
    /// <summary>The name of the source of spans.</summary>
    public const string Name = "TimeBank.Grains";

    private const string Key = "traceparent";

    private static readonly ActivitySource Spans = new(Name);

    /// <summary>Lets the grain calls that follow belong to a span, if it is recorded.</summary>
    internal static void Follow(Activity? span)
    {
        if (span is { Recorded: true }) RequestContext.Set(Key, span.Id!);
    }

    /// <summary>Begins the span of a grain; call it in an async method, which ends it and forgets it again.</summary>
    /// <returns>Null where the caller is not recorded.</returns>
    internal static Activity? Begin(string grain)
    {
        if (RequestContext.Get(Key) is not string caller || !ActivityContext.TryParse(caller, null, isRemote: true, out ActivityContext trace))
        {
            return null;
        }
        Activity? span = Spans.StartActivity(grain, ActivityKind.Server, trace);
        Follow(span);
        return span;
    }
}
