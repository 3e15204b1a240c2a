using System.Text;

namespace TimeBank.Chaos.Load;

/// <summary>The driver's record of every request before it is sent, and of every answer. It is on disk before the caller goes on.</summary>
internal sealed class RequestLog(string path) : IDisposable
{
    private readonly Lock _turn = new();
    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read);

    public string Path => path;

    public void Sent(Mutation mutation) => Write($"sent {mutation.RequestId} {mutation.Actor} {mutation.Code}");

    public void Answered(Mutation mutation, Answer answer) => Write($"answered {mutation.RequestId} {answer.Entry}{answer.Refusal}");

    public void Unanswered(Mutation mutation, string why) => Write($"unanswered {mutation.RequestId} {why.ReplaceLineEndings(" ")}");

    public void Dispose() => _file.Dispose();

    private void Write(string line)
    {
        lock (_turn)
        {
            _file.Write(Encoding.UTF8.GetBytes($"{line}\n"));
            _file.Flush(flushToDisk: true);
        }
    }
}
