namespace TimeBank.Chaos.Load;

/// <summary>The server's final answer: the entry's name (empty if the change writes none), or the refusal's reason.</summary>
internal sealed record Answer(string Entry, string Refusal = "", string Made = "")
{
    public bool Accepted => Refusal.Length == 0;

    /// <summary>The entry's index; -1 without an entry.</summary>
    public long Index => Entry.Length == 0 ? -1 : long.Parse(Entry.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
