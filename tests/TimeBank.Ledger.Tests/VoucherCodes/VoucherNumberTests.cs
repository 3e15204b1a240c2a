using CsCheck;
using TimeBank.Proofs;
using Xunit;

namespace TimeBank.Ledger.Tests;

public sealed class VoucherNumberTests
{
    private const string Letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly Gen<string> Ids = Gen.Char[Letters].Array[VoucherNumber.IdLength].Select(letters => new string(letters));

    [Theory]
    [InlineData("000000000000", "0000-0000-0000-0")]
    [InlineData("000000000001", "0000-0000-0001-2")]
    [InlineData("0123456789AB", "0123-4567-89AB-V")]
    [InlineData("ZZZZZZZZZZZZ", "ZZZZ-ZZZZ-ZZZZ-R")]
    public void Number_is_written_in_groups_with_its_check_character(string id, string number)
    {
        Assert.Equal(number, VoucherNumber.Write(id));
        Assert.Equal((VoucherNumberStatus.Sound, id), (VoucherNumber.Read(number, out string read), read));
    }

    [Fact]
    public void Every_id_reads_back() =>
        Ids.Sample(id => VoucherNumber.Read(VoucherNumber.Write(id), out string read) == VoucherNumberStatus.Sound && read == id);

    /// <summary>Every other letter at every place.</summary>
    [Fact]
    public void Every_single_wrong_letter_is_found() => Ids.Sample(id =>
    {
        string number = Plain(id);
        for (int at = 0; at < number.Length; at++)
        {
            foreach (char wrong in Letters)
            {
                if (wrong == number[at]) continue;
                Assert.Equal(VoucherNumberStatus.CheckFails, VoucherNumber.Read($"{number[..at]}{wrong}{number[(at + 1)..]}", out _));
            }
        }
    }, iter: 300);

    /// <summary>Neighbours, and any other two, the check character among them.</summary>
    [Fact]
    public void Every_swap_of_two_letters_is_found() => Ids.Sample(id =>
    {
        char[] number = Plain(id).ToCharArray();
        for (int one = 0; one < number.Length; one++)
        {
            for (int other = one + 1; other < number.Length; other++)
            {
                char[] swapped = [.. number];
                (swapped[one], swapped[other]) = (number[other], number[one]);
                VoucherNumberStatus status = VoucherNumber.Read(new string(swapped), out _);
                Assert.Equal(number[one] == number[other] ? VoucherNumberStatus.Sound : VoucherNumberStatus.CheckFails, status);
            }
        }
    }, iter: 2_000);

    /// <summary>All pairs of letters at all pairs of neighbours; the other places don't matter, since the check is a sum.</summary>
    [Fact]
    public void Swap_of_any_two_neighbours_is_found()
    {
        for (int at = 0; at + 1 < VoucherNumber.IdLength; at++)
        {
            foreach (char left in Letters)
            {
                foreach (char right in Letters.Where(letter => letter != left))
                {
                    char[] id = [.. Enumerable.Repeat('0', VoucherNumber.IdLength)];
                    (id[at], id[at + 1]) = (left, right);
                    char check = Plain(new string(id))[^1];
                    (id[at], id[at + 1]) = (right, left);
                    Assert.Equal(VoucherNumberStatus.CheckFails, VoucherNumber.Read($"{new string(id)}{check}", out _));
                }
            }
        }
    }

    [Theory]
    [InlineData("0123456789ABV")]
    [InlineData("0123 4567 89ab v")]
    [InlineData("  0123-4567-89aB-V\n")]
    [InlineData("O123–4567—89AB‑V")]
    [InlineData("oI23-4567-89AB-V")]
    [InlineData("ol23-4567-89AB-V")]
    [InlineData("0L23-4567-89AB-V")]
    [InlineData("oi23　４５６７　８９ａＢ－Ｖ")]
    public void Typing_is_forgiven(string typed) =>
        Assert.Equal((VoucherNumberStatus.Sound, "0123456789AB"), (VoucherNumber.Read(typed, out string id), id));

    [Theory]
    [InlineData("", VoucherNumberStatus.WrongLength)]
    [InlineData("0123-4567-89AB", VoucherNumberStatus.WrongLength)]
    [InlineData("0123-4567-89AB-88", VoucherNumberStatus.WrongLength)]
    [InlineData("0123-4567-89AB-U", VoucherNumberStatus.WrongLetter)]
    [InlineData("0123-4567-89AB-é", VoucherNumberStatus.WrongLetter)]
    [InlineData("0123.4567.89AB.8", VoucherNumberStatus.WrongLetter)]
    [InlineData("一二三四", VoucherNumberStatus.WrongLetter)]
    [InlineData("0123-4567-89AB-9", VoucherNumberStatus.CheckFails)]
    [InlineData("1023-4567-89AB-V", VoucherNumberStatus.CheckFails)]
    public void Anything_else_is_refused(string typed, VoucherNumberStatus status) =>
        Assert.Equal((status, ""), (VoucherNumber.Read(typed, out string id), id));

    [Theory]
    [InlineData("")]
    [InlineData("0123456789A")]
    [InlineData("0123456789ABC")]
    [InlineData("0123456789AU")]
    [InlineData("0123456789ab")]
    public void Only_an_id_is_written(string id) => Assert.Throws<ArgumentException>(() => VoucherNumber.Write(id));

    [Fact]
    public void Hostile_length_costs_nothing() =>
        Assert.Equal(VoucherNumberStatus.WrongLength, VoucherNumber.Read(new string('0', 1 << 20), out _));

    [Fact]
    public void Every_status_has_words_in_both_languages() => Assert.All(Enum.GetValues<VoucherNumberStatus>(), status =>
        Assert.DoesNotContain("", new[] { VoucherWords.Of(status).Chinese, VoucherWords.Of(status).English }));

    private static string Plain(string id) => VoucherNumber.Write(id).Replace("-", "", StringComparison.Ordinal);
}
