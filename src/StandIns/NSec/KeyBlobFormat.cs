namespace NSec.Cryptography;

/// <summary>How a key is written as bytes. Private formats are negative.</summary>
public enum KeyBlobFormat
{
    RawSymmetricKey = -1,
    RawPrivateKey = -2,
    NSecSymmetricKey = -101,
    NSecPrivateKey = -102,
    PkixPrivateKey = -202,
    PkixPrivateKeyText = -203,
    RawPublicKey = 1,
    NSecPublicKey = 101,
    PkixPublicKey = 201,
    PkixPublicKeyText = 202,
}
