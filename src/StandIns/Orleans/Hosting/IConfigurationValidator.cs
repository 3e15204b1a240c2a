namespace Orleans;

/// <summary>Checked before the silo starts; throws where the set-up is wrong.</summary>
public interface IConfigurationValidator
{
    void ValidateConfiguration();
}
