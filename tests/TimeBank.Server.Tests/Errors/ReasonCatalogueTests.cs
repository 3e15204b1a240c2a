using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using TimeBank.Ledger;
using Xunit;

namespace TimeBank.Server.Tests;

public sealed class ReasonCatalogueTests
{
    public static TheoryData<Reason> Reasons() => [.. System.Enum.GetValues<Reason>().Where(reason => reason != Reason.None)];

    [Theory, MemberData(nameof(Reasons))]
    public void Every_reason_has_a_status_and_texts_in_both_languages(Reason reason)
    {
        ReasonText text = ReasonCatalogue.Of(reason);
        Assert.NotEqual(StatusCode.OK, text.Status);
        Assert.Contains(text.Zh, letter => letter is >= '一' and <= '鿿');
        Assert.NotEmpty(text.En);
    }

    [Fact]
    public void A_reason_is_named_in_capitals() => Assert.Equal("VOUCHER_NOT_YET_VALID", ReasonCatalogue.Name(Reason.VoucherNotYetValid));

    [Theory]
    [InlineData(500, "CNY", "zh-CN", "5.00元")]
    [InlineData(7, "CNY", "en", "CNY 0.07")]
    [InlineData(90, "MIN", "zh-CN", "1小时30分钟")]
    [InlineData(120, "MIN", "en", "2 h")]
    [InlineData(3, "MEAL", "en", "3 meals")]
    [InlineData(1, "MEAL", "en", "1 meal")]
    [InlineData(3, "MEAL", "zh-CN", "3份餐")]
    [InlineData(-50, "CNY", "en", "CNY -0.50")]
    [InlineData(123_456_789, "CNY", "zh-CN", "1,234,567.89元")]
    public void Amounts_are_written_for_people(long amount, string unit, string locale, string expected) =>
        Assert.Equal(expected, AmountText.Of(amount, unit, locale));

    [Fact]
    public void States_have_their_words_in_a_text_and_their_names_beside_it()
    {
        RpcException refused = Problem.Of(Reason.OrderWrongState, ("state", "ORDER_STATE_CANCELLED"));

        Assert.Equal("The order is cancelled, so this can't be done now.", refused.Status.Detail);
        Any[] details = [.. refused.GetRpcStatus()!.Details];
        Assert.Contains("服务单现在的状态是“已取消”",
            details.First(detail => detail.Is(LocalizedMessage.Descriptor)).Unpack<LocalizedMessage>().Message, StringComparison.Ordinal);
        Assert.Equal("ORDER_STATE_CANCELLED",
            details.First(detail => detail.Is(Google.Rpc.ErrorInfo.Descriptor)).Unpack<Google.Rpc.ErrorInfo>().Metadata["state"]);
    }

    [Theory]
    [InlineData(Reason.AccountFrozen, "This account (fund/lottery/available) is frozen; nothing can move for now.",
        "这个账户（fund/lottery/available）已冻结，暂时不能收付。")]
    [InlineData(Reason.AccountClosed, "This account (fund/lottery/available) is closed.", "这个账户（fund/lottery/available）已注销。")]
    [InlineData(Reason.InsufficientBalance, "There isn't enough in the account fund/lottery/available: 1 h available, 1 h 30 min needed.",
        "账户 fund/lottery/available 余额不足：可用1小时，需要1小时30分钟。")]
    public void A_text_names_the_account_that_its_values_name(Reason reason, string english, string chinese) =>
        Assert.Equal((english, chinese),
            Texts(Problem.Of(reason, ("account", "fund/lottery/available"), ("available", "60"), ("needed", "90"), ("unit", "MIN"))));

    [Theory]
    [InlineData(Reason.AccountFrozen, "This account is frozen; nothing can move for now.", "这个账户已冻结，暂时不能收付。")]
    [InlineData(Reason.InsufficientBalance, "There isn't enough: 1 h available, 1 h 30 min needed.", "余额不足：可用1小时，需要1小时30分钟。")]
    public void A_text_names_no_account_where_its_values_name_none(Reason reason, string english, string chinese) =>
        Assert.Equal((english, chinese), Texts(Problem.Of(reason, ("available", "60"), ("needed", "90"), ("unit", "MIN"))));

    [Theory]
    [InlineData("item=flying", "The service list has no item flying.", "服务清单里没有“flying”。")]
    [InlineData("item=meal;paid_in=CNY", "The service list has no item meal for hours: it is paid for in yuan.",
        "服务清单里没有“meal”这项时间服务：它以元结算。")]
    [InlineData("counted_in=BATH", "The service list has no item of these services that is counted in baths.",
        "服务清单里没有以“次助浴”计数的所选服务。")]
    public void What_the_service_list_lacks_is_told_by_what_was_asked_for(string values, string english, string chinese) =>
        Assert.Equal((english, chinese), Texts(Problem.Of(new Refusal(Reason.ItemNotFound, values))));

    [Fact]
    public void A_share_that_is_spent_is_not_told_as_the_account_that_holds_more() =>
        Assert.Equal(
            ("There isn't enough left of what the account fund/a/available gave the account programme/p/allotted: "
                + "CNY 0.00 available, CNY 0.01 needed.",
                "账户 fund/a/available 给账户 programme/p/allotted 的钱余额不足：可用0.00元，需要0.01元。"),
            Texts(Problem.Of(Reason.InsufficientBalance, ("giver", "fund/a/available"), ("receiver", "programme/p/allotted"),
                ("available", "0"), ("needed", "1"), ("unit", "CNY"))));

    [Fact]
    public void A_refusal_tells_its_values_in_both_languages()
    {
        RpcException error = Problem.Of(Reason.InsufficientBalance, ("available", "60"), ("needed", "90"), ("unit", "MIN"));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Contains("1 h available, 1 h 30 min needed", error.Status.Detail, StringComparison.Ordinal);
    }

    private static (string English, string Chinese) Texts(RpcException refused) => (
        refused.Status.Detail,
        refused.GetRpcStatus()!.Details.First(detail => detail.Is(LocalizedMessage.Descriptor)).Unpack<LocalizedMessage>().Message);
}
