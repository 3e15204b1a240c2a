namespace TimeBank.Proofs;

/// <summary>
/// The result of reading a voucher's code: genuine, or the first rule that it breaks. The signature is verified before the content is
/// looked at, so a broken rule of the content is the issuer's own doing.
/// </summary>
public enum VoucherCodeStatus
{
    /// <summary>Signed by a known key of the region. That says nothing about what was spent since.</summary>
    Genuine,

    /// <summary>More letters than any code has.</summary>
    TooLong,

    /// <summary>The text doesn't begin with <c>TBV1:</c>, in capital letters.</summary>
    OtherPrefix,

    /// <summary>A letter that base45 doesn't have, such as a small one.</summary>
    WrongLetter,

    /// <summary>A group of base45 that stands for no bytes, or a part of a group (RFC 9285).</summary>
    NotBase45,

    /// <summary>The bytes end too early, or are no CBOR (RFC 8949).</summary>
    NotCbor,

    /// <summary>CBOR, but not in the form of a COSE_Sign1 (RFC 9052), or a field has another type.</summary>
    WrongShape,

    /// <summary>An array or a map inside a map.</summary>
    TooDeep,

    /// <summary>A part whose length is not written before it.</summary>
    IndefiniteLength,

    /// <summary>A number or a length that has a shorter form.</summary>
    NotShortest,

    /// <summary>A map has a key twice.</summary>
    DuplicateKey,

    /// <summary>The keys of a map don't ascend.</summary>
    KeysOutOfOrder,

    /// <summary>Bytes after the end.</summary>
    TrailingBytes,

    /// <summary>A header that is not signed. None is needed, so none is read.</summary>
    UnprotectedHeader,

    /// <summary>The signed header names another algorithm than Ed25519 (EdDSA, −8).</summary>
    OtherAlgorithm,

    /// <summary>The signed header has something else than an algorithm and a key id of five bytes.</summary>
    OtherHeader,

    /// <summary>No known key has this id.</summary>
    UnknownKey,

    /// <summary>No known key with this id made the signature.</summary>
    BadSignature,

    /// <summary>A field that this version doesn't know, or that doesn't go with the others.</summary>
    UnknownField,

    /// <summary>A field is missing.</summary>
    MissingField,

    /// <summary>A field's value is beyond what the field can hold.</summary>
    OutOfRange,
}

/// <summary>The results in words, for those who check a voucher.</summary>
public static class VoucherWords
{
    public static (string Chinese, string English) Of(VoucherCodeStatus status) => status switch
    {
        VoucherCodeStatus.Genuine => ("真券：由该地区的密钥签发。余额须联网核对。",
            "Genuine: signed by the region's key. What is left on it, only the server knows."),
        VoucherCodeStatus.TooLong => ($"不是券码：超过 {VoucherCode.MaxLength} 个字符。",
            $"Not a voucher's code: more than {VoucherCode.MaxLength} characters."),
        VoucherCodeStatus.OtherPrefix => ("不是券码：须以大写的 TBV1: 开头。", "Not a voucher's code: it must begin with TBV1: in capital letters."),
        VoucherCodeStatus.WrongLetter => ("券码里有不该有的字符（只用大写字母、数字和少数符号）。",
            "The code has a character that none has: only capital letters, digits and a few signs."),
        VoucherCodeStatus.NotBase45 => ("券码不完整或写错：不是 base45。", "The code is cut or wrong: it is not base45."),
        VoucherCodeStatus.NotCbor => ("券码不完整或写错：内容不是 CBOR。", "The code is cut or wrong: its bytes are not CBOR."),
        VoucherCodeStatus.WrongShape => ("券码的结构不对：不是 COSE_Sign1，或某项类型不对。",
            "The code has another shape: it is no COSE_Sign1, or a field has another type."),
        VoucherCodeStatus.TooDeep => ("券码的结构不对：嵌套过深。", "The code has another shape: it is nested too deep."),
        VoucherCodeStatus.IndefiniteLength => ("券码的写法不规范：有未定长的部分。", "The code is not canonical: a part has no length before it."),
        VoucherCodeStatus.NotShortest => ("券码的写法不规范：有数未用最短写法。", "The code is not canonical: a number has a shorter form."),
        VoucherCodeStatus.DuplicateKey => ("券码的写法不规范：同一项出现两次。", "The code is not canonical: a field stands there twice."),
        VoucherCodeStatus.KeysOutOfOrder => ("券码的写法不规范：各项次序不对。", "The code is not canonical: its fields are in another order."),
        VoucherCodeStatus.TrailingBytes => ("券码末尾有多余内容。", "The code has something after its end."),
        VoucherCodeStatus.UnprotectedHeader => ("券码里有未签名的头部，不予接受。", "The code has a header that is not signed, which is not accepted."),
        VoucherCodeStatus.OtherAlgorithm => ("券码用的是别的签名算法，本版本只认 Ed25519。",
            "The code is signed with another algorithm; this version knows Ed25519 alone."),
        VoucherCodeStatus.OtherHeader => ("券码的签名头部不对：只应有算法和密钥编号。",
            "The code's signed header is another one: it should hold an algorithm and a key id."),
        VoucherCodeStatus.UnknownKey => ("不认识签发此券的密钥：请更新公钥，或此券属于别的地区。",
            "The key that signed this voucher is not known: fetch the public keys again, or the voucher is another region's."),
        VoucherCodeStatus.BadSignature => ("假券或被改动：签名不符。", "Forged or changed: the signature does not fit."),
        VoucherCodeStatus.UnknownField => ("券码里有本版本不认识的项：请更新程序。",
            "The code has a field that this version doesn't know: update the program."),
        VoucherCodeStatus.MissingField => ("券码缺少必需的项。", "The code lacks a field."),
        VoucherCodeStatus.OutOfRange => ("券码里有超出范围的数。", "The code has a number that is out of range."),
    };

    public static (string Chinese, string English) Of(VoucherNumberStatus status) => status switch
    {
        VoucherNumberStatus.Sound => ("券号无误。", "The number is sound."),
        VoucherNumberStatus.WrongLetter => ("券号里有不该有的字符：只用数字和字母，没有 I、L、O、U。",
            "The number has a character that none has: digits and letters, but no I, L, O and U."),
        VoucherNumberStatus.WrongLength => ("券号应为 12 位加 1 位校验。", "A number has 12 characters and a check character."),
        VoucherNumberStatus.CheckFails => ("券号有误：有一位写错，或两位颠倒。", "The number is wrong: a character is another one, or two are swapped."),
    };
}
