namespace TimeBank.Server;

/// <summary>A small secret file that only its owner may read.</summary>
internal static class OwnerOnlyFile
{
    /// <exception cref="InvalidOperationException">Others may read the file, so what it holds is no secret.</exception>
    public static string ReadOrCreate(string path, Func<string> create)
    {
        if (!File.Exists(path))
        {
            // Written beside its place and moved, so that a crash leaves no half a key.
            string draft = $"{path}.new";
            File.Delete(draft);
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            using (var text = new StreamWriter(file)) text.Write(create());
            File.Move(draft, path);
        }
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(path) & others) != 0) throw new InvalidOperationException($"{path} may be read by others than its owner; run: chmod 600 {path}");
        return File.ReadAllText(path);
    }
}
