using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace TimeBank.Ledger;

/// <summary>An account of a region's journal. Immutable: a posting makes a new version.</summary>
/// <param name="Number">Dense within the region, from 1, in opening order.</param>
/// <param name="Opened">The index of the entry that opened it.</param>
public sealed record Account(long Number, AccountPath Path, Unit Unit, AccountFlags Flags, Counters Counters, long Opened,
    AccountTerms? Terms)
{
    public bool Is(AccountFlags flag) => (Flags & flag) != 0;

    /// <summary>True where no counter is negative and the flags' limits hold.</summary>
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

/// <summary>The limits and the state of an account. The numbers are stored and never change their meaning.</summary>
[Flags]
public enum AccountFlags
{
    None = 0,

    /// <summary>The account can't be overdrawn: its debits, pending ones included, stay within its posted credits.</summary>
    DebitsMustNotExceedCredits = 1,

    /// <summary>The opposite limit, for accounts with a debit balance.</summary>
    CreditsMustNotExceedDebits = 2,

    /// <summary>Nothing moves until staff thaw the account.</summary>
    Frozen = 4,

    /// <summary>Nothing moves until staff reopen the account. Only an empty account can be closed.</summary>
    Closed = 8,
}

/// <summary>The four counters of an account, in its unit. None is ever negative; there is no signed balance.</summary>
public readonly record struct Counters(long DebitsPending, long DebitsPosted, long CreditsPending, long CreditsPosted)
{
    /// <summary>
    /// The amount that a debit may still have where debits must not exceed credits. Pending debits count, pending credits don't.
    /// </summary>
    public long DebitRoom => CreditsPosted - DebitsPosted - DebitsPending;

    /// <summary>The amount that a credit may still have where credits must not exceed debits.</summary>
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

/// <summary>The name of an account for people and exports, such as <c>fund/lottery/available</c>. Unique in its region.</summary>
public readonly record struct AccountPath
{
    public const int MaxLength = 120;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private AccountPath(string text) => Text = text;

    public string Text { get; }

    public static AccountPath Parse(string text) => TryParse(text, out AccountPath path)
        ? path : throw new FormatException($"'{text}' is not an account path.");

    /// <summary>True for 1 to 120 ASCII letters, digits and hyphens, with single slashes between them.</summary>
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

/// <summary>An account as the chart names it: path, unit, limits, and whether a transfer may open it.</summary>
public sealed record AccountSpec(AccountPath Path, Unit Unit, AccountFlags Flags, Opening Opening, AccountTerms? Terms = null);

/// <summary>Fixed when the account opens: its owner, its programme and its days of use.</summary>
/// <param name="Owner">The owning party or other thing, as an opaque id; empty where there is none.</param>
/// <param name="Group">The programme, batch or other set that lists the account; empty where there is none.</param>
/// <param name="From">The first day of use.</param>
/// <param name="Until">The last day of use.</param>
/// <param name="Data">Further terms as JSON that the domain writes and reads; at most 2,000 characters.</param>
public sealed record AccountTerms(string Owner, string Group, DateOnly? From, DateOnly? Until, string Data)
{
    public const int MaxDataLength = 2_000;

    public static AccountTerms OfOwner(OpaqueId owner) => new(owner.Text, "", null, null, "");
}

/// <summary>Whether a transfer that names an account opens it.</summary>
public enum Opening
{
    /// <summary>The account must exist.</summary>
    Never = 0,

    /// <summary>The first transfer opens the account.</summary>
    FirstUse = 1,

    /// <summary>The account must not exist: nothing is added by mistake to one opened under other terms.</summary>
    New = 2,
}

/// <summary>The flags of an account after an entry that changed them.</summary>
public readonly record struct AccountChange(long Account, AccountFlags Flags);
