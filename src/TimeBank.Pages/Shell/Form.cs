using TimeBank.V1;

namespace TimeBank.Pages.Shell;

/// <summary>What every form sends: the id that was made when it was rendered, so that sending it twice is one effect.</summary>
public class SentForm
{
    public string? RequestId { get; set; }
}

/// <summary>A form with a reason or a remark.</summary>
public class NoteForm : SentForm
{
    public string? Note { get; set; }
}

/// <summary>A form that pays, with what the elder shows.</summary>
public class HolderForm : SentForm
{
    public string? Pin { get; set; }

    public string? Code { get; set; }

    public string? Card { get; set; }

    public string? Confirmation { get; set; }

    /// <summary>Null: nothing was shown.</summary>
    public Shown? ToShown()
    {
        var shown = new Shown { Pin = Pin?.Trim() ?? "", Card = Card?.Trim() ?? "", Confirmation = Confirmation ?? "" };
        // Of a bill's vouchers, with commas: a code has none, but it may end with a space.
        shown.Codes.Add((Code ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries));
        return shown.Equals(new Shown()) ? null : shown;
    }
}

/// <summary>A form of an order's page. It names the step to take back, so that it never takes back a later one.</summary>
public class OrderForm : NoteForm
{
    // No step of the contract: the server refuses it by the field's name.
    private const ServiceStep Unreadable = (ServiceStep)(-1);

    public string? Step { get; set; }

    public UndoOrderStepRequest ToUndo(string requestId, string onBehalfOf, string order) => new()
    {
        RequestId = requestId, OnBehalfOf = onBehalfOf, Order = order,
        Step = Enum.TryParse(Step, out ServiceStep step) ? step : Unreadable,
    };
}
