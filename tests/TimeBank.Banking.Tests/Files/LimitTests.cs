using System.Text;
using Xunit;

namespace TimeBank.Banking.Tests;

public sealed class LimitTests
{
    private const string Header = "记账日期,货币,交易金额,联机余额,交易摘要,对手信息,客户摘要\n";
    private const string Row = "2026-11-01,CNY,0.00,1.00,转账,甲,餐\n";

    [Theory]
    [InlineData(100, 10, "taken")]
    [InlineData(100, 9, "TooManyLines 11")]
    [InlineData(5, 10, "FileTooLarge 0")]
    public void A_file_past_its_limit_is_refused(int percent, int lines, string result)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Header + string.Concat(Enumerable.Repeat(Row, 10)));

        Assert.Equal(result, Given.Read("cmb-debit", bytes,
            Given.Card with { MaxBytes = bytes.Length * percent / 100, MaxLines = lines }).Refused());
    }

    [Fact]
    public void A_quote_that_is_never_closed_is_refused_before_it_swallows_all_memory() => Assert.Equal("QuoteUnclosed 2",
        StatementFile.Read(new Repeated(Header + "2026-11-01,CNY,0.00,1.00,\"转账,甲,餐\n", Row, 100_000_000), Given.Profile("cmb-debit"),
            Given.Card).Refused());

    /// <summary>Nothing gathers: no line waits until far more of the file is read than it stands in.</summary>
    [Fact]
    public void Lines_come_one_by_one()
    {
        const int atHand = 1 << 18;
        int rowBytes = Encoding.UTF8.GetByteCount(Row), lines = 0;
        var file = new Repeated(Header, Row, rowBytes * 100_000);

        foreach (StatementEvent piece in StatementFile.Stream(file, Given.Profile("cmb-debit"), Given.Card))
        {
            if (piece is StatementEvent.LineRead) Assert.InRange(file.Position - (++lines * rowBytes), 0, atHand);
            Assert.IsNotType<StatementEvent.FileRefused>(piece);
        }

        Assert.Equal(100_000, lines);
    }

    [Theory]
    [InlineData("mt940")]
    [InlineData("cmb-debit")]
    public void A_line_that_never_ends_is_refused(string profile) => Assert.Equal("LineTooLong 2",
        StatementFile.Read(new Repeated(":20:X\n", "x", 100_000_000), Given.Profile(profile), Given.Card).Refused());

    [Fact]
    public void What_the_stream_itself_throws_goes_through() =>
        Assert.Throws<IOException>(() => StatementFile.Read(new Broken(), Given.Profile("cmb-debit")));

    /// <summary>A text and then another one again and again, made while it is read.</summary>
    private sealed class Repeated(string first, string again, long length) : Unseekable
    {
        private readonly byte[] head = Encoding.UTF8.GetBytes(first), body = Encoding.UTF8.GetBytes(again);
        private long at;

        public override long Position { get => at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int put = 0;
            for (; put < count && at < head.Length + length; put++, at++)
                buffer[offset + put] = at < head.Length ? head[at] : body[(at - head.Length) % body.Length];
            return put;
        }
    }

    private sealed class Broken : Unseekable
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("gone");
    }

    private abstract class Unseekable : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
