using System.Security.Cryptography;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.GrainTests;

public sealed class VaultTests
{
    private const string Secret = "6222 未必有 0000";

    private static readonly VaultParty Canteen = new(District.Code, "providers/0123456789AB");

    private readonly Vault _vault = TestVault();

    /// <summary>A vault with a key that every test knows.</summary>
    internal static Vault TestVault(string keys = "") =>
        new(VaultKeys.Read(keys.Length > 0 ? keys : Line(1)), RandomNumberGenerator.GetBytes);

    [Theory]
    [InlineData("")]
    [InlineData("6222000000001234567")]
    [InlineData(Secret)]
    public void What_was_sealed_opens(string value)
    {
        string key = _vault.NewKey(Canteen);

        string first = _vault.Seal(key, Canteen, "account", value), second = _vault.Seal(key, Canteen, "account", value);

        Assert.Equal((value, value), (_vault.Open(key, Canteen, "account", first), _vault.Open(key, Canteen, "account", second)));
        Assert.NotEqual(first, second);
        Assert.NotEqual(key, _vault.NewKey(Canteen));
    }

    [Fact]
    public void A_session_opens_what_it_sealed_at_the_same_place_alone()
    {
        string key = _vault.NewKey(Canteen);
        byte[] value = [1, 2, 3], changed;
        using VaultSession session = _vault.Session(key, Canteen), other = _vault.Session(_vault.NewKey(Canteen), Canteen);
        byte[] sealedValue = session.Seal("line/1", value);
        using (VaultSession later = _vault.Session(_vault.Rewrap(key, Canteen), Canteen))
            Assert.Equal(value, later.Open("line/1", sealedValue));

        Assert.NotEqual(sealedValue, session.Seal("line/1", value));
        Assert.Throws<VaultException>(() => session.Open("line/2", sealedValue));
        Assert.Throws<VaultException>(() => other.Open("line/1", sealedValue));
        Assert.Throws<VaultException>(() => session.Open("line/1", []));
        for (int at = 0; at < sealedValue.Length; at++)
        {
            changed = [.. sealedValue];
            changed[at] ^= 1;
            Assert.Throws<VaultException>(() => session.Open("line/1", changed));
        }
    }

    [Fact]
    public void A_byte_that_was_changed_is_seen_wherever_it_is()
    {
        string key = _vault.NewKey(Canteen), value = _vault.Seal(key, Canteen, "account", Secret);

        foreach (string changed in Flipped(value)) AssertRefused(() => _vault.Open(key, Canteen, "account", changed));
        foreach (string changed in Flipped(key)) AssertRefused(() => _vault.Open(changed, Canteen, "account", value));
        foreach (string changed in Flipped(key)) AssertRefused(() => _vault.Rewrap(changed, Canteen));
    }

    [Fact]
    public void A_text_that_is_no_envelope_is_refused()
    {
        string key = _vault.NewKey(Canteen), value = _vault.Seal(key, Canteen, "account", Secret);

        foreach (string text in (string[])["", "AQ==", "no base64", value[..20], value[..^4], $" {value}", value + "\n", value + "AAAA",
            key])
        {
            AssertRefused(() => _vault.Open(key, Canteen, "account", text));
        }
        foreach (string text in (string[])["", "AQ==", "no base64", key[..^4], value])
        {
            AssertRefused(() => _vault.Open(text, Canteen, "account", value));
        }
    }

    [Fact]
    public void Nothing_opens_in_another_place()
    {
        string key = _vault.NewKey(Canteen), value = _vault.Seal(key, Canteen, "account", Secret);
        VaultParty neighbour = Canteen with { Party = "providers/BA9876543210" };
        VaultParty elsewhere = Canteen with { Region = RegionCode.Parse("430203") };

        foreach (VaultParty other in (VaultParty[])[neighbour, elsewhere])
        {
            // The row alone, and the row with its key.
            string own = _vault.NewKey(other);
            AssertRefused(() => _vault.Open(own, other, "account", value));
            AssertRefused(() => _vault.Open(key, other, "account", value));
        }
        AssertRefused(() => _vault.Open(key, Canteen, "phone", value));
        // Parts are told apart: the same letters, cut at another place.
        string cut = _vault.Seal(key, Canteen, "ab", Secret);
        AssertRefused(() => _vault.Open(key, Canteen with { Party = Canteen.Party + "a" }, "b", cut));
    }

    [Fact]
    public void Another_master_key_says_which_one_is_missing_and_no_garbage()
    {
        string key = _vault.NewKey(Canteen), value = _vault.Seal(key, Canteen, "account", Secret);
        using Vault stranger = TestVault(Line(2));

        VaultException error = Assert.Throws<VaultException>(() => stranger.Open(key, Canteen, "account", value));

        Assert.Contains(VaultKeys.Read(Line(1)).Names, error.Message, StringComparison.Ordinal);
        Assert.Contains(VaultKeys.Read(Line(2)).Names, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_erased_key_leaves_its_values_unreadable_also_for_a_new_key()
    {
        string erased = _vault.NewKey(Canteen), value = _vault.Seal(erased, Canteen, "account", Secret);

        VaultException error = Assert.Throws<VaultException>(() => _vault.Open(_vault.NewKey(Canteen), Canteen, "account", value));

        Assert.Contains("erased", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Master_keys_are_exchanged_one_after_the_other()
    {
        string key = _vault.NewKey(Canteen), value = _vault.Seal(key, Canteen, "account", Secret);
        using Vault both = TestVault(Line(2) + Line(1)), after = TestVault(Line(2));

        string anew = both.Rewrap(key, Canteen);

        Assert.Equal(Secret, both.Open(key, Canteen, "account", value));
        Assert.Equal(Secret, after.Open(anew, Canteen, "account", value));
        Assert.Equal(anew, both.Rewrap(anew, Canteen));
        Assert.Equal(key, _vault.Rewrap(key, Canteen));
        AssertRefused(() => after.Rewrap(key, Canteen));
    }

    [Fact]
    public void A_value_is_found_by_its_hash_under_every_master_key()
    {
        using Vault both = TestVault(Line(2) + Line(1)), after = TestVault(Line(2));

        string before = Assert.Single(_vault.SearchHashes(District.Code, "phone", "13000000000"));

        Assert.Equal([Assert.Single(after.SearchHashes(District.Code, "phone", "13000000000")), before],
            both.SearchHashes(District.Code, "phone", "13000000000"));
        Assert.DoesNotContain(before, (string[])[.. _vault.SearchHashes(District.Code, "phone", "13000000001"),
            .. _vault.SearchHashes(District.Code, "phon", "e13000000000"),
            .. _vault.SearchHashes(RegionCode.Parse("430203"), "phone", "13000000000")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n\n")]
    [InlineData("hunter2")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void What_is_no_key_file_is_refused_and_not_repeated(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => VaultKeys.Read(text));

        if (text.Length > 0) Assert.DoesNotContain(text, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_stands_in_its_file_once() =>
        Assert.Throws<FormatException>(() => VaultKeys.Read(Line(1) + Line(2) + Line(1)));

    private static string Line(byte of) => $"{Convert.ToBase64String([.. Enumerable.Repeat(of, VaultKeys.KeySize)])}\n";

    private static IEnumerable<string> Flipped(string envelope)
    {
        byte[] bytes = Convert.FromBase64String(envelope);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            yield return Convert.ToBase64String(changed);
        }
    }

    private static void AssertRefused(Func<string> open)
    {
        VaultException error = Assert.Throws<VaultException>(open);
        Assert.DoesNotContain(Secret, error.Message, StringComparison.Ordinal);
    }
}
