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
