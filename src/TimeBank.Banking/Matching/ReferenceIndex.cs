using System.Runtime.InteropServices;

namespace TimeBank.Banking;

/// <summary>
/// Finds ids in texts. Letters and digits count and nothing else: banks change case, break ids at their line ends and put marks of their
/// own around them. An id is found as one word, or as up to three words that follow each other.
/// </summary>
internal sealed class ReferenceIndex(int shortest, int capacity)
{
    private const int Longest = 128;
    private const int MostWords = 3;

    // An id that more payments share names none of them.
    private const int MostOwners = 16;
    private const int MostFound = 500;

    private readonly Dictionary<ulong, (int Head, int Count)> heads = new(capacity);
    private readonly List<(string Id, int Owner, int Next)> entries = new(capacity);

    public void Add(string id, int owner)
    {
        Span<char> bare = stackalloc char[Longest];
        int size = Bare(id, bare);
        if (size < shortest) return;
        ref (int Head, int Count) chain = ref CollectionsMarshal.GetValueRefOrAddDefault(heads, Hash(bare[..size]), out bool exists);
        if (chain.Count > MostOwners) return;
        entries.Add((id, owner, exists ? chain.Head : -1));
        chain = (entries.Count - 1, chain.Count + 1);
    }

    /// <summary>
    /// The owners of the ids that stand in a text, each once, rising; the longest run of words that is an id wins. A text that names
    /// hundreds is a list, and only its first ones are found.
    /// </summary>
    public void Find(string text, List<int> found)
    {
        found.Clear();
        Span<(int Start, int End)> words = stackalloc (int, int)[MostWords];
        Span<char> bare = stackalloc char[Longest];
        int at = 0;
        while (at < text.Length && found.Count <= MostFound)
        {
            int count = 0, from = at;
            while (count < MostWords && NextWord(text, ref from, out (int, int) word)) words[count++] = word;
            if (count == 0) break;
            int used = 0;
            for (int length = count; length > 0 && used == 0; length--)
            {
                int size = Bare(text.AsSpan()[words[0].Start..words[length - 1].End], bare);
                if (size >= shortest && AddOwners(bare[..size], found)) used = length;
            }
            at = words[Math.Max(used, 1) - 1].End;
        }
        found.Sort();
    }

    /// <returns>Whether some id reads like this; ids that differ in their marks alone are all found.</returns>
    private bool AddOwners(ReadOnlySpan<char> bare, List<int> found)
    {
        if (!heads.TryGetValue(Hash(bare), out (int Head, int Count) chain) || chain.Count > MostOwners) return false;
        Span<char> own = stackalloc char[Longest];
        bool any = false;
        for (int at = chain.Head; at >= 0; at = entries[at].Next)
        {
            if (!own[..Bare(entries[at].Id, own)].SequenceEqual(bare)) continue;
            if (!found.Contains(entries[at].Owner)) found.Add(entries[at].Owner);
            any = true;
        }
        return any;
    }

    /// <summary>FNV-1a of 64 bits. Ids aren't copied for the index: a hit is compared with the id itself.</summary>
    private static ulong Hash(ReadOnlySpan<char> bare)
    {
        ulong hash = 14_695_981_039_346_656_037;
        foreach (char letter in bare) hash = unchecked((hash ^ letter) * 1_099_511_628_211);
        return hash;
    }

    /// <summary>A word is letters and digits of ASCII with hyphens, dots and underlines between them.</summary>
    private static bool NextWord(string text, ref int from, out (int Start, int End) word)
    {
        while (from < text.Length && !char.IsAsciiLetterOrDigit(text[from])) from++;
        int start = from;
        while (from < text.Length && (char.IsAsciiLetterOrDigit(text[from]) || text[from] is '-' or '.' or '_')) from++;
        word = (start, from);
        return from > start;
    }

    /// <returns>How many letters and digits there are; 0 where they are more than an id may have.</returns>
    private static int Bare(ReadOnlySpan<char> text, Span<char> bare)
    {
        int size = 0;
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter)) continue;
            if (size == bare.Length) return 0;
            bare[size++] = char.ToUpperInvariant(letter);
        }
        return size;
    }
}
