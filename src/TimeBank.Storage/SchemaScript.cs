namespace TimeBank.Storage;

/// <summary>A numbered script, or the row that a database keeps of it.</summary>
internal sealed record SchemaScript(int Version, string Name, string Text, string Digest);
