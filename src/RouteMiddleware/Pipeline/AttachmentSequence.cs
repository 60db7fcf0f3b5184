using System.Runtime.CompilerServices;

namespace RouteMiddleware.Pipeline;

/// <summary>The attachments of an endpoint in order, as a key: the routes of a group share what was found out for the first of them.</summary>
internal readonly struct AttachmentSequence(Attachment[] attachments) : IEquatable<AttachmentSequence>
{
    private readonly Attachment[] _attachments = attachments;

    public bool Equals(AttachmentSequence other)
    {
        if (_attachments.Length != other._attachments.Length)
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
