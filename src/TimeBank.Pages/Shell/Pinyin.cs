using System.Text;

namespace TimeBank.Pages.Shell;

/// <summary>
/// The order of Chinese names by pinyin. GB 2312 lists its 3,755 usual characters by their reading, so their codes sort as a dictionary
/// does; rarer characters follow, by radical. Source: GB/T 2312-1980, level 1. The runtime's own collation is not available, because the
/// server runs without the machine's locales.
/// </summary>
public sealed class Pinyin : IComparer<string>
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030")!;

    public static Pinyin Order { get; } = new();

    public int Compare(string? x, string? y) => Gb18030.GetBytes(x ?? "").AsSpan().SequenceCompareTo(Gb18030.GetBytes(y ?? ""));
}
