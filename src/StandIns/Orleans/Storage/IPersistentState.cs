using Orleans.Core;

namespace Orleans.Runtime;

/// <summary>A state that a grain gets through its constructor; read before the grain activates.</summary>
public interface IPersistentState<TState> : IStorage<TState>;
