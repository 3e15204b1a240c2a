using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TimeBank.Proofs;

namespace TimeBank.Ledger.Tests;

/// <summary>One parsed line of a <see cref="Script"/>: a proposal.</summary>
internal sealed record Command(string Label, string Verb, string Text, ImmutableArray<Leg> Legs, string Target,
    ImmutableArray<long> Amounts, long? Until)
{
    private static readonly string[] Verbs =
        ["post", "hold", "posthold", "void", "expire", "reverse", "freeze", "thaw", "close", "reopen", "refuse", "note"];

    /// <summary>The id comes from the label, the digest from the rest of the line: equal lines are the same request.</summary>
    public EntryHeader Header => HeaderOf(Label, Text);

    public static EntryId IdOf(string label) => EntryId.Of("tests", Guid.Empty, label);

    public static EntryHeader HeaderOf(string label, string content = "") => new(
        IdOf(label), Digest.Of(Encoding.UTF8.GetBytes(content)), "tests", "", new DateOnly(2026, 10, 1), "tests/1", "",
            EntryHeader.NoDetails);

    public static Command Parse(string line, string otherwise)
    {
        string label = otherwise, text = line.Trim();
        if (text.IndexOf(": ", StringComparison.Ordinal) is > 0 and int colon) (label, text) = (text[..colon], text[(colon + 2)..].Trim());
        string verb = text.Split(' ')[0], rest = text[verb.Length..];
        if (!Verbs.Contains(verb)) throw new FormatException($"No such verb: {line}");

        long? until = null;
        if (rest.Split(" until ") is [var before, var instant]) (rest, until) = (before, Number(instant));
        if (verb is "post" or "hold") return new Command(label, verb, text, Leg.ParseAll(rest), "", [], until);

        string[] parts = rest.Split('&', 2);
        string[] words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new Command(label, verb, text, parts.Length > 1 ? Leg.ParseAll(parts[1]) : [], words.FirstOrDefault(""),
            [.. words.Skip(1).Select(Number)], until);
    }

    public Proposal ToProposal() => Verb switch
    {
        "post" => Made(EntryKind.Post, EntryCode.GiftHours),
        "hold" => Made(EntryKind.Hold, EntryCode.HoldService) with { Expires = Until is { } until ? Book.Instant(until) : null },
        "posthold" => Made(EntryKind.PostHold, EntryCode.RenderService) with { Of = IdOf(Target), PostAmounts = Amounts },
        "void" => Made(EntryKind.VoidHold, EntryCode.ReleaseService) with { Of = IdOf(Target) },
        "expire" => Made(EntryKind.ExpireHold, EntryCode.ReleaseService) with { Of = IdOf(Target) },
        "reverse" => Entries.Reverse(Header, IdOf(Target)) with { Expires = Until is { } until ? Book.Instant(until) : null },
        "freeze" => Entries.Freeze(Header, AccountPath.Parse(Target)),
        "thaw" => Entries.Thaw(Header, AccountPath.Parse(Target)),
        "close" => Entries.Close(Header, AccountPath.Parse(Target)),
        "reopen" => Entries.Reopen(Header, AccountPath.Parse(Target)),
        "refuse" => Entries.Refuse(Header, EntryCode.RedeemVoucher,
            new Refusal(Enum.Parse<Reason>(Target))) with
        { Transfers = [.. Legs.Select(leg => leg.ToTransfer())] },
        "note" => Entries.Note(Header),
        _ => throw new FormatException(Verb),
    };

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private Proposal Made(EntryKind kind, EntryCode code) =>
        new(Header, kind, code) { Transfers = [.. Legs.Select(leg => leg.ToTransfer())] };
}
