namespace TimeBank.Benchmarks.Platform;

[Alias("TimeBank.Benchmarks.INoOpGrain")]
public interface INoOpGrain : IGrainWithStringKey
{
    [Alias("Nothing")]
    Task Nothing();
}
