namespace TimeBank.Ledger;

/// <summary>
/// Letters in the texts of a data file that nobody can see or read, also where they are written as escapes. Asked only of files that are
/// proposed: those that are stored were taken by the rules of their day, and stay readable. Look-alike ideographs are named and not
/// replaced, since the file that a second person approves is the one proposed.
/// </summary>
public static class DataLetters
{
    public static IEnumerable<DataError> Find(byte[] utf8) => Find(DataNode.Read(utf8));

    private static IEnumerable<DataError> Find(DataNode node) => node.Content switch
    {
        string text when Wrong(text) is { } wrong => [new DataError(node.Line, node.Path, wrong)],
        List<DataNode> elements => elements.SelectMany(Find),
        Dictionary<string, DataNode> members => members.Values.SelectMany(Find),
        _ => [],
    };

    private static string? Wrong(string text) =>
        text.Any(char.IsControl) ? "has a control character"
        : PlainLetters.FindStrange(text, joinersAllowed: false) is not { } strange ? null
        : PlainLetters.Fold(strange.Letter.ToString()) is var plain && plain != strange.Letter.ToString()
            ? $"has {strange.CodePoint}, which only looks like {plain}"
        : $"has {strange.CodePoint}, which can't be seen or read";
}
