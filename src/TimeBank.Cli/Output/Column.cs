namespace TimeBank.Cli;

/// <summary>A column of a table.</summary>
/// <param name="IsAmount">Whether it holds numbers, which stand at the right.</param>
internal readonly record struct Column(string Header, bool IsAmount = false);
