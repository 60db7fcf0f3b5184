using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace RouteMiddleware.Tests.Middleware.Hsts;

/// <summary>https for a test: a certificate of our own making, and a client that takes it.</summary>
internal static class SelfMadeCertificate
{
    private const string Subject = "CN=localhost";

    public static void Listen(WebApplicationBuilder builder, bool alsoHttp = false)
    {
        var certificate = Create();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(server =>
        {
            if (alsoHttp)
            {
                server.Listen(IPAddress.Loopback, 0);
            }

            server.Listen(IPAddress.Loopback, 0, socket => socket.UseHttps(certificate));
        });
    }

    public static async Task<HttpResponseMessage> GetAsync(Uri address, string? host = null)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject is Subject } });
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = host } };
        return await client.SendAsync(request);
    }

    private static X509Certificate2 Create()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(Subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());

        using var certificate = request.CreateSelfSigned(new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
