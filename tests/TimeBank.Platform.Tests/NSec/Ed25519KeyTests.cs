using System.Text;
using NSec.Cryptography;
using Xunit;

namespace TimeBank.Platform.Tests.NSec;

public sealed class Ed25519KeyTests
{
    private static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;
    private static readonly byte[] Seed = Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");

    public static TheoryData<KeyBlobFormat, int> PrivateFormats => new()
    {
        { KeyBlobFormat.RawPrivateKey, 32 },
        { KeyBlobFormat.NSecPrivateKey, 40 },
        { KeyBlobFormat.PkixPrivateKey, 48 },
        { KeyBlobFormat.PkixPrivateKeyText, 122 },
    };

    public static TheoryData<KeyBlobFormat, int> PublicFormats => new()
    {
        { KeyBlobFormat.RawPublicKey, 32 },
        { KeyBlobFormat.NSecPublicKey, 40 },
        { KeyBlobFormat.PkixPublicKey, 44 },
        { KeyBlobFormat.PkixPublicKeyText, 116 },
    };

    [Theory]
    [MemberData(nameof(PrivateFormats))]
    public void A_private_key_comes_back_from_each_format(KeyBlobFormat format, int size)
    {
        using Key key = Key.Create(Ed25519, Exportable());

        byte[] blob = key.Export(format);

        using Key again = Key.Import(Ed25519, blob, format);
        Assert.Equal(size, blob.Length);
        Assert.Equal(size, key.GetExportBlobSize(format));
        Assert.Equal(key.PublicKey, again.PublicKey);
        Assert.Equal(Ed25519.Sign(key, Seed), Ed25519.Sign(again, Seed));
    }

    [Theory]
    [MemberData(nameof(PublicFormats))]
    public void A_public_key_comes_back_from_each_format(KeyBlobFormat format, int size)
    {
        using Key key = Key.Create(Ed25519);

        byte[] blob = key.PublicKey.Export(format);

        Assert.Equal(size, blob.Length);
        Assert.Equal(size, key.PublicKey.GetExportBlobSize(format));
        Assert.Equal(blob, key.Export(format));
        Assert.Equal(key.PublicKey, PublicKey.Import(Ed25519, blob, format));
    }

    [Theory]
    [MemberData(nameof(PrivateFormats))]
    public void A_private_blob_of_another_size_is_refused(KeyBlobFormat format, int size)
    {
        using Key key = Key.Create(Ed25519, Exportable());
        byte[] blob = key.Export(format);
        foreach (byte[] wrong in new[] { [], blob[..(size / 2)], [.. blob, (byte)'x'], [(byte)'x', .. blob] })
        {
            Assert.False(Key.TryImport(Ed25519, wrong, format, out Key? none));
            Assert.Null(none);
            Assert.Throws<FormatException>(() => Key.Import(Ed25519, wrong, format));
        }
    }

    [Theory]
    [MemberData(nameof(PublicFormats))]
    public void A_public_blob_of_another_size_is_refused(KeyBlobFormat format, int size)
    {
        using Key key = Key.Create(Ed25519);
        byte[] blob = key.PublicKey.Export(format);
        foreach (byte[] wrong in new[] { [], blob[..(size / 2)], [.. blob, (byte)'x'], [(byte)'x', .. blob] })
        {
            Assert.False(PublicKey.TryImport(Ed25519, wrong, format, out PublicKey? none));
            Assert.Null(none);
            Assert.Throws<FormatException>(() => PublicKey.Import(Ed25519, wrong, format));
        }
    }

    [Fact]
    public void A_blob_with_another_header_is_refused()
    {
        using Key key = Key.Create(Ed25519, Exportable());
        byte[] der = key.Export(KeyBlobFormat.PkixPrivateKey);
        der[11] ^= 1; // the last number of the algorithm's identifier: X448 instead of Ed25519, say
        Assert.False(Key.TryImport(Ed25519, der, KeyBlobFormat.PkixPrivateKey, out _));

        byte[] text = key.PublicKey.Export(KeyBlobFormat.PkixPublicKeyText);
        Assert.False(Key.TryImport(Ed25519, text, KeyBlobFormat.PkixPrivateKeyText, out _));
    }

