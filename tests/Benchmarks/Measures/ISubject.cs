namespace TimeBank.Benchmarks.Measures;

/// <summary>Something whose speed is measured. One subject is open at a time.</summary>
internal interface ISubject : IAsyncDisposable
{
    string Name { get; }

    IReadOnlyList<Scene> Scenes { get; }

    /// <summary>The id of the answering process, if it is not this one. Known after <see cref="OpenAsync"/>.</summary>
    int? Server => null;

    /// <summary>Makes everything that must not count in the measure.</summary>
    Task OpenAsync();

    /// <summary>Runs one round of about this length. The benchmark discards a scene's rounds until its rate has settled.</summary>
    Task<Round> RunAsync(Scene scene, TimeSpan time);
}
