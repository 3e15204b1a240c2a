namespace TimeBank.Cli;

/// <summary>Files of proofs: read whole, and written so that a crash leaves the old or the new one.</summary>
internal static class ProofFile
{
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"读不了 {path}：{error.Message}", $"{path} can't be read: {error.Message}");
        }
    }

    public static void Write(string path, string text)
    {
        try
        {
            string draft = $"{path}.new";
            using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
            using (var writer = new StreamWriter(stream))
            {
                writer.Write(text);
                writer.Flush();
                stream.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"写不了 {path}：{error.Message}", $"{path} can't be written: {error.Message}");
        }
    }
}
