using Microsoft.AspNetCore.Identity;

namespace Api;

/// <summary>The people who can log in. A real application keeps them in its database.</summary>
public sealed class Users
{
    // alice / wonderland and admin / looking-glass, by ASP.NET Core's PasswordHasher.
    private static readonly Dictionary<string, (User User, string PasswordHash)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alice"] = (new("1", "alice", "user"), "AQAAAAIAAYagAAAAEIRU6yQ7R2NNLzNfpJF22EaOb4vcGhJmUp9r3poyairy8+h1+6GbiETV03HoYePL4Q=="),
        ["admin"] = (new("2", "admin", "admin"), "AQAAAAIAAYagAAAAEGqqQR31H0goMMjoWc5pJY2+Ydy4wlHAFw+eh2JoLAHzV39VjiPaSV7Gul7aD+cVhQ=="),
    };

    private static readonly (User User, string PasswordHash) Nobody = (new("", "", ""), "AQAAAAIAAYagAAAAEHOwfhq8tdrw8ke2AocTAHoVlWxIrKS6l7yf6XEyMQDGsHw4oGu7Fb26CHOBSft69A==");

    private readonly PasswordHasher<User> _hasher = new();

    public int Count => Known.Count;

    /// <summary>The user, or <see langword="null"/> where name or password are wrong.</summary>
    public User? Find(Credentials credentials)
    {
        // An unknown name takes as long as a wrong password, so that the time tells nobody which names exist.
        var (user, hash) = Known.GetValueOrDefault(credentials.Username ?? "", Nobody);
        var right = _hasher.VerifyHashedPassword(user, hash, credentials.Password ?? "") != PasswordVerificationResult.Failed;
        return right && user != Nobody.User ? user : null;
    }
}
