namespace TimeBank.Chaos.Load;

/// <summary>What the server acknowledged: an entry by its name, empty where there is none to name, or a refusal by its reason.</summary>
internal sealed record Answer(string Entry, string Refusal = "", string Made = "")
{
    public bool Accepted => Refusal.Length == 0;

    /// <summary>The entry's index; -1 where no entry was written.</summary>
    public long Index => Entry.Length == 0 ? -1 : long.Parse(Entry.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
