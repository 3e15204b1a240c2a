namespace Orleans.Runtime;

/// <summary>Runs when the silo has become active, before its host has started.</summary>
public interface IStartupTask
{
    Task Execute(CancellationToken cancellationToken);
}
