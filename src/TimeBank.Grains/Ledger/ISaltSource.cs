namespace TimeBank.Grains;

/// <summary>Gives the 16 unpredictable bytes that hide an entry in the tree of its region.</summary>
public interface ISaltSource
{
    byte[] Next();
}
