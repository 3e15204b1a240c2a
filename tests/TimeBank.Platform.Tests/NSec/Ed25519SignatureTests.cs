using System.Text;
using NSec.Cryptography;
using Xunit;

namespace TimeBank.Platform.Tests.NSec;

public sealed class Ed25519SignatureTests
{
    private static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;
    private static readonly byte[] Message = Encoding.UTF8.GetBytes("助餐 1");

    /// <summary>RFC 8032, section 7.1: seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Vectors => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Sign_gives_the_standards_vector_and_Verify_accepts_it(string seed, string publicKey, string message, string signature)
    {
        using Key key = Key.Import(Ed25519, Convert.FromHexString(seed), KeyBlobFormat.RawPrivateKey);
        byte[] data = Convert.FromHexString(message);

        byte[] signed = Ed25519.Sign(key, data);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
        Assert.Equal(signature, Convert.ToHexStringLower(signed));
        Assert.True(Ed25519.Verify(key.PublicKey, data, signed));
        Assert.True(Ed25519.Verify(PublicKey.Import(Ed25519, Convert.FromHexString(publicKey), KeyBlobFormat.RawPublicKey), data, signed));
    }

    [Fact]
    public void Sizes_are_the_standards()
    {
        Assert.Equal(32, Ed25519.PrivateKeySize);
        Assert.Equal(32, Ed25519.PublicKeySize);
        Assert.Equal(64, Ed25519.SignatureSize);
    }

    [Fact]
    public void Verify_is_false_for_every_flipped_bit_of_the_signature()
    {
        using Key key = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);
        for (int bit = 0; bit < 8 * signature.Length; bit++)
        {
            byte[] tampered = [.. signature];
            tampered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Ed25519.Verify(key.PublicKey, Message, tampered), $"bit {bit}");
        }
        Assert.True(Ed25519.Verify(key.PublicKey, Message, signature));
    }

    [Fact]
    public void Verify_is_false_for_a_tampered_key()
    {
        using Key key = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);
        byte[] raw = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        for (int bit = 0; bit < 8 * raw.Length; bit++)
        {
            byte[] tampered = [.. raw];
            tampered[bit / 8] ^= (byte)(1 << (bit % 8));
            PublicKey other = PublicKey.Import(Ed25519, tampered, KeyBlobFormat.RawPublicKey);
            Assert.False(Ed25519.Verify(other, Message, signature), $"bit {bit}");
        }
    }

    [Fact]
    public void Verify_is_false_for_another_message_or_another_key()
    {
        using Key key = Key.Create(Ed25519);
        using Key other = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);

        Assert.False(Ed25519.Verify(key.PublicKey, [.. Message, 0], signature));
        Assert.False(Ed25519.Verify(key.PublicKey, [], signature));
        Assert.False(Ed25519.Verify(other.PublicKey, Message, signature));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(65)]
    public void Verify_is_false_for_a_signature_of_another_length(int length)
    {
        using Key key = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);
        Array.Resize(ref signature, length);
        Assert.False(Ed25519.Verify(key.PublicKey, Message, signature));
    }

    [Theory]
    [InlineData(63)]
    [InlineData(65)]
    public void Sign_into_a_span_of_another_length_is_an_argument_error(int length)
    {
        using Key key = Key.Create(Ed25519);
        Assert.Throws<ArgumentException>(() => Ed25519.Sign(key, Message, new byte[length]));
    }

    [Fact]
    public void A_key_of_another_algorithm_instance_is_an_argument_error()
    {
        Ed25519 another = new();
        using Key key = Key.Create(another);
        byte[] signature = another.Sign(key, Message);

        Assert.True(another.Verify(key.PublicKey, Message, signature));
        Assert.Throws<ArgumentException>(() => Ed25519.Sign(key, Message));
        Assert.Throws<ArgumentException>(() => Ed25519.Verify(key.PublicKey, Message, signature));
    }

    [Fact]
    public void Null_keys_are_argument_errors()
    {
        Assert.Throws<ArgumentNullException>(() => Ed25519.Sign(null!, Message));
        Assert.Throws<ArgumentNullException>(() => Ed25519.Verify(null!, Message, new byte[64]));
    }

    [Fact]
    public void One_key_signs_and_verifies_on_many_threads_at_once()
    {
        using Key key = Key.Create(Ed25519);
        byte[] expected = Ed25519.Sign(key, Message);
        Parallel.For(0, 200, _ =>
        {
            Assert.Equal(expected, Ed25519.Sign(key, Message));
            Assert.True(Ed25519.Verify(key.PublicKey, Message, expected));
        });
    }

    [Fact]
    public void A_megabyte_is_signed_and_verified()
    {
        using Key key = Key.Create(Ed25519);
        byte[] large = new byte[1 << 20];
        byte[] signature = Ed25519.Sign(key, large);
        Assert.True(Ed25519.Verify(key.PublicKey, large, signature));
        large[^1] = 1;
        Assert.False(Ed25519.Verify(key.PublicKey, large, signature));
    }
}
