using TimeBank.Chaos.Machines;
using Xunit;

namespace TimeBank.Chaos;

/// <summary>Skipped, with the reason, where no small disk can be mounted.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    public SmallDiskFactAttribute() => Skip = SmallDisk.Impossible;
}
