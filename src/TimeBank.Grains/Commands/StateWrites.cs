using Orleans;
using Orleans.Runtime;
using TimeBank.Ledger;

namespace TimeBank.Grains;

/// <summary>How grains write what they keep.</summary>
internal static class StateWrites
{
    /// <exception cref="StorageUnavailableException">It was not written, or may not have been. What is in memory is forgotten; the next call reads what is stored.</exception>
    public static async Task WriteAsync<T>(this IGrainBase grain, IPersistentState<T> state)
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception error)
        {
            grain.DeactivateOnIdle();
            throw new StorageUnavailableException($"The state of {grain.GrainContext.GrainId} could not be written.", error);
        }
    }
}
