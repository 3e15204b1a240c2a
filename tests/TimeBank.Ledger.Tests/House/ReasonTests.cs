using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class ReasonTests
{
    /// <summary>They are stored, so this table only ever grows.</summary>
    [Theory]
    [InlineData(Reason.None, 0)]
    [InlineData(Reason.RequestIdReused, 1)]
    [InlineData(Reason.AmountNotPositive, 10)]
    [InlineData(Reason.AmountTooLarge, 11)]
    [InlineData(Reason.SameAccount, 12)]
    [InlineData(Reason.UnitMismatch, 13)]
    [InlineData(Reason.TooManyTransfers, 14)]
    [InlineData(Reason.TextTooLong, 15)]
    [InlineData(Reason.AccountNotFound, 20)]
    [InlineData(Reason.EntryNotFound, 21)]
    [InlineData(Reason.HoldNotFound, 22)]
    [InlineData(Reason.AccountExists, 23)]
    [InlineData(Reason.AccountClosed, 30)]
    [InlineData(Reason.AccountFrozen, 31)]
    [InlineData(Reason.AccountNotEmpty, 32)]
    [InlineData(Reason.HoldEnded, 33)]
    [InlineData(Reason.HoldExpired, 34)]
    [InlineData(Reason.HoldNotExpired, 35)]
    [InlineData(Reason.HoldAmountExceeded, 36)]
    [InlineData(Reason.EntryAlreadyReversed, 37)]
    [InlineData(Reason.EntryNotReversible, 38)]
    [InlineData(Reason.InsufficientBalance, 40)]
    [InlineData(Reason.LimitReached, 41)]
    public void Number_of_a_stored_reason_never_changes(Reason reason, int number) => Assert.Equal(number, (int)reason);

    [Fact]
    public void Numbers_are_given_once() => Assert.Distinct(Enum.GetNames<Reason>().Select(name => (int)Enum.Parse<Reason>(name)));
}
