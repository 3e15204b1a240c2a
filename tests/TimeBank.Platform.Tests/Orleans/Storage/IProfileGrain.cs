using Orleans;

namespace TimeBank.Platform.Tests.Orleans.Storage;

[Alias("TimeBank.Platform.Tests.IProfileGrain")]
public interface IProfileGrain : IGrainWithStringKey
{
    [Alias("Get")]
    Task<ProfileView> Get();

    [Alias("Set")]
    Task Set(string name);

    /// <summary>Sets the name by way of a second copy of the same state, which does not see the writes of the first.</summary>
    [Alias("SetByTheOther")]
    Task SetByTheOther(string name);

    [Alias("Clear")]
    Task Clear();

    [Alias("Reread")]
    Task Reread();

    [Alias("Leave")]
    Task Leave();
}
