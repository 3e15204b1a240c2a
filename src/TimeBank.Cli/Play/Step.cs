namespace TimeBank.Cli.Play;

/// <summary>One thing that happens in the month: one call that changes something.</summary>
/// <param name="Key">Its name in the month; its request id is made from it.</param>
/// <param name="At">When it happens. Steps of one moment are independent of each other but within a lane.</param>
/// <param name="Lane">Steps of one moment and lane happen one after the other, in the order of the plan.</param>
internal abstract record Step(string Key, DateTimeOffset At, string Lane)
{
    /// <summary>The reason with which it must be refused; null: it must succeed.</summary>
    public string? RefusedAs { get; init; }

    /// <summary>Makes the call. What later steps need of the answer, they find on the stage.</summary>
    public abstract Task PlayAsync(Stage stage, string requestId);
}
