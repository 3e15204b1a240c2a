namespace TimeBank.Ledger.Tests;

/// <summary>A small district's ids and books for tests of entries.</summary>
internal static class Given
{
    public static readonly Slug Bank = Slug.Parse("icbc");
    public static readonly Slug Lottery = Slug.Parse("lottery");
    public static readonly Slug Fiscal = Slug.Parse("fiscal");
    public static readonly Slug Programme = Slug.Parse("meals");
    public static readonly OpaqueId Elder = OpaqueId.Parse("E00000000001");
    public static readonly OpaqueId Volunteer = OpaqueId.Parse("V00000000001");
    public static readonly OpaqueId Provider = OpaqueId.Parse("P00000000001");
    public static readonly OpaqueId Voucher = OpaqueId.Parse("C00000000001");

    public static readonly VoucherTerms Money = new(
        Elder, Programme, VoucherKind.Money, Unit.Fen, [ServiceType.Meal], Fen.Zero, new DateOnly(2026, 10, 1), new DateOnly(2026, 10, 31),
            new DateOnly(2026, 11, 28));

    public static readonly VoucherTerms Meals = Money with { Kind = VoucherKind.Units, Unit = Unit.Meal, UnitPrice = new Fen(1_200) };

    public static EntryHeader Header(string id) => Command.HeaderOf(id, id);

    /// <summary>A book whose programme has 100,000 fen.</summary>
    public static Book FundedProgramme()
    {
        var book = new Book();
        book.Accept(MoneyEntries.Receive(Header("receive"), Bank, Lottery, new Fen(150_000)));
        book.Accept(MoneyEntries.Allot(Header("allot"), Programme, [(Lottery, new Fen(100_000))]));
        return book;
    }

    /// <summary>A book whose elder has 60 issued, 30 gifted and 120 earned minutes.</summary>
    public static Book ElderWithHours()
    {
        var book = new Book();
        OpaqueId giver = OpaqueId.Parse("V00000000009");
        book.Accept(HourEntries.Issue(Header("issue"), Elder, new Minutes(60)));
        book.Accept(HourEntries.ClearIn(Header("in1"), RegionCode.Parse("430203"), Elder, new Minutes(120)));
        book.Accept(HourEntries.ClearIn(Header("in2"), RegionCode.Parse("430203"), giver, new Minutes(30)));
        book.Accept(HourEntries.Gift(Header("gift"), giver, Elder, new Minutes(30)));
        return book;
    }

    /// <summary>An entry's transfers, one a line: <c>debit>credit unit posted/held/released</c>.</summary>
    public static string Moved(Book book, JournalEntry entry) =>
        string.Join('\n', entry.Transfers.Select(transfer =>
            $"{book.State.Account(transfer.Debit)!.Path}>{book.State.Account(transfer.Credit)!.Path} {transfer.Unit} "
                + $"{transfer.Posted}/{transfer.Held}/{transfer.Released}"));
}
