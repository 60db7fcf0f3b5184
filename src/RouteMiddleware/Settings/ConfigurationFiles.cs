using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace RouteMiddleware.Settings;

/// <summary>
/// Tells which files of the configuration can't be read since an edit. ASP.NET Core then drops everything that such a file held, announces nothing, and the next announcement
/// of another file shows settings with a hole.
/// </summary>
internal sealed class ConfigurationFiles : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<FileConfigurationProvider> _broken = [];
    private readonly List<IDisposable> _subscriptions = [];

    /// <param name="configuration">The application's configuration.</param>
    /// <param name="onBroken">Called with a file's path and what is wrong with it, when an edit broke it.</param>
    /// <param name="onMended">Called when it can be read again.</param>
    public ConfigurationFiles(IConfiguration configuration, Action<string, Exception> onBroken, Action onMended)
    {
        foreach (var provider in FilesOf(configuration).Where(static provider => provider.Source.ReloadOnChange))
        {
            var next = provider.Source.OnLoadException;

            provider.Source.OnLoadException = context =>
            {
                lock (_lock)
                {
                    _broken.Add(provider);
                }

                onBroken(provider.Source.Path ?? "", context.Exception);
                next?.Invoke(context);
            };

            _subscriptions.Add(ChangeToken.OnChange(provider.GetReloadToken, () =>
            {
                bool isMended;

                lock (_lock)
                {
                    isMended = _broken.Remove(provider);
                }

                if (isMended)
                {
                    onMended();
                }
            }));
        }
    }

    /// <summary>Whether the configuration lacks what a file should hold.</summary>
    public bool AreBroken
    {
        get
        {
            lock (_lock)
            {
                return _broken.Count > 0;
            }
        }
    }

    public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());

    private static IEnumerable<FileConfigurationProvider> FilesOf(IConfiguration configuration)
        => (configuration as IConfigurationRoot)?.Providers.SelectMany(static provider => provider switch
        {
            FileConfigurationProvider file => [file],
            ChainedConfigurationProvider chained => FilesOf(chained.Configuration),
            _ => [],
        }) ?? [];
}
