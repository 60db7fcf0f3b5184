using Microsoft.AspNetCore.Http;

namespace RouteMiddleware;

/// <summary>
/// What the middleware of one endpoint add to its answers. They tell it one after the other, the outermost first: a header that one sets stands on its own answers and on
/// those of everything behind it, not on the answers of those in front.
/// </summary>
public sealed class EndpointAnswers
{
    private readonly IReadOnlySet<int> _ofEndpoint;
    private readonly List<EndpointAnswer> _answers = [];
    private readonly List<AnswerHeader> _onAll = [];
    private readonly List<AnswerHeader> _onSuccess = [];
    private readonly List<CredentialUse> _credentials = [];

    internal EndpointAnswers(Endpoint endpoint, string method, IReadOnlySet<int> ofEndpoint)
    {
        Endpoint = endpoint;
        Method = method;
        _ofEndpoint = ofEndpoint;
    }

    /// <summary>The endpoint.</summary>
    public Endpoint Endpoint { get; }

    /// <summary>The method of the requests that are told of.</summary>
    public string Method { get; }

    /// <summary>Whose turn it is: the middleware's place in the chain.</summary>
    /// <exception cref="InvalidOperationException">All have told.</exception>
    public ChainLink Link => Turn ?? throw new InvalidOperationException("No middleware is asked any more.");

    /// <summary>The answers that middleware may give in the endpoint's place; several of one status where several middleware have it.</summary>
    public IReadOnlyList<EndpointAnswer> Answers => _answers;

    /// <summary>The credentials that are read, each once.</summary>
    public IReadOnlyList<CredentialUse> Credentials => _credentials;

    internal ChainLink? Turn { get; set; }

    /// <summary>Tells of a header on every answer from here on inwards. Call it before the answers are added that carry it.</summary>
    /// <param name="header">The header.</param>
    /// <param name="onSuccessOnly">Whether it stands on the handler's good answers alone (2xx). Default: <see langword="false"/>.</param>
    public void AddHeader(AnswerHeader header, bool onSuccessOnly = false)
    {
        ArgumentNullException.ThrowIfNull(header);
        (onSuccessOnly ? _onSuccess : _onAll).Add(header);
    }

    /// <summary>Tells of a refusal.</summary>
    /// <param name="refusal">What is written then.</param>
    /// <param name="headers">The headers that this answer has besides.</param>
    public void Add(Refusal refusal, params IReadOnlyList<AnswerHeader> headers)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        _answers.Add(new(refusal.Status, Link.Name, refusal.Title, HeadersWith(headers)) { Refusal = refusal });
    }

    /// <summary>Tells of an answer without a body.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="description">What it means, in one sentence.</param>
    /// <param name="headers">The headers that this answer has besides.</param>
    public void Add(int status, string description, params IReadOnlyList<AnswerHeader> headers)
        => _answers.Add(new(status, Link.Name, description, HeadersWith(headers)));

    /// <summary>Tells that a credential is read where the caller brings it.</summary>
    /// <param name="credential">The credential.</param>
    public void Accept(Credential credential)
    {
        if (!_credentials.Exists(use => use.Credential == credential))
        {
            _credentials.Add(new(credential, IsRequired: false));
        }
    }

    /// <summary>Tells that a request without the credential is refused.</summary>
    /// <param name="credential">The credential.</param>
    public void Require(Credential credential)
    {
        _credentials.RemoveAll(use => use.Credential == credential);
        _credentials.Add(new(credential, IsRequired: true));
    }

    /// <summary>The headers of all answers of one status, the handler's among them.</summary>
    /// <param name="status">The status code.</param>
    /// <returns>Each header once.</returns>
    public IReadOnlyList<AnswerHeader> HeadersOf(int status)
    {
        var given = _answers.Where(answer => answer.Status == status).ToArray();
        var headers = given.SelectMany(static answer => answer.Headers);

        // Whoever declared the answer of the others stands behind all middleware.
        if (given.Length == 0 || _ofEndpoint.Contains(status))
        {
            headers = headers.Concat(_onAll).Concat(status is >= 200 and < 300 ? _onSuccess : []);
        }

        return [.. headers.DistinctBy(static header => header.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Adds an answer that a middleware declares in the framework's own way.</summary>
    internal void Add(int status, string? description, Type? bodyType, IEnumerable<string> contentTypes)
        => _answers.Add(new(status, Link.Name, description, HeadersWith([])) { BodyType = bodyType, ContentTypes = [.. contentTypes] });

    private AnswerHeader[] HeadersWith(IReadOnlyList<AnswerHeader> own)
        => [.. _onAll.Concat(own).DistinctBy(static header => header.Name, StringComparer.OrdinalIgnoreCase)];
}