    [Fact]
    public void Text_is_the_PEM_of_the_DER_blob_and_white_space_around_it_is_let_be()
    {
        using Key key = Key.Import(Ed25519, Seed, KeyBlobFormat.RawPrivateKey, Exportable());

        string text = Encoding.ASCII.GetString(key.Export(KeyBlobFormat.PkixPrivateKeyText));

        string base64 = Convert.ToBase64String(key.Export(KeyBlobFormat.PkixPrivateKey));
        Assert.Equal($"-----BEGIN PRIVATE KEY-----\r\n{base64}\r\n-----END PRIVATE KEY-----\r\n", text);
        using Key again = Key.Import(Ed25519, Encoding.ASCII.GetBytes($"\n {text.Replace("\r\n", "\n")}\n"), KeyBlobFormat.PkixPrivateKeyText);
        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Fact]
    public void A_key_that_may_not_leave_does_not()
    {
        using Key key = Key.Create(Ed25519);
        Assert.Equal(KeyExportPolicies.None, key.ExportPolicy);
        Assert.Throws<InvalidOperationException>(() => key.Export(KeyBlobFormat.RawPrivateKey));
        Assert.Throws<InvalidOperationException>(() => key.TryExport(KeyBlobFormat.PkixPrivateKey, new byte[200], out _));
        Assert.Equal(32, key.Export(KeyBlobFormat.RawPublicKey).Length);
    }

    [Fact]
    public void A_key_that_may_be_archived_leaves_once()
    {
        using Key key = Key.Create(Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });
        Assert.False(key.TryExport(KeyBlobFormat.RawPrivateKey, new byte[31], out int needed));
        Assert.Equal(32, needed);
        Assert.Equal(32, key.Export(KeyBlobFormat.RawPrivateKey).Length);
        Assert.Throws<InvalidOperationException>(() => key.Export(KeyBlobFormat.RawPrivateKey));
    }

    [Fact]
    public void A_disposed_key_neither_signs_nor_leaves_while_its_public_key_works()
    {
        Key key = Key.Create(Ed25519, Exportable());
        byte[] signature = Ed25519.Sign(key, Seed);
        key.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Ed25519.Sign(key, Seed));
        Assert.Throws<ObjectDisposedException>(() => key.Export(KeyBlobFormat.RawPrivateKey));
        Assert.True(Ed25519.Verify(key.PublicKey, Seed, signature));
    }

    [Theory]
    [InlineData(KeyBlobFormat.RawSymmetricKey)]
    [InlineData(KeyBlobFormat.NSecSymmetricKey)]
    [InlineData((KeyBlobFormat)77)]
    [InlineData((KeyBlobFormat)(-77))]
    public void A_format_that_the_algorithm_lacks_is_an_argument_error(KeyBlobFormat format)
    {
        using Key key = Key.Create(Ed25519, Exportable());
        Assert.Throws<ArgumentException>(() => key.Export(format));
        Assert.Throws<ArgumentException>(() => Key.Import(Ed25519, Seed, format));
        Assert.Throws<ArgumentException>(() => PublicKey.Import(Ed25519, Seed, format));
    }

    [Fact]
    public void A_private_format_is_no_public_one()
    {
        using Key key = Key.Create(Ed25519);
        Assert.Throws<ArgumentException>(() => key.PublicKey.Export(KeyBlobFormat.RawPrivateKey));
        Assert.Throws<ArgumentException>(() => Key.Import(Ed25519, Seed, KeyBlobFormat.RawPublicKey));
    }

    [Fact]
    public void Public_keys_are_equal_by_their_bytes()
    {
        using Key one = Key.Import(Ed25519, Seed, KeyBlobFormat.RawPrivateKey);
        using Key same = Key.Import(Ed25519, Seed, KeyBlobFormat.RawPrivateKey);
        using Key other = Key.Create(Ed25519);

        Assert.True(one.PublicKey.Equals(same.PublicKey));
        Assert.Equal(one.PublicKey.GetHashCode(), same.PublicKey.GetHashCode());
        Assert.False(one.PublicKey.Equals(other.PublicKey));
        Assert.False(one.PublicKey.Equals(null));
    }

    [Fact]
    public void New_keys_differ()
    {
        using Key one = Key.Create(Ed25519);
        using Key other = Key.Create(Ed25519);
        Assert.NotEqual(one.PublicKey, other.PublicKey);
        Assert.True(one.HasPublicKey);
        Assert.Equal(32, one.Size);
        Assert.Same(Ed25519, one.Algorithm);
    }

    private static KeyCreationParameters Exportable() => new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
}
