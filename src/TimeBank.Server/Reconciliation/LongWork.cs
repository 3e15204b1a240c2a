using System.Threading.Channels;

namespace TimeBank.Server;

/// <summary>Work that takes so long that whoever waits for it is told how far it is.</summary>
internal static class LongWork
{
    /// <summary>So many items are done between two steps.</summary>
    public const int Stretch = 10_000;

    /// <summary>Does the work, and gives each step that it reports, in order, before its result.</summary>
    /// <param name="work">It may report from any thread. It ends also where nobody listens any more.</param>
    public static async Task<T> ToldAsync<TStep, T>(Func<IProgress<TStep>, Task<T>> work, Func<TStep, Task> tell)
    {
        Channel<TStep> steps = Channel.CreateUnbounded<TStep>(new UnboundedChannelOptions { SingleReader = true });
        Task<T> running = Task.Run(async () =>
        {
            try
            {
                return await work(new Reported<TStep>(steps.Writer));
            }
            finally
            {
                steps.Writer.Complete();
            }
        });
        try
        {
            await foreach (TStep step in steps.Reader.ReadAllAsync()) await tell(step);
        }
        finally
        {
            // A caller who has gone disposes of the file; the work must not read it then.
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return await running;
    }

    /// <summary>The same items; tells how many there were whenever another stretch of them is done.</summary>
    public static IEnumerable<T> Told<T>(this IEnumerable<T> items, Action<long> tell)
    {
        long done = 0;
        foreach (T item in items)
        {
            yield return item;
            if (++done % Stretch == 0) tell(done);
        }
    }

    private sealed class Reported<TStep>(ChannelWriter<TStep> steps) : IProgress<TStep>
    {
        public void Report(TStep value) => steps.TryWrite(value);
    }
}
