namespace TimeBank.Simulation;

/// <summary>A continuation that is ready to run.</summary>
internal readonly record struct Turn(Turns Of, SendOrPostCallback Call, object? State);
