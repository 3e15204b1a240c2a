using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>An account of a region's journal. Immutable: a posting makes the next one.</summary>
/// <param name="Number">Dense within the region, from 1, in the order of opening.</param>
/// <param name="Opened">The index of the entry that opened it.</param>
public sealed record Account(long Number, AccountPath Path, Unit Unit, AccountFlags Flags, Counters Counters, long Opened,
    AccountTerms? Terms)
{
    public bool Is(AccountFlags flag) => (Flags & flag) != 0;

    /// <summary>Whether no counter is negative and the flags' limits hold.</summary>
    public bool KeepsLimits =>
        Counters is { DebitsPending: >= 0, DebitsPosted: >= 0, CreditsPending: >= 0, CreditsPosted: >= 0 }
        && (!Is(AccountFlags.DebitsMustNotExceedCredits) || Counters.DebitRoom >= 0)
        && (!Is(AccountFlags.CreditsMustNotExceedDebits) || Counters.CreditRoom >= 0)
        && (!Is(AccountFlags.Closed) || Counters.IsEmpty);

    /// <summary>The balance on the side that the account's limit keeps non-negative: credits less debits, or debits less credits.</summary>
    public long Balance => Is(AccountFlags.CreditsMustNotExceedDebits)
        ? Counters.DebitsPosted - Counters.CreditsPosted
        : Counters.CreditsPosted - Counters.DebitsPosted;
}

/// <summary>What an account may do. The numbers are stored; they never change their meaning.</summary>
[Flags]
public enum AccountFlags
{
    None = 0,

    /// <summary>The account can't be overdrawn: its debits, pending ones too, stay within its posted credits.</summary>
    DebitsMustNotExceedCredits = 1,

    /// <summary>The opposite limit, for accounts whose balance is a debit.</summary>
    CreditsMustNotExceedDebits = 2,

    /// <summary>Nothing moves until the account is thawed.</summary>
    Frozen = 4,

    /// <summary>Nothing moves until the account is reopened; only an empty account can be closed.</summary>
    Closed = 8,
}

/// <summary>The four counters of an account, in its unit; none is ever negative and there is no signed balance.</summary>
public readonly record struct Counters(long DebitsPending, long DebitsPosted, long CreditsPending, long CreditsPosted)
{
    /// <summary>What can still be debited where debits must not exceed credits: pending debits count, pending credits don't.</summary>
    public long DebitRoom => CreditsPosted - DebitsPosted - DebitsPending;

    /// <summary>What can still be credited where credits must not exceed debits.</summary>
    public long CreditRoom => DebitsPosted - CreditsPosted - CreditsPending;

    public bool IsEmpty => DebitsPosted == CreditsPosted && DebitsPending == 0 && CreditsPending == 0;

    /// <summary>These counters after the debit side of a transfer.</summary>
    public Counters Debit(Transfer transfer) => this with
    {
        DebitsPending = DebitsPending + transfer.Held - transfer.Released,
        DebitsPosted = DebitsPosted + transfer.Posted,
    };

    /// <summary>These counters after the credit side of a transfer.</summary>
    public Counters Credit(Transfer transfer) => this with
    {
        CreditsPending = CreditsPending + transfer.Held - transfer.Released,
        CreditsPosted = CreditsPosted + transfer.Posted,
    };
}

/// <summary>The name of an account for people and exports, such as <c>fund/lottery/available</c>; unique in its region.</summary>
public readonly record struct AccountPath
{
    public const int MaxLength = 120;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private AccountPath(string text) => Text = text;

    public string Text { get; }

    public static AccountPath Parse(string text) => TryParse(text, out AccountPath path)
        ? path : throw new FormatException($"'{text}' is not an account path.");

    /// <summary>True for 1 to 120 ASCII letters, digits, hyphens and single slashes between them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountPath path)
    {
        path = default;
        if (text is null || text.Length is 0 or > MaxLength || text[0] == '/' || text[^1] == '/'
            || text.Contains("//", StringComparison.Ordinal)) return false;
        if (text.AsSpan().ContainsAnyExcept(Allowed)) return false;
        path = new AccountPath(text);
        return true;
    }

    public override string ToString() => Text ?? "";
}

/// <summary>An account as the chart names it: where it is, what it holds, and whether using it opens it.</summary>
public sealed record AccountSpec(AccountPath Path, Unit Unit, AccountFlags Flags, Opening Opening, AccountTerms? Terms = null);

/// <summary>What an account was opened for, fixed at its opening: whose it is, in which programme, between which dates.</summary>
/// <param name="Owner">The party or other thing that the account belongs to, as an opaque id; empty where nobody.</param>
/// <param name="Group">The programme, batch or other set it is listed under; empty where none.</param>
/// <param name="From">The first day on which it may be used.</param>
/// <param name="Until">The last day on which it may be used.</param>
/// <param name="Data">Further terms as JSON that the domain writes and reads; at most 2,000 characters.</param>
public sealed record AccountTerms(string Owner, string Group, DateOnly? From, DateOnly? Until, string Data)
{
    public const int MaxDataLength = 2_000;

    public static AccountTerms OfOwner(OpaqueId owner) => new(owner.Text, "", null, null, "");
}

/// <summary>Whether naming an account in a transfer opens it.</summary>
public enum Opening
{
    /// <summary>It must be there already.</summary>
    Never = 0,

    /// <summary>It is opened by its first use.</summary>
    FirstUse = 1,

    /// <summary>It must not be there yet: what was opened under other terms can't be added to by mistake.</summary>
    New = 2,
}

/// <summary>The flags of an account after an entry that changed them.</summary>
public readonly record struct AccountChange(long Account, AccountFlags Flags);
