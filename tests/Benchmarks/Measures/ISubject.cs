namespace TimeBank.Benchmarks.Measures;

/// <summary>Something whose speed is measured. One subject is open at a time.</summary>
internal interface ISubject : IAsyncDisposable
{
    string Name { get; }

    IReadOnlyList<Scene> Scenes { get; }

    /// <summary>The process that answers, where it is another one than this; known once it is open.</summary>
    int? Server => null;

    /// <summary>Makes everything that the measure itself must not pay for.</summary>
    Task OpenAsync();

    /// <summary>Asks for about this long; the rounds of a scene until its rate has settled aren't counted.</summary>
    Task<Round> RunAsync(Scene scene, TimeSpan time);
}
