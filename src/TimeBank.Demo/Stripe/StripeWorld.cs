using System.Globalization;
using System.Text.Json.Nodes;

namespace TimeBank.Demo;

/// <summary>What happens at Stripe: pages, payments, refunds, disputes, payouts, and the balance's movements.</summary>
internal sealed partial class StripeWorld(TimeProvider time)
{
    private readonly Lock _turn = new();
    private readonly List<JsonObject> _sessions = [], _transactions = [], _charges = [], _intents = [], _refunds = [], _disputes = [],
        _payouts = [];

    private int _number;

    public IReadOnlyList<JsonObject> Sessions => Of(_sessions);

    /// <summary>In the order in which they came about.</summary>
    public IReadOnlyList<JsonObject> Transactions => Of(_transactions);

    public IReadOnlyList<JsonObject> Charges => Of(_charges);

    public IReadOnlyList<JsonObject> Intents => Of(_intents);

    public IReadOnlyList<JsonObject> Refunds => Of(_refunds);

    public IReadOnlyList<JsonObject> Disputes => Of(_disputes);

    public IReadOnlyList<JsonObject> Payouts => Of(_payouts);

    /// <summary>The automatic payout that carries a movement.</summary>
    public Dictionary<string, string> PayoutOf { get; } = [];

    /// <summary>The sum of all movements in yuan.</summary>
    public long Held => Transactions.Where(one => (string)one["currency"]! == "cny").Sum(one => (long)one["net"]!);

    /// <summary>The address of donors' pages, without the page.</summary>
    public string Pages { get; set; } = "https://checkout.stripe.example/c/pay/";

    /// <summary>When whatever happens now happens; null: now. A demonstration's clock stands elsewhere.</summary>
    public DateTimeOffset? At { get; set; }

    public JsonObject Open(long amount, string currency, string reference, JsonObject metadata)
    {
        JsonObject session = Add(_sessions, "checkout.session", "cs_test_", new JsonObject
        {
            ["amount_total"] = amount, ["amount_subtotal"] = amount, ["currency"] = currency, ["client_reference_id"] = reference,
            ["metadata"] = metadata, ["mode"] = "payment", ["status"] = "open", ["payment_status"] = "unpaid", ["payment_intent"] = null,
            ["expires_at"] = Now + 86_400, ["livemode"] = false,
        });
        session["url"] = $"{Pages}{session["id"]}";
        return session;
    }

    public JsonObject SessionOf(string url) => Sessions.Single(one => (string?)one["url"] == url);

    /// <summary>The donor pays.</summary>
    /// <param name="isSlow">The money comes later, by <see cref="Settle"/>.</param>
    public JsonObject Pay(JsonObject session, long fee = 100, bool isSlow = false)
    {
        JsonObject intent = Add(_intents, "payment_intent", "pi_", new JsonObject
        {
            ["amount"] = (long)session["amount_total"]!, ["currency"] = "cny", ["metadata"] = session["metadata"]!.DeepClone(),
            ["status"] = isSlow ? "processing" : "succeeded", ["latest_charge"] = null,
        });
        (session["status"], session["payment_intent"], session["url"]) = ("complete", (string)intent["id"]!, null);
        return isSlow ? intent : Settle(session, fee);
    }

    public JsonObject Settle(JsonObject session, long fee = 100)
    {
        JsonObject intent = Intents.Single(one => (string)one["id"]! == (string)session["payment_intent"]!);
        JsonObject charge = Charge((long)session["amount_total"]!, fee, session["metadata"]!.DeepClone().AsObject());
        (charge["payment_intent"], intent["latest_charge"]) = ((string)intent["id"]!, (string)charge["id"]!);
        (intent["status"], session["payment_status"]) = ("succeeded", "paid");
        return charge;
    }

    public void Fail(JsonObject session) =>
        Intents.Single(one => (string)one["id"]! == (string)session["payment_intent"]!)["status"] = "requires_payment_method";

    public void Expire(JsonObject session) => (session["status"], session["url"]) = ("expired", null);

    /// <summary>A payment; without metadata it is none of ours.</summary>
    public JsonObject Charge(long amount, long fee, JsonObject? metadata = null, string currency = "cny")
    {
        JsonObject charge = Add(_charges, "charge", "ch_", new JsonObject
        {
            ["amount"] = amount, ["amount_captured"] = amount, ["amount_refunded"] = 0L, ["currency"] = currency, ["disputed"] = false,
            ["paid"] = true, ["status"] = "succeeded", ["metadata"] = metadata ?? [], ["payment_intent"] = null,
            ["billing_details"] = new JsonObject { ["name"] = "示例 捐赠人", ["email"] = "donor@example.org" },
        });
        charge["balance_transaction"] = (string)Move("charge", "charge", charge, amount, fee, currency)["id"]!;
        return charge;
    }

    public JsonObject Refund(JsonObject charge, long amount)
    {
        JsonObject refund = Add(_refunds, "refund", "re_", new JsonObject
        {
            ["amount"] = amount, ["charge"] = (string)charge["id"]!, ["currency"] = "cny", ["status"] = "succeeded",
        });
        refund["balance_transaction"] = (string)Move("refund", "refund", refund, -amount, 0)["id"]!;
        charge["amount_refunded"] = (long)charge["amount_refunded"]! + amount;
        return refund;
    }

