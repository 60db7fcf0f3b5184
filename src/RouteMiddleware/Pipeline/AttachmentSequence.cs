using System.Runtime.CompilerServices;

namespace RouteMiddleware.Pipeline;

/// <summary>The attachments of an endpoint in order, as a key: the routes of a group share what was found out for the first of them.</summary>
/// <param name="attachments">The attachments.</param>
/// <param name="isPassedBy">Whether requests for the endpoint never come to the global list.</param>
internal readonly struct AttachmentSequence(Attachment[] attachments, bool isPassedBy) : IEquatable<AttachmentSequence>
{
    private readonly Attachment[] _attachments = attachments;
    private readonly bool _isPassedBy = isPassedBy;

    public bool Equals(AttachmentSequence other)
    {
        if (_attachments.Length != other._attachments.Length || _isPassedBy != other._isPassedBy)
        {
            return false;
        }

        for (var i = 0; i < _attachments.Length; i++)
        {
            if (!ReferenceEquals(_attachments[i], other._attachments[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is AttachmentSequence other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);

        foreach (var attachment in _attachments)
        {
            hash.Add(RuntimeHelpers.GetHashCode(attachment));
        }

        return hash.ToHashCode();
    }
}
