namespace TimeBank.Storage;

/// <summary>Text that is part of a statement itself; everything else in a statement's braces becomes a parameter.</summary>
internal readonly record struct SqlText(string Text);