    public void FailRefund(JsonObject refund, JsonObject charge)
    {
        long amount = (long)refund["amount"]!;
        refund["failure_balance_transaction"] = (string)Move("refund_failure", "refund_failure", refund, amount, 0)["id"]!;
        refund["status"] = "failed";
        charge["amount_refunded"] = (long)charge["amount_refunded"]! - amount;
    }

    /// <summary>The donor's bank takes a payment back; Stripe takes a fee of 15.00 besides, as in a real file.</summary>
    public JsonObject Dispute(JsonObject charge)
    {
        JsonObject dispute = Add(_disputes, "dispute", "dp_", new JsonObject
        {
            ["amount"] = (long)charge["amount"]!, ["charge"] = (string)charge["id"]!, ["currency"] = "cny", ["status"] = "needs_response",
            ["reason"] = "fraudulent", ["balance_transactions"] = new JsonArray(),
        });
        charge["disputed"] = true;
        JsonObject taken = Move("adjustment", "dispute", dispute, -(long)charge["amount"]!, 1_500);
        dispute["balance_transactions"]!.AsArray().Add(Shown(taken, ""));
        return dispute;
    }

    public void Win(JsonObject dispute)
    {
        dispute["status"] = "won";
        JsonObject back = Move("adjustment", "dispute_reversal", dispute, (long)dispute["amount"]!, -1_500);
        dispute["balance_transactions"]!.AsArray().Add(Shown(back, ""));
    }

    public static void Lose(JsonObject dispute) => dispute["status"] = "lost";

    /// <summary>Pays out everything, or a part by hand; an automatic one carries all that no other has carried.</summary>
    public JsonObject PayOut(long? byHand = null)
    {
        bool automatic = byHand is null;
        JsonObject[] carried = [.. Transactions.Where(one => automatic && !PayoutOf.ContainsKey((string)one["id"]!))];
        long amount = byHand ?? carried.Sum(one => (long)one["net"]!);
        JsonObject payout = Add(_payouts, "payout", "po_", new JsonObject
        {
            ["amount"] = amount, ["automatic"] = automatic, ["currency"] = "cny", ["status"] = "paid", ["arrival_date"] = Now + 86_400,
        });
        JsonObject out_ = Move("payout", "payout", payout, -amount, 0);
        payout["balance_transaction"] = (string)out_["id"]!;
        foreach (JsonObject one in carried.Append(out_))
        {
            PayoutOf[(string)one["id"]!] = automatic || one == out_ ? (string)payout["id"]! : "";
        }
        return payout;
    }

    public void FailPayout(JsonObject payout)
    {
        payout["status"] = "failed";
        JsonObject back = Move("payout_failure", "payout_reversal", payout, (long)payout["amount"]!, 0);
        payout["failure_balance_transaction"] = (string)back["id"]!;
    }

    /// <summary>Any other movement.</summary>
    public JsonObject Move(string type, long amount, long fee = 0, string currency = "cny") =>
        Move(type, type, null, amount, fee, currency);

    public JsonObject Balance()
    {
        long last = Transactions.LastOrDefault() is { } one ? (long)one["net"]! : 0;
        return new JsonObject
        {
            ["object"] = "balance", ["livemode"] = false,
            ["available"] = new JsonArray(Of(Held - last, "cny"), Of(77, "usd")), ["pending"] = new JsonArray(Of(last, "cny")),
        };
        static JsonObject Of(long amount, string currency) => new() { ["amount"] = amount, ["currency"] = currency };
    }

    /// <summary>An object as an answer has it.</summary>
    public JsonObject Shown(JsonObject one, string expand)
    {
        var shown = one.DeepClone().AsObject();
        if (expand == "source") Expand(shown, "source", [.. _charges, .. _refunds, .. _disputes, .. _payouts]);
        if (expand == "payment_intent.latest_charge")
        {
            Expand(shown, "payment_intent", _intents);
            if (shown["payment_intent"] is JsonObject intent) Expand(intent, "latest_charge", _charges);
        }
        return shown;
    }

    private static void Expand(JsonObject shown, string field, IEnumerable<JsonObject> all)
    {
        if (all.FirstOrDefault(one => (string)one["id"]! == (string?)shown[field]) is { } found) shown[field] = found.DeepClone();
    }

    private long Now => (At ?? time.GetUtcNow()).ToUnixTimeSeconds();

    private JsonObject Move(string type, string category, JsonObject? source, long amount, long fee, string currency = "cny") =>
        Add(_transactions, "balance_transaction", "txn_", new JsonObject
        {
            ["amount"] = amount, ["fee"] = fee, ["net"] = amount - fee, ["currency"] = currency, ["type"] = type,
            ["reporting_category"] = category, ["source"] = source is null ? null : (string)source["id"]!, ["status"] = "pending",
            ["available_on"] = Now + 172_800, ["exchange_rate"] = null, ["description"] = "made up",
            ["fee_details"] = new JsonArray(),
        });

    private JsonObject Add(List<JsonObject> all, string kind, string prefix, JsonObject one)
    {
        lock (_turn)
        {
            one["id"] = $"{prefix}{(++_number).ToString("D6", CultureInfo.InvariantCulture)}";
            (one["object"], one["created"]) = (kind, Now);
            all.Add(one);
            return one;
        }
    }

    private IReadOnlyList<JsonObject> Of(List<JsonObject> all)
    {
        lock (_turn) return [.. all];
    }
}
