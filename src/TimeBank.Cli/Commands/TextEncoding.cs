namespace TimeBank.Cli;

/// <summary>How the bytes of a text file are read.</summary>
internal enum TextEncoding
{
    /// <summary>With or without its mark.</summary>
    Utf8,

    /// <summary>With its mark, which says which byte comes first.</summary>
    Utf16,

    /// <summary>The Chinese national encoding; GBK and GB2312 are parts of it.</summary>
    Gb18030,
}
