using TimeBank.V1;

namespace TimeBank.Chaos.Load;

/// <summary>A counter with two elders' meal vouchers: receives and allots money, redeems lunches (some too large), refunds some.</summary>
internal sealed class CounterCaller(District district, string name, int seed, string provider, IReadOnlyList<string> vouchers)
    : Caller(district, name, seed)
{
    private readonly Dictionary<string, long> _left = vouchers.ToDictionary(voucher => voucher, _ => District.MealsEach);
    private readonly List<(string Redemption, Mutation Lunch)> _refundable = [];

    protected override Mutation Next() => Dice.Next(20) switch
    {
        < 4 => Receive(),
        < 6 => Allot(),
        < 9 when _refundable.Count > 0 => Refund(),
        9 => Redeem(tooLarge: true),
        _ => Redeem(tooLarge: false),
    };

    private Mutation Receive()
    {
        long fen = Dice.Next(1, 10_000);
        Guid id = NewRequest();
        var request = new RecordReceiptRequest
        {
            RequestId = $"{id:D}", Fund = District.Fund, Amount = District.Fen(fen), BankAccount = "main",
            ReceivedDate = new Date { Year = 2026, Month = 9, Day = 30 }, Reference = Name, AllowRepeat = true,
        };
        return Ask(Role.FinanceMaker, "", id, "ReceiveMoney", [new("bank/main", District.FundPath, "CNY", fen)], true,
            async (invoker, options) =>
            new Answer((await new FundService.FundServiceClient(invoker).RecordReceiptAsync(request, options)).Entry));
    }

    private Mutation Allot()
    {
        long fen = Dice.Next(1, 5_000);
        Guid id = NewRequest();
        var request = new AllotFundsRequest
        {
            RequestId = $"{id:D}", Programme = District.Programme,
            ByAmounts = new AllotmentByAmounts { Lines = { new FundAmount { Fund = District.Fund, Amount = District.Fen(fen) } } },
        };
        return Ask(Role.FinanceMaker, "", id, "AllotFunds", [new(District.FundPath, District.Allotted, "CNY", fen)], true,
            async (invoker, options) =>
            new Answer((await new FundService.FundServiceClient(invoker).AllotFundsAsync(request, options)).Entry));
    }

    private Mutation Redeem(bool tooLarge)
    {
        string voucher = vouchers[Dice.Next(vouchers.Count)];
        long meals = tooLarge ? _left[voucher] + 1 : Dice.Next(1, 4);
        bool acceptable = meals <= _left[voucher];
        long contract = meals * District.MealFen, price = contract - Dice.Next(0, 2) * Dice.Next(1, 400);
        Guid id = NewRequest();
        var request = new RedeemVoucherRequest
        {
            RequestId = $"{id:D}", Voucher = voucher, Provider = provider, Item = "meal-canteen",
            Quantity = meals, Price = District.Fen(price), Memo = Name
        };
        string path = District.PathOf(voucher, "voucher"), payable = District.PathOf(provider, "provider") + "/payable";
        Movement[] moves =
        [
            new(path, District.Units, "MEAL", meals),
            new(District.Committed, payable, "CNY", price),
            .. price < contract ? [new(District.Committed, District.Allotted, "CNY", contract - price)] : Array.Empty<Movement>(),
        ];
        return Ask(Role.ProviderClerk, provider, id, "RedeemVoucher", moves, acceptable, async (invoker, options) =>
        {
            RedeemVoucherResponse answer = await new VoucherService.VoucherServiceClient(invoker).RedeemVoucherAsync(request, options);
            return new Answer(answer.Redemption.Entry, Made: answer.Redemption.Name);
        });
    }

    private Mutation Refund()
    {
        int at = Dice.Next(_refundable.Count);
        (string redemption, Mutation lunch) = _refundable[at];
        _refundable.RemoveAt(at);
        Guid id = NewRequest();
        var request = new RefundRedemptionRequest { RequestId = $"{id:D}", Redemption = redemption, Memo = "退" };
        return Ask(Role.ProviderClerk, provider, id, "RefundRedemption", [.. lunch.Moves.Select(move => move.Back())], true,
            async (invoker, options) => new Answer(
            (await new VoucherService.VoucherServiceClient(invoker).RefundRedemptionAsync(request, options)).Redemption.RefundEntry));
    }

    protected override void Accepted(Mutation mutation, Answer answer)
    {
        if (mutation.Code == "RedeemVoucher") _refundable.Add((answer.Made, mutation));
        foreach (Movement meals in mutation.Moves.Where(move => move.Unit == "MEAL"))
        {
            foreach (string voucher in vouchers)
            {
                string path = District.PathOf(voucher, "voucher");
                if (meals.Debit == path) _left[voucher] -= meals.Posted;
                if (meals.Credit == path) _left[voucher] += meals.Posted;
            }
        }
    }
}
