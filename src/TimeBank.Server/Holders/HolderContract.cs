using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using TimeBank.Ledger;
using TimeBank.Proofs;
using TimeBank.V1;

namespace TimeBank.Server;

/// <summary>Reads what was shown for a payment. Codes are held against the region's keys before anything asks for them.</summary>
public sealed class HolderReader(VoucherKeys keys, Vault vault)
{
    private const int KeyLength = 24;

    /// <param name="served">The day of service. A paper is good up to the last day in its code, as it is without a network.</param>
    public ShownRecord Shown(RequestReader read, RegionCode region, Shown shown, DateOnly served)
    {
        if (shown.Codes.Count > Ledger.Bill.MaxShares) read.Refuse("shown.codes", "TOO_MANY", ("max", $"{Ledger.Bill.MaxShares}"));
        string pin = shown.Pin.Length == 0 ? "" : Pin(read, shown.Pin, "shown.pin");
        VerifierKey[] trusted = shown.Codes.Count == 0 ? [] : [.. keys.Of(region)];
        var vouchers = ImmutableArray.CreateBuilder<OpaqueId>();
        DateOnly? overSince = null;
        for (int at = 0; at < Math.Min(shown.Codes.Count, Ledger.Bill.MaxShares); at++)
        {
            VoucherReading reading = VoucherCode.Read(shown.Codes[at], trusted);
            if (reading.Claims is { } old && old.UseBy < served) overSince = old.UseBy;
            else if (reading.Claims is { } claims) vouchers.Add(OpaqueId.Parse(claims.Voucher));
            else read.Refuse($"shown.codes[{at}]", "NOT_A_VOUCHER_CODE", ("rule", $"{reading.Status}"));
        }
        ImmutableArray<KeyedHash> cards = shown.Card.Length == 0 ? [] : Card(read, region, shown.Card, "shown.card").Keys;
        ResourceName? confirmation = read.ResourceOrNull(shown.Confirmation, "shown.confirmation", HolderContract.Confirmations);
        if (confirmation is { } one) read.SameRegion(region, one, "shown.confirmation");
        return new ShownRecord(pin, vouchers.ToImmutable(), cards, confirmation?.Id ?? "", overSince);
    }

    /// <summary>
    /// A card's number as what may be stored: its keyed hashes, that of the current master key first, and its last four digits.
    /// </summary>
    public (ImmutableArray<KeyedHash> Keys, string LastDigits) Card(RequestReader read, RegionCode region, string text, string field)
    {
        string number = HolderCard.Plain(text);
        if (number.Length == 0) read.Refuse(field, "REQUIRED");
        else if (!HolderCard.IsNumber(number))
            read.Refuse(field, "NOT_A_CARD", ("min", $"{HolderCard.MinDigits}"), ("max", $"{HolderCard.MaxDigits}"));
        else return (
            [.. vault.KeyedHashes(region, "card", number).Select(hash => hash with { Hash = hash.Hash[..KeyLength] })], number[^4..]);
        return ([], "");
    }

    /// <summary>A PIN by its shape. What it is never stands in a violation.</summary>
    public static string Pin(RequestReader read, string text, string field)
    {
        if (text.Length == 0) read.Refuse(field, "REQUIRED");
        else if (!HolderPin.IsPin(text)) read.Refuse(field, "NOT_A_PIN", ("digits", $"{HolderPin.Digits}"));
        return text;
    }
}

/// <summary>What an elder has to show, in the contract's types.</summary>
internal static class HolderContract
{
    public const string Confirmations = "confirmations";

    public static Confirmation ToContract(this ConfirmationRecord record, ResourceName name, DateTimeOffset now)
    {
        var confirmation = new Confirmation
        {
            Name = name.ToString(),
            Elder = ResourceName.Of(name.Region, PersonContract.Elders, record.Question.Elder),
            Provider = ResourceName.Of(name.Region, VoucherContract.Providers, record.Question.Provider),
            UpTo = Unit.Fen.Of(record.Question.UpToFen),
            State = record.StageAt(now).ToContract(),
            AskedBy = record.AskedBy,
            AskTime = Timestamp.FromDateTimeOffset(record.AskedAt),
            ExpireTime = Timestamp.FromDateTimeOffset(record.ExpiresAt),
            AnsweredBy = record.AnsweredBy,
            AnswerTime = record.AnsweredAt is { } answered ? Timestamp.FromDateTimeOffset(answered) : null,
            Note = record.Note,
        };
        confirmation.Items.Add(record.Question.Items);
        return confirmation;
    }

    /// <param name="died">The day of the elder's death as far as it is known; null: the elder lives.</param>
    public static Holder ToContract(ResourceName elder, PinRecord pin, CardList cards, DateTimeOffset now, DateOnly? died)
    {
        var holder = new Holder { Elder = elder.ToString(), DeathDate = died?.ToContract() };
        if (cards.Asked is { } asked) holder.Unbinding = ToContract(asked);
        holder.Cards.Add(cards.Cards.Select(card => new Card
        {
            LastDigits = card.LastDigits, BindTime = Timestamp.FromDateTimeOffset(card.BoundAt), BoundBy = card.BoundBy,
            EndTime = card.EndedAt is { } ended ? Timestamp.FromDateTimeOffset(ended) : null, EndedBy = card.EndedBy, Reason = card.Reason,
            Unbound = card.Unbound is { } unbound ? ToContract(unbound) : null,
        }));
        if (!pin.IsSet) return holder;
        PinChangeRecord last = pin.Changes[^1];
        bool isLocked = pin.LockedUntil > now;
        holder.Pin = new Pin
        {
            SetTime = Timestamp.FromDateTimeOffset(last.At), SetBy = last.By,
            // After a lock the count begins anew.
            Misses = pin.LockedUntil is null || isLocked ? pin.Misses : 0,
            LockedUntil = isLocked ? Timestamp.FromDateTimeOffset(pin.LockedUntil!.Value) : null,
        };
        holder.Pin.Changes.Add(pin.Changes.Select(change => new PinChange
        {
            Time = Timestamp.FromDateTimeOffset(change.At), By = change.By, Reason = change.Reason,
        }));
        return holder;
    }

    private static V1.CardUnbinding ToContract(CardUnbinding asked) => new()
    {
        LastDigits = asked.LastDigits, Reason = asked.Reason, AskedBy = asked.By, AskTime = Timestamp.FromDateTimeOffset(asked.At),
    };
}
