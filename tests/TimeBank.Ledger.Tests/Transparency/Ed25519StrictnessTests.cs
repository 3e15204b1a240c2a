using System.Numerics;
using System.Security.Cryptography;
using NSec.Cryptography;
using Xunit;

namespace TimeBank.Ledger.Tests;

/// <summary>
/// Signatures that satisfy the verification equation and must still be refused. Otherwise anyone could rewrite a signature into another
/// one, or one signature could fit every message.
/// </summary>
public sealed class Ed25519StrictnessTests
{
    private static readonly SignatureAlgorithm Ed25519 = SignatureAlgorithm.Ed25519;
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);
    private static readonly byte[] Message = [1, 2, 3];

    /// <summary>Every encoding of a point whose order divides 8, with either sign bit.</summary>
    public static TheoryData<string> SmallOrderPoints
    {
        get
        {
            TheoryData<string> points = [];
            foreach (string y in new[]
            {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            })
            {
                byte[] bytes = Convert.FromHexString(y);
                points.Add(Convert.ToHexString(bytes));
                bytes[31] |= 0x80;
                points.Add(Convert.ToHexString(bytes));
            }
            return points;
        }
    }

    [Fact]
    public void S_not_below_the_group_order_is_refused()
    {
        using Key key = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);
        BigInteger s = new(signature.AsSpan(32), isUnsigned: true);

        byte[] malleated = [.. signature.AsSpan(0, 32), .. Scalar(s + Order)];

        Assert.False(Ed25519.Verify(key.PublicKey, Message, malleated));
    }

    [Theory]
    [MemberData(nameof(SmallOrderPoints))]
    public void A_public_key_of_small_order_verifies_nothing(string point)
    {
        // With such a key A, h·A vanishes for at least one message in eight. Then only S·B = R must hold, and anyone can find such a pair.
        PublicKey weak = PublicKey.Import(Ed25519, Convert.FromHexString(point), KeyBlobFormat.RawPublicKey);
        (byte[] r, BigInteger s) = PointAndLogarithm();
        for (int i = 0; i < 64; i++)
            Assert.False(Ed25519.Verify(weak, [(byte)i], [.. r, .. Scalar(s)]), $"message {i}");
    }

    [Theory]
    [MemberData(nameof(SmallOrderPoints))]
    public void An_R_of_small_order_is_refused(string point)
    {
        byte[] seed = new byte[32];
        using Key key = Key.Import(Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        byte[] r = Convert.FromHexString(point);
        byte[] hashed = SHA512.HashData([.. r, .. key.PublicKey.Export(KeyBlobFormat.RawPublicKey), .. Message]);
        BigInteger s = new BigInteger(hashed, isUnsigned: true) * SecretScalar(seed) % Order;

        Assert.False(Ed25519.Verify(key.PublicKey, Message, [.. r, .. Scalar(s)]));
    }

    [Fact]
    public void Any_32_bytes_import_as_a_public_key_and_bytes_off_the_curve_verify_nothing()
    {
        using Key key = Key.Create(Ed25519);
        byte[] signature = Ed25519.Sign(key, Message);
        for (byte i = 0; i < 32; i++)
        {
            byte[] bytes = new byte[32];
            bytes[0] = i;
            bytes[7] = 1;
            PublicKey guess = PublicKey.Import(Ed25519, bytes, KeyBlobFormat.RawPublicKey);
            Assert.False(Ed25519.Verify(guess, Message, signature));
        }
        Assert.True(Ed25519.Verify(key.PublicKey, Message, signature));
    }

    // A public key is the base point times the secret scalar: a point whose logarithm we know.
    private static (byte[] Point, BigInteger Logarithm) PointAndLogarithm()
    {
        byte[] seed = new byte[32];
        seed[0] = 9;
        using Key key = Key.Import(Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        return (key.PublicKey.Export(KeyBlobFormat.RawPublicKey), SecretScalar(seed) % Order);
    }

    // Source: RFC 8032, 5.1.5.
    private static BigInteger SecretScalar(byte[] seed)
    {
        byte[] half = SHA512.HashData(seed)[..32];
        half[0] &= 0xf8;
        half[31] = (byte)((half[31] & 0x3f) | 0x40);
        return new BigInteger(half, isUnsigned: true);
    }

    private static byte[] Scalar(BigInteger value)
    {
        byte[] bytes = new byte[32];
        value.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }
}
